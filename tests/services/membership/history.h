// Steps of sound form, and whole legal histories on their earliest days.
#ifndef ZHIBU_TESTS_SERVICES_MEMBERSHIP_HISTORY_H_
#define ZHIBU_TESTS_SERVICES_MEMBERSHIP_HISTORY_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "common/base/civil.h"
#include "common/domain/id_number.h"
#include "services/membership/data/load_fact_rules.h"
#include "services/membership/data/load_rule_sets.h"
#include "services/membership/rules/steps.h"
#include "zhibu/membership/v1/development_case.pb.h"

namespace zhibu::membership {

inline constexpr char kCounty[] = "organisations/county";  // a committee
inline constexpr char kOne[] = "persons/contact-one";      // full members long since
inline constexpr char kTwo[] = "persons/contact-two";

inline const RuleSets& ShippedRuleSets() {
  static const RuleSets* const sets = [] {
    auto loaded = LoadRuleSets({ZHIBU_SOURCE_DIR "/services/membership/data/rulesets", "",
                                ZHIBU_SOURCE_DIR "/services/membership/data/calendars"});
    if (!loaded.ok()) {
      fprintf(stderr, "%s\n", loaded.status().ToString().c_str());
      abort();
    }
    return new RuleSets(*std::move(loaded));
  }();
  return *sets;
}

inline const rules::FactRules& ShippedFactRules() {
  static const rules::FactRules* const rules = [] {
    auto loaded = LoadFactRules(
        absl::StrCat(ZHIBU_SOURCE_DIR, "/services/membership/data/fact_rules/facts.textproto"));
    if (!loaded.ok()) {
      fprintf(stderr, "%s\n", loaded.status().ToString().c_str());
      abort();
    }
    return new rules::FactRules(*std::move(loaded));
  }();
  return *rules;
}

inline void SetVote(v1::Vote* vote, int entitled, int present, int in_favour) {
  vote->set_entitled(entitled);
  vote->set_present(present);
  vote->set_in_favour(in_favour);
}

// With everything that the rules ask of the step itself. Ballots are of a branch with two or three
// who may vote, counted from the books.
inline v1::Step MakeStep(v1::StepKind kind, absl::CivilDay day) {
  v1::Step step;
  *step.mutable_date() = ToProto(day);
  const auto* field = v1::Step::descriptor()->FindFieldByNumber(kind + 10);
  step.GetReflection()->MutableMessage(&step, field);
  if (step.has_activist_determination()) {
    step.mutable_activist_determination()->set_recommended_by_members(true);
  } else if (step.has_contact_assignment()) {
    step.mutable_contact_assignment()->add_contacts(kOne);
  } else if (step.has_introducer_determination()) {
    step.mutable_introducer_determination()->add_introducers(kOne);
    step.mutable_introducer_determination()->add_introducers(kTwo);
  } else if (step.has_object_determination()) {
    *step.mutable_object_determination()->mutable_notice_from() = ToProto(day - 30);
    *step.mutable_object_determination()->mutable_notice_until() = ToProto(day - 1);
  } else if (step.has_political_review()) {
    step.mutable_political_review()->set_passed(true);
  } else if (step.has_training()) {
    step.mutable_training()->set_days(3);
    step.mutable_training()->set_passed(true);
  } else if (step.has_branch_examination()) {
    step.mutable_branch_examination()->set_passed(true);
  } else if (step.has_pre_review()) {
    step.mutable_pre_review()->set_passed(true);
  } else if (step.has_admission_meeting()) {
    SetVote(step.mutable_admission_meeting()->mutable_vote(), 0, 2, 2);
  } else if (step.has_admission_approval()) {
    step.mutable_admission_approval()->set_approved(true);
  } else if (step.has_conversion_meeting()) {
    SetVote(step.mutable_conversion_meeting()->mutable_vote(), 0, 2, 2);
    step.mutable_conversion_meeting()->set_outcome(v1::CONVERSION_OUTCOME_FULL);
  } else if (step.has_conversion_approval()) {
    step.mutable_conversion_approval()->set_approved(true);
  }
  return step;
}

// All 25 steps on their earliest days, without a warning: inspections every half-year.
inline std::vector<v1::Step> LegalHistory(absl::CivilDay start) {
  std::vector<v1::Step> steps;
  const auto add = [&](int from, int to, absl::CivilDay day) {
    for (int kind = from; kind <= to; ++kind) {
      steps.push_back(MakeStep(static_cast<v1::StepKind>(kind), day));
    }
  };
  const absl::CivilDay object = AddMonths(start, 12), full = AddMonths(object, 12);
  add(1, 5, start);
  add(6, 6, AddMonths(start, 6));
  add(6, 6, object);
  add(7, 20, object);
  add(21, 21, AddMonths(object, 6));
  add(22, 25, full);
  return steps;
}

// A number that no real person can have: its region is not assigned.
inline std::string GeneratedIdNumber(absl::CivilDay birth, int sequence) {
  std::string first17 = absl::StrCat("990001", birth.year(), birth.month() < 10 ? "0" : "",
                                     birth.month(), birth.day() < 10 ? "0" : "", birth.day(),
                                     sequence < 10    ? "00"
                                     : sequence < 100 ? "0"
                                                      : "",
                                     sequence);
  return first17 + IdCheckCharacter(first17);
}

}  // namespace zhibu::membership

#endif  // ZHIBU_TESTS_SERVICES_MEMBERSHIP_HISTORY_H_
