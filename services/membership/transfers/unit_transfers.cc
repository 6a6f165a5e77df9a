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

// What the decision moves, and how far it has come.
absl::StatusOr<v1::UnitTransfer> Shown(const Reader& reader, const std::string& id,
                                       const UnitTransferRow& row) {
  v1::UnitTransfer shown;
  shown.set_reorganisation(NameOf(kReorganisations, id));
  *shown.mutable_effective_on() = ToProto(DayFromNumber(row.effective()));
  for (int i = 0; i < row.successions_size(); ++i) {
    if (!SeenBefore(row, i)) {
      shown.add_from_organisations(NameOf(kOrganisations, row.successions(i).from()));
    }
    shown.add_to_organisations(NameOf(kOrganisations, row.successions(i).to()));
  }
  shown.set_done(row.moved());
  shown.set_complete(row.complete());
  if (!row.complete()) {
    ZHIBU_ASSIGN_OR_RETURN(const int64_t remaining, StillToMove(reader, id, row));
    shown.set_remaining(remaining);
  }
  return shown;
}

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
  const auto within = [&](const std::string& id, const UnitTransferRow& row) {
    // Until the day before, what ended still stood somewhere.
    const absl::CivilDay effective = DayFromNumber(row.effective());
    return root.empty() || tree_.Within(id, root, request.line(), effective - 1) ||
           tree_.Within(id, root, request.line(), effective);
  };
  return FillPage(pages_, page, {Under(Key(kUnitTransferTable))}, response,
                  response->mutable_unit_transfers(),
                  [&](absl::string_view key,
                      absl::string_view value) -> absl::StatusOr<std::optional<v1::UnitTransfer>> {
                    UnitTransferRow row;
                    if (!row.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
                      return absl::DataLossError("a unit transfer cannot be read");
                    }
                    if (request.only_open() && row.complete()) return std::nullopt;
                    if (std::none_of(row.successions().begin(), row.successions().end(),
                                     [&](const SuccessionRow& one) {
                                       return within(one.from(), row) || within(one.to(), row);
                                     })) {
                      return std::nullopt;
                    }
                    return Shown(*page.snapshot, KeyParts(key).Text().value_or(""), row);
                  });
}

absl::Status UnitTransfers::Get(Call& call, const v1::GetUnitTransferRequest& request,
                                const Reader& reader, v1::GetUnitTransferResponse* response) const {
  const std::optional<std::string> id = IdOf(kReorganisations, request.reorganisation());
  if (!id) {
    return Malformed("reorganisation", "REORGANISATION_NAME_INVALID",
                     "党组织调整的名称须写作 reorganisations/{reorganisation}");
  }
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<UnitTransferRow> row,
                         GetRow<UnitTransferRow>(reader, Key(kUnitTransferTable).Text(*id)));
  // Whoever sees what it moves from, or to, sees it.
  const auto sees = [&](const std::string& organisation) {
    return call.RequireScope(NameOf(kOrganisations, organisation)).ok();
  };
  if (!row ||
      std::none_of(row->successions().begin(), row->successions().end(),
                   [&](const SuccessionRow& one) { return sees(one.from()) || sees(one.to()); })) {
    return NotFound(request.reorganisation());
  }
  ZHIBU_ASSIGN_OR_RETURN(*response->mutable_unit_transfer(), Shown(reader, *id, *row));
  return absl::OkStatus();
}

}  // namespace zhibu::membership
