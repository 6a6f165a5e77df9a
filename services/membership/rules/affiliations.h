// Where a person is kept on which day (组织关系所在). Pure.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_RULES_AFFILIATIONS_H_
#define ZHIBU_SERVICES_MEMBERSHIP_RULES_AFFILIATIONS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "services/membership/books/rows.pb.h"

namespace zhibu::membership {

using Affiliations = google::protobuf::RepeatedPtrField<rows::AffiliationRow>;

// Whether the person's own transfer led here, not the organisation's reorganisation, whose cause is
// "reorganisations/…".
bool ByTransfer(const rows::AffiliationRow& row);

// Kept at `organisation_id` from `day` on, by `cause`. What was to hold on or after `day` is gone,
// so that no day has two; an empty `organisation_id` means that the person left the books that day.
void MoveOn(absl::CivilDay day, absl::string_view organisation_id, absl::string_view cause,
            Affiliations& affiliations);

// Whenever the person is kept at `from` on or after `day`, it is at `to` instead, by `cause`: other
// moves stay, also those that came first and were recorded for later days, and a transfer to `from`
// after that day stays a transfer. Whether anything changed.
bool HandOverOn(absl::CivilDay day, absl::string_view from, absl::string_view to,
                absl::string_view cause, Affiliations& affiliations);

// The organisation that keeps the person on `day`: exactly one from the first day in the books on,
// and none ("") once the person left them. Before the first day: the first, since what was so then
// was taken over by it.
std::string KeptBy(const Affiliations& affiliations, absl::CivilDay day);

// The day of the last move, before which no other can be; that of the registration where there was
// none.
absl::CivilDay LastMove(const Affiliations& affiliations);

// Whether the person has left the books.
bool HasLeft(const Affiliations& affiliations);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_RULES_AFFILIATIONS_H_
