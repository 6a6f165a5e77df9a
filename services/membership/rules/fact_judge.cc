#include "services/membership/rules/fact_judge.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/title.h"
#include "services/membership/rules/affiliations.h"
#include "services/membership/rules/fact_kinds.h"
#include "services/membership/rules/progress.h"
#include "services/membership/rules/standing.h"

namespace zhibu::membership {
namespace {

using Kind = v1::MembershipFactKind;

class Judging {
 public:
  Judging(const rules::FactRules& rules, const FactContext& context, const rows::FactRow& fact)
      : rules_(rules),
        context_(context),
        person_(*context.person),
        fact_(fact),
        kind_(static_cast<Kind>(fact.kind())),
        day_(DayFromNumber(fact.day())),
        stage_(LastStage(person_.stages())),
        standing_(StandingOn(person_, kNoEnd)) {}

  FactJudgement Run() {
    JudgeOrder();
    if (JudgeStage()) {
      JudgeState();
      JudgePeriods();
    }
    JudgeAuthority();
    JudgeArticle();
    JudgeWhatIsOpen();
    return {std::move(found_).Take(), std::move(warned_).Take()};
  }

 private:
  Violation& Add(absl::string_view reason, absl::string_view subject, absl::string_view message) {
    return found_.Add(reason, subject, message);
  }
  // What the text of the rule of `kind` asks: before it was in force, it is only told.
  Violation& AddOfText(Kind kind, absl::string_view reason, absl::string_view subject,
                       absl::string_view message) {
    const auto from = ParseDate(RuleOf(rules_, kind)->effective_from());
    return (from.ok() && day_ < *from ? warned_ : found_).Add(reason, subject, message);
  }
  // By the rule of this kind, or of `kind`.
  void Cite(Violation& violation) const { Cite(violation, kind_); }
  void Cite(Violation& violation, Kind kind) const {
    violation.Cite(RuleOf(rules_, kind)->citation());
  }

  void JudgeOrder() {
    if (day_ > context_.today) {
      Add("DATE_IN_FUTURE", "fact.date", "日期不能晚于今天：发生之后再登记");
    }
    absl::CivilDay earliest = kNoStart;
    if (!person_.stages().empty()) earliest = DayFromNumber(person_.stages().rbegin()->from());
    for (const rows::FactRow& fact : person_.facts()) {
      earliest = std::max(earliest, DayFromNumber(fact.day()));
    }
    // Before the first move the books may not know who kept the person: nothing is asked of it.
    if (person_.affiliations_size() > 1) {
      earliest = std::max(earliest, LastMove(person_.affiliations()));
    }
    if (day_ < earliest) {
      Add("DATE_BEFORE_EARLIER_FACT", "fact.date",
          absl::StrCat("不能早于此人已登记的上一次变动 ", FormatDate(earliest)))
          .Earliest(earliest);
    }
  }

  // Whether there is a membership to which this can happen.
  bool JudgeStage() {
    if (stage_ == v1::STAGE_ENDED) {
      const bool restoring = kind_ == v1::MEMBERSHIP_FACT_KIND_RESTORED;
      Violation& violation =
          Add("MEMBERSHIP_ENDED", "fact.kind",
              restoring ? "党籍或发展过程已经终止：只有停止党籍的可以恢复；除名、开除、退党的，"
                          "符合条件时可重新申请入党"
                        : "党籍或发展过程已经终止，不再登记党籍变动");
      if (restoring) Cite(violation);
      return false;
    }
    if (stage_ == v1::STAGE_STOPPED) {
      if (PossibleWhileStopped(kind_)) return true;
      Add("MEMBERSHIP_STOPPED", "fact.kind",
          absl::StrCat("党籍已停止，不能登记“", TitleOf(kind_), "”；请先登记恢复党籍"));
      return false;
    }
    if (kind_ == v1::MEMBERSHIP_FACT_KIND_DECEASED) return true;
    if (!IsMember(stage_)) {
      Add("NOT_A_MEMBER", "fact.kind", "此人不是党员，没有党籍可以变动");
      return false;
    }
    if (kind_ == v1::MEMBERSHIP_FACT_KIND_RESTORED) {
      Cite(Add("NOT_STOPPED", "fact.kind", "党籍没有停止，无须恢复"));
      return false;
    }
    return true;
  }

  // What begins must not be so yet, and what ends must be so.
  void JudgeState() {
    const auto begins = [&](bool already) {
      if (!already) return;
      Add("FACT_ALREADY_SO", "fact.kind",
          absl::StrCat("已登记过“", TitleOf(kind_), "”且尚未结束，不重复登记"));
    };
    const auto ends = [&](bool so, Kind what) {
      if (so) return;
      Add("FACT_NOT_SO", "fact.kind",
          absl::StrCat("没有登记过“", TitleOf(what), "”，不能登记“", TitleOf(kind_), "”"));
    };
    switch (kind_) {
      case v1::MEMBERSHIP_FACT_KIND_CORRECTION_BEGUN:
        return begins(standing_.correction_until.has_value());
      case v1::MEMBERSHIP_FACT_KIND_CORRECTION_ENDED:
        return ends(standing_.correction_until.has_value(),
                    v1::MEMBERSHIP_FACT_KIND_CORRECTION_BEGUN);
      case v1::MEMBERSHIP_FACT_KIND_RIGHTS_SUSPENDED:
        return begins(standing_.rights_suspended);
      case v1::MEMBERSHIP_FACT_KIND_RIGHTS_RESTORED:
        return ends(standing_.rights_suspended, v1::MEMBERSHIP_FACT_KIND_RIGHTS_SUSPENDED);
      case v1::MEMBERSHIP_FACT_KIND_CONTACT_LOST:
        return begins(standing_.lost_since.has_value());
      case v1::MEMBERSHIP_FACT_KIND_CONTACT_REGAINED:
        return ends(standing_.lost_since.has_value(), v1::MEMBERSHIP_FACT_KIND_CONTACT_LOST);
      case v1::MEMBERSHIP_FACT_KIND_MOBILE_OUT:
        return begins(standing_.mobile_since.has_value());
      case v1::MEMBERSHIP_FACT_KIND_MOBILE_RETURNED:
        return ends(standing_.mobile_since.has_value(), v1::MEMBERSHIP_FACT_KIND_MOBILE_OUT);
      case v1::MEMBERSHIP_FACT_KIND_EXCUSED:
        return begins(standing_.excused);
      case v1::MEMBERSHIP_FACT_KIND_EXCUSE_ENDED:
        return ends(standing_.excused, v1::MEMBERSHIP_FACT_KIND_EXCUSED);
      default:
        return;
    }
  }

  // Stopped because contact was lost: no article is said, or the one of the rule and nothing
  // narrower (the same article has other grounds, such as emigration).
  bool StoppedForLostContact() const {
    const std::string& article = RuleOf(rules_, kind_)->citation().article();
    return fact_.article().empty() || absl::EndsWith(fact_.article(), article);
  }

  void JudgePeriods() {
    if (kind_ == v1::MEMBERSHIP_FACT_KIND_STOPPED) {
      if (!standing_.lost_since) {
        if (!fact_.article().empty()) return;
        Cite(AddOfText(kind_, "STOP_WITHOUT_GROUND", "fact.article",
                       absl::StrCat("停止党籍须有依据：失去联系满 ", rules_.lost_contact_months(),
                                    " 个月（先登记失去联系），或写明其他情形所依据的条款")));
        return;
      }
      const absl::CivilDay earliest =
          AddMonths(*standing_.lost_since, rules_.lost_contact_months());
      if (day_ >= earliest || !StoppedForLostContact()) return;
      Violation& violation =
          AddOfText(kind_, "CONTACT_LOST_TOO_SHORT", "fact.date",
                    absl::StrCat("失去联系满 ", rules_.lost_contact_months(), " 个月即 ",
                                 FormatDate(earliest),
                                 " 起才能停止党籍；因其他情形停止的，请写明所依据的款、项"));
      violation.earliest = earliest;
      Cite(violation);
    } else if (kind_ == v1::MEMBERSHIP_FACT_KIND_REMOVED && stage_ == v1::STAGE_STOPPED) {
      JudgeSelfWithdrawal();
    } else if (kind_ == v1::MEMBERSHIP_FACT_KIND_CORRECTION_BEGUN) {
      const absl::CivilDay latest = AddMonths(day_, rules_.max_correction_months());
      const absl::CivilDay until = DayFromNumber(fact_.until());
      if (until > day_ && until <= latest) return;
      Cite(AddOfText(
          kind_, "CORRECTION_OUT_OF_RANGE", "fact.until",
          absl::StrCat("限期改正的期限须在开始之后，且不超过 ", rules_.max_correction_months(),
                       " 个月，即不晚于 ", FormatDate(latest))));
    }
  }

  void JudgeSelfWithdrawal() {
    if (!standing_.lost_since) {
      Cite(AddOfText(v1::MEMBERSHIP_FACT_KIND_STOPPED, "NOT_OUT_OF_CONTACT", "fact.kind",
                     "停止党籍后只有仍然失去联系的才按自行脱党除名；已恢复联系的请登记恢复党籍，"
                     "或依其他条款处理"),
           v1::MEMBERSHIP_FACT_KIND_STOPPED);
      return;
    }
    const absl::CivilDay earliest =
        AddMonths(*standing_.stopped_on, rules_.self_withdrawal_months());
    if (day_ >= earliest) return;
    Violation& violation = AddOfText(
        v1::MEMBERSHIP_FACT_KIND_STOPPED, "STOPPED_TOO_SHORT", "fact.date",
        absl::StrCat("停止党籍满 ", rules_.self_withdrawal_months(), " 个月仍无法取得联系的，自 ",
                     FormatDate(earliest), " 起按自行脱党除名"));
    violation.earliest = earliest;
    Cite(violation, v1::MEMBERSHIP_FACT_KIND_STOPPED);
  }

  void JudgeAuthority() {
    const Upward& upward = context_.upward;
    const rules::FactRule& rule = *RuleOf(rules_, kind_);
    size_t lowest = 0;
    if (rule.needs_committee()) {
      while (lowest < upward.size() && !MayTransferDirectly(upward, lowest)) ++lowest;
    }
    size_t place = 0;
    if (!fact_.authority_id().empty()) {
      while (place < upward.size() && upward[place].id != fact_.authority_id()) ++place;
    }
    if (place >= lowest && place < upward.size()) return;
    const std::string from =
        lowest < upward.size()
            ? absl::StrCat("，即 ", NameOf(kOrganisations, upward[lowest].id), " 或其上级")
            : "；目前其上没有这样的党委，请先核对隶属关系";
    Violation& violation =
        Add("AUTHORITY_NOT_COMPETENT", "fact.authority",
            rule.needs_committee()
                ? absl::StrCat("“", TitleOf(kind_), "”由有审批权的党委或更高的党委决定", from)
                : absl::StrCat("“", TitleOf(kind_), "”由此人所在党组织或其上级登记", from));
    if (rule.needs_committee()) violation.citation = rules_.decision();
  }

  void JudgeArticle() {
    const rules::FactRule& rule = *RuleOf(rules_, kind_);
    if (!fact_.article().empty()) return;
    if (rule.needs_article()) {
      Cite(AddOfText(kind_, "ARTICLE_REQUIRED", "fact.article",
                     absl::StrCat("“", TitleOf(kind_), "”须写明所依据的条款，不写事由经过")));
    } else if (rule.needs_reason() && fact_.document_number().empty()) {
      Violation& violation = Add(
          "ARTICLE_OR_DOCUMENT_REQUIRED", "fact.article",
          absl::StrCat("“", TitleOf(kind_),
                       "”使此人不再计入应到会有表决权人数：须写明依据条款或文号，不写事由经过"));
      if (rule.citation().mark() == type::v1::MARK_CONFIRMED) Cite(violation);
    }
  }

  void JudgeWhatIsOpen() {
    const bool stops = kind_ == v1::MEMBERSHIP_FACT_KIND_STOPPED;
    // Whoever came into the books as a probationer may have no case yet: probation runs on all the
    // same, and would end on a day before the membership was restored.
    const bool probation = stage_ == v1::STAGE_PROBATIONARY;
    if (stops && (context_.open_case || probation)) {
      Add("CASE_STILL_OPEN", "fact.kind",
          "此人还有未办结的发展过程：请先办结或取消预备党员资格，再停止党籍");
    }
    if ((stops || EndsMembership(kind_)) && context_.open_transfer) {
      Add("TRANSFER_ALREADY_OPEN", "fact.kind", "此人还有未办结的组织关系转接，请先办结或撤销");
    }
  }

  const rules::FactRules& rules_;
  const FactContext& context_;
  const rows::PersonRow& person_;
  const rows::FactRow& fact_;
  const Kind kind_;
  const absl::CivilDay day_;
  const v1::Stage stage_;
  const Standing standing_;
  Violations found_;
  Violations warned_;
};

}  // namespace

FactJudgement JudgeFact(const rules::FactRules& rules, const FactContext& context,
                        const rows::FactRow& fact) {
  return Judging(rules, context, fact).Run();
}

void NumberFacts(rows::PersonRow& person) {
  int32_t last = person.last_fact_sequence();
  for (int i = 0; i < person.facts_size(); ++i) {
    rows::FactRow& fact = *person.mutable_facts(i);
    if (fact.sequence() == 0) fact.set_sequence(i + 1);
    last = std::max(last, fact.sequence());
  }
  person.set_last_fact_sequence(last);
}

bool SetsStage(v1::MembershipFactKind kind) {
  return EndsMembership(kind) || kind == v1::MEMBERSHIP_FACT_KIND_STOPPED ||
         kind == v1::MEMBERSHIP_FACT_KIND_RESTORED;
}

void AddFact(const rows::FactRow& fact, absl::string_view organisation_id,
             rows::PersonRow& person) {
  rows::FactRow& added = *person.add_facts();
  added = fact;
  if (added.sequence() == 0) {
    person.set_last_fact_sequence(person.last_fact_sequence() + 1);
    added.set_sequence(person.last_fact_sequence());
  }
  const auto kind = static_cast<v1::MembershipFactKind>(fact.kind());
  v1::Stage stage = v1::STAGE_UNSPECIFIED;
  if (EndsMembership(kind)) stage = v1::STAGE_ENDED;
  if (kind == v1::MEMBERSHIP_FACT_KIND_STOPPED) stage = v1::STAGE_STOPPED;
  if (kind == v1::MEMBERSHIP_FACT_KIND_RESTORED) {
    for (const rows::StageRow& row : person.stages()) {
      if (row.stage() != v1::STAGE_STOPPED) stage = static_cast<v1::Stage>(row.stage());
    }
  }
  if (stage == v1::STAGE_UNSPECIFIED) return;
  rows::StageRow& row = *person.add_stages();
  row.set_from(fact.day());
  row.set_stage(stage);
  row.set_organisation_id(std::string(organisation_id));
  if (kind == v1::MEMBERSHIP_FACT_KIND_RESTORED) {
    row.set_restored(true);
  } else if (kind != v1::MEMBERSHIP_FACT_KIND_DECEASED) {
    // Party statistics count who goes by the day of the decision.
    row.set_approved_on(fact.day());
  }
}

}  // namespace zhibu::membership
