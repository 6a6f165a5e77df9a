// Who has to agree to a transfer. Pure.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_RULES_TRANSFER_CHAIN_H_
#define ZHIBU_SERVICES_MEMBERSHIP_RULES_TRANSFER_CHAIN_H_

#include <optional>
#include <string>
#include <vector>

#include "zhibu/registry/v1/organisation.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::membership {

// An organisation with what it was on the day.
struct ChainNode {
  std::string id;
  type::v1::OrganisationKind kind = type::v1::ORGANISATION_KIND_UNSPECIFIED;
  type::v1::CommitteeLevel level = type::v1::COMMITTEE_LEVEL_UNSPECIFIED;
};
// An organisation and what is above it by subordination, upward.
using Upward = std::vector<ChainNode>;

// Whether the organisation at `place` may approve probationary members, and so transfers directly
// (细则 art 23, 教育管理条例 art 25): a committee or work committee, unless it is a base-level
// committee and the nearest committee above it that is none is a township's or street's.
bool MayTransferDirectly(const Upward& upward, size_t place);

// Place of the lowest that may; the size where there is none.
size_t LowestApproving(const Upward& upward);

struct ChainLink {
  std::string organisation;
  bool receiving;

  bool operator==(const ChainLink&) const = default;
};
struct Chain {
  // In order, without the sending organisation, which requests, and the receiving one, which
  // receives.
  std::vector<ChainLink> links;
  // Issues the letter: the highest on the sending side.
  std::string issuer;
};

// Up from `from` and down to `to`: through the lowest organisation that both are under, or, where
// that is higher, through the two committees that transfer directly. `to` empty: only up, to the
// outside. nullopt where there is no such committee.
std::optional<Chain> TransferChain(const Upward& from, const Upward& to);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_RULES_TRANSFER_CHAIN_H_
