// 步骤.csv and 发展情形.csv: what happened to development cases, each case's rows in the order in
// which they happened.
#ifndef ZHIBU_SERVICES_CLI_IMPORT_CASES_H_
#define ZHIBU_SERVICES_CLI_IMPORT_CASES_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/cli/import/sending.h"
#include "services/cli/import/stories.h"

namespace zhibu::cli {

// Steps go out in batches, many cases in one. Of a case to which something else happened, or whose
// person moved, the batch has what came before that; the rest goes out part by part: what came
// before a move before the transfers, what came after it after them. So every step is judged by
// what was so when it was taken.
class CaseSending {
 public:
  explicit CaseSending(Sending& sending);

  absl::Status SendUntilMoves();
  // Also the events of cases of which 步骤.csv has nothing.
  absl::Status SendAfterMoves();

 private:
  using Batch = Gathered<membership::v1::CaseSteps>;

  // Into the batch what begins the story; what goes on is kept.
  void Take(membership::v1::CaseSteps steps, Origin origin, Batch* batch);
  absl::Status SendBatch(Batch& batch);
  absl::Status Attempt(const Batch& batch);
  absl::StatusOr<int64_t> LeaveOutRecorded(Batch* batch);
  absl::Status SendParts(CaseStory& story, size_t from, size_t to);
  absl::Status SendSteps(const CaseStory& story, int from, int to);
  absl::Status SendEvent(const Row& event);

  Sending& sending_;
  CaseEvents events_;
  std::map<std::string, absl::CivilDay> moved_;  // person → first day elsewhere
  std::vector<CaseStory> stories_;               // that go on behind their batch
  std::vector<std::string> told_;                // 案件 of events that stand in a story; sorted
};

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_IMPORT_CASES_H_
