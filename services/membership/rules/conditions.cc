// The part of judge.h that knows each kind of condition.

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "services/membership/rules/conditions_bodies.h"
#include "services/membership/rules/judge.h"

namespace zhibu::membership {
namespace {

using Found = std::vector<Unmet>;

Unmet TooEarly(absl::CivilDay earliest, std::vector<std::pair<std::string, std::string>> values) {
  Unmet unmet;
  unmet.subject = "date";
  unmet.values = std::move(values);
  unmet.values.emplace_back("{earliest}", FormatDate(earliest));
  unmet.earliest = earliest;
  return unmet;
}

Found MinimumAge(const rules::MinimumAge& rule, const CaseFacts& facts, const ProposedStep& step) {
  if (!facts.birth) {
    Unmet unmet;
    unmet.reason = "BIRTH_DATE_UNKNOWN";
    unmet.message = "没有登记公民身份号码或出生日期，无法确认年龄；请先补充登记";
    return {unmet};
  }
  const absl::CivilDay of_age = AddYears(*facts.birth, rule.years());
  if (step.date >= of_age) return {};
  return {TooEarly(of_age, {{"{years}", absl::StrCat(rule.years())}})};
}

Found MonthsSince(const rules::MonthsSince& rule, const CaseFacts& facts,
                  const ProposedStep& step) {
  const auto since = DayOf(*facts.progress, rule.since());
  if (!since) return {};
  std::optional<absl::CivilDay> earliest = AddMonths(*since, rule.months());
  if (rule.only_held()) earliest = HeldFor(*since, rule.months(), facts.uncounted);
  if (!earliest) {
    Unmet unmet;
    unmet.reason = "CULTIVATION_NOT_CONFIRMED";
    unmet.message =
        "组织关系转入后，培养时间能否连续计算尚未由现党组织确认；请先记录接续培养，再确定为发展对"
        "象";
    return {unmet};
  }
  if (step.date >= *earliest) return {};
  return {TooEarly(*earliest, {{"{months}", absl::StrCat(rule.months())},
                               {"{since}", std::string(StepTitle(rule.since()))}})};
}

Found Deadline(const rules::Deadline& rule, const CaseFacts& facts, const ProposedStep& step) {
  const rows::StepDone* latest = nullptr;
  for (int since : rule.since()) {
    const rows::StepDone* done = FindDone(*facts.progress, static_cast<v1::StepKind>(since));
    if (done != nullptr && (latest == nullptr || done->day() > latest->day())) latest = done;
  }
  if (latest == nullptr || latest->before_books()) return {};
  const absl::CivilDay due = AddMonths(DayFromNumber(latest->day()), rule.months());
  if (step.date <= due) return {};
  Unmet unmet;
  unmet.subject = "date";
  unmet.values = {{"{months}", absl::StrCat(rule.months())},
                  {"{since}", std::string(StepTitle(static_cast<v1::StepKind>(latest->kind())))},
                  {"{due}", FormatDate(due)}};
  return {unmet};
}

Found Interval(const rules::Interval& rule, const CaseFacts& facts, const ProposedStep& step) {
  const auto due = EndOfNextPeriod(*facts.progress, rule.from(), rule.each(), rule.months());
  if (!due || step.date <= *due) return {};
  Unmet unmet;
  unmet.subject = "date";
  unmet.values = {{"{months}", absl::StrCat(rule.months())}, {"{due}", FormatDate(*due)}};
  return {unmet};
}

absl::string_view PersonsField(const v1::Step& step) {
  return step.has_contact_assignment() ? "contact_assignment.contacts"
                                       : "introducer_determination.introducers";
}

Found PersonCount(const rules::PersonCount& rule, const ProposedStep& step) {
  const auto* persons = PersonsOf(*step.step);
  if (persons == nullptr) return {};
  const std::set<std::string> different(persons->begin(), persons->end());
  const int count = static_cast<int>(different.size());
  if (count == persons->size() && count >= rule.at_least() && count <= rule.at_most()) return {};
  Unmet unmet;
  unmet.subject = std::string(PersonsField(*step.step));
  unmet.values = {{"{at_least}", absl::StrCat(rule.at_least())},
                  {"{at_most}", absl::StrCat(rule.at_most())},
                  {"{named}", absl::StrCat(count)}};
  return {unmet};
}

// One Unmet for each person for whom `wrong(i)`.
template <typename Wrong>
Found EachPerson(const ProposedStep& step, Wrong wrong) {
  Found found;
  const auto* persons = PersonsOf(*step.step);
  if (persons == nullptr) return found;
  for (int i = 0; i < persons->size(); ++i) {
    if (!wrong(i)) continue;
    Unmet unmet;
    unmet.subject = absl::StrCat(PersonsField(*step.step), "[", i, "]");
    found.push_back(std::move(unmet));
  }
  return found;
}

Found MustBePassed(const rules::MustBePassed& rule, const CaseFacts& facts) {
  const rows::StepDone* done = FindDone(*facts.progress, rule.step());
  if (done == nullptr || !done->failed()) return {};
  Unmet unmet;
  unmet.values = {{"{step}", std::string(StepTitle(rule.step()))}};
  return {unmet};
}

Found TrainingLength(const rules::TrainingLength& rule, const CaseFacts& facts) {
  const rows::Progress& progress = *facts.progress;
  if (FindDone(progress, v1::STEP_KIND_TRAINING) == nullptr ||
      progress.training_days() >= rule.days() || progress.training_hours() >= rule.class_hours()) {
    return {};
  }
  Unmet unmet;
  unmet.values = {{"{days}", absl::StrCat(rule.days())},
                  {"{class_hours}", absl::StrCat(rule.class_hours())}};
  return {unmet};
}

// Strictly more than the share of those entitled.
Found MoreThan(const rules::Share& share, const ProposedStep& step, int32_t count,
               absl::string_view field, absl::string_view placeholder) {
  const v1::Vote* vote = VoteOf(*step.step);
  const int64_t bar = int64_t{vote->entitled()} * share.numerator();
  if (int64_t{count} * share.denominator() > bar) return {};
  Unmet unmet;
  unmet.subject =
      absl::StrCat(step.step->has_admission_meeting() ? "admission_meeting" : "conversion_meeting",
                   ".vote.", field);
  unmet.values = {{"{entitled}", absl::StrCat(vote->entitled())},
                  {std::string(placeholder), absl::StrCat(count)},
                  {"{needed}", absl::StrCat(bar / share.denominator() + 1)}};
  return {unmet};
}

Found ExtensionRange(const rules::ExtensionRange& rule, const v1::ConversionMeeting& meeting) {
  if (meeting.outcome() != v1::CONVERSION_OUTCOME_EXTENDED ||
      (meeting.extension_months() >= rule.at_least_months() &&
       meeting.extension_months() <= rule.at_most_months())) {
    return {};
  }
  Unmet unmet;
  unmet.subject = "conversion_meeting.extension_months";
  unmet.values = {{"{at_least}", absl::StrCat(rule.at_least_months())},
                  {"{at_most}", absl::StrCat(rule.at_most_months())}};
  return {unmet};
}

Found ExtensionTimes(const rules::ExtensionTimes& rule, const CaseFacts& facts,
                     const v1::ConversionMeeting& meeting) {
  if (meeting.outcome() != v1::CONVERSION_OUTCOME_EXTENDED ||
      facts.progress->extensions() < rule.times()) {
    return {};
  }
  Unmet unmet;
  unmet.subject = "conversion_meeting.outcome";
  unmet.values = {{"{times}", absl::StrCat(rule.times())}};
  return {unmet};
}

Found ProbationEnded(const CaseFacts& facts, const ProposedStep& step) {
  const auto end = ProbationEnd(*facts.progress);
  if (!end || step.date >= *end) return {};
  return {TooEarly(*end, {})};
}

Found DateOrder(const RuleSet& set, const CaseFacts& facts, const ProposedStep& step) {
  const v1::StepKind kind = KindOf(*step.step);
  const rows::Progress& progress = *facts.progress;
  std::optional<absl::CivilDay> earliest;
  const auto not_before = [&](std::optional<absl::CivilDay> day) {
    if (day && (!earliest || *day > *earliest)) earliest = day;
  };
  for (int after : set.PlaceOf(kind).after()) {
    not_before(DayOf(progress, static_cast<v1::StepKind>(after)));
  }
  not_before(DayOf(progress, kind));
  if (progress.has_not_before() && kind >= v1::STEP_KIND_CONVERSION_APPLICATION) {
    not_before(DayFromNumber(progress.not_before()));
  }
  // Somebody who applies again does so after what was before.
  if (kind == v1::STEP_KIND_APPLICATION && !facts.stages->empty()) {
    not_before(DayFromNumber(facts.stages->rbegin()->from()));
  }
  // What was void or returned is done again, and after a pause the case goes on, from that day on.
  if (progress.has_resumed_on()) not_before(DayFromNumber(progress.resumed_on()));
  if (!earliest || step.date >= *earliest) return {};
  return {TooEarly(*earliest, {})};
}

}  // namespace

std::vector<Unmet> FindUnmet(const rules::Rule& rule, const RuleSet& set, const CaseFacts& facts,
                             const ProposedStep& proposed) {
  const v1::Step& step = *proposed.step;
  switch (rule.condition_case()) {
    case rules::Rule::kMinimumAge:
      return MinimumAge(rule.minimum_age(), facts, proposed);
    case rules::Rule::kMonthsSince:
      return MonthsSince(rule.months_since(), facts, proposed);
    case rules::Rule::kDeadline:
      return Deadline(rule.deadline(), facts, proposed);
    case rules::Rule::kInterval:
      return Interval(rule.interval(), facts, proposed);
    case rules::Rule::kPersonCount:
      return PersonCount(rule.person_count(), proposed);
    case rules::Rule::kFullMembers:
      return EachPerson(proposed, [&](size_t i) {
        return i >= facts.named.size() || !facts.named[i].registered ||
               facts.named[i].stage != v1::STAGE_FULL;
      });
    case rules::Rule::kNotTheApplicant:
      return EachPerson(proposed, [&](int i) { return PersonsOf(step)->Get(i) == facts.person; });
    case rules::Rule::kMustBePassed:
      return MustBePassed(rule.must_be_passed(), facts);
    case rules::Rule::kTrainingLength:
      return TrainingLength(rule.training_length(), facts);
    case rules::Rule::kQuorum:
      return MoreThan(rule.quorum(), proposed, VoteOf(step)->present(), "present", "{present}");
    case rules::Rule::kMajority:
      return MoreThan(rule.majority(), proposed, VoteOf(step)->in_favour(), "in_favour",
                      "{in_favour}");
    case rules::Rule::kProbationEnded:
      return ProbationEnded(facts, proposed);
    case rules::Rule::kExtensionRange:
      return ExtensionRange(rule.extension_range(), step.conversion_meeting());
    case rules::Rule::kExtensionTimes:
      return ExtensionTimes(rule.extension_times(), facts, step.conversion_meeting());
    case rules::Rule::kRightsIntact:
      return EachPerson(proposed, [&](size_t i) {
        return i < facts.named.size() && facts.named[i].rights_suspended;
      });
    case rules::Rule::kActingBody:
      return ActingBodyUnmet(rule.acting_body(), facts, proposed);
    case rules::Rule::kDeliberated:
      return DeliberatedUnmet(facts, proposed);
    case rules::Rule::kElectorate:
      return ElectorateUnmet(facts, proposed);
    case rules::Rule::kQuotaLeft:
      return QuotaLeftUnmet(facts, proposed);
    case rules::Rule::kDateOrder:
      return DateOrder(set, facts, proposed);
    case rules::Rule::kPublicNotice:
      return UnmetNotice(rule.public_notice(), facts, proposed);
    case rules::Rule::kLeaving:
      return UnmetLeaving(rule.leaving(), proposed);
    case rules::Rule::kOrder:
    case rules::Rule::CONDITION_NOT_SET:
      break;
  }
  return {};
}

}  // namespace zhibu::membership
