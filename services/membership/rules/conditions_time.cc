// The conditions on days: ages, periods, dates and working days.

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/title.h"
#include "services/membership/rules/conditions.h"
#include "services/membership/rules/periods.h"
#include "services/membership/rules/rule_checks.h"
#include "services/membership/rules/steps.h"

namespace zhibu::membership {
namespace {

using Found = std::vector<Unmet>;

constexpr char kProvisional[] = "（所涉年份的工作日安排尚未载入，按周一至周五推算，结果为暂定）";

const Calendar& CalendarOf(const CaseFacts& facts) {
  static const Calendar* const unknown = new Calendar;
  return facts.calendar != nullptr ? *facts.calendar : *unknown;
}

std::optional<absl::CivilDay> NoticeFrom(const ProposedStep& step) {
  const v1::ObjectDetermination& detail = step.step->object_determination();
  if (!detail.has_notice_from()) return std::nullopt;
  const auto from = FromProto(detail.notice_from());
  return from.ok() ? std::optional(*from) : std::nullopt;
}

Found MinimumAge(const rules::MinimumAge& rule, const Asked& asked) {
  if (!asked.facts.birth) {
    Unmet unmet;
    unmet.reason = "BIRTH_DATE_UNKNOWN";
    unmet.message = "没有登记公民身份号码或出生日期，无法确认年龄；请先补充登记";
    return {unmet};
  }
  const absl::CivilDay of_age = AddYears(*asked.facts.birth, rule.years());
  if (asked.step.date >= of_age) return {};
  return {MetFrom(of_age, {{"{years}", absl::StrCat(rule.years())}})};
}

Found MonthsSince(const rules::MonthsSince& rule, const Asked& asked) {
  const auto since = DayOf(*asked.facts.progress, rule.since());
  if (!since) return {};
  std::optional<absl::CivilDay> earliest = AddMonths(*since, rule.months());
  if (rule.only_held()) earliest = HeldFor(*since, rule.months(), asked.facts.uncounted);
  if (!earliest) {
    Unmet unmet;
    unmet.reason = "CULTIVATION_NOT_CONFIRMED";
    unmet.message =
        "组织关系转入后，培养时间能否连续计算尚未由现党组织确认；请先记录接续培养，再确定为发展对"
        "象";
    return {unmet};
  }
  if (asked.step.date >= *earliest) return {};
  return {MetFrom(*earliest, {{"{months}", absl::StrCat(rule.months())},
                              {"{since}", TitleOf(rule.since())}})};
}

Found Deadline(const rules::Deadline& rule, const Asked& asked) {
  const rows::StepDone* latest = nullptr;
  for (int since : rule.since()) {
    const rows::StepDone* done = FindDone(*asked.facts.progress, static_cast<v1::StepKind>(since));
    if (done != nullptr && (latest == nullptr || done->day() > latest->day())) latest = done;
  }
  if (latest == nullptr || latest->before_books()) return {};
  const absl::CivilDay due = AddMonths(DayFromNumber(latest->day()), rule.months());
  if (asked.step.date <= due) return {};
  Unmet unmet;
  unmet.subject = "date";
  unmet.values = {{"{months}", absl::StrCat(rule.months())},
                  {"{since}", std::string(TitleOf(static_cast<v1::StepKind>(latest->kind())))},
                  {"{due}", FormatDate(due)}};
  return {unmet};
}

Found Interval(const rules::Interval& rule, const Asked& asked) {
  const auto due = EndOfNextPeriod(*asked.facts.progress, rule.from(), rule.each(), rule.months());
  if (!due || asked.step.date <= *due) return {};
  Unmet unmet;
  unmet.subject = "date";
  unmet.values = {{"{months}", absl::StrCat(rule.months())}, {"{due}", FormatDate(*due)}};
  return {unmet};
}

Found ProbationEnded(const rules::ProbationEnded&, const Asked& asked) {
  const auto end = ProbationEnd(*asked.facts.progress);
  if (!end || asked.step.date >= *end) return {};
  return {MetFrom(*end, {})};
}

Found DateOrder(const rules::DateOrder&, const Asked& asked) {
  const v1::StepKind kind = KindOf(*asked.step.step);
  const rows::Progress& progress = *asked.facts.progress;
  std::optional<absl::CivilDay> earliest;
  const auto not_before = [&](std::optional<absl::CivilDay> day) {
    if (day && (!earliest || *day > *earliest)) earliest = day;
  };
  for (int after : asked.place.after()) {
    not_before(DayOf(progress, static_cast<v1::StepKind>(after)));
  }
  not_before(DayOf(progress, kind));
  if (progress.has_not_before() && kind >= v1::STEP_KIND_CONVERSION_APPLICATION) {
    not_before(DayFromNumber(progress.not_before()));
  }
  // Somebody who applies again does so after what was before.
  if (kind == v1::STEP_KIND_APPLICATION && !asked.facts.stages->empty()) {
    not_before(DayFromNumber(asked.facts.stages->rbegin()->from()));
  }
  // What was void or returned is done again, and after a pause the case goes on, from that day on.
  if (progress.has_resumed_on()) not_before(DayFromNumber(progress.resumed_on()));
  if (!earliest || asked.step.date >= *earliest) return {};
  return {MetFrom(*earliest, {})};
}

// The working days of the step's public notice, as far as they are asked for, and the day on which
// there are, or would be, enough.
Counted CountNotice(const rules::PublicNotice& rule, const Asked& asked) {
  const auto from = NoticeFrom(asked.step);
  const auto to = FromProto(asked.step.step->object_determination().notice_until());
  if (!from || !to.ok()) return {};
  Counted counted = CountWorkingDays(CalendarOf(asked.facts), *from, *to, rule.working_days());
  if (counted.days < rule.working_days()) {
    // When there would be enough is counted too.
    const Counted whole =
        CountWorkingDays(CalendarOf(asked.facts), *from, kNoEnd, rule.working_days());
    counted.last = whole.last;
    counted.provisional = whole.provisional;
  }
  return counted;
}

Found Notice(const rules::PublicNotice& rule, const Asked& asked) {
  Unmet unmet;
  unmet.values = {{"{days}", absl::StrCat(rule.working_days())}};
  const auto from = NoticeFrom(asked.step);
  if (!from) {
    unmet.subject = "object_determination.notice_from";
    unmet.note = "；请填写公示的起止日期";
    return {unmet};
  }
  const Counted counted = CountNotice(rule, asked);
  const absl::CivilDay to = FromProto(asked.step.step->object_determination().notice_until()).value();
  const bool long_enough = counted.days >= rule.working_days();
  if (long_enough && to < asked.step.date) return {};
  unmet.subject = "object_determination.notice_to";
  if (long_enough) {
    unmet.earliest = to + 1;
    unmet.note =
        absl::StrCat("；公示到 ", FormatDate(to), " 为止，最早可于 ", FormatDate(to + 1), " 确定");
  } else {
    unmet.note = absl::StrCat("；自 ", FormatDate(*from), " 起公示，至少须公示到 ",
                              FormatDate(counted.last), "，现只有", counted.days, "个工作日");
  }
  if (counted.provisional) unmet.note += kProvisional;
  return {unmet};
}

Found LeavingSoon(const rules::Leaving& rule, const Asked& asked) {
  const v1::PreReview& review = asked.step.step->pre_review();
  if (!review.has_leaving_on()) return {};
  const auto leaving = FromProto(review.leaving_on());
  if (!leaving.ok() || *leaving > AddMonths(asked.step.date, rule.months())) return {};
  Unmet unmet;
  unmet.subject = "pre_review.leaving_on";
  unmet.values = {{"{months}", absl::StrCat(rule.months())}, {"{leaving}", FormatDate(*leaving)}};
  return {unmet};
}

}  // namespace

std::vector<ConditionForm> TimeConditions() {
  return {
      {.condition = rules::Rule::kMinimumAge,
       .placeholders = {"{years}", "{earliest}"},
       .problem = [](const rules::Rule& rule) -> Problem {
         const int years = rule.minimum_age().years();
         if (years < 1 || years > 99) return "years is not 1 to 99";
         return std::nullopt;
       },
       .add_needs = [](const rules::Rule& rule, Needs& needs) { needs.birth = true; },
       .find_unmet = Ask<&rules::Rule::minimum_age, MinimumAge>},
      {.condition = rules::Rule::kMonthsSince,
       .placeholders = {"{months}", "{since}", "{earliest}"},
       .problem = [](const rules::Rule& rule) -> Problem {
         if (!AreMonths(rule.months_since().months())) return "months is not 1 to 120";
         if (!IsStep(rule.months_since().since())) return "since is missing";
         return std::nullopt;
       },
       .add_needs = [](const rules::Rule& rule,
                       Needs& needs) { needs.holdings |= rule.months_since().only_held(); },
       .find_unmet = Ask<&rules::Rule::months_since, MonthsSince>},
      {.condition = rules::Rule::kDeadline,
       .placeholders = {"{months}", "{since}", "{due}"},
       .problem = [](const rules::Rule& rule) -> Problem {
         if (!AreMonths(rule.deadline().months())) return "months is not 1 to 120";
         if (rule.deadline().since().empty()) return "since is missing";
         return CheckSteps(rule.deadline().since(), "since");
       },
       .find_unmet = Ask<&rules::Rule::deadline, Deadline>},
      {.condition = rules::Rule::kInterval,
       .placeholders = {"{months}", "{due}"},
       .problem = [](const rules::Rule& rule) -> Problem { return CheckInterval(rule.interval()); },
       .find_unmet = Ask<&rules::Rule::interval, Interval>},
      {.condition = rules::Rule::kProbationEnded,
       .placeholders = {"{earliest}"},
       .find_unmet = Ask<&rules::Rule::probation_ended, ProbationEnded>},
      {.condition = rules::Rule::kDateOrder,
       .placeholders = {"{earliest}"},
       .find_unmet = Ask<&rules::Rule::date_order, DateOrder>,
       .every_step = true},
      {.condition = rules::Rule::kPublicNotice,
       .placeholders = {"{days}"},
       .problem = [](const rules::Rule& rule) -> Problem {
         if (rule.public_notice().working_days() < 1 || rule.public_notice().working_days() > 60) {
           return "working_days is not 1 to 60";
         }
         return OnlyOf(rule, {v1::STEP_KIND_OBJECT_DETERMINATION}, "only step 7 has a notice");
       },
       .find_unmet = Ask<&rules::Rule::public_notice, Notice>,
       .provisional =
           [](const rules::Rule& rule, const Asked& asked) {
             return CountNotice(rule.public_notice(), asked).provisional;
           }},
      {.condition = rules::Rule::kLeaving,
       .placeholders = {"{months}", "{leaving}"},
       .problem = [](const rules::Rule& rule) -> Problem {
         if (!AreMonths(rule.leaving().months())) return "months is not 1 to 120";
         return OnlyOf(rule, {v1::STEP_KIND_PRE_REVIEW}, "only step 13 asks who leaves");
       },
       .find_unmet = Ask<&rules::Rule::leaving, LeavingSoon>},
  };
}

}  // namespace zhibu::membership
