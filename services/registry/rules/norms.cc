#include "services/registry/rules/norms.h"

#include "common/base/civil.h"
#include "common/domain/citation.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::registry {
namespace {

std::string BasisFault(const norms::Basis& basis) {
  for (const std::string& date : {basis.from(), basis.to()}) {
    if (!date.empty() && !ParseDate(date).ok()) return "from and to are dates such as 2018-10-28";
  }
  if (!basis.from().empty() && !basis.to().empty() && basis.from() >= basis.to()) {
    return "from is not before to";
  }
  const auto citation = CitationFromProto(basis.citation());
  return citation.ok() ? "" : std::string(citation.status().message());
}

std::string Fault(const norms::Term& term) {
  return term.years() < 0 || term.remind_months() < 0 || term.most_postponed_months() < 0
             ? "a term has no negative numbers"
             : "";
}
std::string Fault(const norms::Committee& committee) {
  return committee.least() < 0 || committee.most() < committee.least() ||
                 committee.usual_most() > committee.most() ||
                 (committee.to_members() != 0 && committee.to_members() < committee.from_members())
             ? "a committee has at least `least` and at most `most` members"
             : "";
}
std::string Fault(const norms::Election& election) {
  return election.quorum_numerator() < 1 ||
                 election.quorum_denominator() < election.quorum_numerator() ||
                 election.majority_of() == norms::Election::DENOMINATOR_UNSPECIFIED
             ? "an election has a quorum of at most 1 and says whose half elects"
             : "";
}
std::string Fault(const norms::OneShoulder& posts) {
  return posts.expected() == norms::OneShoulder::EXPECTED_UNSPECIFIED ? "expected is not said" : "";
}
std::string Fault(const norms::Threshold& threshold) {
  return threshold.kind() == v1::ADVISORY_KIND_UNSPECIFIED || threshold.number() < 1
             ? "a threshold has a kind and a number"
             : "";
}
std::string Fault(const norms::Coverage& coverage) {
  return coverage.full_members() < 0 || coverage.staff() < 0 ||
                 (coverage.full_members() == 0) == (coverage.staff() == 0)
             ? "either full_members or staff is said, at least 1"
             : "";
}
std::string Fault(const norms::Margin& margin) {
  return margin.percent() < 1 || margin.percent() > 100 ? "a margin is 1 to 100 percent" : "";
}

template <typename List>
std::optional<UnsoundNorm> FindIn(const std::string& name, const List& list) {
  for (int i = 0; i < list.size(); ++i) {
    std::string fault = BasisFault(list.Get(i).basis());
    if (fault.empty()) fault = Fault(list.Get(i));
    if (!fault.empty()) return UnsoundNorm{name, i, fault};
  }
  return std::nullopt;
}

}  // namespace

bool Holds(const norms::Basis& basis, type::v1::OrganisationKind kind, absl::CivilDay day) {
  if (basis.off()) return false;
  const std::string date = FormatDate(day);
  if (!basis.from().empty() && date < basis.from()) return false;
  if (!basis.to().empty() && date >= basis.to()) return false;
  return basis.kinds().empty() ||
         std::find(basis.kinds().begin(), basis.kinds().end(), kind) != basis.kinds().end();
}

const norms::Coverage* MissingOrganisation(const std::vector<const norms::Coverage*>& norms,
                                           const UnitFacts& unit) {
  const bool covered =
      unit.rung != v1::COVERAGE_RUNG_NONE && unit.rung != v1::COVERAGE_RUNG_INSTRUCTOR;
  for (const norms::Coverage* norm : norms) {
    if (norm->ownership() != v1::OWNERSHIP_UNSPECIFIED && norm->ownership() != unit.ownership) {
      continue;
    }
    const bool missing = norm->full_members() > 0 ? unit.full_members >= norm->full_members() &&
                                                        unit.rung != v1::COVERAGE_RUNG_OWN
                                                  : unit.staff >= norm->staff() && !covered;
    if (missing) return norm;
  }
  return nullptr;
}

const norms::Committee* Norms::CommitteeOf(type::v1::OrganisationKind kind, int full_members,
                                           absl::CivilDay day) const {
  for (const norms::Committee& norm : data_.committees()) {
    if (Holds(norm.basis(), kind, day) && full_members >= norm.from_members() &&
        (norm.to_members() == 0 || full_members <= norm.to_members())) {
      return &norm;
    }
  }
  return nullptr;
}

std::vector<const norms::Threshold*> Norms::ThresholdsOf(type::v1::OrganisationKind kind,
                                                         absl::CivilDay day) const {
  std::vector<const norms::Threshold*> found;
  for (const norms::Threshold& norm : data_.thresholds()) {
    if (Holds(norm.basis(), kind, day)) found.push_back(&norm);
  }
  return found;
}

std::vector<const norms::Coverage*> Norms::CoveragesOn(absl::CivilDay day) const {
  std::vector<const norms::Coverage*> found;
  for (const norms::Coverage& norm : data_.coverage()) {
    if (Holds(norm.basis(), type::v1::ORGANISATION_KIND_UNSPECIFIED, day)) found.push_back(&norm);
  }
  return found;
}

std::optional<UnsoundNorm> FindUnsound(const norms::Norms& norms) {
  std::optional<UnsoundNorm> found = FindIn("terms", norms.terms());
  if (!found) found = FindIn("committees", norms.committees());
  if (!found) found = FindIn("elections", norms.elections());
  if (!found) found = FindIn("one_shoulder", norms.one_shoulder());
  if (!found) found = FindIn("thresholds", norms.thresholds());
  if (!found) found = FindIn("coverage", norms.coverage());
  if (!found) found = FindIn("margins", norms.margins());
  return found;
}

}  // namespace zhibu::registry
