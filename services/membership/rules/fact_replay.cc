#include "services/membership/rules/fact_replay.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "services/membership/rules/affiliations.h"
#include "services/membership/rules/progress.h"

namespace zhibu::membership {
namespace {

using Kind = v1::MembershipFactKind;

Kind KindOf(const rows::FactRow& fact) { return static_cast<Kind>(fact.kind()); }

bool IsOver(v1::Stage stage) { return stage == v1::STAGE_STOPPED || stage == v1::STAGE_ENDED; }

// A stage, and the number of the fact that led to it; 0: steps, or an opening balance.
struct Entry {
  rows::StageRow row;
  int32_t fact = 0;
};

// Whether the stage is what AddFact makes of the fact.
bool LedTo(const rows::FactRow& fact, const rows::StageRow& stage) {
  const Kind kind = KindOf(fact);
  if (!SetsStage(kind) || stage.from() != fact.day()) return false;
  if (kind == v1::MEMBERSHIP_FACT_KIND_RESTORED) return stage.restored();
  const v1::Stage led_to =
      kind == v1::MEMBERSHIP_FACT_KIND_STOPPED ? v1::STAGE_STOPPED : v1::STAGE_ENDED;
  return !stage.restored() && stage.stage() == led_to &&
         stage.has_approved_on() == (kind != v1::MEMBERSHIP_FACT_KIND_DECEASED);
}

// Both lists are in the order of recording. From the end: where a case ended on the day of a death,
// the death came last.
std::vector<Entry> EntriesOf(const rows::PersonRow& person) {
  std::vector<Entry> entries;
  for (const rows::StageRow& row : person.stages()) entries.push_back({row});
  int next = person.facts_size() - 1;
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    while (next >= 0 && !SetsStage(KindOf(person.facts(next)))) --next;
    if (next < 0) break;
    if (LedTo(person.facts(next), entry->row)) entry->fact = person.facts(next--).sequence();
  }
  return entries;
}

// How many of the first stages came with the opening balance.
size_t OpeningStages(const rows::PersonRow& person) {
  if (!person.has_opening()) return 0;
  return person.opening().has_full_member_on() ? 2 : 1;
}

// As they were on the day.
Affiliations Until(const Affiliations& affiliations, int32_t day) {
  Affiliations until;
  for (const rows::AffiliationRow& row : affiliations) {
    if (!until.empty() && row.from() > day) break;
    *until.Add() = row;
  }
  if (!until.empty() && until.rbegin()->to() > day) until.rbegin()->clear_to();
  return until;
}

std::string Subject(int32_t sequence) { return absl::StrCat("facts/", sequence); }

class Replaying {
 public:
  Replaying(const rules::FactRules& rules, const rows::PersonRow& person, int32_t corrected,
            const ReplayContext& context)
      : rules_(rules),
        was_(person),
        corrected_(corrected),
        context_(context),
        before_(EntriesOf(person)),
        now_(person) {
    now_.clear_stages();
    now_.clear_facts();
  }

  absl::StatusOr<FactReplay> Run(const Facts& given) {
    std::vector<const rows::FactRow*> facts;
    for (const rows::FactRow& fact : given) facts.push_back(&fact);
    std::sort(facts.begin(), facts.end(), [](const rows::FactRow* a, const rows::FactRow* b) {
      return std::make_pair(a->day(), a->sequence()) < std::make_pair(b->day(), b->sequence());
    });
    int32_t last_that_sets = 0;
    for (const rows::FactRow* fact : facts) {
      if (SetsStage(KindOf(*fact))) last_that_sets = fact->sequence();
    }
    for (const rows::FactRow* fact : facts) {
      TakeStagesBefore(*fact);
      ZHIBU_RETURN_IF_ERROR(Judge(*fact, fact->sequence() == last_that_sets));
    }
    while (next_ < before_.size()) TakeStage();
    *now_.mutable_affiliations() = was_.affiliations();
    RequireWhatFollowedStands();
    RequireMovesStand();
    return FactReplay{std::move(now_), std::move(refused_).Take(), std::move(warnings_).Take()};
  }

 private:
  // The stage to which the same fact led, on the same day; null where it is not so.
  const Entry* SameBefore(const rows::FactRow& fact) const {
    for (const Entry& entry : before_) {
      if (entry.fact == fact.sequence() && LedTo(fact, entry.row)) return &entry;
    }
    return nullptr;
  }

  // The next stage of before, where no fact led to it.
  void TakeStage() {
    const Entry& entry = before_[next_++];
    if (entry.fact != 0) return;
    *now_.add_stages() = entry.row;
    after_.push_back(entry);
  }

  // Those that there were when it was recorded, where it is as it was; else those of its day.
  void TakeStagesBefore(const rows::FactRow& fact) {
    const Entry* const same = SameBefore(fact);
    const size_t opening = OpeningStages(was_);
    while (next_ < before_.size()) {
      const Entry& entry = before_[next_];
      const bool before =
          same != nullptr ? &entry < same
                          : next_ < opening || entry.fact != 0 || entry.row.from() <= fact.day();
      if (!before) return;
      TakeStage();
    }
  }

  absl::Status Judge(const rows::FactRow& fact, bool decides_today) {
    const std::string subject = Subject(fact.sequence());
    const absl::CivilDay day = DayFromNumber(fact.day());
    *now_.mutable_affiliations() = Until(was_.affiliations(), fact.day());
    const std::string keeper = KeptBy(now_.affiliations(), day);
    if (HasLeft(now_.affiliations())) {
      refused_.Add("PERSON_LEFT", subject, "在这一日此人的组织关系已转往库外，不在本库登记变动");
    } else {
      FactContext context;
      context.person = &now_;
      context.today = context_.today;
      ZHIBU_ASSIGN_OR_RETURN(context.upward, context_.upward(keeper, day));
      // What is open today is asked of what is so today, unless it was so before.
      const bool asked = decides_today && !IsOver(LastStage(was_.stages()));
      context.open_case = asked && context_.open_case;
      context.open_transfer = asked && context_.open_transfer;
      FactJudgement judged = JudgeFact(rules_, context, fact);
      Tell(subject, std::move(judged.refused), refused_);
      Tell(subject, std::move(judged.warnings), warnings_);
    }
    const int stages = now_.stages_size();
    AddFact(fact, keeper, now_);
    if (now_.stages_size() == stages) return absl::OkStatus();
    // Where the organisation was merged since, the stage keeps the one that led to it.
    if (const Entry* same = SameBefore(fact)) {
      now_.mutable_stages()->rbegin()->set_organisation_id(same->row.organisation_id());
    }
    after_.push_back({*now_.stages().rbegin(), fact.sequence()});
    return absl::OkStatus();
  }

  // "fact.date" of the judgement is "facts/3.date" here.
  static void Tell(const std::string& subject, std::vector<Violation> found, Violations& where) {
    for (Violation& violation : found) {
      violation.subject = absl::StrCat(subject, violation.subject.substr(sizeof("fact") - 1));
      where.Add(std::move(violation));
    }
  }

  // Steps were judged by the stages before them: these have to be of the same kind.
  void RequireWhatFollowedStands() {
    size_t end = before_.size();
    while (end > 0 && before_[end - 1].fact != 0) --end;
    const auto same = [](const Entry& a, const Entry& b) {
      return (a.fact == 0) == (b.fact == 0) && a.row.stage() == b.row.stage() &&
             a.row.restored() == b.row.restored();
    };
    const bool stands = after_.size() >= end &&
                        std::equal(before_.begin(), before_.begin() + end, after_.begin(), same);
    refused_.Require(
        stands, "LATER_CASE_STANDS", Subject(corrected_),
        "此人在这些变动之后另有发展档案的步骤，这样更正会使其失去依据；请先更正发展档案");
  }

  // Nobody was transferred whose membership was stopped or had ended.
  void RequireMovesStand() {
    const auto require = [&](int32_t number) {
      const absl::CivilDay day = DayFromNumber(number);
      if (!IsOver(StageOn(now_.stages(), day)) || IsOver(StageOn(was_.stages(), day))) return;
      int32_t sequence = corrected_;
      for (const Entry& entry : after_) {
        if (entry.fact != 0 && entry.row.from() <= number) sequence = entry.fact;
      }
      refused_
          .Add("DATE_BEFORE_EARLIER_FACT", absl::StrCat(Subject(sequence), ".date"),
               absl::StrCat("此人 ", FormatDate(day),
                            " 转接了组织关系：停止党籍或党籍终止不能早于这一日"))
          .Earliest(day);
    };
    for (int i = 0; i < was_.affiliations_size(); ++i) {
      const rows::AffiliationRow& row = was_.affiliations(i);
      if (i > 0 && ByTransfer(row)) require(row.from());
      if (row.has_to()) require(row.to());
    }
  }

  const rules::FactRules& rules_;
  const rows::PersonRow& was_;
  const int32_t corrected_;
  const ReplayContext& context_;
  const std::vector<Entry> before_;
  size_t next_ = 0;  // of `before_`, to be taken
  std::vector<Entry> after_;
  rows::PersonRow now_;
  Violations refused_;
  Violations warnings_;
};

}  // namespace

absl::StatusOr<FactReplay> ReplayFacts(const rules::FactRules& rules, const rows::PersonRow& person,
                                       const Facts& facts, int32_t corrected,
                                       const ReplayContext& context) {
  return Replaying(rules, person, corrected, context).Run(facts);
}

}  // namespace zhibu::membership
