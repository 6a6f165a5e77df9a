// The naive rules' words in the contract's, and in the tests'.
#ifndef ZHIBU_TESTS_SERVICES_MEMBERSHIP_RULES_NAIVE_WORDS_H_
#define ZHIBU_TESTS_SERVICES_MEMBERSHIP_RULES_NAIVE_WORDS_H_

#include <string>
#include <vector>

#include "services/membership/rules/case_events.h"
#include "services/membership/rules/transfer_chain.h"
#include "tests/services/membership/rules/naive_rules.h"
#include "zhibu/membership/v1/case_event.pb.h"
#include "zhibu/membership/v1/development_case.pb.h"

namespace zhibu::membership::naive {

// For a person to read.
std::string Written(const Did& did);
std::string Written(const Happened& event);
std::string Written(const Move& move);

// The same step or event as the contract has it.
v1::Step StepOf(const Did& did);
v1::CaseEvent EventOf(const Happened& event);

Upward UpwardOf(const std::vector<Body>& bodies);
// Who decided; `leader`: where it is not said.
ActingBody ActingBodyOf(const Happened& event, const Body& leader);

// The shipped calendars, read without the code that judges by them.
const Holidays& ShippedHolidays();

}  // namespace zhibu::membership::naive

#endif  // ZHIBU_TESTS_SERVICES_MEMBERSHIP_RULES_NAIVE_WORDS_H_
