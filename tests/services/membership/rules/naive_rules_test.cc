// Judge and the naive rules agree on random histories: sound and unsound steps around the days that
// matter, under both texts.
#include "tests/services/membership/rules/naive_rules.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/file.h"
#include "common/base/resource_name.h"
#include "google/protobuf/text_format.h"
#include "services/membership/calendar.pb.h"
#include "services/membership/rules/bodies.h"
#include "services/membership/rules/judge.h"
#include "tests/services/membership/history.h"

namespace zhibu::membership {
namespace {

using naive::Body;
using naive::Day;
using naive::Did;
using naive::Outcome;

constexpr char kApplicant[] = "persons/applicant";

// ZHIBU_NAIVE_HISTORIES; fewer where a sanitizer makes each slow.
int Histories() {
  int histories = 0;
  const char* text = std::getenv("ZHIBU_NAIVE_HISTORIES");
  if (text != nullptr && absl::SimpleAtoi(text, &histories)) return histories;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return 3'000;
#else
  return 100'000;
#endif
}

std::string Written(const Did& did) {
  std::string text =
      absl::StrCat(did.step, " on ", FormatDate(did.on), did.passed ? "" : " failed");
  if (did.step == 11) absl::StrAppend(&text, " ", did.days, "d ", did.hours, "h");
  if (did.step == 15 || did.step == 23) {
    const naive::Ballot& vote = did.ballot;
    absl::StrAppend(&text, " ", vote.entitled, "/", vote.present, "+", vote.written, ":",
                    vote.in_favour, "-", vote.against, "-", vote.abstained);
  }
  if (did.step == 23) absl::StrAppend(&text, " outcome ", int(did.outcome), "/", did.months);
  if (did.notice_from) absl::StrAppend(&text, " notice from ", FormatDate(*did.notice_from));
  if (did.notice_to) absl::StrAppend(&text, " to ", FormatDate(*did.notice_to));
  if (did.leaving) absl::StrAppend(&text, " leaving ", FormatDate(*did.leaving));
  if (!did.by.empty()) absl::StrAppend(&text, " by ", did.by);
  for (const auto& [name, day] : did.deliberated) {
    absl::StrAppend(&text, " deliberated by ", name, " on ", FormatDate(day));
  }
  if (did.voters) absl::StrAppend(&text, " voters ", *did.voters, did.some_came_later ? "?" : "");
  if (did.quota_left) absl::StrAppend(&text, " quota ", *did.quota_left);
  if (did.excepted) absl::StrAppend(&text, " excepted");
  for (const naive::Named& named : did.named) {
    absl::StrAppend(&text, " ", named.name, named.in_books ? "" : "(unknown)",
                    named.full_member ? "" : "(no member)", named.suspended ? "(suspended)" : "");
  }
  return text;
}

// The shipped calendars, read without the code that judges by them.
const naive::Holidays& ShippedHolidays() {
  static const auto* const kHolidays = [] {
    auto* holidays = new naive::Holidays();
    const auto day = [](const std::string& text) { return ParseDate(text).value(); };
    const std::string folder = ZHIBU_SOURCE_DIR "/services/membership/calendars";
    const auto files = ListFiles(folder, ".textproto");
    for (const std::string& file : *files) {
      rules::CalendarYear year;
      EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(ReadFile(file).value(), &year));
      for (const rules::Holiday& holiday : year.holidays()) {
        const Day last = day(holiday.to().empty() ? holiday.from() : holiday.to());
        for (Day one = day(holiday.from()); one <= last; ++one) holidays->off.insert(one);
      }
      for (const std::string& one : year.working()) holidays->worked.insert(day(one));
    }
    EXPECT_FALSE(holidays->off.empty());
    return holidays;
  }();
  return *kHolidays;
}

// The same step as the contract has it.
v1::Step StepOf(const Did& did) {
  v1::Step step;
  *step.mutable_date() = ToProto(did.on);
  const auto* field = v1::Step::descriptor()->FindFieldByNumber(did.step + 10);
  step.GetReflection()->MutableMessage(&step, field);
  step.set_organisation(did.by);
  if (did.excepted) {
    step.mutable_exception()->set_authority("organisations/county");
    step.mutable_exception()->set_document_number("1");
    step.mutable_exception()->set_reason("r");
  }
  v1::Vote* vote = nullptr;
  switch (did.step) {
    case 5:
      for (const auto& one : did.named) step.mutable_contact_assignment()->add_contacts(one.name);
      break;
    case 7:
      if (did.notice_from) {
        *step.mutable_object_determination()->mutable_notice_from() = ToProto(*did.notice_from);
      }
      if (did.notice_to) {
        *step.mutable_object_determination()->mutable_notice_to() = ToProto(*did.notice_to);
      }
      break;
    case 9:
      for (const auto& one : did.named) {
        step.mutable_introducer_determination()->add_introducers(one.name);
      }
      break;
    case 10:
      step.mutable_political_review()->set_passed(did.passed);
      break;
    case 11:
      step.mutable_training()->set_passed(did.passed);
      step.mutable_training()->set_days(did.days);
      step.mutable_training()->set_class_hours(did.hours);
      break;
    case 12:
      step.mutable_branch_examination()->set_passed(did.passed);
      break;
    case 13:
      step.mutable_pre_review()->set_passed(did.passed);
      if (did.leaving) *step.mutable_pre_review()->mutable_leaving_on() = ToProto(*did.leaving);
      break;
    case 15:
      vote = step.mutable_admission_meeting()->mutable_vote();
      break;
    case 17:
      step.mutable_admission_approval()->set_approved(did.passed);
      for (const auto& [name, day] : did.deliberated) {
        v1::Deliberation& one = *step.mutable_admission_approval()->add_deliberations();
        one.set_organisation(name);
        *one.mutable_date() = ToProto(day);
      }
      break;
    case 23:
      vote = step.mutable_conversion_meeting()->mutable_vote();
      step.mutable_conversion_meeting()->set_outcome(
          static_cast<v1::ConversionOutcome>(static_cast<int>(did.outcome)));
      step.mutable_conversion_meeting()->set_extension_months(did.months);
      break;
    case 24:
      step.mutable_conversion_approval()->set_approved(did.passed);
      break;
    default:
      break;
  }
  if (vote != nullptr) {
    vote->set_entitled(did.ballot.entitled);
    vote->set_present(did.ballot.present);
    vote->set_written_opinions(did.ballot.written);
    vote->set_in_favour(did.ballot.in_favour);
    vote->set_against(did.ballot.against);
    vote->set_abstained(did.ballot.abstained);
  }
  return step;
}

// What is above the branch, in the shapes that the tree has.
std::vector<naive::Body> SomeUpward(int shape) {
  const Body branch = {"organisations/branch", Body::kBranch};
  const Body general = {"organisations/general", Body::kGeneralBranch};
  const Body base = {"organisations/base", Body::kCommittee};
  const Body township = {"organisations/township", Body::kCommittee, true};
  const Body bureau = {"organisations/bureau", Body::kWorkCommittee};
  const Body county = {"organisations/county", Body::kCommittee};
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
      return {{"organisations/branch", Body::kTemporaryBranch}, county};
    case 5:
      return {branch, general};  // nobody who may approve
    case 6:
      return {{"organisations/branch", Body::kPartyGroup}, branch, base, county};
    default:
      return {branch, base, bureau, county};
  }
}

Upward ForJudge(const std::vector<Body>& bodies) {
  using namespace registry::v1;
  Upward upward;
  for (const Body& body : bodies) {
    ChainNode node;
    node.id = IdOf(kOrganisations, body.name).value();
    switch (body.kind) {
      case Body::kCommittee:
        node.kind = ORGANISATION_KIND_COMMITTEE;
        node.level = body.of_township ? COMMITTEE_LEVEL_TOWNSHIP : COMMITTEE_LEVEL_BASE;
        if (body.name == kCounty) node.level = COMMITTEE_LEVEL_COUNTY;
        break;
      case Body::kWorkCommittee:
        node.kind = ORGANISATION_KIND_WORK_COMMITTEE;
        break;
      case Body::kGeneralBranch:
        node.kind = ORGANISATION_KIND_GENERAL_BRANCH;
        break;
      case Body::kBranch:
        node.kind = ORGANISATION_KIND_BRANCH;
        break;
      case Body::kTemporaryBranch:
        node.kind = ORGANISATION_KIND_TEMPORARY_BRANCH;
        break;
      case Body::kPartyGroup:
        node.kind = ORGANISATION_KIND_PARTY_GROUP;
        break;
    }
    upward.push_back(node);
  }
  return upward;
}

// One case, told to both.
class Walk {
 public:
  explicit Walk(uint64_t seed) : random_(seed) {
    // Month ends, leap days and the change of texts are where dates go wrong.
    start_ = Day(2014, 5, 1) + Below(5000);
    if (OneIn(3)) start_ = Day(Day(absl::CivilMonth(start_) + 1) - 1);
    if (OneIn(6)) start_ = Day(2026, 5, 18) - Below(900);
    if (OneIn(40)) start_ = Day(2014, 5, 28) - 2 + Below(4);
    history_.applicant = kApplicant;
    history_.holidays = &ShippedHolidays();
    if (!OneIn(30)) history_.born = start_ - 365 * (17 + Below(30)) - Below(366);
    if (OneIn(4)) history_.born = Day(2000, 2, 29);
    if (history_.born && OneIn(3)) start_ = naive::Months(*history_.born, 12 * 18) - 1 + Below(3);
    history_.other_case_open = OneIn(40);
    if (OneIn(40)) {
      history_.member_since = start_ - Below(1000);
      rows::StageRow& row = *stages_.Add();
      row.set_from(DayNumber(*history_.member_since));
      row.set_stage(v1::STAGE_FULL);
    }
    today_ = start_ + 400 + Below(3000);
    history_.upward = SomeUpward(Below(OneIn(4) ? 8 : 4));
  }

  // Proposes steps until the case has come to an end or to no good. The reasons met are counted.
  // False where the two do not agree, which `told` then says.
  bool Go(std::map<std::string, int64_t>& met, int64_t& steps, int64_t& archived,
          std::string& told) {
    for (int refusals = 0, proposals = 0; refusals < 6 && proposals < 60; ++proposals) {
      const Did did = Propose();
      ++steps;
      const naive::Found found = naive::Check(history_, did, today_);
      naive::Found judged;
      const v1::Step step = StepOf(did);
      if (!CheckStepForm(step, "step").empty()) continue;
      if (const RuleSet* set = ShippedRuleSets().On(did.on)) {
        const Judgement judgement =
            Judge(*set, FactsOf(*set, did), {&step, did.on, today_, "step"});
        for (const Violation& one : judgement.refusals) judged.refused.insert(one.reason);
        for (const Violation& one : judgement.warnings) judged.warned.insert(one.reason);
      } else {
        judged.refused.insert("NO_RULE_SET_ON_DATE");
      }
      for (const std::string& reason : found.refused) ++met[reason];
      for (const std::string& reason : found.warned) ++met[reason];
      // What is refused is answered with its warnings too.
      if (found.refused != judged.refused || found.warned != judged.warned) {
        told = Told(did, found, judged);
        return false;
      }
      if (!found.refused.empty()) {
        ++refusals;
        continue;
      }
      refusals = 0;
      history_.done.push_back(did);
      AdvanceStages(progress_, step, "branch", stages_);
      Advance(step, progress_);
      if (did.step == 25 && ++archived > 0) break;
    }
    return true;
  }

 private:
  int Below(int n) { return static_cast<int>(random_() % n); }
  bool OneIn(int n) { return Below(n) == 0; }

  const Did* Last(int step) const {
    for (auto did = history_.done.rbegin(); did != history_.done.rend(); ++did) {
      if (did->step == step) return &*did;
    }
    return nullptr;
  }
  Day DayOf(int step) const { return Last(step) != nullptr ? Last(step)->on : start_; }

  // The step that the flow chart has next, mostly.
  int NextStep() {
    if (OneIn(12)) return 1 + Below(25);
    const int last = history_.done.empty() ? 0 : history_.done.back().step;
    // An inspection for each half-year of the year until a development object; sometimes one less.
    if (last == 6 && DayOf(6) < naive::Months(DayOf(3), 12) && !OneIn(4)) return 6;
    if (last == 21 && OneIn(3)) return 21;
    if (last == 24 && Last(23) != nullptr) {
      const bool ended = Last(24)->passed && Last(23)->outcome != Outcome::kExtended;
      return ended ? 25 : 22 + Below(2);
    }
    // What was not passed is held again, mostly.
    if (last >= 10 && last <= 13 && !history_.done.back().passed && !OneIn(4)) return last;
    for (int step = 1; step <= 25; ++step) {
      if (Last(step) == nullptr) return step;
    }
    return 25;
  }

  Day DateOf(int step) {
    Day base = history_.done.empty() ? start_ : history_.done.back().on;
    const auto around = [&](Day day) { return std::max(base, day - 1 + Below(3)); };
    if (OneIn(25)) return base - Below(60);
    if (OneIn(25)) return around(Day(2026, 5, 18));
    if (OneIn(60)) return around(today_);
    if (OneIn(2)) {
      switch (step) {
        case 1:
          return start_ + Below(3);
        case 2:
          return around(naive::Months(DayOf(1), 1));
        case 6:
          return around(naive::Months(DayOf(3), 6 * (1 + Below(3))));
        case 15:
          return around(naive::Months(DayOf(13), 1));
        case 17:
          return around(naive::Months(DayOf(15), OneIn(3) ? 6 : 3));
        case 20:
          return around(naive::Months(DayOf(17), 1));
        case 24:
          return around(naive::Months(DayOf(23), 3));
        default:
          break;
      }
    }
    if (step == 7) return around(naive::Months(DayOf(3), 12));
    if (const auto ends = naive::ProbationEnds(history_); step == 23 && ends) return around(*ends);
    return base + (OneIn(3) ? 0 : Below(step == 6 ? 200 : 25));
  }

  naive::Named SomeMember() {
    naive::Named named;
    named.name = absl::StrCat("persons/m", Below(OneIn(8) ? 2 : 40));
    if (OneIn(40)) named.name = kApplicant;
    named.in_books = !OneIn(40);
    named.full_member = named.in_books && !OneIn(40);
    named.suspended = named.full_member && OneIn(20);
    return named;
  }

  Did Propose() {
    Did did;
    did.step = NextStep();
    did.on = DateOf(did.step);
    did.excepted = OneIn(12);
    if (OneIn(12)) {
      did.by = history_.upward[Below(static_cast<int>(history_.upward.size()))].name;
    } else if (OneIn(60)) {
      did.by = "organisations/elsewhere";
    }
    switch (did.step) {
      case 5:
      case 9:
        for (int n = OneIn(12) ? 1 + Below(3) : 2; n > 0; --n) did.named.push_back(SomeMember());
        break;
      case 7:
        if (OneIn(4)) break;
        did.notice_to = did.on - (OneIn(6) ? Below(2) : 1 + Below(10));
        did.notice_from = *did.notice_to - Below(10);
        break;
      case 11:
        did.days = OneIn(4) ? Below(4) : 3;
        did.hours = OneIn(3) ? Below(2) * 23 + Below(3) : 0;
        [[fallthrough]];
      case 10:
      case 12:
      case 13:
      case 17:
      case 24:
        did.passed = !OneIn(10);
        if (did.step == 13 && OneIn(4)) {
          did.leaving = naive::Months(did.on, OneIn(3) ? 12 : 3) - 1 + Below(3);
        }
        if (did.step == 17) {
          if (OneIn(3)) did.quota_left = Below(4) - 1;
          for (const Body& body : history_.upward) {
            if (OneIn(15)) continue;
            did.deliberated.emplace_back(
                body.name, OneIn(10) ? DayOf(15) - 1 + Below(3) : std::max(DayOf(15), did.on - 1));
            if (OneIn(15)) did.deliberated.back().second = did.on + Below(2);
          }
        }
        break;
      case 15:
      case 23: {
        naive::Ballot& vote = did.ballot;
        vote.entitled = 3 + Below(20);
        // At the half, one above, and all.
        const int half = vote.entitled / 2;
        vote.present = std::min(OneIn(3) ? half + Below(2) : half + 1 + Below(half + 1), 23);
        vote.written = OneIn(3) ? Below(4) : 0;
        const int votes = vote.present + vote.written;
        vote.in_favour = OneIn(4) ? half + Below(2) : votes;
        vote.against = OneIn(3) ? std::max(0, votes - vote.in_favour) : 0;
        vote.abstained = OneIn(8) ? Below(2) : 0;
        if (OneIn(2)) {
          did.voters = vote.entitled - (OneIn(8) ? 1 : 0);
          did.some_came_later = OneIn(4);
        }
        if (did.step == 23) {
          did.outcome = OneIn(3)   ? Outcome::kExtended
                        : OneIn(8) ? Outcome::kCancelled
                                   : Outcome::kFull;
          if (did.outcome == Outcome::kExtended)
            did.months = OneIn(3) ? 5 + 8 * Below(2) : 6 + Below(7);
        }
        break;
      }
      default:
        break;
    }
    return did;
  }

  CaseFacts FactsOf(const RuleSet& set, const Did& did) {
    CaseFacts facts;
    facts.person = kApplicant;
    facts.progress = &progress_;
    facts.stages = &stages_;
    facts.other_case_open = did.step == 1 && history_.other_case_open;
    facts.birth = history_.born;
    for (const naive::Named& named : did.named) {
      NamedPerson person;
      person.registered = named.in_books;
      if (named.in_books) {
        person.stage = named.full_member ? v1::STAGE_FULL : v1::STAGE_PROBATIONARY;
      }
      person.rights_suspended = named.suspended;
      facts.named.push_back(person);
    }
    const RuleSet::Needs& needs = set.NeedsOf(static_cast<v1::StepKind>(did.step));
    const Upward upward = ForJudge(history_.upward);
    if (needs.acting_body != nullptr) {
      facts.competent = CompetentBodies(*needs.acting_body, upward);
      facts.acting_organisation = did.by;
      if (did.by.empty() && !facts.competent.empty()) {
        facts.acting_organisation = facts.competent.front();
      }
    }
    if (needs.deliberating) facts.deliberating = DeliberatingBodies(upward);
    if (did.voters) facts.electorate = Electorate{*did.voters, did.some_came_later};
    facts.quota_left = did.quota_left;
    facts.calendar = &ShippedRuleSets().calendar();
    return facts;
  }

  std::string Told(const Did& proposed, const naive::Found& found, const naive::Found& judged) {
    std::string text = absl::StrCat("born ", history_.born ? FormatDate(*history_.born) : "unknown",
                                    ", today ", FormatDate(today_), "\n");
    for (const Did& did : history_.done) absl::StrAppend(&text, "  ", Written(did), "\n");
    absl::StrAppend(&text, "then ", Written(proposed), "\n");
    const auto both = [](const naive::Found& one) {
      return absl::StrCat("refuses {", absl::StrJoin(one.refused, " "), "} warns {",
                          absl::StrJoin(one.warned, " "), "}\n");
    };
    return absl::StrCat(text, "naive: ", both(found), "Judge: ", both(judged));
  }

  std::mt19937_64 random_;
  Day start_, today_;
  naive::History history_;
  rows::Progress progress_;
  Stages stages_;
};

TEST(NaiveRules, AgreeWithJudgeOnRandomHistories) {
  std::map<std::string, int64_t> met;
  int64_t steps = 0, archived = 0;
  int disagreements = 0;
  const int histories = Histories();
  for (int i = 0; i < histories && disagreements < 3; ++i) {
    std::string told;
    if (Walk(i).Go(met, steps, archived, told)) continue;
    ++disagreements;
    ADD_FAILURE() << "history " << i << "\n" << told;
  }
  RecordProperty("steps", absl::StrCat(steps));
  // Every check has been asked and has failed, often: what never happens agrees with anything.
  if (disagreements > 0 || histories < 3'000) return;
  for (const char* reason : {"AGE_BELOW_MINIMUM",
                             "BIRTH_DATE_UNKNOWN",
                             "TALK_LATE",
                             "ACTIVIST_PERIOD_TOO_SHORT",
                             "INSPECTION_LATE",
                             "CONTACT_COUNT_INVALID",
                             "CONTACT_NOT_FULL_MEMBER",
                             "CONTACT_IS_APPLICANT",
                             "INTRODUCER_COUNT_INVALID",
                             "INTRODUCER_NOT_FULL_MEMBER",
                             "INTRODUCER_IS_APPLICANT",
                             "POLITICAL_REVIEW_NOT_PASSED",
                             "TRAINING_TOO_SHORT",
                             "TRAINING_NOT_PASSED",
                             "BRANCH_EXAMINATION_NOT_PASSED",
                             "PRE_REVIEW_NOT_PASSED",
                             "ADMISSION_MEETING_LATE",
                             "NOTICE_TOO_SHORT",
                             "LEAVING_SOON",
                             "APPROVAL_TOO_LATE",
                             "QUORUM_NOT_REACHED",
                             "MAJORITY_NOT_REACHED",
                             "VOTE_COUNTS_IMPOSSIBLE",
                             "APPROVAL_LATE",
                             "CONVERSION_APPROVAL_LATE",
                             "APPROVER_NOT_COMPETENT",
                             "BRANCH_NOT_COMPETENT",
                             "BRANCH_DIFFERS",
                             "ADMITTING_BRANCH_NOT_COMPETENT",
                             "SUPERIOR_NOT_COMPETENT",
                             "SUPERIOR_DIFFERS",
                             "FILING_BODY_NOT_COMPETENT",
                             "TRAINER_NOT_COMPETENT",
                             "BODY_OUTSIDE_CHAIN",
                             "OATH_BODY_OUTSIDE_CHAIN",
                             "NO_COMPETENT_COMMITTEE",
                             "DELIBERATION_MISSING",
                             "DELIBERATION_OUT_OF_TIME",
                             "ELECTORATE_DIFFERS",
                             "ELECTORATE_NOT_CONFIRMED",
                             "CONTACT_RIGHTS_SUSPENDED",
                             "INTRODUCER_RIGHTS_SUSPENDED",
                             "EXCEPTION_NOT_NEEDED",
                             "QUOTA_EXCEEDED",
                             "OATH_LATE",
                             "PROBATION_NOT_ENDED",
                             "EXTENSION_OUT_OF_RANGE",
                             "EXTENSION_USED_UP",
                             "EARLIER_STEP_MISSING",
                             "DATE_BEFORE_EARLIER_STEP",
                             "STEP_ALREADY_RECORDED",
                             "STEP_NO_LONGER_POSSIBLE",
                             "CASE_CLOSED",
                             "CASE_ALREADY_OPEN",
                             "ALREADY_MEMBER",
                             "DATE_IN_FUTURE",
                             "NO_RULE_SET_ON_DATE"}) {
    EXPECT_GT(met[reason], 20 * int64_t{histories} / 100'000) << reason;
  }
  EXPECT_GT(archived, histories / 100);
}

}  // namespace
}  // namespace zhibu::membership
