// The naive rules of what happens to a case beside its steps (其他情形): what an event makes of the
// history, and what speaks against one.
#ifndef ZHIBU_TESTS_SERVICES_MEMBERSHIP_RULES_NAIVE_EVENTS_H_
#define ZHIBU_TESTS_SERVICES_MEMBERSHIP_RULES_NAIVE_EVENTS_H_

#include <optional>
#include <vector>

#include "tests/services/membership/rules/naive_rules.h"

namespace zhibu::membership::naive {

// What is wrong with `event` after this history, judged on `today`.
Found Check(const History& history, const Happened& event, Day today);

// The last day on which anything happened; what was written wrongly did not, and to correct it is
// to write.
std::optional<Day> LastThatHappened(const History& history);
// The places in `done` of what stands: neither void nor returned.
std::vector<size_t> Standing(const History& history);
// The history as if what is void had never been, seen by the branch that leads the case on a day.
History AsItStands(const History& history, Day day);
// Of the branch that leads the case on a day.
Chain UpwardOn(const History& history, Day day);

bool Paused(const History& history);
// The day on which something that happened ended the case.
std::optional<Day> Ended(const History& history);
// The day from which the case goes on, after a pause or since something is done again.
std::optional<Day> GoesOnFrom(const History& history);

// Whether a year of cultivation is over on the day `on`.
enum class Cultivated {
  kAYear,
  kTooShort,
  kNotSaid  // it waits for a receiving branch's word
};
Cultivated YearOfCultivation(const History& history, Day activist, Day on);

}  // namespace zhibu::membership::naive

#endif  // ZHIBU_TESTS_SERVICES_MEMBERSHIP_RULES_NAIVE_EVENTS_H_
