#include "services/activity/data/kinds.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/file.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/domain/text_file.h"
#include "services/activity/data/kinds.pb.h"
#include "zhibu/registry/v1/organisation.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::activity {
namespace {

constexpr int kMaxRequiredHours = 400;
constexpr char kPrefix[] = "ORGANISATION_KIND_";

bool IsOrganisationKind(const std::string& kind) {
  type::v1::OrganisationKind parsed;
  return type::v1::OrganisationKind_Parse(absl::StrCat(kPrefix, kind), &parsed) &&
         parsed != type::v1::ORGANISATION_KIND_UNSPECIFIED;
}

absl::StatusOr<ActivityKind> FromProto(const data::ActivityKind& proto) {
  if (!IsResourceId(proto.id()))
    return absl::InvalidArgumentError("id is not [a-z][a-z0-9-]{0,62}");
  if (proto.title().empty()) return absl::InvalidArgumentError("title is empty");
  if (proto.organisation_kinds().empty()) {
    return absl::InvalidArgumentError("organisation_kinds is empty");
  }
  std::set<std::string> seen;
  for (const std::string& kind : proto.organisation_kinds()) {
    if (!IsOrganisationKind(kind)) {
      return absl::InvalidArgumentError(absl::StrCat("there is no organisation kind ", kind));
    }
    if (!seen.insert(kind).second) {
      return absl::InvalidArgumentError(absl::StrCat("organisation kind ", kind, " stands twice"));
    }
  }
  const int lowest = proto.earns_study_hours() ? 1 : 0;
  const int highest = proto.earns_study_hours() ? kMaxStudyHours : 0;
  if (proto.max_study_hours() < lowest || proto.max_study_hours() > highest) {
    return absl::InvalidArgumentError(
        absl::StrCat("max_study_hours is ", proto.max_study_hours(), ", not ", lowest, " to ",
                     highest, proto.earns_study_hours() ? "" : " for a kind that earns none"));
  }
  ActivityKind kind;
  if (proto.has_citation()) {
    ZHIBU_ASSIGN_OR_RETURN(kind.citation, CitationFromProto(proto.citation()));
  }
  kind.id = proto.id();
  kind.title = proto.title();
  kind.organisation_kinds = {proto.organisation_kinds().begin(), proto.organisation_kinds().end()};
  kind.max_study_hours = proto.max_study_hours();
  return kind;
}

}  // namespace

const ActivityKind* Kinds::Find(absl::string_view id) const {
  auto it =
      std::find_if(kinds.begin(), kinds.end(), [id](const auto& kind) { return kind.id == id; });
  return it == kinds.end() ? nullptr : &*it;
}

absl::StatusOr<Kinds> ParseKinds(absl::string_view text, absl::string_view name) {
  TextFile file(name);
  data::KindCatalogue catalogue;
  ZHIBU_RETURN_IF_ERROR(file.Parse(text, catalogue));
  if (catalogue.kinds().empty()) return file.Fault("", -1, "there is no kind");
  Kinds kinds;
  kinds.required_study_hours = catalogue.study_hours().required();
  if (kinds.required_study_hours < 1 || kinds.required_study_hours > kMaxRequiredHours) {
    return file.Fault("study_hours", -1,
                      absl::StrCat("study_hours.required is ", kinds.required_study_hours,
                                   ", not 1 to ", kMaxRequiredHours));
  }
  auto citation = CitationFromProto(catalogue.study_hours().citation());
  if (!citation.ok()) {
    return file.Fault("study_hours", -1,
                      absl::StrCat("study_hours: ", citation.status().message()));
  }
  kinds.study_hours_citation = *std::move(citation);
  for (int i = 0; i < catalogue.kinds_size(); ++i) {
    const data::ActivityKind& proto = catalogue.kinds(i);
    auto kind = FromProto(proto);
    if (kind.ok() && kinds.Find(kind->id) != nullptr) {
      kind = absl::InvalidArgumentError("an earlier kind has this id");
    }
    if (!kind.ok()) {
      return file.Fault("kinds", i,
                        absl::StrCat("kind \"", proto.id(), "\": ", kind.status().message()));
    }
    kinds.kinds.push_back(*std::move(kind));
  }
  return kinds;
}

absl::StatusOr<Kinds> LoadKinds(const std::string& path) {
  ZHIBU_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  return ParseKinds(text, path);
}

absl::Status CheckCadence(const Kinds& kinds, const Cadence& cadence) {
  for (const CadenceRule& rule : cadence.rules) {
    const ActivityKind* kind = kinds.Find(rule.activity_kind);
    if (kind == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat(
          "cadence rule \"", rule.id, "\": the catalogue of kinds has no ", rule.activity_kind));
    }
    for (const std::string& organisation_kind : rule.organisation_kinds) {
      const auto& allowed = kind->organisation_kinds;
      if (std::find(allowed.begin(), allowed.end(), organisation_kind) == allowed.end()) {
        return absl::InvalidArgumentError(absl::StrCat("cadence rule \"", rule.id, "\": ", kind->id,
                                                       " is not for ", organisation_kind));
      }
    }
  }
  return absl::OkStatus();
}

std::string OrganisationKindName(int kind) {
  if (!type::v1::OrganisationKind_IsValid(kind)) return "";
  const std::string name =
      type::v1::OrganisationKind_Name(static_cast<type::v1::OrganisationKind>(kind));
  return std::string(absl::StripPrefix(name, kPrefix));
}

}  // namespace zhibu::activity
