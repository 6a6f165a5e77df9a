#include "services/membership/books/personal_index.h"

#include <algorithm>
#include <set>
#include <vector>

#include "common/base/pinyin.h"
#include "common/base/status.h"
#include "common/store/keys.h"
#include "common/store/table.h"
#include "services/membership/books/numbers.h"
#include "services/membership/books/rows.pb.h"

namespace zhibu::membership {
namespace {

Key IdNumberKey(const PersonalDataKeys& keys, absl::string_view id_number) {
  return Key(kIdNumbers).Text(keys.IdNumberHash(id_number));
}

// Where a person of this name stands among those who are called so.
std::vector<std::string> NameKeys(const PersonalDataKeys& keys, absl::string_view person_id,
                                  const std::string& display_name) {
  std::vector<std::string> found = {NamesakesKey(keys, display_name).Text(person_id).bytes()};
  const std::string initials = InitialsOf(display_name);
  if (!initials.empty()) found.push_back(InitialsKey(keys, initials).Text(person_id).bytes());
  return found;
}

// Adds to or takes from the persons who share a hash.
absl::Status ChangeAlike(Txn& txn, const std::string& hash,
                         absl::FunctionRef<void(std::set<std::string>&)> change) {
  const Key key = Key(kAlikeTable).Text(hash), several = Key(kDuplicateTable).Text(hash);
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::AlikeRow> before,
                         GetRow<rows::AlikeRow>(txn, key));
  std::set<std::string> ids;
  if (before) ids.insert(before->person_ids().begin(), before->person_ids().end());
  const bool were_several = ids.size() > 1;
  change(ids);
  if (ids.empty()) {
    txn.Delete(key);
  } else {
    rows::AlikeRow row;
    row.mutable_person_ids()->Assign(ids.begin(), ids.end());
    PutRow(txn, key, row);
  }
  if (ids.size() > 1 && !were_several) txn.Put(several, "");
  if (ids.size() <= 1 && were_several) txn.Delete(several);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::optional<std::string>> OwnerOfIdNumber(const Reader& reader,
                                                           const PersonalDataKeys& keys,
                                                           absl::string_view id_number) {
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::IdNumberRow> row,
                         GetRow<rows::IdNumberRow>(reader, IdNumberKey(keys, id_number)));
  if (!row) return std::optional<std::string>();
  return std::optional<std::string>(row->person_id());
}

Key NamesakesKey(const PersonalDataKeys& keys, absl::string_view display_name) {
  return Key(kNameTable).Text(keys.NameHash(display_name));
}

Key InitialsKey(const PersonalDataKeys& keys, absl::string_view initials) {
  return Key(kNameTable).Text(keys.InitialsHash(initials));
}

absl::Status AddToIndexes(Txn& txn, const PersonalDataKeys& keys, absl::string_view person_id,
                          const rows::PersonalData& data) {
  if (!data.id_number().empty()) {
    rows::IdNumberRow owner;
    owner.set_person_id(std::string(person_id));
    PutRow(txn, IdNumberKey(keys, data.id_number()), owner);
  }
  for (const std::string& key : NameKeys(keys, person_id, data.display_name())) txn.Put(key, "");
  if (!data.has_birth()) return absl::OkStatus();
  return ChangeAlike(txn, keys.AlikeHash(data),
                     [&](std::set<std::string>& ids) { ids.insert(std::string(person_id)); });
}

absl::Status RemoveFromIndexes(Txn& txn, const PersonalDataKeys& keys, absl::string_view person_id,
                               const rows::PersonalData& data) {
  if (!data.id_number().empty()) txn.Delete(IdNumberKey(keys, data.id_number()));
  for (const std::string& key : NameKeys(keys, person_id, data.display_name())) txn.Delete(key);
  if (!data.has_birth()) return absl::OkStatus();
  return ChangeAlike(txn, keys.AlikeHash(data),
                     [&](std::set<std::string>& ids) { ids.erase(std::string(person_id)); });
}

bool Alike(const rows::PersonalData& one, const rows::PersonalData& other) {
  return one.has_birth() && other.has_birth() && one.birth() == other.birth() &&
         one.display_name() == other.display_name();
}

}  // namespace zhibu::membership
