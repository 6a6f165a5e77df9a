// Random histories of one case, sound and unsound, told to the naive rules and to those of the
// service: steps around the days that matter, what happens beside them, and transfers on the way.
#ifndef ZHIBU_TESTS_SERVICES_MEMBERSHIP_RULES_NAIVE_WALK_H_
#define ZHIBU_TESTS_SERVICES_MEMBERSHIP_RULES_NAIVE_WALK_H_

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "services/membership/rules/affiliations.h"
#include "services/membership/rules/judge.h"
#include "services/membership/rules/story.h"
#include "services/membership/rules/transfer_chain.h"
#include "tests/services/membership/rules/naive_rules.h"

namespace zhibu::membership::naive {

inline constexpr char kApplicant[] = "persons/applicant";

// "VOIDED".
std::string KindName(Happened::Kind kind);

// What was met on the way. What never happens agrees with anything.
struct Tally {
  int64_t steps = 0, events = 0, archived = 0;
  std::map<std::string, int64_t> of_steps;   // reasons
  std::map<std::string, int64_t> of_events;  // "VOIDED CASE_CLOSED"; accepted: "VOIDED"
  // Steps that were accepted after something of the kind, and others of note.
  std::map<std::string, int64_t> after;

  Tally& operator+=(const Tally& other);
};

class Walk {
 public:
  explicit Walk(uint64_t seed);
  Walk(const Walk&) = delete;
  Walk& operator=(const Walk&) = delete;

  // Proposes what may come next until the case has come to an end or to no good. False where the
  // two do not agree, which `told` then says.
  bool Go(Tally& tally, std::string& told);

 private:
  int Below(int n) { return static_cast<int>(random_() % n); }
  bool OneIn(int n) { return Below(n) == 0; }

  // What to propose.
  const Did* Last(int step) const;
  Day DayOf(int step) const { return Last(step) != nullptr ? Last(step)->on : start_; }
  Day LastDay() const;
  int NextStep();
  Day DateOf(int step);
  Named SomeMember();
  Did ProposeStep();
  void SomeBallot(Did& did);
  void SomeDeliberations(Did& did);
  Happened::Kind NextKind();
  Happened ProposeEvent();
  Day DateOfEvent(Happened::Kind kind);
  void SomeMove();
  Chain AddBranch();

  // Whether both agree.
  bool Step(const Did& did, Tally& tally, std::string& told);
  bool Event(const Happened& event, Tally& tally, std::string& told);
  CaseFacts FactsOf(const RuleSet& set, const Did& did);
  void Record(const Happened& event, v1::CaseEvent made, const RuleSet& set);
  const Upward& UpwardOnDay(Day day);
  // Whether the due item says the first day on which D03 lets somebody be a development object.
  bool PossibleOnTheDueDay(Tally& tally, std::string& told) const;
  std::string Told(const std::string& proposed, const Found& found, const Found& judged) const;

  std::mt19937_64 random_;
  Day start_, today_;
  bool eventful_;
  bool over_ = false;  // archived, or ended
  int refusals_ = 0;   // in a row
  // As the naive rules have it.
  History history_;
  List<Did> standing_;  // of it, for what to propose next
  std::vector<Chain> branches_;
  int uncounted_ = 0;  // days of cultivation, about
  // As the service has it.
  Affiliations affiliations_;
  std::map<std::string, Upward> upward_;  // of each branch, by its id
  std::vector<v1::RecordedStep> steps_;
  std::vector<v1::RecordedCaseEvent> events_;
  std::optional<Story> story_;
};

}  // namespace zhibu::membership::naive

#endif  // ZHIBU_TESTS_SERVICES_MEMBERSHIP_RULES_NAIVE_WALK_H_
