// The organisations as a follower of the registry keeps them: rows in its store, tree in memory.
#ifndef ZHIBU_COMMON_RPC_ORGANISATION_MIRROR_H_
#define ZHIBU_COMMON_RPC_ORGANISATION_MIRROR_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/domain/org_tree.h"
#include "common/domain/shared_org_tree.h"
#include "common/rpc/mirror.pb.h"
#include "common/store/store.h"
#include "common/store/txn.h"
#include "zhibu/registry/v1/events.pb.h"

namespace zhibu {

// The days of a contract's period; kNoStart and kNoEnd where unset. Invalid dates count as unset.
absl::CivilDay FromOrNoStart(const google::type::Date& date);
absl::CivilDay ToOrNoEnd(const google::type::Date& date);

// Oldest first, at least one: a row from before kinds had dates has one for its whole life.
std::vector<rpc::MirroredKind> KindsOf(const rpc::MirroredOrganisation& row);
// Kind and level on a day; outside the organisation's life the last ones.
rpc::MirroredKind KindOn(const rpc::MirroredOrganisation& row, absl::CivilDay day);

// Its edges upward, as a tree takes them.
std::vector<OrgEdge> EdgesOf(const rpc::MirroredOrganisation& row);

// The tree's view of an organisation.
void SetInTree(SharedOrgTree& tree, const registry::v1::OrganisationRecord& organisation);

// Membership, activity and reporting each follow the registry and need the same of it; here it is
// once. Rows have their own table number below the services' own.
class OrganisationMirror {
 public:
  explicit OrganisationMirror(SharedOrgTree* tree) : tree_(tree) {}

  // Fills the tree from the store; once, before serving.
  absl::Status Load(const Reader& reader);

  // Applies an OrganisationChanged; other events are not its business and are passed over.
  absl::Status Apply(Txn& txn, const google::protobuf::Any& event);
  absl::Status Apply(Txn& txn, const registry::v1::OrganisationChanged& changed);

  // By id.
  static absl::StatusOr<std::optional<rpc::MirroredOrganisation>> Find(const Reader& reader,
                                                                       absl::string_view id);

 private:
  SharedOrgTree* const tree_;
};

}  // namespace zhibu

#endif  // ZHIBU_COMMON_RPC_ORGANISATION_MIRROR_H_
