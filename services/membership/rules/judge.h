// Whether a step may be recorded: a pure function of a rule set, the facts and the step.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_RULES_JUDGE_H_
#define ZHIBU_SERVICES_MEMBERSHIP_RULES_JUDGE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "common/base/status.h"
#include "services/membership/rules/calendar.h"
#include "services/membership/rules/holdings.h"
#include "services/membership/rules/progress.h"
#include "services/membership/rules/rule_set.h"
#include "services/membership/rules/voting.h"
#include "zhibu/membership/v1/development_case.pb.h"
#include "zhibu/registry/v1/organisation.pb.h"

namespace zhibu::membership {

// Somebody whom a step names, on its day.
struct NamedPerson {
  bool registered = false;  // in the books of this service
  v1::Stage stage = v1::STAGE_UNSPECIFIED;
  bool rights_suspended = false;  // a member's
};

// What judging needs to know. Only what RuleSet::NeedsOf asks for is filled in.
struct CaseFacts {
  std::string person;                        // "persons/{person}"
  const rows::Progress* progress = nullptr;  // of the case before the step; never null
  const Stages* stages = nullptr;            // of the person; never null
  bool other_case_open = false;              // asked for what opens a case
  std::optional<absl::CivilDay> birth;       // nullopt: not known
  std::vector<NamedPerson> named;            // in the order of the step
  std::vector<Uncounted> uncounted;          // see UncountedPeriods
  // Who acts: the one that the step says, else the first that is competent; "" where it is outside
  // these books. Its kind is not judged by.
  std::string acting_organisation;
  std::optional<registry::v1::OrganisationKind> acting_kind;
  const Calendar* calendar = nullptr;     // null: no year is known
  std::vector<std::string> competent;     // to act, on the step's day, lowest first
  std::vector<std::string> deliberating;  // who has to deliberate before the approval, lowest first
  std::optional<Electorate> electorate;   // of a vote
  // Approved admissions only: what is left of the quota before it, and whose quota that is (an id);
  // nullopt where no organisation from the case's own upward has one that year.
  std::optional<int32_t> quota_left;
  std::string quota_organisation;
};

struct ProposedStep {
  const v1::Step* step = nullptr;  // of sound form
  absl::CivilDay date;
  absl::CivilDay today;
  std::string subject;  // path of the step in the request: "step"
};

struct Judgement {
  std::vector<Violation> refusals;
  std::vector<Violation> warnings;
  // The order of steps, then every rule that was asked, each with what became of it: the proof of a
  // step without refusals.
  std::vector<v1::Condition> conditions;
  // Working days were counted of a year whose calendar is not known.
  bool calendar_provisional = false;
};

// Every unmet condition: of the order of steps, of the rules of `set` for this step, and of sense
// (not in the future, a ballot that can be).
Judgement Judge(const RuleSet& set, const CaseFacts& facts, const ProposedStep& proposed);

// That the case is paused, about `subject`.
Violation CasePaused(const RuleSet& set, absl::string_view subject);

// The steps that may follow (下一步) on `day`, by number, as far as order and passing decide: each
// by the set that would judge it then. Where a transition leaves a stage to the set before, that is
// another for the first step of the next stage.
std::vector<v1::StepKind> NextSteps(const RuleSets& sets, const rows::Progress& progress,
                                    absl::CivilDay day);

// One thing that makes a rule unmet.
struct Unmet {
  std::string subject;  // below the step: "date"
  // For the message: {"{earliest}", "2026-05-18"}.
  std::vector<std::pair<std::string, std::string>> values;
  std::optional<absl::CivilDay> earliest;
  // Where it is not the rule's own reason and message.
  std::string reason, message;
  std::string note;    // follows the message
  bool warns = false;  // whatever the rule's severity
};
// Empty where the rule is met, or cannot be asked since an earlier step is missing.
std::vector<Unmet> FindUnmet(const rules::Rule& rule, const RuleSet& set, const CaseFacts& facts,
                             const ProposedStep& proposed);

// The conditions on working days and on who is about to leave (conditions_time.cc).
std::vector<Unmet> UnmetNotice(const rules::PublicNotice& rule, const CaseFacts& facts,
                               const ProposedStep& step);
std::vector<Unmet> UnmetLeaving(const rules::Leaving& rule, const ProposedStep& step);
// The working days of the step's public notice, as far as they are asked for, and the day on which
// there are, or would be, enough.
Counted CountNotice(const rules::PublicNotice& rule, const CaseFacts& facts,
                    const ProposedStep& step);

// Whether the figures of a ballot can all be true.
bool CanBe(const v1::Vote& vote);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_RULES_JUDGE_H_
