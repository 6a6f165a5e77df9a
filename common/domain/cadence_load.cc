// The part of cadence.h that reads and checks a catalogue.

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/file.h"
#include "common/base/status.h"
#include "common/domain/cadence.h"
#include "common/domain/cadence.pb.h"
#include "common/domain/text_file.h"

namespace zhibu {
namespace {

constexpr int kMaxTimes = 31;
constexpr size_t kMaxIdLength = 63;

// The values of zhibu.registry.v1.OrganisationKind; common/ knows no service, so they are names
// here.
constexpr absl::string_view kOrganisationKinds[] = {
    "COMMITTEE",    "WORK_COMMITTEE",   "GENERAL_BRANCH", "BRANCH",
    "JOINT_BRANCH", "TEMPORARY_BRANCH", "MOBILE_BRANCH",  "PARTY_GROUP"};

bool IsId(absl::string_view id) {
  if (id.empty() || id.size() > kMaxIdLength || !absl::ascii_islower(id[0])) return false;
  return std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

absl::StatusOr<CadenceRule> FromProto(const domain::CadenceRule& proto) {
  if (!IsId(proto.id())) return absl::InvalidArgumentError("id is not [a-z][a-z0-9-]{0,62}");
  if (proto.title().empty()) return absl::InvalidArgumentError("title is empty");
  if (!IsId(proto.activity_kind())) {
    return absl::InvalidArgumentError("activity_kind is not [a-z][a-z0-9-]{0,62}");
  }
  if (proto.organisation_kinds().empty()) {
    return absl::InvalidArgumentError("organisation_kinds is empty");
  }
  std::set<std::string> kinds;
  for (const std::string& kind : proto.organisation_kinds()) {
    if (std::find(std::begin(kOrganisationKinds), std::end(kOrganisationKinds), kind) ==
        std::end(kOrganisationKinds)) {
      return absl::InvalidArgumentError(absl::StrCat("there is no organisation kind ", kind));
    }
    if (!kinds.insert(kind).second) {
      return absl::InvalidArgumentError(absl::StrCat("organisation kind ", kind, " stands twice"));
    }
  }
  if (proto.times() < 1 || proto.times() > kMaxTimes) {
    return absl::InvalidArgumentError(
        absl::StrCat("times is ", proto.times(), ", not 1 to ", kMaxTimes));
  }
  if (proto.min_full_members() < 0) {
    return absl::InvalidArgumentError("min_full_members is negative");
  }
  CadenceRule rule;
  switch (proto.period()) {
    case domain::CadenceRule::MONTH:
      rule.every = CadenceRule::Every::kMonth;
      break;
    case domain::CadenceRule::QUARTER:
      rule.every = CadenceRule::Every::kQuarter;
      break;
    case domain::CadenceRule::YEAR:
      rule.every = CadenceRule::Every::kYear;
      break;
    default:
      return absl::InvalidArgumentError("period is not MONTH, QUARTER or YEAR");
  }
  if (!proto.effective_from().empty()) {
    const auto day = ParseDate(proto.effective_from());
    if (!day.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("effective_from: ", day.status().message()));
    }
    rule.effective_from = *day;
  }
  auto citation = CitationFromProto(proto.citation());
  if (!citation.ok()) return citation.status();
  rule.id = proto.id();
  rule.title = proto.title();
  rule.activity_kind = proto.activity_kind();
  rule.organisation_kinds = {proto.organisation_kinds().begin(), proto.organisation_kinds().end()};
  rule.times = proto.times();
  rule.min_full_members = proto.min_full_members();
  rule.owed_for_part_periods = proto.owed_for_part_periods();
  rule.citation = *std::move(citation);
  return rule;
}

}  // namespace

absl::StatusOr<Cadence> ParseCadence(absl::string_view text, absl::string_view name) {
  TextFile file(name);
  domain::CadenceCatalogue catalogue;
  ZHIBU_RETURN_IF_ERROR(file.Parse(text, catalogue));
  if (catalogue.rules().empty()) return file.Fault("", -1, "there is no rule");
  Cadence cadence;
  std::set<std::string> ids;
  for (int i = 0; i < catalogue.rules_size(); ++i) {
    const domain::CadenceRule& proto = catalogue.rules(i);
    auto rule = FromProto(proto);
    if (rule.ok() && !ids.insert(rule->id).second) {
      rule = absl::InvalidArgumentError("an earlier rule has this id");
    }
    if (!rule.ok()) {
      return file.Fault("rules", i,
                        absl::StrCat("rule \"", proto.id(), "\": ", rule.status().message()));
    }
    cadence.rules.push_back(*std::move(rule));
  }
  return cadence;
}

absl::StatusOr<Cadence> LoadCadence(const std::string& path) {
  ZHIBU_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  return ParseCadence(text, path);
}

}  // namespace zhibu
