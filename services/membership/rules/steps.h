// A step as it is proposed: which of the 25 it is, and whether its form is right.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_RULES_STEPS_H_
#define ZHIBU_SERVICES_MEMBERSHIP_RULES_STEPS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/base/status.h"
#include "zhibu/membership/v1/development_case.pb.h"

namespace zhibu::membership {

inline constexpr int kStepKinds = 25;

// By the step's detail; STEP_KIND_UNSPECIFIED where it has none.
v1::StepKind KindOf(const v1::Step& step);

// Whether the step says of itself that it was not passed or not approved.
bool Failed(const v1::Step& step);

// The ballot of steps 15 and 23; null for the others.
const v1::Vote* VoteOf(const v1::Step& step);

v1::Vote* MutableVoteOf(v1::Step& step);

// The persons whom steps 5 and 9 name; null for the others.
const google::protobuf::RepeatedPtrField<std::string>* PersonsOf(const v1::Step& step);

// Everything about the step that is wrong whatever the books and rules say; `subject` is the path
// of the step in the request.
std::vector<Violation> CheckStepForm(const v1::Step& step, absl::string_view subject);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_RULES_STEPS_H_
