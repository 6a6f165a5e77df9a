#include "tests/services/membership/rules/naive_rules.h"

#include <algorithm>

#include "tests/services/membership/rules/naive_bodies.h"
#include "tests/services/membership/rules/naive_events.h"

namespace zhibu::membership::naive {
namespace {

// The text of 2026 judges from the day of its issue on.
bool ByTextOf2026(Day day) { return day >= Day(2026, 5, 18); }

// Refusal of the admission, or approval of its cancellation or of conversion: what ends a case.
bool AdmissionRefused(const History& history) {
  const Did* approval = Last(history, 17);
  return approval != nullptr && !approval->passed;
}
// The meeting that the last approval of a conversion decided on, where it approved it.
std::vector<Outcome> ApprovedOutcomes(const History& history) {
  std::vector<Outcome> outcomes;
  const Did* meeting = nullptr;
  for (const auto& did : history.done) {
    if (did->step == 23) meeting = did.get();
    if (did->step == 24 && did->passed && meeting != nullptr) outcomes.push_back(meeting->outcome);
  }
  return outcomes;
}
bool ApprovedAs(const History& history, Outcome outcome) {
  const auto outcomes = ApprovedOutcomes(history);
  return std::find(outcomes.begin(), outcomes.end(), outcome) != outcomes.end();
}
// The last meeting on conversion was decided on already, and there has been no other.
bool MeetingIsSpent(const History& history) {
  return Last(history, 24) != nullptr && !Concluded(history) && !SinceDecision(history, 23);
}

// What must have been done before each step (§1.2).
std::vector<int> Before(int step) {
  switch (step) {
    case 1:
      return {};
    case 2:
      return {1};
    case 3:
      return {1, 2};
    case 4:
      return {3};
    case 5:
      return {4};
    case 6:
      return {5};
    case 7:
      return {5, 6};
    case 8:
      return {7};
    case 9:
    case 10:
    case 11:
      return {8};
    case 12:
      return {9, 10, 11};
    case 13:
      return {12};
    case 14:
      return {13};
    case 15:
      return {14};
    case 16:
      return {15};
    case 17:
      return {16};
    case 18:
    case 19:
    case 20:
      return {17};
    case 21:
      return {19};
    case 22:
      return {20, 21};
    case 23:
      return {22};
    case 24:
      return {23};
    default:
      return {18, 24};
  }
}

void D01_Age(const History& history, const Did& step, Found& found) {
  if (step.step != 1) return;
  if (!history.born) {
    found.refused.insert("BIRTH_DATE_UNKNOWN");
  } else if (step.on < Months(*history.born, 12 * 18)) {
    found.refused.insert("AGE_BELOW_MINIMUM");
  }
}

// More than so many months after what was done, if it was and the books say when.
bool Late(const Did* since, int months, const Did& step) {
  return since != nullptr && !since->before_books && step.on > Months(since->on, months);
}

void D02_Talk(const History& history, const Did& step, Found& found) {
  if (step.step == 2 && Late(Last(history, 1), 1, step)) found.warned.insert("TALK_LATE");
}

void D03_YearOfCultivation(const History& history, const Did& step, Found& found) {
  const Did* activist = Last(history, 3);
  if (step.step != 7 || activist == nullptr) return;
  switch (YearOfCultivation(history, activist->on, step.on)) {
    case Cultivated::kAYear:
      return;
    case Cultivated::kTooShort:
      found.refused.insert("ACTIVIST_PERIOD_TOO_SHORT");
      return;
    case Cultivated::kNotSaid:
      found.refused.insert("CULTIVATION_NOT_CONFIRMED");
      return;
  }
}

// The half-year in which a day lies: the first ends six months after `from`, on that day.
int HalfYear(Day from, Day day) {
  int number = 1;
  while (day > Months(from, 6 * number)) ++number;
  return number;
}

void D04_Inspections(const History& history, const Did& step, Found& found) {
  const Did* activist = Last(history, 3);
  if ((step.step != 6 && step.step != 7) || activist == nullptr) return;
  const Did* inspection = Last(history, 6);
  const int last = inspection == nullptr ? 0 : HalfYear(activist->on, inspection->on);
  // A half-year ended since, and nobody inspected in it.
  if (HalfYear(activist->on, step.on) > last + 1) found.warned.insert("INSPECTION_LATE");
}

// Of contacts and introducers.
void NamedPersons(const History& history, const Did& step, const std::string& who, size_t least,
                  size_t most, Found& found) {
  std::set<std::string> different;
  for (const Named& person : step.named) {
    different.insert(person.name);
    if (!person.in_books || !person.full_member) found.refused.insert(who + "_NOT_FULL_MEMBER");
    if (person.name == history.applicant) found.refused.insert(who + "_IS_APPLICANT");
  }
  // Who is named twice is a mistake, whatever the number.
  if (step.named.size() < least || step.named.size() > most ||
      different.size() < step.named.size()) {
    found.refused.insert(who + "_COUNT_INVALID");
  }
}
void D05_Contacts(const History& history, const Did& step, Found& found) {
  if (step.step != 5) return;
  NamedPersons(history, step, "CONTACT", 1, 2, found);
  for (const Named& person : step.named) {
    if (person.suspended) found.warned.insert("CONTACT_RIGHTS_SUSPENDED");
  }
}
void D06_Introducers(const History& history, const Did& step, Found& found) {
  if (step.step != 9) return;
  NamedPersons(history, step, "INTRODUCER", 2, 2, found);
  // Restated only, so it warns.
  for (const Named& person : step.named) {
    if (person.suspended) found.warned.insert("INTRODUCER_RIGHTS_SUSPENDED");
  }
}

bool NotPassed(const History& history, int step) {
  const Did* last = Last(history, step);
  return last != nullptr && !last->passed;
}
void D07_PoliticalReview(const History& history, const Did& step, Found& found) {
  if (step.step != 12 && step.step != 15) return;
  if (NotPassed(history, 10)) found.refused.insert("POLITICAL_REVIEW_NOT_PASSED");
}

void D08_Training(const History& history, const Did& step, Found& found) {
  if (step.step != 12 && step.step != 15) return;
  // 集中培训 is one training: short ones do not add up.
  const Did* training = Last(history, 11);
  if (training == nullptr) return;
  if (training->days < 3 && training->hours < 24) {
    // 个别特殊情况: the text of 2014 alone allows an exception.
    const bool stands = step.excepted && !ByTextOf2026(step.on);
    (stands ? found.warned : found.refused).insert("TRAINING_TOO_SHORT");
  }
  if (ByTextOf2026(step.on) && NotPassed(history, 11)) found.warned.insert("TRAINING_NOT_PASSED");
}

bool IsWorked(const Holidays& holidays, Day day) {
  if (holidays.worked.count(day) > 0) return true;
  const auto weekday = absl::GetWeekday(day);
  return weekday != absl::Weekday::saturday && weekday != absl::Weekday::sunday &&
         holidays.off.count(day) == 0;
}

void D09_Notice(const History& history, const Did& step, Found& found) {
  if (step.step != 7 || !ByTextOf2026(step.on)) return;
  int worked = 0;
  if (step.notice_from && step.notice_to) {
    for (Day day = *step.notice_from; day <= *step.notice_to; ++day) {
      if (IsWorked(*history.holidays, day)) ++worked;
    }
  }
  const bool over = step.notice_to && *step.notice_to < step.on;
  if (worked < 5 || !over) found.warned.insert("NOTICE_TOO_SHORT");
}

void D10_PreReview(const History& history, const Did& step, Found& found) {
  if (step.step == 13 && NotPassed(history, 12)) {
    found.refused.insert("BRANCH_EXAMINATION_NOT_PASSED");
  }
  if (step.step != 14 && step.step != 15) return;
  if (NotPassed(history, 13)) found.refused.insert("PRE_REVIEW_NOT_PASSED");
  if (step.step == 15 && ByTextOf2026(step.on) && Late(Last(history, 13), 1, step)) {
    found.warned.insert("ADMISSION_MEETING_LATE");
  }
}

void D11_LeavingSoon(const Did& step, Found& found) {
  if (step.step != 13 || !step.leaving) return;
  if (*step.leaving <= Months(step.on, 3)) found.warned.insert("LEAVING_SOON");
}

void D12_Vote(const Did& step, Found& found) {
  if (step.step != 15 && step.step != 23) return;
  const Ballot& vote = step.ballot;
  if (vote.present > vote.entitled || vote.present + vote.written > vote.entitled ||
      vote.in_favour + vote.against + vote.abstained > vote.present + vote.written) {
    found.refused.insert("VOTE_COUNTS_IMPOSSIBLE");
    return;
  }
  // 超过半数 is strictly more than half, of those who should attend.
  if (2 * vote.present <= vote.entitled) found.refused.insert("QUORUM_NOT_REACHED");
  if (2 * vote.in_favour <= vote.entitled) found.refused.insert("MAJORITY_NOT_REACHED");
}

void D13_ApprovalInTime(const History& history, const Did& step, Found& found) {
  if (step.step == 17) {
    if (Late(Last(history, 15), 3, step)) found.warned.insert("APPROVAL_LATE");
    if (Late(Last(history, 15), 6, step)) found.refused.insert("APPROVAL_TOO_LATE");
  }
  if (step.step == 24 && !MeetingIsSpent(history) && Late(Last(history, 23), 3, step)) {
    found.warned.insert("CONVERSION_APPROVAL_LATE");
  }
}

// What was granted is only for what would be wrong without it.
void Exception(const Did& step, Found& found) {
  if (!step.excepted) return;
  const bool used = found.warned.count("TRAINING_TOO_SHORT") + found.warned.count("LEAVING_SOON");
  if (!used) found.refused.insert("EXCEPTION_NOT_NEEDED");
}

void D20_Quota(const Did& step, Found& found) {
  if (step.step != 17 || !step.passed || !step.quota_left) return;
  if (*step.quota_left <= 0) found.warned.insert("QUOTA_EXCEEDED");
}

void D15_Oath(const History& history, const Did& step, Found& found) {
  if (step.step != 20 || !ByTextOf2026(step.on)) return;
  if (Late(Last(history, 17), 1, step)) found.warned.insert("OATH_LATE");
}

void D16_ProbationEnded(const History& history, const Did& step, Found& found) {
  const auto ends = ProbationEnds(history);
  if (step.step == 23 && ends && step.on < *ends) found.refused.insert("PROBATION_NOT_ENDED");
}

void D17_Extension(const History& history, const Did& step, Found& found) {
  if (step.step != 23 || step.outcome != Outcome::kExtended) return;
  if (step.months < 6 || step.months > 12) found.refused.insert("EXTENSION_OUT_OF_RANGE");
  if (ApprovedAs(history, Outcome::kExtended)) found.refused.insert("EXTENSION_USED_UP");
}

// What a step prepares: once that was done, and passed, the step has no place any more. 0: nothing.
int Prepares(int step) {
  switch (step) {
    case 5:  // the cultivation of an activist
    case 6:
      return 7;
    case 10:
    case 11:
      return 12;
    case 12:
      return 13;
    case 13:
      return 14;
    case 19:  // the branch of a probationer
      return 22;
    case 21:  // the inspection of a probationer
      return 24;
    default:
      return 0;
  }
}

// Steps of which there may be many, and those that may be held again until they were passed.
bool MayBeRepeated(const History& history, int step) {
  // Contacts are lost, and who moves on is given others, and another branch (§1.5).
  if (step == 5 || step == 6 || step == 19 || step == 21) return true;
  const Did* last = Last(history, step);
  // A training that was too short is made up for; of one before the books that is not known.
  if (step == 11) return !history.probationer_since;
  if (step >= 10 && step <= 13) return !last->passed;
  // After a decision that was not approved, or an extension, conversion begins anew.
  if (step >= 22 && step <= 24) {
    return Last(history, 24) != nullptr && !Concluded(history) && !SinceDecision(history, step);
  }
  return false;
}

// Whether the person is a member already, and since when he or she is what he or she is.
struct Membership {
  bool member = false;
  std::optional<Day> since;
};
Membership MembershipOf(const History& history) {
  if (const auto ended = Ended(history)) return {false, ended};
  if (const auto ends = ProbationEnds(history)) {
    if (ApprovedAs(history, Outcome::kFull)) return {true, ends};
    if (ApprovedAs(history, Outcome::kCancelled)) return {false, Last(history, 24)->on};
    return {true, Last(history, 15)->on};
  }
  if (AdmissionRefused(history)) return {false, Last(history, 17)->on};
  for (int step : {8, 3, 1}) {
    if (Last(history, step) != nullptr) return {false, Last(history, step)->on};
  }
  return {history.member_since.has_value(), history.member_since};
}

void D19_Order(const History& history, const Did& step, Found& found) {
  bool earlier = false;
  if (step.step == 1) {
    const Membership standing = MembershipOf(history);
    if (history.other_case_open) {
      found.refused.insert("CASE_ALREADY_OPEN");
    } else if (standing.member) {
      found.refused.insert("ALREADY_MEMBER");
    }
    earlier = standing.since && step.on < *standing.since;
  }
  // What follows a decision on conversion is not before it.
  const Did* decision = Last(history, 24);
  if (step.step >= 22 && decision != nullptr && !Concluded(history) && step.on < decision->on) {
    earlier = true;
  }
  // What is done again is not before the other was void; none is dated into a pause.
  const auto goes_on = GoesOnFrom(history);
  if (goes_on && step.on < *goes_on) earlier = true;
  std::set<std::string> order;
  if (Paused(history)) order.insert("CASE_PAUSED");
  for (int before : Before(step.step)) {
    const Did* did = Last(history, before);
    // Only what was approved is archived.
    if (did == nullptr || (step.step == 25 && !Concluded(history)) ||
        (step.step == 24 && MeetingIsSpent(history))) {
      order.insert("EARLIER_STEP_MISSING");
    }
    if (did != nullptr && step.on < did->on) earlier = true;
  }
  const int prepares = Prepares(step.step);
  const bool too_late = step.step == 21 ? Concluded(history)
                                        : prepares != 0 && Last(history, prepares) != nullptr &&
                                              !NotPassed(history, prepares);
  const Did* same = Last(history, step.step);
  if (same != nullptr && step.on < same->on) earlier = true;
  if (same != nullptr && !MayBeRepeated(history, step.step)) {
    order.insert("STEP_ALREADY_RECORDED");
  } else if (too_late) {
    order.insert("STEP_NO_LONGER_POSSIBLE");
  }
  // Of a case that is over there is nothing else to say.
  if (Closed(history)) order = {"CASE_CLOSED"};
  found.refused.insert(order.begin(), order.end());
  if (earlier) found.refused.insert("DATE_BEFORE_EARLIER_STEP");
}

}  // namespace

bool BeforeAnyText(Day day) { return day < Day(2014, 5, 28); }

const Did* Last(const History& history, int step) {
  const Did* last = nullptr;
  for (const auto& did : history.done) {
    if (did->step == step) last = did.get();
  }
  return last;
}

bool Concluded(const History& history) {
  return ApprovedAs(history, Outcome::kFull) || ApprovedAs(history, Outcome::kCancelled);
}

bool SinceDecision(const History& history, int step) {
  bool done = false;
  for (const auto& did : history.done) {
    if (did->step == 24) done = false;
    if (did->step == step) done = true;
  }
  return done && step != 24;
}

bool Closed(const History& history) {
  return AdmissionRefused(history) || Last(history, 25) != nullptr || Ended(history).has_value();
}

Day Months(Day from, int months) {
  int64_t year = from.year();
  int month = from.month() + months;
  while (month > 12) {
    month -= 12;
    ++year;
  }
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  const int length = month == 2                                              ? (leap ? 29 : 28)
                     : month == 4 || month == 6 || month == 9 || month == 11 ? 30
                                                                             : 31;
  return Day(year, month, std::min(from.day(), length));
}

std::optional<Day> ProbationEnds(const History& history) {
  const Did* approval = Last(history, 17);
  const Did* meeting = Last(history, 15);
  if (approval == nullptr || !approval->passed || meeting == nullptr) return std::nullopt;
  // A year from the meeting that passed it; an extension is counted from there.
  Day ends = Months(meeting->on, 12);
  const Did* decided = nullptr;
  for (const auto& did : history.done) {
    if (did->step == 23) decided = did.get();
    if (did->step == 24 && did->passed && decided->outcome == Outcome::kExtended) {
      ends = Months(ends, decided->months);
    }
  }
  return ends;
}

Found Check(const History& told, const Did& step, Day today) {
  Found found;
  if (BeforeAnyText(step.on)) {
    found.refused.insert("NO_RULE_SET_ON_DATE");
    return found;
  }
  const History history = AsItStands(told, step.on);
  if (step.on > today) found.refused.insert("DATE_IN_FUTURE");
  D01_Age(history, step, found);
  D02_Talk(history, step, found);
  D03_YearOfCultivation(history, step, found);
  D04_Inspections(history, step, found);
  D05_Contacts(history, step, found);
  D06_Introducers(history, step, found);
  D07_PoliticalReview(history, step, found);
  D08_Training(history, step, found);
  D09_Notice(history, step, found);
  D10_PreReview(history, step, found);
  D11_LeavingSoon(step, found);
  D12_Vote(step, found);
  D12_Electorate(step, found);
  D13_ApprovalInTime(history, step, found);
  D14_ActingBody(history, step, found);
  D14_Deliberated(history, step, found);
  D15_Oath(history, step, found);
  D16_ProbationEnded(history, step, found);
  D17_Extension(history, step, found);
  D19_Order(history, step, found);
  D20_Quota(step, found);
  Exception(step, found);
  return found;
}

}  // namespace zhibu::membership::naive
