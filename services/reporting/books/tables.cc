#include "services/reporting/books/tables.h"

#include <set>

#include "common/base/status.h"
#include "zhibu/registry/v1/institution.pb.h"

namespace zhibu::reporting {
namespace {

Key ContributionsKey(Entity entity, absl::string_view id) {
  const char* type = "";
  switch (entity) {
    case Entity::kOrganisation:
      type = "organisation";
      break;
    case Entity::kInstitution:
      type = "institution";
      break;
    case Entity::kPerson:
      type = "person";
      break;
    case Entity::kHolder:
      type = "holder";
      break;
    case Entity::kSecretaries:
      type = "secretaries";
      break;
    case Entity::kActivity:
      type = "activity";
      break;
  }
  return TableKey(Table::kContributions).Text(type).Text(id);
}

Key OfHolderKey(absl::string_view holder) { return TableKey(Table::kPostsOfHolder).Text(holder); }
Key AtSeatKey(absl::string_view seat) { return TableKey(Table::kPostsAtSeat).Text(seat); }
Key OwnCoverageKey(absl::string_view organisation) {
  return TableKey(Table::kOwnCoverage).Text(organisation);
}

// The last parts of the index keys that begin with `key`.
absl::StatusOr<std::vector<std::string>> LastParts(const Reader& reader, const Key& key) {
  std::vector<std::string> parts;
  const size_t skip = key.bytes().size();
  ZHIBU_RETURN_IF_ERROR(
      reader.Scan(key, key.End(), [&](absl::string_view found, absl::string_view) {
        // The text's end mark is the key's last byte.
        parts.emplace_back(found.substr(skip, found.size() - skip - 1));
        return true;
      }));
  return parts;
}

absl::StatusOr<std::vector<StoredPost>> PostsIn(const Reader& reader, const Key& index) {
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> ids, LastParts(reader, index));
  std::vector<StoredPost> posts;
  for (const std::string& id : ids) {
    ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::PostRow> row,
                           GetRow<rows::PostRow>(reader, PostKey(id)));
    if (!row) return absl::DataLossError("a post is in an index but not in its table");
    posts.push_back({id, *std::move(row)});
  }
  return posts;
}

}  // namespace

absl::Status CheckBooks(const Reader& reader) {
  for (const Table old : {Table::kOldPersons, Table::kOldCounters}) {
    bool any = false;
    const Key all = TableKey(old);
    ZHIBU_RETURN_IF_ERROR(reader.Scan(all, all.End(), [&](absl::string_view, absl::string_view) {
      any = true;
      return false;
    }));
    if (any) {
      return Failure(absl::StatusCode::kFailedPrecondition, "BOOKS_OUTDATED",
                     "统计服务的数据目录由旧版程序建立，请停机后移走该目录再启动："
                     "全部数据将由其他服务的变更流重新生成");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Contributions> GetContributions(const Reader& reader, Entity entity,
                                               absl::string_view id) {
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::ContributionsRow> row,
                         GetRow<rows::ContributionsRow>(reader, ContributionsKey(entity, id)));
  Contributions result;
  if (!row) return result;
  for (const rows::ContributionRow& one : row->contributions()) {
    result.push_back({one.organisation_id(), one.measure(), one.day(), one.amount()});
  }
  return result;
}

void PutContributions(Txn& txn, Entity entity, absl::string_view id,
                      const Contributions& contributions) {
  const Key key = ContributionsKey(entity, id);
  if (contributions.empty()) return txn.Delete(key);
  rows::ContributionsRow row;
  for (const Contribution& contribution : contributions) {
    rows::ContributionRow& one = *row.add_contributions();
    one.set_organisation_id(contribution.organisation);
    one.set_measure(contribution.measure);
    one.set_day(contribution.day);
    one.set_amount(contribution.amount);
  }
  PutRow(txn, key, row);
}

void PutPost(Txn& txn, const std::string& id, const std::optional<rows::PostRow>& before,
             const std::optional<rows::PostRow>& post) {
  if (before) {
    txn.Delete(PostKey(id));
    txn.Delete(OfHolderKey(before->holder_id()).Text(id));
    txn.Delete(AtSeatKey(before->seat()).Text(id));
  }
  if (!post) return;
  PutRow(txn, PostKey(id), *post);
  PutRow(txn, OfHolderKey(post->holder_id()).Text(id), rows::EntryRow());
  PutRow(txn, AtSeatKey(post->seat()).Text(id), rows::EntryRow());
}

absl::StatusOr<std::vector<StoredPost>> PostsOfHolder(const Reader& reader,
                                                      absl::string_view holder) {
  return PostsIn(reader, OfHolderKey(holder));
}

absl::StatusOr<std::vector<StoredPost>> PostsAtSeat(const Reader& reader, absl::string_view seat) {
  return PostsIn(reader, AtSeatKey(seat));
}

void PutInstitution(Txn& txn, const std::string& id,
                    const std::optional<rows::InstitutionRow>& before,
                    const rows::InstitutionRow& institution) {
  if (before) {
    for (const std::string& organisation : OwnCoverersOf(*before)) {
      txn.Delete(OwnCoverageKey(organisation).Text(id));
    }
  }
  PutRow(txn, InstitutionKey(id), institution);
  for (const std::string& organisation : OwnCoverersOf(institution)) {
    PutRow(txn, OwnCoverageKey(organisation).Text(id), rows::EntryRow());
  }
}

absl::StatusOr<std::vector<std::string>> OwnInstitutionsOf(const Reader& reader,
                                                           absl::string_view organisation) {
  return LastParts(reader, OwnCoverageKey(organisation));
}

std::vector<std::string> OwnCoverersOf(const rows::InstitutionRow& institution) {
  std::set<std::string> organisations;
  for (const rows::CoverageRow& coverage : institution.coverages()) {
    if (coverage.rung() == registry::v1::COVERAGE_RUNG_OWN) {
      organisations.insert(coverage.organisation_id());
    }
  }
  return {organisations.begin(), organisations.end()};
}

}  // namespace zhibu::reporting
