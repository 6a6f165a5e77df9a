// The rules of admission once more (发展党员判定), written from the text of the rules alone and as
// naively as can be: plain dates, no rule-set data, the whole history read again for every
// question, one function a check. It shares nothing with services/membership/rules but the names of
// reasons.
#ifndef ZHIBU_TESTS_SERVICES_MEMBERSHIP_RULES_NAIVE_RULES_H_
#define ZHIBU_TESTS_SERVICES_MEMBERSHIP_RULES_NAIVE_RULES_H_

#include <memory>
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
  bool of_county = false;    // a county's, or of what is above it
};

// A branch, and what it is subordinate to.
using Chain = std::shared_ptr<const std::vector<Body>>;

// What is told is never changed, and shared by all who read it.
template <typename T>
using List = std::vector<std::shared_ptr<const T>>;

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
  int came_later = 0;             // how many of them were not in the books on the day
  std::optional<int> quota_left;  // 17: where there is a ledger
  bool excepted = false;          // an exception was granted
  bool before_books = false;      // on a day that they do not tell; `on` was not earlier
};

// What happened to a case beside its steps (naive_events.h), or is said to have.
struct Happened {
  enum Kind {
    kReturned,
    kRefused,
    kWithdrawn,
    kPaused,
    kResumed,
    kVoided,
    kReceived,
    kPostponed,
    kNotRecognised
  };
  Kind kind = kReturned;
  Day on;
  int after = 0;                   // how many steps were recorded before it
  std::optional<Body> decided_by;  // nullopt: not said, so whoever leads the case
  bool in_books = true;            // the one that decided
  bool existed = true;             // on the day
  bool document = false;           // has a number
  int from = 0;                    // kVoided: the first void step, counted from 1
  bool in_error = false;           // kVoided: they were written wrongly, not found invalid
  bool continuous = false;         // kReceived
  Day until;                       // kPostponed
};

// The case goes on elsewhere from a day on: by the person's own transfer, or since the branch
// `merged` was merged or split, wherever that would have led it.
struct Move {
  Day on;
  std::string merged;  // empty: a transfer
  Chain to;

  bool transfer() const { return merged.empty(); }
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
  // A probationary member since this day when the books were opened: there is no more to know.
  std::optional<Day> probationer_since;
  // What was accepted, in order. Whether it stands is another matter: see AsItStands.
  List<Did> done;
  List<Happened> happened;  // in order
  List<Move> moves;         // in the order in which they became known
  const Holidays* holidays = nullptr;
  Chain upward;  // of the branch that leads the case
};

struct Found {
  std::set<std::string> refused, warned;
};

// What is wrong with `step` after this history, judged on `today`.
Found Check(const History& history, const Did& step, Day today);

// The same day so many months later; the month's last day where it has no such day.
Day Months(Day from, int months);
// Nothing judges what was before the text of 2014.
bool BeforeAnyText(Day day);

// The rest is of a history in which everything stands.

const Did* Last(const History& history, int step);
// Whether it was done since the last decision on conversion, which begins a new round.
bool SinceDecision(const History& history, int step);
// Conversion or cancellation was approved.
bool Concluded(const History& history);
// Nothing more can be recorded of the case.
bool Closed(const History& history);
// The day on which probation has ended; nullopt before an approved admission.
std::optional<Day> ProbationEnds(const History& history);

}  // namespace zhibu::membership::naive

#endif  // ZHIBU_TESTS_SERVICES_MEMBERSHIP_RULES_NAIVE_RULES_H_
