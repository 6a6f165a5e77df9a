#include "services/membership/rules/standing.h"

#include <algorithm>

#include "common/base/civil.h"

namespace zhibu::membership {
namespace {

using Kind = v1::MembershipFactKind;

// The first day of the membership that there is, or was last, on the day.
int32_t MembershipBegan(const Stages& stages, absl::CivilDay day) {
  int32_t began = DayNumber(kNoStart);
  for (const rows::StageRow& row : stages) {
    if (DayFromNumber(row.from()) > day) break;
    if (row.stage() == v1::STAGE_PROBATIONARY && !row.restored()) began = row.from();
  }
  return began;
}

// Completed years from the day of full membership up to the day, or up to where it stopped or
// ended.
int PartyAge(const rows::PersonRow& person, absl::CivilDay day) {
  const int32_t began = MembershipBegan(person.stages(), day);
  std::optional<absl::CivilDay> from;
  absl::CivilDay until = day;
  for (const rows::StageRow& row : person.stages()) {
    const absl::CivilDay start = DayFromNumber(row.from());
    if (start > day) break;
    if (row.from() < began) continue;
    if (row.stage() == v1::STAGE_FULL && !from) from = start;
    until = row.stage() == v1::STAGE_STOPPED || row.stage() == v1::STAGE_ENDED ? start : day;
  }
  if (!from) return 0;
  int years = static_cast<int>(until.year() - from->year());
  if (AddYears(*from, years) > until) --years;
  return std::max(years, 0);
}

}  // namespace

bool IsMember(v1::Stage stage) {
  return stage == v1::STAGE_PROBATIONARY || stage == v1::STAGE_FULL;
}

Standing StandingOn(const rows::PersonRow& person, absl::CivilDay day) {
  const int32_t began = MembershipBegan(person.stages(), day);
  Standing standing;
  for (const rows::FactRow& fact : person.facts()) {
    const absl::CivilDay from = DayFromNumber(fact.day());
    if (from > day || fact.day() < began) continue;
    const Kind kind = static_cast<Kind>(fact.kind());
    switch (kind) {
      case v1::MEMBERSHIP_FACT_KIND_STOPPED:
        standing.stopped_on = from;
        standing.ended_by = kind;
        break;
      case v1::MEMBERSHIP_FACT_KIND_RESTORED:
        // Whoever is restored has been heard of.
        standing.lost_since.reset();
        standing.stopped_on.reset();
        standing.ended_by = v1::MEMBERSHIP_FACT_KIND_UNSPECIFIED;
        break;
      case v1::MEMBERSHIP_FACT_KIND_REMOVED:
      case v1::MEMBERSHIP_FACT_KIND_EXPELLED:
      case v1::MEMBERSHIP_FACT_KIND_RESIGNED:
      case v1::MEMBERSHIP_FACT_KIND_DECEASED:
        standing = Standing();
        standing.ended_by = kind;
        break;
      case v1::MEMBERSHIP_FACT_KIND_CORRECTION_BEGUN:
        standing.correction_until = DayFromNumber(fact.until());
        break;
      case v1::MEMBERSHIP_FACT_KIND_CORRECTION_ENDED:
        standing.correction_until.reset();
        break;
      case v1::MEMBERSHIP_FACT_KIND_RIGHTS_SUSPENDED:
      case v1::MEMBERSHIP_FACT_KIND_RIGHTS_RESTORED:
        standing.rights_suspended = kind == v1::MEMBERSHIP_FACT_KIND_RIGHTS_SUSPENDED;
        break;
      case v1::MEMBERSHIP_FACT_KIND_CONTACT_LOST:
        standing.lost_since = from;
        break;
      case v1::MEMBERSHIP_FACT_KIND_CONTACT_REGAINED:
        standing.lost_since.reset();
        break;
      case v1::MEMBERSHIP_FACT_KIND_MOBILE_OUT:
        standing.mobile_since = from;
        break;
      case v1::MEMBERSHIP_FACT_KIND_MOBILE_RETURNED:
        standing.mobile_since.reset();
        break;
      case v1::MEMBERSHIP_FACT_KIND_EXCUSED:
      case v1::MEMBERSHIP_FACT_KIND_EXCUSE_ENDED:
        standing.excused = kind == v1::MEMBERSHIP_FACT_KIND_EXCUSED;
        break;
      default:
        break;
    }
  }
  return standing;
}

bool HasVotingRights(const rows::PersonRow& person, absl::CivilDay day) {
  if (StageOn(person.stages(), day) != v1::STAGE_FULL) return false;
  // Who became a full member counts from the end of probation, but could not vote before the
  // committee approved.
  const bool approved = std::none_of(
      person.stages().begin(), person.stages().end(), [day](const rows::StageRow& row) {
        return row.stage() == v1::STAGE_FULL && DayFromNumber(row.from()) <= day &&
               row.has_approved_on() && DayFromNumber(row.approved_on()) > day;
      });
  return approved && !StandingOn(person, day).rights_suspended;
}

v1::MembershipStatus StatusOn(const rules::FactRules& rules, const rows::PersonRow& person,
                              absl::CivilDay day) {
  const Standing standing = StandingOn(person, day);
  const v1::Stage stage = StageOn(person.stages(), day);
  const bool stopped = stage == v1::STAGE_STOPPED;
  v1::MembershipStatus status;
  status.set_dues_paid_until_month(person.dues_paid_until());
  status.set_party_age_years(PartyAge(person, day));
  if (stopped || stage == v1::STAGE_ENDED) status.set_stopped_or_ended_by(standing.ended_by);
  if (!stopped && !IsMember(stage)) return status;
  if (standing.lost_since) *status.mutable_contact_lost_since() = ToProto(*standing.lost_since);
  if (stopped) {
    status.set_may_be_removed(standing.lost_since && standing.stopped_on &&
                              AddMonths(*standing.stopped_on, rules.self_withdrawal_months()) <=
                                  day);
    return status;
  }
  status.set_voting_rights(HasVotingRights(person, day));
  status.set_entitled_to_attend(!standing.excused);
  status.set_mobile(standing.mobile_since.has_value());
  status.set_may_be_stopped(standing.lost_since &&
                            AddMonths(*standing.lost_since, rules.lost_contact_months()) <= day);
  if (standing.correction_until) {
    *status.mutable_correction_until() = ToProto(*standing.correction_until);
  }
  return status;
}

bool HasDied(const rows::PersonRow& person) {
  return std::any_of(person.facts().begin(), person.facts().end(), [](const rows::FactRow& fact) {
    return fact.kind() == v1::MEMBERSHIP_FACT_KIND_DECEASED;
  });
}

std::optional<rows::OpeningRow> AdmittedElsewhere(const rows::PersonRow& person,
                                                  const Stages& stages) {
  if (LastStage(stages) != v1::STAGE_PROBATIONARY) return std::nullopt;
  rows::OpeningRow admitted;
  for (const rows::StageRow& row : stages) {
    if (row.stage() == v1::STAGE_PROBATIONARY && !row.restored())
      admitted.set_joined_on(row.from());
  }
  const rows::OpeningRow& opening = person.opening();
  if (opening.stage() == v1::STAGE_PROBATIONARY && opening.joined_on() == admitted.joined_on()) {
    return opening;
  }
  const bool came_back = std::any_of(person.affiliations().begin(), person.affiliations().end(),
                                     [&](const rows::AffiliationRow& row) {
                                       return row.has_to() && row.to() > admitted.joined_on();
                                     });
  if (!came_back) return std::nullopt;
  return admitted;
}

}  // namespace zhibu::membership
