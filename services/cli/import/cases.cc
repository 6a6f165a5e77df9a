#include "services/cli/import/cases.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/cli/import/assemble.h"
#include "services/cli/import/messages.h"

namespace zhibu::cli {
namespace {

using membership::v1::CaseSteps;

// Takes out the steps that are recorded; answers how many.
absl::StatusOr<int64_t> LeaveOutRecorded(Sending& sending, Gathered<CaseSteps>* gathered) {
  Gathered<CaseSteps> rest;
  std::vector<RowError> others;
  int64_t left_out = 0;
  for (size_t i = 0; i < gathered->items.size(); ++i) {
    CaseSteps& item = gathered->items[i];
    Origin& origin = gathered->origins[i];
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<RecordedCase> recorded,
                           FindCase(sending.api(), item));
    if (!recorded) {
      others.push_back({SpecOf(origin.file).name, origin.line, "案件", kOtherContent,
                        "系统中此案件已登记的步骤与文件不同，请核对"});
      continue;
    }
    left_out += recorded->steps;
    if (recorded->steps == item.steps_size()) continue;
    if (recorded->steps > 0) {
      item.mutable_steps()->DeleteSubrange(0, recorded->steps);
      item.set_etag(recorded->etag);
      origin.parts.erase(origin.parts.begin(), origin.parts.begin() + recorded->steps);
      for (size_t k = 0; k < origin.parts.size(); ++k) {
        origin.parts[k].path = absl::StrCat("steps[", k, "]");
      }
    }
    const int64_t rows = item.steps_size();
    rest.Add(std::move(item), std::move(origin), rows);
  }
  if (!others.empty()) return sending.Refuse(std::move(others));
  *gathered = std::move(rest);
  return left_out;
}

absl::Status SendCases(Sending& sending, Gathered<CaseSteps>& gathered) {
  const auto attempt = [&] {
    membership::v1::BatchRecordStepsRequest request;
    for (const CaseSteps& item : gathered.items) *request.add_cases() = item;
    membership::v1::BatchRecordStepsResponse response;
    const absl::Status status =
        sending.Write("membership", &membership::v1::MembershipService::Stub::BatchRecordSteps,
                      sending.api().membership(), request, &response);
    if (status.ok()) sending.result().warned_steps += response.warned_steps();
    return status;
  };
  return sending.SendTwice(FileKind::kSteps, gathered, attempt,
                           [&] { return LeaveOutRecorded(sending, &gathered); });
}

}  // namespace

absl::Status SendSteps(Sending& sending) {
  Gathered<CaseSteps> gathered;
  CaseSteps open;
  Origin origin;
  absl::Status status;
  const auto close = [&] {
    if (open.steps_size() == 0) return;
    const int64_t rows = open.steps_size();
    gathered.Add(std::move(open), std::move(origin), rows);
    open = CaseSteps();
  };
  ReadChecked(sending.folder(), FileKind::kSteps, [&](const Row& row) {
    if (!status.ok()) return;
    const std::string name = CaseNameOf(row);
    if (name != open.name()) {
      close();
      if (sending.IsFull(gathered.rows, gathered.bytes)) status = SendCases(sending, gathered);
      open.set_name(name);
      origin = {name, FileKind::kSteps, row.line, {}};
    }
    origin.parts.push_back(
        {absl::StrCat("steps[", open.steps_size(), "]"), FileKind::kSteps, row.line});
    *open.add_steps() = StepOf(row);
  });
  ZHIBU_RETURN_IF_ERROR(status);
  close();
  return SendCases(sending, gathered);
}

}  // namespace zhibu::cli
