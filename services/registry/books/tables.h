// The registry's rows and indexes.
#ifndef ZHIBU_SERVICES_REGISTRY_BOOKS_TABLES_H_
#define ZHIBU_SERVICES_REGISTRY_BOOKS_TABLES_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/store/keys.h"
#include "common/store/store.h"
#include "common/store/txn.h"
#include "google/protobuf/any.pb.h"
#include "services/registry/books/rows.pb.h"
#include "zhibu/registry/v1/election.pb.h"
#include "zhibu/registry/v1/events.pb.h"
#include "zhibu/registry/v1/facility.pb.h"
#include "zhibu/registry/v1/reorganisation.pb.h"
#include "zhibu/type/v1/line.pb.h"

namespace zhibu::registry {

// Numbers are never used again for something else.
enum class Table : uint8_t {
  kOrganisations = 0x10,            // id → OrganisationRow
  kOrganisationsBelow = 0x11,       // parent id, line, id: whoever has such an edge on any day
  kOrganisationsByCode = 0x12,      // code, id
  kInstitutions = 0x13,             // id → InstitutionRow
  kInstitutionsKept = 0x14,         // keeper id, id
  kInstitutionsByCredit = 0x15,     // credit code, id
  kPosts = 0x16,                    // id → PostRow
  kPostsAtSeat = 0x17,              // seat's resource name, id
  kOrganisationsByExternal = 0x18,  // system, id there, id
  kReorganisations = 0x19,          // id → Reorganisation
  kReorganisationsOf = 0x1A,        // organisation id, negative day, id
  kInstitutionsCovered = 0x1B,      // covering organisation's id on any day, institution's id
  kTerms = 0x1C,                    // organisation id, negative day it began → Term
  kEndedPosts = 0x1D,               // election id → EndedPostsRow
  kElections = 0x20,                // id → Election
  kElectionsOf = 0x21,              // organisation id, negative day, id
  // 0x22 and 0x23 were the present term and when it is due.
  kPostsOfHolder = 0x24,               // person id, post id
  kNames = 0x25,                       // gram of a title, resource name
  kFacilities = 0x26,                  // id → Facility
  kFacilitiesOf = 0x27,                // holder's resource name, id
  kMembers = 0x28,                     // person id → MemberRow; from the membership feed
  kMemberCounts = 0x29,                // organisation id → MemberCountRow; the same
  kMemberCountsAtInstitutions = 0x2A,  // institution id → MemberCountRow; the same
  kOpenAdvisories = 0x2B,              // organisation id, kind → Advisory; derived
  kClosedAdvisories = 0x2C,            // organisation id, day opened, kind → Advisory; derived
};

absl::StatusOr<std::optional<rows::OrganisationRow>> FindOrganisation(const Reader& reader,
                                                                      absl::string_view id);
absl::StatusOr<std::optional<rows::InstitutionRow>> FindInstitution(const Reader& reader,
                                                                    absl::string_view id);
absl::StatusOr<std::optional<rows::PostRow>> FindPost(const Reader& reader, absl::string_view id);

// By id.
absl::StatusOr<std::vector<std::string>> BelowOn(const Reader& reader, absl::string_view parent,
                                                 type::v1::Line line);
absl::StatusOr<std::vector<std::string>> WithCode(const Reader& reader, absl::string_view code);
absl::StatusOr<std::vector<std::string>> WithExternalId(const Reader& reader,
                                                        absl::string_view system,
                                                        absl::string_view id);
absl::StatusOr<std::vector<std::string>> KeptBy(const Reader& reader, absl::string_view keeper);
absl::StatusOr<std::vector<std::string>> CoveredBy(const Reader& reader,
                                                   absl::string_view organisation);
absl::StatusOr<std::vector<std::string>> WithCreditCode(const Reader& reader,
                                                        absl::string_view credit_code);
absl::StatusOr<std::vector<std::string>> AtSeat(const Reader& reader, absl::string_view seat);

// The organisations that were on the top of the tree on some day of their life: the first step of a
// walk over everything.
absl::StatusOr<std::vector<std::string>> OnceRoots(const Reader& reader);

// Every row in id order, from the first id after `after`, until `visit` returns false.
absl::Status ScanOrganisations(const Reader& reader,
                               absl::FunctionRef<bool(const rows::OrganisationRow&)> visit);
absl::Status ScanInstitutions(const Reader& reader, absl::string_view after,
                              absl::FunctionRef<bool(const rows::InstitutionRow&)> visit);
// Where the rows of posts begin, by id; the withdrawn are among them.
Key PostsKey();

// Stores what an event says, with its index entries. The only way in which a table changes: the
// feed folded from the beginning therefore gives the same tables. What was withdrawn is found by
// its name, and in no index. An election is stated before the posts that it ends and fills.
// DATA_LOSS: an event that states no resource.
absl::Status Apply(Txn& txn, const v1::OrganisationChanged& event);
absl::Status Apply(Txn& txn, const v1::InstitutionChanged& event);
absl::Status Apply(Txn& txn, const v1::PostChanged& event);
absl::Status Apply(Txn& txn, const v1::Reorganised& event);
absl::Status Apply(Txn& txn, const v1::ElectionRecorded& event);
absl::Status Apply(Txn& txn, const v1::TermChanged& event);
absl::Status Apply(Txn& txn, const v1::FacilityChanged& event);
absl::Status Apply(Txn& txn, const google::protobuf::Any& event);

absl::StatusOr<std::optional<v1::Reorganisation>> FindReorganisation(const Reader& reader,
                                                                     absl::string_view id);
absl::StatusOr<std::optional<v1::Facility>> FindFacility(const Reader& reader,
                                                         absl::string_view id);
absl::StatusOr<std::vector<std::string>> FacilitiesOf(const Reader& reader,
                                                      absl::string_view holder);
// Resource names of organisations and institutions of which a title, of any day, has a gram that
// begins so; by name, each once.
absl::StatusOr<std::set<std::string>> Named(const Reader& reader, absl::string_view gram);
absl::StatusOr<std::optional<v1::Election>> FindElection(const Reader& reader,
                                                         absl::string_view id);
// The term that was running on `day`, or the last one before; nullopt where none had begun.
absl::StatusOr<std::optional<v1::Term>> TermOn(const Reader& reader, absl::string_view organisation,
                                               absl::CivilDay day);
// The day on which the next election is due: what was put off counts.
absl::CivilDay DueOn(const v1::Term& term);
absl::StatusOr<std::vector<std::string>> PostsOfHolder(const Reader& reader,
                                                       absl::string_view person);
// Where an organisation's elections begin, newest first.
Key ElectionsOfKey(absl::string_view organisation);
// The ids of the decisions that an organisation was part of, newest first.
absl::StatusOr<std::vector<std::string>> ReorganisationsOf(const Reader& reader,
                                                           absl::string_view organisation);

}  // namespace zhibu::registry

#endif  // ZHIBU_SERVICES_REGISTRY_BOOKS_TABLES_H_
