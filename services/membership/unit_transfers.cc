#include "services/membership/unit_transfers.h"

#include <algorithm>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/log.h"
#include "common/base/status.h"
#include "common/store/table.h"
#include "services/membership/convert.h"
#include "services/membership/rules/affiliations.h"
#include "services/membership/transfer_rows.pb.h"
#include "services/membership/transfer_tables.h"

namespace zhibu::membership {
namespace {

using rows::SuccessionRow;
using rows::UnitTransferRow;

// How long to wait where the lane is full.
constexpr absl::Duration kPause = absl::Milliseconds(100);

Key UnitTransferKey(absl::string_view id) { return Key(kUnitTransferTable).Text(id); }

// Where the person goes who is kept at `from`; empty: stays.
std::string GoesTo(const UnitTransferRow& row, const std::string& from, const std::string& person) {
  std::string rest;
  for (const SuccessionRow& one : row.successions()) {
    if (one.from() != from) continue;
    if (one.person_ids().empty()) rest = one.to();
    if (std::find(one.person_ids().begin(), one.person_ids().end(), person) !=
        one.person_ids().end()) {
      return one.to();
    }
  }
  return rest;
}

// Whether an earlier succession is from the same organisation, whose persons were all looked at.
bool SeenBefore(const UnitTransferRow& row, int at) {
  return std::any_of(
      row.successions().begin(), row.successions().begin() + at,
      [&](const SuccessionRow& one) { return one.from() == row.successions(at).from(); });
}

struct Mover {
  std::string id;
  rows::PersonRow row;  // as it is to be
};

// Calls `visit` for whoever is still to be moved from the succession `at` on, up to where it
// returns false. Moves the place in `row` along.
absl::Status VisitMovers(const Reader& reader, absl::string_view reorganisation_id,
                         UnitTransferRow& row, absl::FunctionRef<bool(Mover)> visit) {
  const std::string cause = NameOf(kReorganisations, reorganisation_id);
  for (; row.at() < row.successions_size(); row.set_at(row.at() + 1), row.clear_after()) {
    if (SeenBefore(row, row.at())) continue;
    const std::string& from = row.successions(row.at()).from();
    const Key range = Key(kPersonsByOrganisation).Text(from);
    const std::string begin = row.after().empty()
                                  ? range.bytes()
                                  : Key(kPersonsByOrganisation).Text(from).Text(row.after()).End();
    absl::Status failed;
    bool more = true;
    ZHIBU_RETURN_IF_ERROR(
        reader.Scan(begin, range.End(), [&](absl::string_view key, absl::string_view) {
          KeyParts parts(key);
          parts.Text();
          Mover mover{parts.Text().value_or(""), {}};
          absl::StatusOr<std::optional<rows::PersonRow>> found = FindPerson(reader, mover.id);
          if (!found.ok() || !*found) {
            failed = found.ok() ? absl::DataLossError("an index names nobody") : found.status();
            return false;
          }
          mover.row = **std::move(found);
          const std::string to = GoesTo(row, from, mover.id);
          const std::string id = mover.id;
          if (!to.empty() && HandOverOn(DayFromNumber(row.effective()), from, to, cause,
                                        *mover.row.mutable_affiliations())) {
            more = visit(std::move(mover));
            if (!more) return false;
          }
          row.set_after(id);
          return true;
        }));
    ZHIBU_RETURN_IF_ERROR(failed);
    if (!more) return absl::OkStatus();
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> Remaining(const Reader& reader, absl::string_view id, UnitTransferRow row) {
  int64_t count = 0;
  ZHIBU_RETURN_IF_ERROR(VisitMovers(reader, id, row, [&](const Mover&) {
    ++count;
    return true;
  }));
  return count;
}

// A transfer under way goes on from where the person now is: that organisation answers for it.
// Where it was to lead there, it is over, and keeps who sent, its links and letters.
absl::Status SendFrom(Txn& txn, const Tables& tables, const std::string& person_id,
                      const std::string& organisation, absl::string_view reorganisation_id,
                      absl::CivilDay effective) {
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<std::string> open, OpenTransferOf(txn, person_id));
  if (!open) return absl::OkStatus();
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::TransferRow> row, FindTransfer(txn, *open));
  if (row->transfer().from() == organisation) return absl::OkStatus();
  v1::TransferChanged event;
  *event.mutable_transfer() = row->transfer();
  v1::Transfer& transfer = *event.mutable_transfer();
  if (transfer.to() == organisation) {
    transfer.set_state(v1::TRANSFER_STATE_OVERTAKEN);
    *transfer.mutable_ended_on() = ToProto(effective);
    transfer.set_ended_reason(absl::StrCat("该人员已随整建制转移到接收的党组织（",
                                           NameOf(kReorganisations, reorganisation_id), "）"));
  } else {
    transfer.set_from(organisation);
  }
  ZHIBU_RETURN_IF_ERROR(tables.Apply(txn, event));
  txn.Emit(event);
  return absl::OkStatus();
}

}  // namespace

absl::Status NoteUnitTransfer(Txn& txn, const registry::v1::Reorganised& event) {
  const registry::v1::Reorganisation& decision = event.reorganisation();
  if (decision.successions().empty()) return absl::OkStatus();
  const std::optional<std::string> id = IdOf(kReorganisations, decision.name());
  const auto effective = FromProto(decision.effective());
  if (!id || !effective.ok()) return absl::DataLossError("a reorganisation without name or date");
  UnitTransferRow row;
  row.set_effective(DayNumber(*effective));
  for (const registry::v1::Succession& one : decision.successions()) {
    SuccessionRow& succession = *row.add_successions();
    succession.set_from(IdOf(kOrganisations, one.from()).value_or(""));
    succession.set_to(IdOf(kOrganisations, one.to()).value_or(""));
    for (const std::string& person : one.persons()) {
      succession.add_person_ids(IdOf(kPersons, person).value_or(""));
    }
  }
  PutRow(txn, UnitTransferKey(*id), row);
  return absl::OkStatus();
}

absl::StatusOr<Followed> FollowUnits(const Reader& reader, const SharedOrgTree& tree,
                                     absl::string_view person_id, absl::CivilDay today,
                                     Affiliations& affiliations) {
  const auto last = [&]() -> std::string { return affiliations.rbegin()->organisation_id(); };
  const auto ends = [&](const std::string& id) {
    return tree.Read([&](const OrgTree& all) { return all.LastDayOf(id) != kNoEnd - 1; });
  };
  std::vector<std::pair<std::string, UnitTransferRow>> decisions;
  if (ends(last())) {
    const Key all(kUnitTransferTable);
    ZHIBU_RETURN_IF_ERROR(ScanRows<UnitTransferRow>(
        reader, all, all.End(), [&](absl::string_view key, const UnitTransferRow& row) {
          decisions.emplace_back(KeyParts(key).Text().value_or(""), row);
          return true;
        }));
  }
  // A successor may have ended too; each decision leads on at most once, so rounds in the data end.
  bool moved = true;
  for (size_t round = 0; moved && round < decisions.size(); ++round) {
    moved = false;
    for (const auto& [id, row] : decisions) {
      const std::string from = last(), to = GoesTo(row, from, std::string(person_id));
      if (to.empty() || HasLeft(affiliations)) continue;
      moved |= HandOverOn(DayFromNumber(row.effective()), from, to, NameOf(kReorganisations, id),
                          affiliations);
    }
  }
  return Followed{last(),
                  tree.Read([&](const OrgTree& all) { return all.ExistsOn(last(), today); })};
}

absl::Status MoveNextPersons(Txn& txn, const Tables& tables, absl::string_view reorganisation_id,
                             int limit) {
  const Key key = UnitTransferKey(reorganisation_id);
  ZHIBU_ASSIGN_OR_RETURN(std::optional<UnitTransferRow> row, GetRow<UnitTransferRow>(txn, key));
  if (!row || row->complete()) return absl::OkStatus();
  // Found first and written afterwards: what is scanned must not change under it.
  std::vector<Mover> movers;
  ZHIBU_RETURN_IF_ERROR(VisitMovers(txn, reorganisation_id, *row, [&](Mover mover) {
    if (static_cast<int>(movers.size()) == limit) return false;
    movers.push_back(std::move(mover));
    return true;
  }));
  for (Mover& mover : movers) {
    const v1::PersonChanged event = MoveOf(mover.id, mover.row);
    ZHIBU_RETURN_IF_ERROR(tables.Apply(txn, event));
    txn.Emit(event);
    ZHIBU_RETURN_IF_ERROR(SendFrom(txn, tables, mover.id, event.organisation(), reorganisation_id,
                                   DayFromNumber(row->effective())));
  }
  row->set_moved(row->moved() + static_cast<int64_t>(movers.size()));
  if (row->at() == row->successions_size()) {
    // Somebody may have come after the place where the scan was: looked at once more.
    row->set_at(0);
    row->set_complete(movers.empty());
  }
  PutRow(txn, key, *row);
  return absl::OkStatus();
}

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
  ZHIBU_ASSIGN_OR_RETURN(const Page page, pages_.Open(request));
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
        *answer.mutable_effective() = ToProto(DayFromNumber(row.effective()));
        for (int i = 0; i < successions.size(); ++i) {
          if (!SeenBefore(row, i)) {
            answer.add_from(NameOf(kOrganisations, successions[i].from()));
          }
          answer.add_to(NameOf(kOrganisations, successions[i].to()));
        }
        answer.set_done(row.moved());
        answer.set_complete(row.complete());
        if (!row.complete()) {
          const absl::StatusOr<int64_t> remaining = Remaining(snapshot, id, row);
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
