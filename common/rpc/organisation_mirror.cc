#include "common/rpc/organisation_mirror.h"

#include <utility>
#include <vector>

#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/store/keys.h"
#include "common/store/table.h"

namespace zhibu {
namespace {

Key RowKey(absl::string_view id) { return Key(SystemTable::kOrganisations).Text(id); }

rpc::MirroredOrganisation RowOf(const registry::v1::OrganisationRecord& organisation) {
  rpc::MirroredOrganisation row;
  row.set_id(IdOf(kOrganisations, organisation.name()).value_or(""));
  row.set_title(organisation.title());
  row.set_kind(organisation.kind());
  row.set_established(DayNumber(FromOrNoStart(organisation.established_on())));
  row.set_dissolved(DayNumber(ToOrNoEnd(organisation.dissolved_on())));
  for (const auto& affiliation : organisation.affiliations()) {
    auto* edge = row.add_edges();
    edge->set_parent_id(IdOf(kOrganisations, affiliation.parent()).value_or(""));
    edge->set_line(affiliation.line());
    edge->set_from(DayNumber(FromOrNoStart(affiliation.valid_from())));
    edge->set_to(DayNumber(ToOrNoEnd(affiliation.valid_to())));
  }
  for (const auto& dated : organisation.kinds()) {
    auto* kind = row.add_kinds();
    kind->set_kind(dated.kind());
    kind->set_level(dated.level());
    kind->set_from(DayNumber(FromOrNoStart(dated.valid_from())));
    kind->set_to(DayNumber(ToOrNoEnd(dated.valid_to())));
  }
  return row;
}

void SetRowInTree(SharedOrgTree& tree, const rpc::MirroredOrganisation& row) {
  tree.Set(row.id(), EdgesOf(row), DayFromNumber(row.established()),
           DayFromNumber(row.dissolved()));
}

}  // namespace

absl::CivilDay FromOrNoStart(const google::type::Date& date) {
  return FromProto(date).value_or(kNoStart);
}
absl::CivilDay ToOrNoEnd(const google::type::Date& date) {
  return FromProto(date).value_or(kNoEnd);
}

std::vector<rpc::MirroredKind> KindsOf(const rpc::MirroredOrganisation& row) {
  if (!row.kinds().empty()) return {row.kinds().begin(), row.kinds().end()};
  rpc::MirroredKind kind;
  kind.set_kind(row.kind());
  kind.set_from(row.established());
  kind.set_to(row.dissolved());
  return {kind};
}

rpc::MirroredKind KindOn(const rpc::MirroredOrganisation& row, absl::CivilDay day) {
  const int32_t number = DayNumber(day);
  const std::vector<rpc::MirroredKind> kinds = KindsOf(row);
  for (const rpc::MirroredKind& kind : kinds) {
    if (kind.from() <= number && number < kind.to()) return kind;
  }
  return kinds.back();
}

std::vector<OrgEdge> EdgesOf(const rpc::MirroredOrganisation& row) {
  std::vector<OrgEdge> edges;
  for (const auto& edge : row.edges()) {
    edges.push_back({edge.parent_id(), static_cast<type::v1::Line>(edge.line()),
                     DayFromNumber(edge.from()), DayFromNumber(edge.to())});
  }
  return edges;
}

void SetInTree(SharedOrgTree& tree, const registry::v1::OrganisationRecord& organisation) {
  SetRowInTree(tree, RowOf(organisation));
}

absl::Status OrganisationMirror::Load(const Reader& reader) {
  const Key all(SystemTable::kOrganisations);
  return ScanRows<rpc::MirroredOrganisation>(
      reader, all, all.End(), [&](absl::string_view, const rpc::MirroredOrganisation& row) {
        SetRowInTree(*tree_, row);
        return true;
      });
}

absl::Status OrganisationMirror::Apply(Txn& txn, const google::protobuf::Any& event) {
  registry::v1::OrganisationChanged changed;
  return event.UnpackTo(&changed) ? Apply(txn, changed) : absl::OkStatus();
}

absl::Status OrganisationMirror::Apply(Txn& txn, const registry::v1::OrganisationChanged& changed) {
  rpc::MirroredOrganisation row = RowOf(changed.organisation());
  if (row.id().empty()) return absl::DataLossError("an organisation without a name in the feed");
  PutRow(txn, RowKey(row.id()), row);
  txn.OnCommit([tree = tree_, row = std::move(row)] { SetRowInTree(*tree, row); });
  return absl::OkStatus();
}

absl::StatusOr<std::optional<rpc::MirroredOrganisation>> OrganisationMirror::Find(
    const Reader& reader, absl::string_view id) {
  return GetRow<rpc::MirroredOrganisation>(reader, RowKey(id));
}

}  // namespace zhibu
