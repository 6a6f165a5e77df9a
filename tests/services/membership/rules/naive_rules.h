// The rules of admission once more (发展党员判定), written from the text of the rules alone and as
// naively as can be: plain dates, no rule-set data, the whole history read again for every
// question, one function a check. It shares nothing with services/membership/rules but the names of
// reasons.
#ifndef ZHIBU_TESTS_SERVICES_MEMBERSHIP_RULES_NAIVE_RULES_H_
#define ZHIBU_TESTS_SERVICES_MEMBERSHIP_RULES_NAIVE_RULES_H_

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/civil_time.h"

namespace zhibu::membership::naive {

using Day = absl::CivilDay;

// An organisation, as it is on every day.
struct Body {
  enum Kind { kCommittee, kWorkCommittee, kGeneralBranch, kBranch, kTemporaryBranch, kPartyGroup };
  std::string name;
  Kind kind = kBranch;
  bool of_township = false;  // a township's or street's committee
};

// Somebody whom a step names, as he or she stands on its day.
struct Named {
  std::string name;
  bool in_books = true;
  bool full_member = true;
  bool suspended = false;  // rights of a member, by 留党察看 or detention
};

struct Ballot {
  int entitled = 0, present = 0, written = 0, in_favour = 0, against = 0, abstained = 0;
};

enum class Outcome { kNone, kFull, kExtended, kCancelled };

// One step as it happened, or as it is proposed.
struct Did {
  int step = 0;  // 1–25
  Day on;
  bool passed = true;                                    // 10–13; 17 and 24: approved
  int days = 0, hours = 0;                               // 11
  std::vector<Named> named;                              // 5, 9
  Ballot ballot;                                         // 15, 23
  Outcome outcome = Outcome::kNone;                      // 23
  int months = 0;                                        // 23, extended
  std::string by;                                        // who acted; empty: the competent one
  std::optional<Day> notice_from, notice_to;             // 7
  std::optional<Day> leaving;                            // 13
  std::vector<std::pair<std::string, Day>> deliberated;  // 17: who, and when
  std::optional<int> voters;                             // 15, 23: who may vote there, by the books
  bool some_came_later = false;   // not all of them were in the books on the day
  std::optional<int> quota_left;  // 17: where there is a ledger
  bool excepted = false;          // an exception was granted
};

// What is off beside Saturdays and Sundays, and which of those are worked.
struct Holidays {
  std::set<Day> off, worked;
};

struct History {
  std::string applicant;
  std::optional<Day> born;
  bool other_case_open = false;
  // Before the case: a probationary or full member since this day.
  std::optional<Day> member_since;
  std::vector<Did> done;  // what was accepted, in order
  const Holidays* holidays = nullptr;
  std::vector<Body> upward;  // the branch that leads the case, and what it is subordinate to
};

struct Found {
  std::set<std::string> refused, warned;
};

// What is wrong with `step` after this history, judged on `today`.
Found Check(const History& history, const Did& step, Day today);

// The same day so many months later; the month's last day where it has no such day.
Day Months(Day from, int months);
// The day on which probation has ended; nullopt before an approved admission.
std::optional<Day> ProbationEnds(const History& history);

}  // namespace zhibu::membership::naive

#endif  // ZHIBU_TESTS_SERVICES_MEMBERSHIP_RULES_NAIVE_RULES_H_
