// Short ways to write the events of a small world.
#ifndef ZHIBU_TESTS_SERVICES_REPORTING_FACTS_H_
#define ZHIBU_TESTS_SERVICES_REPORTING_FACTS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "common/base/civil.h"
#include "zhibu/activity/v1/events.pb.h"
#include "zhibu/membership/v1/events.pb.h"
#include "zhibu/registry/v1/events.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::reporting {

using absl::CivilDay;

struct Up {
  std::string parent;
  type::v1::Line line = type::v1::LINE_SUBORDINATION;
  CivilDay from = CivilDay(2000, 1, 1);
  std::optional<CivilDay> to = {};
};

inline registry::v1::OrganisationChanged OrganisationFact(
    const std::string& id, type::v1::OrganisationKind kind, const std::vector<Up>& ups = {},
    CivilDay established = CivilDay(2000, 1, 1), std::optional<CivilDay> dissolved = {}) {
  registry::v1::OrganisationChanged event;
  auto& organisation = *event.mutable_organisation();
  organisation.set_name(absl::StrCat("organisations/", id));
  organisation.set_title(absl::StrCat("组织", id));
  organisation.set_kind(kind);
  *organisation.mutable_established_on() = ToProto(established);
  if (dissolved) *organisation.mutable_dissolved_on() = ToProto(*dissolved);
  for (const Up& up : ups) {
    auto& affiliation = *organisation.add_affiliations();
    affiliation.set_parent(absl::StrCat("organisations/", up.parent));
    affiliation.set_line(up.line);
    *affiliation.mutable_valid_from() = ToProto(up.from);
    if (up.to) *affiliation.mutable_valid_to() = ToProto(*up.to);
  }
  return event;
}

inline registry::v1::InstitutionChanged InstitutionFact(
    const std::string& id, registry::v1::InstitutionKind kind, const std::string& keeper,
    registry::v1::Ownership ownership = registry::v1::OWNERSHIP_PUBLIC) {
  registry::v1::InstitutionChanged event;
  auto& institution = *event.mutable_institution();
  institution.set_name(absl::StrCat("institutions/", id));
  institution.set_kind(kind);
  institution.set_ownership(ownership);
  institution.set_keeper(absl::StrCat("organisations/", keeper));
  *institution.mutable_opened_on() = ToProto(CivilDay(2000, 9, 1));
  return event;
}

inline void Cover(registry::v1::InstitutionChanged& event, const std::string& organisation,
                  registry::v1::CoverageRung rung, CivilDay from = CivilDay(2001, 1, 1)) {
  auto& coverage = *event.mutable_institution()->add_coverages();
  coverage.set_organisation(absl::StrCat("organisations/", organisation));
  coverage.set_rung(rung);
  *coverage.mutable_valid_from() = ToProto(from);
}

inline registry::v1::PostChanged PostFact(const std::string& id, const std::string& seat,
                                          registry::v1::PostKind kind, const std::string& holder,
                                          CivilDay from = CivilDay(2010, 1, 1),
                                          std::optional<CivilDay> to = {}) {
  registry::v1::PostChanged event;
  auto& post = *event.mutable_post();
  post.set_name(absl::StrCat("posts/", id));
  post.set_seat(seat);
  post.set_kind(kind);
  post.set_holder(absl::StrCat("persons/", holder));
  *post.mutable_valid_from() = ToProto(from);
  if (to) *post.mutable_valid_to() = ToProto(*to);
  return event;
}

struct At {
  membership::v1::Stage stage;
  CivilDay from;
  std::optional<CivilDay> approved;
};

inline membership::v1::StageChange StageFact(const At& at, const std::string& organisation) {
  membership::v1::StageChange change;
  change.set_stage(at.stage);
  *change.mutable_valid_from() = ToProto(at.from);
  if (at.approved) *change.mutable_approved_on() = ToProto(*at.approved);
  if (!organisation.empty()) change.set_organisation(absl::StrCat("organisations/", organisation));
  return change;
}

inline membership::v1::PersonChanged PersonFact(const std::string& id,
                                                const std::string& organisation,
                                                membership::v1::PersonKind kind,
                                                const std::vector<At>& stages) {
  membership::v1::PersonChanged event;
  event.set_name(absl::StrCat("persons/", id));
  event.set_organisation(absl::StrCat("organisations/", organisation));
  event.set_kind(kind);
  for (const At& stage : stages) *event.add_stages() = StageFact(stage, organisation);
  return event;
}

inline activity::v1::ActivityChanged ActivityFact(const std::string& id,
                                                  const std::string& organisation,
                                                  const std::string& kind, CivilDay date,
                                                  const std::string& cancelled = "") {
  activity::v1::ActivityChanged event;
  auto& activity = *event.mutable_activity();
  activity.set_name(absl::StrCat("activities/", id));
  activity.set_organisation(absl::StrCat("organisations/", organisation));
  activity.set_kind(kind);
  *activity.mutable_date() = ToProto(date);
  activity.set_cancelled_reason(cancelled);
  return event;
}

}  // namespace zhibu::reporting

#endif  // ZHIBU_TESTS_SERVICES_REPORTING_FACTS_H_
