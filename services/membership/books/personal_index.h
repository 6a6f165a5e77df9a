// Finding sealed records again: who has an ID number, who is called so, and which records are alike
// (疑似重复).
#ifndef ZHIBU_SERVICES_MEMBERSHIP_BOOKS_PERSONAL_INDEX_H_
#define ZHIBU_SERVICES_MEMBERSHIP_BOOKS_PERSONAL_INDEX_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/store/keys.h"
#include "common/store/store.h"
#include "common/store/txn.h"
#include "services/membership/books/personal_data.h"
#include "services/membership/books/rows.pb.h"

namespace zhibu::membership {

// The id of the person who has the number, or nullopt.
absl::StatusOr<std::optional<std::string>> OwnerOfIdNumber(const Reader& reader,
                                                           const PersonalDataKeys& keys,
                                                           absl::string_view id_number);

// The beginning of the keys of all who are called so, or whose names have these initials in lower
// case; the person's id follows.
Key NamesakesKey(const PersonalDataKeys& keys, absl::string_view display_name);
Key InitialsKey(const PersonalDataKeys& keys, absl::string_view initials);

// Both change the index of ID numbers, that of names and initials, and that of name and birth date.
// A record without ID number or without birth date is not in the first or the last.
absl::Status AddToIndexes(Txn& txn, const PersonalDataKeys& keys, absl::string_view person_id,
                          const rows::PersonalData& data);
absl::Status RemoveFromIndexes(Txn& txn, const PersonalDataKeys& keys, absl::string_view person_id,
                               const rows::PersonalData& data);

// Whether the two are of the same name and birth date, both known.
bool Alike(const rows::PersonalData& one, const rows::PersonalData& other);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_BOOKS_PERSONAL_INDEX_H_
