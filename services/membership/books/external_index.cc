#include "services/membership/books/external_index.h"

#include <optional>
#include <set>

#include "common/base/status.h"
#include "services/membership/books/numbers.h"
#include "services/membership/books/reading.h"

namespace zhibu::membership {

Key ExternalIdKey(absl::string_view system, absl::string_view id) {
  return Key(kExternalIds).Text(system).Text(id);
}

void PutExternalIds(Txn& txn, absl::string_view person_id, const ExternalIds& ids) {
  for (const type::v1::ExternalId& one : ids) {
    txn.Put(ExternalIdKey(one.system(), one.id()).Text(person_id), "");
  }
}

void DeleteExternalIds(Txn& txn, absl::string_view person_id, const ExternalIds& ids) {
  for (const type::v1::ExternalId& one : ids) {
    txn.Delete(ExternalIdKey(one.system(), one.id()).Text(person_id));
  }
}

absl::StatusOr<std::vector<ExternalIds>> ExternalIdsOfOthers(const Reader& reader,
                                                             absl::string_view person_id,
                                                             const ExternalIds& ids) {
  std::set<std::string> others;
  for (const type::v1::ExternalId& one : ids) {
    const Key range = ExternalIdKey(one.system(), one.id());
    ZHIBU_RETURN_IF_ERROR(
        reader.Scan(range, range.End(), [&](absl::string_view key, absl::string_view) {
          KeyParts parts(key);
          parts.Text();
          parts.Text();
          others.insert(parts.Text().value_or(""));
          return true;
        }));
  }
  others.erase(std::string(person_id));
  std::vector<ExternalIds> found;
  for (const std::string& id : others) {
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PersonRow> row, FindPerson(reader, id));
    if (!row) return absl::DataLossError("an index names nobody");
    found.push_back(row->external_ids());
  }
  return found;
}

}  // namespace zhibu::membership
