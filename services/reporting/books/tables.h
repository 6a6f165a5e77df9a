// Reporting's rows: the states of what it counts, their contributions, and the keys of the
// counters.
#ifndef ZHIBU_SERVICES_REPORTING_BOOKS_TABLES_H_
#define ZHIBU_SERVICES_REPORTING_BOOKS_TABLES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/store/keys.h"
#include "common/store/store.h"
#include "common/store/table.h"
#include "common/store/txn.h"
#include "services/reporting/books/contributions.h"
#include "services/reporting/books/rows.pb.h"

namespace zhibu::reporting {

// Table numbers; never used again for something else.
enum class Table : uint8_t {
  kOldPersons = 0x10,     // before persons were mirrored as elsewhere; see CheckBooks
  kInstitutions = 0x11,   // institution → InstitutionRow
  kPosts = 0x12,          // post → PostRow
  kPostsOfHolder = 0x13,  // person, post → EntryRow
  kPostsAtSeat = 0x14,    // seat's resource name, post → EntryRow
  kOwnCoverage = 0x15,    // organisation, institution that it covers as its own → EntryRow
  kContributions = 0x16,  // entity type, entity → ContributionsRow
  kOldCounters = 0x17,    // before a survey read them in one go; see CheckBooks
  kTree = 0x18,           // → TreeRow
  kPersons = 0x19,        // person → rpc::MirroredPerson
  kOwnCounters = 0x1a,    // organisation, bucket size, bucket, measure → CounterRow
  kBelowCounters = 0x1b,  // organisation, bucket size, bucket, measure, way → CounterRow
};

// FAILED_PRECONDITION "BOOKS_OUTDATED" where the books were made by a program whose tables these
// no longer are: going on from them would count wrongly.
absl::Status CheckBooks(const Reader& reader);

inline Key TableKey(Table table) { return Key(static_cast<uint8_t>(table)); }

inline Key InstitutionKey(absl::string_view id) { return TableKey(Table::kInstitutions).Text(id); }
inline Key PostKey(absl::string_view id) { return TableKey(Table::kPosts).Text(id); }
inline Key TreeKey() { return TableKey(Table::kTree); }

// What contributes. A holder's posts and an organisation's secretaries contribute together, not
// post by post, and so are entities of their own.
enum class Entity { kOrganisation, kInstitution, kPerson, kHolder, kSecretaries, kActivity };

absl::StatusOr<Contributions> GetContributions(const Reader& reader, Entity entity,
                                               absl::string_view id);
void PutContributions(Txn& txn, Entity entity, absl::string_view id,
                      const Contributions& contributions);

// Stores a post and keeps its two indexes; `before` is the row it replaces, if any. Null: a post
// that was withdrawn leaves none.
void PutPost(Txn& txn, const std::string& id, const std::optional<rows::PostRow>& before,
             const std::optional<rows::PostRow>& post);

struct StoredPost {
  std::string id;
  rows::PostRow row;
};
// In id order.
absl::StatusOr<std::vector<StoredPost>> PostsOfHolder(const Reader& reader,
                                                      absl::string_view holder);
absl::StatusOr<std::vector<StoredPost>> PostsAtSeat(const Reader& reader, absl::string_view seat);

// Stores an institution and keeps the index of own coverage.
void PutInstitution(Txn& txn, const std::string& id,
                    const std::optional<rows::InstitutionRow>& before,
                    const rows::InstitutionRow& institution);
// Ids of the institutions that have ever been covered by the organisation as its own.
absl::StatusOr<std::vector<std::string>> OwnInstitutionsOf(const Reader& reader,
                                                           absl::string_view organisation);
// Ids of the organisations that have ever covered it so, each once.
std::vector<std::string> OwnCoverersOf(const rows::InstitutionRow& institution);

}  // namespace zhibu::reporting

#endif  // ZHIBU_SERVICES_REPORTING_BOOKS_TABLES_H_
