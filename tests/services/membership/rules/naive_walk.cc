#include "tests/services/membership/rules/naive_walk.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "services/membership/rules/bodies.h"
#include "services/membership/rules/case_events.h"
#include "services/membership/rules/holdings.h"
#include "tests/services/membership/history.h"
#include "tests/services/membership/rules/naive_events.h"
#include "tests/services/membership/rules/naive_words.h"

namespace zhibu::membership::naive {
namespace {

// With what is undone and done again.
constexpr int kMostProposals = 90;

// What is above the branch, in the shapes that the tree has.
std::vector<Body> SomeUpward(const std::string& name, int shape) {
  const Body branch = {name, Body::kBranch};
  const Body general = {"organisations/general", Body::kGeneralBranch};
  const Body base = {"organisations/base", Body::kCommittee};
  const Body township = {"organisations/township", Body::kCommittee, true};
  const Body bureau = {"organisations/bureau", Body::kWorkCommittee};
  const Body county = {kCounty, Body::kCommittee, false, true};
  switch (shape) {
    case 0:
      return {branch, general, base, township, county};
    case 1:
      return {branch, base, township};
    case 2:
      return {branch, township, county};
    case 3:
      return {branch, general, bureau, county};
    case 4:
      return {{name, Body::kTemporaryBranch}, county};
    case 5:
      return {branch, general};  // nobody who may approve
    case 6:
      return {{name, Body::kPartyGroup}, {"organisations/around", Body::kBranch}, base, county};
    case 7:
      return {branch, {"organisations/school", Body::kCommittee}, base, township, county};
    default:
      return {branch, base, bureau, county};
  }
}

std::string IdOfBranch(const Chain& upward) {
  return IdOf(kOrganisations, upward->front().name).value();
}

}  // namespace

Tally& Tally::operator+=(const Tally& other) {
  steps += other.steps;
  events += other.events;
  archived += other.archived;
  for (const auto& [reason, times] : other.of_steps) of_steps[reason] += times;
  for (const auto& [reason, times] : other.of_events) of_events[reason] += times;
  for (const auto& [what, times] : other.after) after[what] += times;
  return *this;
}

Walk::Walk(uint64_t seed) : random_(seed) {
  // Month ends, leap days and the change of texts are where dates go wrong.
  start_ = Day(2014, 5, 1) + Below(5000);
  if (OneIn(3)) start_ = Day(Day(absl::CivilMonth(start_) + 1) - 1);
  if (OneIn(6)) start_ = Day(2026, 5, 18) - Below(900);
  if (OneIn(40)) start_ = Day(2014, 5, 28) - 2 + Below(4);
  history_.applicant = kApplicant;
  history_.holidays = &ShippedHolidays();
  if (!OneIn(30)) history_.born = start_ - 365 * (17 + Below(30)) - Below(366);
  if (OneIn(4)) history_.born = Day(2000, 2, 29);
  if (history_.born && OneIn(3)) start_ = Months(*history_.born, 12 * 18) - 1 + Below(3);
  history_.other_case_open = OneIn(40);
  today_ = start_ + 400 + Below(3000);
  // Every third case has nothing but steps.
  eventful_ = !OneIn(3);
  steps_.reserve(kMostProposals);
  events_.reserve(kMostProposals);

  rows::Progress progress;
  Stages stages;
  const auto stage = [&](v1::Stage what, Day since) {
    rows::StageRow& row = *stages.Add();
    row.set_from(DayNumber(since));
    row.set_stage(what);
  };
  if (OneIn(40)) {
    history_.member_since = start_ - Below(1000);
    stage(v1::STAGE_FULL, *history_.member_since);
  } else if (eventful_ && OneIn(12)) {
    history_.probationer_since = start_;
    stage(v1::STAGE_PROBATIONARY, start_);
    rows::OpeningRow opening;
    opening.set_joined_on(DayNumber(start_));
    progress = ProgressOfOpeningBalance(opening);
  }
  story_.emplace(&ShippedRuleSets(), std::move(progress), std::move(stages), &affiliations_);
  history_.upward = AddBranch();
  // Before everything that is told of the case.
  MoveOn(start_ - 100, IdOfBranch(history_.upward), "", affiliations_);
}

Chain Walk::AddBranch() {
  const std::string name = absl::StrCat("organisations/branch", branches_.size() + 1);
  branches_.push_back(
      std::make_shared<std::vector<Body>>(SomeUpward(name, Below(OneIn(4) ? 9 : 4))));
  upward_[IdOfBranch(branches_.back())] = UpwardOf(*branches_.back());
  return branches_.back();
}

bool Walk::Go(Tally& tally, std::string& told) {
  for (int proposals = 0; refusals_ < 6 && proposals < kMostProposals; ++proposals) {
    const size_t told_before = steps_.size() + events_.size();
    // There is a case once there is a step.
    const bool case_there = !history_.done.empty();
    if (eventful_ && OneIn(case_there ? 14 : 30)) SomeMove();
    const bool event = eventful_ && case_there && OneIn(Paused(history_) || over_ ? 2 : 6);
    if (!(event ? Event(ProposeEvent(), tally, told) : Step(ProposeStep(), tally, told))) {
      return false;
    }
    // A move alone is told to the story with what comes next.
    const bool told_more = steps_.size() + events_.size() > told_before;
    if (told_more && !PossibleOnTheDueDay(tally, told)) return false;
    if (over_ && !eventful_) break;
  }
  return true;
}

bool Walk::Step(const Did& did, Tally& tally, std::string& told) {
  const v1::Step step = StepOf(did);
  if (!CheckStepForm(step, "step").empty()) return true;
  ++tally.steps;
  const Found found = Check(history_, did, today_);
  Found judged;
  const RuleSet* set =
      ShippedRuleSets().For(story_->progress(), static_cast<v1::StepKind>(did.step), did.on);
  if (set != nullptr) {
    const Judgement judgement = Judge(*set, FactsOf(*set, did), {&step, did.on, today_, "step"});
    for (const Violation& one : judgement.refusals) judged.refused.insert(one.reason);
    for (const Violation& one : judgement.warnings) judged.warned.insert(one.reason);
  } else {
    judged.refused.insert("NO_RULE_SET_ON_DATE");
  }
  for (const std::string& reason : found.refused) ++tally.of_steps[reason];
  for (const std::string& reason : found.warned) ++tally.of_steps[reason];
  // What is refused is answered with its warnings too.
  if (found.refused != judged.refused || found.warned != judged.warned) {
    told = Told(Written(did), found, judged);
    return false;
  }
  // Of who moved on while an activist.
  if (did.step == 7 && uncounted_ > 0 && !Paused(history_)) {
    if (found.refused.empty()) ++tally.after["an object after days that did not count"];
    if (found.refused.count("ACTIVIST_PERIOD_TOO_SHORT") && did.on >= Months(DayOf(3), 12)) {
      ++tally.after["no object since days did not count"];
    }
  }
  if (!found.refused.empty()) {
    ++refusals_;
    return true;
  }
  refusals_ = 0;
  for (const auto& event : history_.happened) ++tally.after[KindName(event->kind)];
  for (const auto& event : history_.happened) {
    if (event->in_error && did.on < event->on) ++tally.after["a correction of a later day"];
  }
  if (did.step == 5 && DayOf(6) != start_) ++tally.after["cultivation with other contacts"];
  if (did.step == 19 && Last(19) != nullptr) ++tally.after["probation in another branch"];
  if (did.step == 3) uncounted_ = 0;
  if (did.step == 25) ++tally.archived;
  over_ = did.step == 25 || (did.step == 17 && !did.passed);
  history_.done.push_back(std::make_shared<Did>(did));
  standing_.push_back(history_.done.back());
  v1::RecordedStep& recorded = steps_.emplace_back();
  recorded.set_sequence(static_cast<int>(steps_.size()));
  recorded.set_kind(KindOf(step));
  *recorded.mutable_step() = step;
  recorded.set_rule_set(set->id());
  story_->Add(recorded);
  return true;
}

bool Walk::Event(const Happened& event, Tally& tally, std::string& told) {
  v1::CaseEvent made = EventOf(event);
  if (!CheckCaseEventForm(made).empty()) {
    told = absl::StrCat("not sound: ", Written(event));
    return false;
  }
  ++tally.events;
  const Found found = Check(history_, event, today_);
  Found judged;
  const RuleSet* set =
      ShippedRuleSets().For(story_->progress(), v1::STEP_KIND_UNSPECIFIED, event.on);
  if (set != nullptr) {
    CaseEventFacts facts;
    facts.progress = &story_->progress();
    facts.stages = &story_->stages();
    facts.affiliations = &affiliations_;
    facts.probationary_at_opening = history_.probationer_since.has_value();
    facts.steps = &steps_;
    facts.ended_by_event = Ended(history_).has_value();
    facts.acting = ActingBodyOf(event, UpwardOn(history_, event.on)->front());
    facts.upward = UpwardOnDay(event.on);
    const CaseEventJudgement judgement = JudgeCaseEvent(*set, facts, made, today_);
    for (const Violation& one : judgement.refusals) judged.refused.insert(one.reason);
    for (const Violation& one : judgement.warnings) judged.warned.insert(one.reason);
  } else {
    judged.refused.insert("NO_RULE_SET_ON_DATE");
  }
  const std::string kind = KindName(event.kind);
  for (const std::string& reason : found.refused) ++tally.of_events[kind + " " + reason];
  for (const std::string& reason : found.warned) ++tally.of_events[kind + " " + reason];
  if (found.refused != judged.refused || found.warned != judged.warned) {
    told = Told(Written(event), found, judged);
    return false;
  }
  if (!found.refused.empty()) {
    if (over_) ++refusals_;
    return true;
  }
  ++tally.of_events[kind];
  Record(event, std::move(made), *set);
  return true;
}

void Walk::Record(const Happened& event, v1::CaseEvent made, const RuleSet& set) {
  if (event.kind == Happened::kReceived && !event.continuous) {
    for (const auto& move : history_.moves) {
      if (move->transfer() && move->on >= DayOf(3)) {
        uncounted_ += std::max<int>(0, event.on - move->on);
      }
    }
  }
  auto happened = std::make_shared<Happened>(event);
  happened->after = static_cast<int>(history_.done.size());
  history_.happened.push_back(std::move(happened));
  standing_.clear();
  for (size_t place : Standing(history_)) standing_.push_back(history_.done[place]);
  over_ = Ended(history_).has_value();
  // As the service does it.
  if (event.kind == Happened::kReturned) made.set_step_sequence(LastStanding(steps_)->sequence());
  v1::RecordedCaseEvent& recorded = events_.emplace_back();
  recorded.set_sequence(static_cast<int>(events_.size()));
  recorded.set_after_step(static_cast<int>(steps_.size()));
  recorded.set_rule_set(set.id());
  *recorded.mutable_event() = std::move(made);
  story_->Add(recorded);
  if (!MakesVoid(recorded.event())) return;
  for (v1::RecordedStep& step : steps_) {
    if (step.sequence() < recorded.event().step_sequence() || step.voided_by() != 0) continue;
    step.set_voided_by(recorded.sequence());
  }
}

CaseFacts Walk::FactsOf(const RuleSet& set, const Did& did) {
  CaseFacts facts;
  facts.person = kApplicant;
  facts.progress = &story_->progress();
  facts.stages = &story_->stages();
  facts.other_case_open = did.step == 1 && history_.other_case_open;
  facts.birth = history_.born;
  for (const Named& named : did.named) {
    NamedPerson person;
    person.registered = named.in_books;
    if (named.in_books) {
      person.stage = named.full_member ? v1::STAGE_FULL : v1::STAGE_PROBATIONARY;
    }
    person.rights_suspended = named.suspended;
    facts.named.push_back(person);
  }
  const Needs& needs = set.NeedsOf(static_cast<v1::StepKind>(did.step));
  const Upward& upward = UpwardOnDay(did.on);
  if (needs.holdings) {
    facts.uncounted = UncountedPeriods(affiliations_, story_->progress(),
                                       set.data().case_events().continuity(), did.on);
  }
  if (needs.acting_body != nullptr) {
    facts.competent = CompetentBodies(*needs.acting_body, upward);
    facts.acting_organisation = did.by;
    if (did.by.empty() && !facts.competent.empty()) {
      facts.acting_organisation = facts.competent.front();
    }
  }
  if (needs.deliberating) facts.deliberating = DeliberatingBodies(upward);
  if (did.voters) facts.electorate = Electorate{*did.voters, did.came_later};
  facts.quota_left = did.quota_left;
  facts.calendar = &ShippedRuleSets().calendar();
  return facts;
}

bool Walk::PossibleOnTheDueDay(Tally& tally, std::string& told) const {
  const Did* activist = Last(3);
  for (const rows::DueRow& due : story_->dues()) {
    if (due.kind() != v1::DUE_KIND_OBJECT_POSSIBLE) continue;
    const Day day = DayFromNumber(due.day());
    const Cultivated then = YearOfCultivation(history_, activist->on, day);
    if (then == Cultivated::kNotSaid) continue;
    ++tally.after["a due item of a development object"];
    if (day > Months(activist->on, 12)) ++tally.after["a due item that was put off"];
    if (then == Cultivated::kAYear &&
        YearOfCultivation(history_, activist->on, day - 1) != Cultivated::kAYear) {
      continue;
    }
    told = absl::StrCat("due on ", FormatDate(day), "\n", Told("nothing", {}, {}));
    return false;
  }
  return true;
}

const Upward& Walk::UpwardOnDay(Day day) { return upward_.at(KeptBy(affiliations_, day)); }

std::string Walk::Told(const std::string& proposed, const Found& found, const Found& judged) const {
  std::string text = absl::StrCat("born ", history_.born ? FormatDate(*history_.born) : "unknown",
                                  ", today ", FormatDate(today_), "\n");
  if (history_.probationer_since) {
    absl::StrAppend(&text, "  came as a probationer of ", FormatDate(*history_.probationer_since),
                    "\n");
  }
  for (const auto& move : history_.moves) absl::StrAppend(&text, "  ", Written(*move), "\n");
  size_t next = 0;
  for (size_t i = 0; i <= history_.done.size(); ++i) {
    for (; next < history_.happened.size() && history_.happened[next]->after == static_cast<int>(i);
         ++next) {
      absl::StrAppend(&text, "  ", Written(*history_.happened[next]), "\n");
    }
    if (i < history_.done.size()) {
      absl::StrAppend(&text, "  ", i + 1, ". ", Written(*history_.done[i]), "\n");
    }
  }
  absl::StrAppend(&text, "then ", proposed, "\n");
  const auto both = [](const Found& one) {
    return absl::StrCat("refuses {", absl::StrJoin(one.refused, " "), "} warns {",
                        absl::StrJoin(one.warned, " "), "}\n");
  };
  return absl::StrCat(text, "naive: ", both(found), "service: ", both(judged));
}

}  // namespace zhibu::membership::naive
