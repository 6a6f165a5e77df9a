// Who may vote in a branch meeting (表决权). Pure.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_RULES_VOTING_H_
#define ZHIBU_SERVICES_MEMBERSHIP_RULES_VOTING_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "services/membership/books/rows.pb.h"

namespace zhibu::membership {

// Those who should attend with voting rights (应到会有表决权的正式党员).
struct Electorate {
  int32_t entitled = 0;
  // How many of them came into these books after the day only: whether the branch had them then, or
  // others whom nobody entered, the books cannot tell.
  int32_t registered_later = 0;

  bool provisional() const { return registered_later > 0; }
  // Those of whom the books were sure.
  int32_t certain() const { return entitled - registered_later; }
};

// Counts the person where `branch` kept him or her on `day`, with voting rights, and not excused
// (不计入应到会): that somebody is left out is said by a record alone.
void CountVoter(const rows::PersonRow& person, absl::string_view branch, absl::CivilDay day,
                Electorate& electorate);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_RULES_VOTING_H_
