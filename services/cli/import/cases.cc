#include "services/cli/import/cases.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "services/cli/import/assemble.h"
#include "services/cli/import/case_events.h"
#include "services/cli/import/messages.h"

namespace zhibu::cli {
namespace {

using membership::v1::CaseSteps;

constexpr char kOtherSteps[] = "系统中此案件已登记的步骤与文件不同，请核对";

// The item without its first `count` steps.
void DropFirst(int count, CaseSteps* item, Origin* origin) {
  item->mutable_steps()->DeleteSubrange(0, count);
  origin->parts.erase(origin->parts.begin(), origin->parts.begin() + count);
  for (size_t k = 0; k < origin->parts.size(); ++k) {
    origin->parts[k].path = absl::StrCat("steps[", k, "]");
  }
}

void KeepFirst(int count, CaseSteps* item, Origin* origin) {
  item->mutable_steps()->DeleteSubrange(count, item->steps_size() - count);
  origin->parts.resize(static_cast<size_t>(count));
}

// "p000001/c1", as the files have it.
std::string CaseOf(const Row& event) { return event.Text(case_event_columns::kCase); }

}  // namespace

CaseSending::CaseSending(Sending& sending)
    : sending_(sending), events_(ReadCaseEvents(sending.folder())) {
  ReadChecked(sending.folder(), FileKind::kTransfers, [&](const Row& row) {
    const auto received = row.Date(transfer_columns::kReceived);
    if (!received) return;
    const auto [it, first] = moved_.emplace(row.Text(transfer_columns::kPerson), *received);
    if (!first) it->second = std::min(it->second, *received);
  });
}

void CaseSending::Take(CaseSteps steps, Origin origin, Batch* batch) {
  const CaseName name = *ParseCaseName(steps.name());
  const std::string as_in_file = absl::StrCat(name.person_id, "/", name.case_id);
  const auto events = events_.find(as_in_file);
  const auto moved = moved_.find(name.person_id);
  if (events == events_.end() && moved == moved_.end()) {
    const int64_t rows = steps.steps_size();
    return batch->Add(std::move(steps), std::move(origin), rows);
  }
  std::vector<Row> of_case;
  if (events != events_.end()) {
    of_case = events->second;
    told_.push_back(as_in_file);
  }
  CaseStory story = TellInOrder(
      std::move(steps), std::move(origin), std::move(of_case),
      moved == moved_.end() ? std::nullopt : std::optional<absl::CivilDay>(moved->second));
  const CaseStory::Part& first = story.parts.front();
  if (!first.event && story.after_move > 0) {
    CaseSteps beginning = story.steps;
    Origin its_origin = story.origin;
    KeepFirst(first.to, &beginning, &its_origin);
    batch->Add(std::move(beginning), std::move(its_origin), first.to);
  }
  if (story.parts.size() > 1 || story.after_move == 0) stories_.push_back(std::move(story));
}

absl::Status CaseSending::SendUntilMoves() {
  Batch batch;
  CaseSteps open;
  Origin origin;
  absl::Status status;
  const auto close = [&] {
    if (open.steps_size() == 0) return;
    Take(std::move(open), std::move(origin), &batch);
    open = CaseSteps();
  };
  ReadChecked(sending_.folder(), FileKind::kSteps, [&](const Row& row) {
    if (!status.ok()) return;
    const std::string name = CaseNameOf(row);
    if (name != open.name()) {
      close();
      if (sending_.IsFull(batch.rows, batch.bytes)) status = SendBatch(batch);
      open.set_name(name);
      origin = {name, FileKind::kSteps, row.line, {}};
    }
    origin.parts.push_back(
        {absl::StrCat("steps[", open.steps_size(), "]"), FileKind::kSteps, row.line});
    *open.add_steps() = StepOf(row);
  });
  ZHIBU_RETURN_IF_ERROR(status);
  close();
  ZHIBU_RETURN_IF_ERROR(SendBatch(batch));
  std::sort(told_.begin(), told_.end());
  for (CaseStory& story : stories_) {
    // The first part went with the batch.
    const size_t begin = story.after_move > 0 && !story.parts.front().event ? 1 : 0;
    ZHIBU_RETURN_IF_ERROR(SendParts(story, begin, story.after_move));
  }
  return absl::OkStatus();
}

absl::Status CaseSending::SendAfterMoves() {
  for (CaseStory& story : stories_) {
    ZHIBU_RETURN_IF_ERROR(SendParts(story, story.after_move, story.parts.size()));
  }
  absl::Status status;
  ReadChecked(sending_.folder(), FileKind::kCaseEvents, [&](const Row& row) {
    if (!status.ok() || std::binary_search(told_.begin(), told_.end(), CaseOf(row))) return;
    status = SendEvent(row);
  });
  return status;
}

absl::Status CaseSending::SendParts(CaseStory& story, size_t from, size_t to) {
  for (size_t i = from; i < to; ++i) {
    const CaseStory::Part& part = story.parts[i];
    if (part.event) {
      ZHIBU_RETURN_IF_ERROR(SendEvent(story.events[*part.event]));
    } else {
      ZHIBU_RETURN_IF_ERROR(SendSteps(story, part.from, part.to));
    }
  }
  return absl::OkStatus();
}

// A step may be returned twice on one day: the second time is not the first.
absl::Status CaseSending::SendEvent(const Row& event) {
  using namespace case_event_columns;  // NOLINT: the columns of one file
  const std::vector<Row>& of_case = events_[CaseOf(event)];
  const auto earlier = std::count_if(of_case.begin(), of_case.end(), [&](const Row& row) {
    return row.line < event.line && row.Value(kKind) == event.Value(kKind) &&
           row.Text(kDate) == event.Text(kDate);
  });
  return sending_.SendOne(
      event,
      [&](ImportApi& api, const std::string& key, const Row& row) {
        return SendCaseEvent(api, key, row, static_cast<int>(earlier));
      },
      &CaseNameOf);
}

// The books are asked first: the steps need the etag that the event before them gave the case.
absl::Status CaseSending::SendSteps(const CaseStory& story, int from, int to) {
  CaseSteps item = story.steps;
  Origin origin = story.origin;
  KeepFirst(to, &item, &origin);
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<RecordedCase> recorded,
                         FindCase(sending_.api(), item));
  if (!recorded) {
    return sending_.Refuse(
        {{SpecOf(origin.file).name, origin.line, "案件", kOtherContent, kOtherSteps}});
  }
  const int there = std::max(0, recorded->steps - from);
  sending_.AlreadyThere(FileKind::kSteps, there);
  if (recorded->steps < to) {
    DropFirst(recorded->steps, &item, &origin);
    item.set_etag(recorded->etag);
    Batch batch;
    batch.Add(std::move(item), std::move(origin));
    const absl::Status status = Attempt(batch);
    if (IsAboutRows(status)) return sending_.Refuse(status, batch.origins);
    ZHIBU_RETURN_IF_ERROR(status);
  }
  sending_.Progress(FileKind::kSteps, to - from);
  return absl::OkStatus();
}

absl::Status CaseSending::Attempt(const Batch& batch) {
  membership::v1::BatchRecordStepsRequest request;
  for (const CaseSteps& item : batch.items) *request.add_cases() = item;
  membership::v1::BatchRecordStepsResponse response;
  ZHIBU_RETURN_IF_ERROR(sending_.Write("membership",
                                       &membership::v1::MembershipService::Stub::BatchRecordSteps,
                                       sending_.api().membership(), request, &response));
  sending_.result().warned_steps += response.warned_steps();
  return absl::OkStatus();
}

absl::Status CaseSending::SendBatch(Batch& batch) {
  return sending_.SendTwice(
      FileKind::kSteps, batch, [&] { return Attempt(batch); },
      [&] { return LeaveOutRecorded(&batch); });
}

// Takes out the steps that are recorded; answers how many.
absl::StatusOr<int64_t> CaseSending::LeaveOutRecorded(Batch* batch) {
  Batch rest;
  std::vector<RowError> others;
  int64_t left_out = 0;
  for (size_t i = 0; i < batch->items.size(); ++i) {
    CaseSteps& item = batch->items[i];
    Origin& origin = batch->origins[i];
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<RecordedCase> recorded,
                           FindCase(sending_.api(), item));
    if (!recorded) {
      others.push_back({SpecOf(origin.file).name, origin.line, "案件", kOtherContent, kOtherSteps});
      continue;
    }
    left_out += recorded->steps;
    if (recorded->steps == item.steps_size()) continue;
    if (recorded->steps > 0) {
      DropFirst(recorded->steps, &item, &origin);
      item.set_etag(recorded->etag);
    }
    const int64_t rows = item.steps_size();
    rest.Add(std::move(item), std::move(origin), rows);
  }
  if (!others.empty()) return sending_.Refuse(std::move(others));
  *batch = std::move(rest);
  return left_out;
}

}  // namespace zhibu::cli
