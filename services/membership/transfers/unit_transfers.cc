#include "services/membership/transfers/unit_transfers.h"

#include <algorithm>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/civil.h"
#include "common/base/log.h"
#include "common/base/status.h"
#include "common/store/table.h"
#include "services/membership/books/numbers.h"
#include "services/membership/books/rows.pb.h"
#include "services/membership/books/successions.h"

namespace zhibu::membership {
namespace {

using rows::SuccessionRow;
using rows::UnitTransferRow;

// How long to wait where the lane is full.
constexpr absl::Duration kPause = absl::Milliseconds(100);

}  // namespace

UnitTransferWorker::UnitTransferWorker(const Store* store, CommitLane* lane,
                                       std::shared_ptr<const Parts> parts, int batch)
    : store_(*store), lane_(*lane), parts_(std::move(parts)), batch_(batch) {
  thread_ = std::thread([this] { Run(); });
}

UnitTransferWorker::~UnitTransferWorker() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
    wake_.SignalAll();
  }
  thread_.join();
}

void UnitTransferWorker::Wake() {
  MutexLock lock(&mutex_);
  woken_ = true;
  wake_.SignalAll();
}

void UnitTransferWorker::Run() {
  while (true) {
    {
      MutexLock lock(&mutex_);
      while (!woken_ && !stopping_) wake_.Wait(&mutex_);
      if (stopping_) return;
      woken_ = false;
    }
    while (MoveOneBatch()) {
      MutexLock lock(&mutex_);
      if (stopping_) return;
    }
  }
}

bool UnitTransferWorker::MoveOneBatch() {
  std::string open;
  const Key all(kUnitTransferTable);
  absl::Status status =
      ScanRows<UnitTransferRow>(*store_.TakeSnapshot(), all, all.End(),
                                [&](absl::string_view key, const UnitTransferRow& row) {
                                  if (!row.complete()) open = KeyParts(key).Text().value_or("");
                                  return open.empty();
                                });
  if (status.ok() && open.empty()) return false;
  if (status.ok()) {
    auto done = std::make_shared<std::promise<absl::Status>>();
    CommitLane::Job job;
    job.actor = "membership";
    job.method = "UnitTransfer";
    job.decide = [&](Txn& txn) { return MoveNextPersons(txn, parts_->tables, open, batch_); };
    job.done = [done](const absl::Status& result, int64_t) { done->set_value(result); };
    if (!lane_.Submit(std::move(job))) {
      if (lane_.failed()) return false;
      MutexLock lock(&mutex_);
      if (!stopping_) wake_.WaitFor(&mutex_, kPause);
      return !stopping_;
    }
    status = done->get_future().get();
  }
  if (!status.ok()) {
    Log(Severity::kError, "a unit transfer stands still",
        {{"reorganisation", open}, {"status", std::string(status.message())}});
  }
  return status.ok();
}

absl::Status UnitTransfers::List(Call& call, const v1::ListUnitTransfersRequest& request,
                                 const Reader&, v1::ListUnitTransfersResponse* response) const {
  std::string root;
  if (!request.root().empty()) {
    root = IdOf(kOrganisations, request.root()).value_or("");
    if (root.empty() || !tree_.Knows(root)) return NotFound(request.root());
  }
  ZHIBU_ASSIGN_OR_RETURN(const Page page, pages_.Open(request, call.caller()));
  const Snapshot& snapshot = *page.snapshot;
  response->set_revision(page.revision);
  const Key range(kUnitTransferTable);
  std::string last;
  bool more = false;
  absl::Status failed;
  const auto within = [&](const std::string& id, const UnitTransferRow& row) {
    // Until the day before, what ended still stood somewhere.
    const absl::CivilDay effective = DayFromNumber(row.effective());
    return root.empty() || tree_.Within(id, root, request.line(), effective - 1) ||
           tree_.Within(id, root, request.line(), effective);
  };
  ZHIBU_RETURN_IF_ERROR(ScanRows<UnitTransferRow>(
      snapshot, page.position.empty() ? range.bytes() : page.position + '\0', range.End(),
      [&](absl::string_view key, const UnitTransferRow& row) {
        if (request.only_open() && row.complete()) return true;
        const auto& successions = row.successions();
        if (std::none_of(successions.begin(), successions.end(), [&](const SuccessionRow& one) {
              return within(one.from(), row) || within(one.to(), row);
            })) {
          return true;
        }
        more = response->unit_transfers_size() == page.size;
        if (more) return false;
        const std::string id = KeyParts(key).Text().value_or("");
        v1::UnitTransfer& answer = *response->add_unit_transfers();
        answer.set_reorganisation(NameOf(kReorganisations, id));
        *answer.mutable_effective_on() = ToProto(DayFromNumber(row.effective()));
        for (int i = 0; i < successions.size(); ++i) {
          if (!SeenBefore(row, i)) {
            answer.add_from_organisations(NameOf(kOrganisations, successions[i].from()));
          }
          answer.add_to_organisations(NameOf(kOrganisations, successions[i].to()));
        }
        answer.set_done(row.moved());
        answer.set_complete(row.complete());
        if (!row.complete()) {
          const absl::StatusOr<int64_t> remaining = StillToMove(snapshot, id, row);
          failed = remaining.status();
          if (!failed.ok()) return false;
          answer.set_remaining(*remaining);
        }
        last = std::string(key);
        return true;
      }));
  ZHIBU_RETURN_IF_ERROR(failed);
  if (more) response->set_next_page_token(pages_.NextToken(page, last));
  return absl::OkStatus();
}

}  // namespace zhibu::membership
