// The part of the naive rules that asks who acts, deliberates and votes.
#ifndef ZHIBU_TESTS_SERVICES_MEMBERSHIP_RULES_NAIVE_BODIES_H_
#define ZHIBU_TESTS_SERVICES_MEMBERSHIP_RULES_NAIVE_BODIES_H_

#include <string_view>
#include <vector>

#include "tests/services/membership/rules/naive_rules.h"

namespace zhibu::membership::naive {

// Those who may approve (art 23), lowest first.
std::vector<std::string_view> Approvers(const History& history);

void D12_Electorate(const Did& step, Found& found);
void D14_ActingBody(const History& history, const Did& step, Found& found);
void D14_Deliberated(const History& history, const Did& step, Found& found);

}  // namespace zhibu::membership::naive

#endif  // ZHIBU_TESTS_SERVICES_MEMBERSHIP_RULES_NAIVE_BODIES_H_
