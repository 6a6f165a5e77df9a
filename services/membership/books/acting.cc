#include "services/membership/books/acting.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/rpc/organisation_mirror.h"
#include "services/membership/books/reading.h"
#include "services/membership/rules/affiliations.h"
#include "services/membership/rules/bodies.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::membership {
namespace {

// The branch whatever its kind: known without the tree.
bool IsBranchItself(const rules::ActingBody& rule) {
  return rule.role() == rules::ActingBody::BRANCH && rule.never().empty();
}

}  // namespace

absl::StatusOr<Upward> UpwardOf(const SharedOrgTree& tree, const Reader& reader,
                                const std::string& organisation_id, absl::CivilDay day) {
  Upward upward;
  const std::vector<std::string> ids = tree.Read([&](const OrgTree& read) {
    return read.AncestorsOn(organisation_id, type::v1::LINE_SUBORDINATION, day);
  });
  for (const std::string& id : ids) {
    ChainNode node;
    node.id = id;
    ZHIBU_ASSIGN_OR_RETURN(const auto row, OrganisationMirror::Find(reader, id));
    if (row) {
      const rpc::MirroredKind kind = KindOn(*row, day);
      node.kind = static_cast<type::v1::OrganisationKind>(kind.kind());
      node.level = static_cast<type::v1::CommitteeLevel>(kind.level());
    }
    upward.push_back(std::move(node));
  }
  return upward;
}

std::string LeaderOn(const rows::PersonRow& person, const rows::CaseRow& row, absl::CivilDay day) {
  std::string kept_by = KeptBy(person.affiliations(), day);
  return kept_by.empty() ? row.organisation_id() : kept_by;
}

absl::StatusOr<Electorate> ElectorateOf(const Reader& reader, absl::string_view branch_id,
                                        absl::CivilDay day) {
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> persons, PersonsEverAt(reader, branch_id));
  Electorate electorate;
  for (const std::string& id : persons) {
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PersonRow> person, FindPerson(reader, id));
    if (!person) return absl::DataLossError("an index names nobody");
    CountVoter(*person, branch_id, day, electorate);
  }
  return electorate;
}

absl::Status GatherBodies(const Needs& needs, const v1::Step& step, absl::CivilDay day,
                          const std::string& branch_id, const SharedOrgTree& tree,
                          const Reader& reader, CaseFacts& facts) {
  const rules::ActingBody* acting = needs.acting_body;
  Upward upward;
  if (needs.deliberating || (acting != nullptr && !IsBranchItself(*acting))) {
    ZHIBU_ASSIGN_OR_RETURN(upward, UpwardOf(tree, reader, branch_id, day));
  } else {
    upward.push_back({branch_id});
  }
  if (needs.deliberating) facts.deliberating = DeliberatingBodies(upward);
  if (acting != nullptr) {
    facts.competent = CompetentBodies(*acting, upward);
    facts.acting_organisation = step.organisation();
    if (facts.acting_organisation.empty() && !facts.competent.empty()) {
      facts.acting_organisation = facts.competent.front();
    }
    for (const ChainNode& node : upward) {
      if (NameOf(kOrganisations, node.id) == facts.acting_organisation)
        facts.acting_kind = node.kind;
    }
  }
  const v1::Vote* vote = VoteOf(step);
  if (vote != nullptr && (needs.electorate || vote->entitled() == 0)) {
    ZHIBU_ASSIGN_OR_RETURN(facts.electorate, ElectorateOf(reader, branch_id, day));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> MayGrantException(const std::string& authority, const std::string& branch_id,
                                       absl::CivilDay day, const SharedOrgTree& tree,
                                       const Reader& reader) {
  rules::ActingBody granting;
  granting.set_role(rules::ActingBody::APPROVING_OR_ABOVE);
  ZHIBU_ASSIGN_OR_RETURN(const Upward upward, UpwardOf(tree, reader, branch_id, day));
  const std::vector<std::string> bodies = CompetentBodies(granting, upward);
  return std::find(bodies.begin(), bodies.end(), authority) != bodies.end();
}

}  // namespace zhibu::membership
