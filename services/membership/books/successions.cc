#include "services/membership/books/successions.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/store/table.h"
#include "services/membership/books/convert.h"
#include "services/membership/books/numbers.h"
#include "services/membership/books/reading.h"
#include "services/membership/books/transfer_tables.h"
#include "zhibu/membership/v1/events.pb.h"
#include "zhibu/registry/v1/events.pb.h"

namespace zhibu::membership {
namespace {

using rows::SuccessionRow;
using rows::UnitTransferRow;

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

// A transfer under way goes on from where the person now is: that organisation answers for it.
// Where it was to lead there, it is over, and keeps who sent, its links and letters.
absl::Status SendFrom(Txn& txn, const Tables& tables, const std::string& person_id,
                      const std::string& organisation, absl::string_view reorganisation_id,
                      absl::CivilDay effective) {
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<std::string> open, OpenTransferOf(txn, person_id));
  if (!open) return absl::OkStatus();
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::TransferRow> row, FindTransfer(txn, *open));
  if (row->transfer().from_organisation() == organisation) return absl::OkStatus();
  v1::TransferChanged event;
  *event.mutable_transfer() = row->transfer();
  v1::TransferRecord& transfer = *event.mutable_transfer();
  if (transfer.to_organisation() == organisation) {
    transfer.set_state(v1::TRANSFER_STATE_OVERTAKEN);
    *transfer.mutable_ended_on() = ToProto(effective);
    transfer.set_ended_reason(absl::StrCat("该人员已随整建制转移到接收的党组织（",
                                           NameOf(kReorganisations, reorganisation_id), "）"));
  } else {
    transfer.set_from_organisation(organisation);
  }
  ZHIBU_RETURN_IF_ERROR(tables.Record(txn, event));
  return absl::OkStatus();
}

}  // namespace

bool SeenBefore(const UnitTransferRow& row, int at) {
  return std::any_of(
      row.successions().begin(), row.successions().begin() + at,
      [&](const SuccessionRow& one) { return one.from() == row.successions(at).from(); });
}

absl::StatusOr<int64_t> StillToMove(const Reader& reader, absl::string_view reorganisation_id,
                                    UnitTransferRow row) {
  int64_t count = 0;
  ZHIBU_RETURN_IF_ERROR(VisitMovers(reader, reorganisation_id, row, [&](const Mover&) {
    ++count;
    return true;
  }));
  return count;
}

absl::Status NoteUnitTransfer(Txn& txn, const registry::v1::Reorganised& event) {
  const registry::v1::ReorganisationRecord& decision = event.reorganisation();
  if (decision.successions().empty()) return absl::OkStatus();
  const std::optional<std::string> id = IdOf(kReorganisations, decision.name());
  const auto effective = FromProto(decision.effective_on());
  if (!id || !effective.ok()) return absl::DataLossError("a reorganisation without name or date");
  UnitTransferRow row;
  row.set_effective(DayNumber(*effective));
  for (const registry::v1::Succession& one : decision.successions()) {
    SuccessionRow& succession = *row.add_successions();
    succession.set_from(IdOf(kOrganisations, one.from_organisation()).value_or(""));
    succession.set_to(IdOf(kOrganisations, one.to_organisation()).value_or(""));
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
    ZHIBU_RETURN_IF_ERROR(tables.Record(txn, event));
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

}  // namespace zhibu::membership
