// The rules of the service and the naive ones agree on random histories (naive_walk.h), under both
// texts: on every step, and on everything that happens beside the steps.
#include "tests/services/membership/rules/naive_rules.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <future>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/services/membership/rules/naive_walk.h"

namespace zhibu::membership::naive {
namespace {

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

// Refused or warned of.
const std::vector<std::string> kOfSteps = {"AGE_BELOW_MINIMUM",
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
                                           "NO_RULE_SET_ON_DATE",
                                           "CASE_PAUSED",
                                           "CULTIVATION_NOT_CONFIRMED"};

// Of whatever happens.
const std::vector<std::string> kOfEvents = {"DATE_IN_FUTURE",     "DATE_BEFORE_EARLIER_STEP",
                                            "CASE_CLOSED",        "ORGANISATION_NOT_THERE",
                                            "BODY_OUTSIDE_CHAIN", "NO_RULE_SET_ON_DATE"};
// Of one kind alone. All of them were accepted too.
const std::map<std::string, std::vector<std::string>> kOfKinds = {
    {"RETURNED", {"CASE_PAUSED", "NOTHING_TO_RETURN", "STEP_NOT_RETURNABLE"}},
    {"REFUSED", {"ALREADY_ADMITTED"}},
    {"WITHDRAWN", {"ALREADY_ADMITTED"}},
    {"PAUSED", {"ALREADY_PAUSED", "CASE_CONCLUDED"}},
    {"RESUMED", {"CASE_NOT_PAUSED"}},
    {"VOIDED", {"STEP_NOT_THERE", "STEP_ALREADY_VOID", "VOIDER_NOT_COMPETENT"}},
    {"RECEIVED", {"CULTIVATION_OVER", "NOT_TRANSFERRED_IN", "ALREADY_RECEIVED"}},
    {"POSTPONED",
     {"CASE_PAUSED", "NOT_PROBATIONARY", "NOT_TRANSFERRED_IN", "TRANSFER_NOT_RECORDED",
      "ALREADY_DISCUSSED", "POSTPONEMENT_UNTIL_INVALID", "POSTPONEMENT_TOO_LONG"}},
    {"NOT_RECOGNISED",
     {"NOT_PROBATIONARY", "NOT_TRANSFERRED_IN", "TRANSFER_NOT_RECORDED",
      "NON_RECOGNITION_NOT_COMPETENT", "DOCUMENT_NUMBER_REQUIRED"}}};
// Those after which a case goes on.
const std::vector<std::string> kGoesOnAfter = {"RETURNED",
                                               "PAUSED",
                                               "RESUMED",
                                               "VOIDED",
                                               "RECEIVED",
                                               "POSTPONED",
                                               "a correction of a later day",
                                               "a due item of a development object",
                                               "a due item that was put off",
                                               "cultivation with other contacts",
                                               "probation in another branch",
                                               "an object after days that did not count",
                                               "no object since days did not count"};

struct Walked {
  Tally tally;
  std::vector<std::string> told;  // where the two do not agree
};

// Every so many-th of the histories, from `first` on.
Walked WalkEvery(int workers, int first, int histories) {
  Walked walked;
  for (int i = first; i < histories && walked.told.size() < 3; i += workers) {
    std::string told;
    if (Walk(i).Go(walked.tally, told)) continue;
    walked.told.push_back(absl::StrCat("history ", i, "\n", told));
  }
  return walked;
}

TEST(NaiveRules, AgreeWithTheServiceOnRandomHistories) {
  const int histories = Histories();
  const int workers = static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1u, 4u));
  std::vector<std::future<Walked>> walks;
  for (int i = 0; i < workers; ++i) {
    walks.push_back(std::async(std::launch::async, WalkEvery, workers, i, histories));
  }
  Tally tally;
  for (auto& walk : walks) {
    const Walked walked = walk.get();
    for (const std::string& told : walked.told) ADD_FAILURE() << told;
    tally += walked.tally;
  }
  RecordProperty("steps", absl::StrCat(tally.steps));
  RecordProperty("events", absl::StrCat(tally.events));
  // Of fewer the rarest may not be among them.
  if (HasFailure() || histories < 30'000) return;
  // Every check has been asked and has failed, often: what never happens agrees with anything.
  const auto enough = [&](std::map<std::string, int64_t>& met, const std::string& what,
                          int64_t of_100000) {
    EXPECT_GT(met[what], of_100000 * histories / 100'000) << what;
  };
  for (const std::string& reason : kOfSteps) enough(tally.of_steps, reason, 20);
  for (const auto& [kind, reasons] : kOfKinds) {
    enough(tally.of_events, kind, 300);
    for (const std::string& reason : kOfEvents) enough(tally.of_events, kind + " " + reason, 20);
    for (const std::string& reason : reasons) enough(tally.of_events, kind + " " + reason, 100);
  }
  for (const std::string& what : kGoesOnAfter) enough(tally.after, what, 1000);
  EXPECT_GT(tally.archived, histories / 100);
}

}  // namespace
}  // namespace zhibu::membership::naive
