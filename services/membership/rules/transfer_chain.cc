#include "services/membership/rules/transfer_chain.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

#include <algorithm>

namespace zhibu::membership {
namespace {

using type::v1::CommitteeLevel;
using type::v1::OrganisationKind;

bool IsCommittee(const ChainNode& node) {
  return node.kind == type::v1::ORGANISATION_KIND_COMMITTEE ||
         node.kind == type::v1::ORGANISATION_KIND_WORK_COMMITTEE;
}

// 基层党委; a level that is not said is read as one. A work committee is never: it is a county's
// organ.
bool IsBaseCommittee(const ChainNode& node) {
  return node.kind == type::v1::ORGANISATION_KIND_COMMITTEE &&
         node.level != type::v1::COMMITTEE_LEVEL_TOWNSHIP &&
         node.level != type::v1::COMMITTEE_LEVEL_COUNTY;
}

}  // namespace

bool MayTransferDirectly(const Upward& upward, size_t place) {
  const ChainNode& node = upward[place];
  if (!IsCommittee(node)) return false;
  if (!IsBaseCommittee(node)) return true;
  // Base committees under base committees are all under what the highest of them is under.
  const auto above =
      std::find_if(upward.begin() + static_cast<Upward::difference_type>(place), upward.end(),
                   [](const ChainNode& one) { return IsCommittee(one) && !IsBaseCommittee(one); });
  return above == upward.end() || above->level != type::v1::COMMITTEE_LEVEL_TOWNSHIP;
}

size_t LowestApproving(const Upward& upward) {
  size_t place = 0;
  while (place < upward.size() && !MayTransferDirectly(upward, place)) ++place;
  return place;
}

std::optional<Chain> TransferChain(const Upward& from, const Upward& to) {
  size_t up = LowestApproving(from);
  size_t down = LowestApproving(to);
  bool joined = false;
  for (size_t i = 0; i < from.size() && i <= up && !joined; ++i) {
    const auto common = std::find_if(to.begin(), to.end(),
                                     [&](const ChainNode& node) { return node.id == from[i].id; });
    if (common == to.end()) continue;
    joined = true;
    up = i;
    down = static_cast<size_t>(common - to.begin());
  }
  if (up == from.size() || (!to.empty() && down == to.size())) return std::nullopt;
  Chain chain;
  chain.issuer = from[up].id;
  for (size_t i = 1; i <= up; ++i) chain.links.push_back({from[i].id, false});
  // The one that both are under stands once; the receiving organisation itself receives.
  if (joined && down == 0 && up > 0) chain.links.pop_back();
  for (size_t i = joined ? down : down + 1; i-- > 1;) chain.links.push_back({to[i].id, true});
  return chain;
}

}  // namespace zhibu::membership
