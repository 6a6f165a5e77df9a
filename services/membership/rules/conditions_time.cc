// The conditions of judge.h on notices, working days and who is about to leave.

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "services/membership/rules/judge.h"

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

}  // namespace

Counted CountNotice(const rules::PublicNotice& rule, const CaseFacts& facts,
                    const ProposedStep& step) {
  const auto from = NoticeFrom(step);
  const auto to = FromProto(step.step->object_determination().notice_to());
  if (!from || !to.ok()) return {};
  Counted counted = CountWorkingDays(CalendarOf(facts), *from, *to, rule.working_days());
  if (counted.days < rule.working_days()) {
    // When there would be enough is counted too.
    const Counted whole = CountWorkingDays(CalendarOf(facts), *from, kNoEnd, rule.working_days());
    counted.last = whole.last;
    counted.provisional = whole.provisional;
  }
  return counted;
}

Found UnmetNotice(const rules::PublicNotice& rule, const CaseFacts& facts,
                  const ProposedStep& step) {
  Unmet unmet;
  unmet.values = {{"{days}", absl::StrCat(rule.working_days())}};
  const auto from = NoticeFrom(step);
  if (!from) {
    unmet.subject = "object_determination.notice_from";
    unmet.note = "；请填写公示的起止日期";
    return {unmet};
  }
  const Counted counted = CountNotice(rule, facts, step);
  const absl::CivilDay to = FromProto(step.step->object_determination().notice_to()).value();
  const bool long_enough = counted.days >= rule.working_days();
  if (long_enough && to < step.date) return {};
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

Found UnmetLeaving(const rules::Leaving& rule, const ProposedStep& step) {
  const v1::PreReview& review = step.step->pre_review();
  if (!review.has_leaving_on()) return {};
  const auto leaving = FromProto(review.leaving_on());
  if (!leaving.ok() || *leaving > AddMonths(step.date, rule.months())) return {};
  Unmet unmet;
  unmet.subject = "pre_review.leaving_on";
  unmet.values = {{"{months}", absl::StrCat(rule.months())}, {"{leaving}", FormatDate(*leaving)}};
  return {unmet};
}

}  // namespace zhibu::membership
