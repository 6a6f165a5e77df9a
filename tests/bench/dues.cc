#include "tests/bench/dues.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/store/rocks_store.h"
#include "common/store/table.h"
#include "services/membership/books/due_index.h"
#include "services/membership/service.h"
#include "tests/bench/load.h"
#include "tests/support/wait.h"
#include "zhibu/membership/v1/membership_service.grpc.pb.h"
#include "zhibu/registry/v1/events.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;
using Stub = membership::v1::MembershipService::Stub;

constexpr int kBranches = 100;
constexpr int kDays = 30;
constexpr int kRepeats = 200;
const absl::CivilDay kToday(2026, 11, 23);

// Runs `decide` on the server's lane and waits.
absl::Status OnLane(Server& server, std::function<absl::Status(Txn&)> decide) {
  std::promise<absl::Status> done;
  CommitLane::Job job;
  job.actor = "bench";
  job.decide = std::move(decide);
  job.done = [&](const absl::Status& status, int64_t) { done.set_value(status); };
  if (!server.lane().Submit(std::move(job))) return absl::UnavailableError("the lane is full");
  return done.get_future().get();
}

std::string Branch(int number) { return absl::StrCat("branch-", number); }

registry::v1::OrganisationChanged Organisation(const std::string& id, const std::string& parent) {
  registry::v1::OrganisationChanged event;
  registry::v1::OrganisationRecord& organisation = *event.mutable_organisation();
  organisation.set_name(NameOf(kOrganisations, id));
  organisation.set_title(id);
  organisation.set_kind(parent.empty() ? type::v1::ORGANISATION_KIND_COMMITTEE
                                       : type::v1::ORGANISATION_KIND_BRANCH);
  *organisation.mutable_established_on() = ToProto(absl::CivilDay(2000, 1, 1));
  if (parent.empty()) return event;
  registry::v1::Affiliation& edge = *organisation.add_affiliations();
  edge.set_parent(NameOf(kOrganisations, parent));
  edge.set_line(type::v1::LINE_SUBORDINATION);
  *edge.mutable_valid_from() = ToProto(absl::CivilDay(2000, 1, 1));
  return event;
}

}  // namespace

DueBooks::DueBooks()
    : clock_(kToday), registry_("registry", &clock_, {}, [](Server&) {
        return absl::StatusOr<std::vector<std::unique_ptr<grpc::Service>>>(
            std::vector<std::unique_ptr<grpc::Service>>());
      }) {}

absl::StatusOr<std::unique_ptr<DueBooks>> DueBooks::Create(const std::string& folder, int items) {
  std::unique_ptr<DueBooks> books(new DueBooks());
  ZHIBU_RETURN_IF_ERROR(books->Start(folder));
  ZHIBU_RETURN_IF_ERROR(books->Fill(items));
  return books;
}

absl::Status DueBooks::Start(const std::string& folder) {
  ZHIBU_RETURN_IF_ERROR(OnLane(registry_.server(), [](Txn& txn) {
    txn.Emit(Organisation("root", ""));
    for (int i = 0; i < kBranches; ++i) txn.Emit(Organisation(Branch(i), "root"));
    return absl::OkStatus();
  }));
  ZHIBU_ASSIGN_OR_RETURN(std::unique_ptr<Store> store, OpenRocksStore(folder, "membership"));
  membership_ = std::make_unique<TestServer>(
      "membership", &clock_, membership::MembershipContracts(),
      [this](Server& server) {
        membership::MembershipOptions options;
        options.registry = registry_.channel();
        options.rule_sets_folder = ZHIBU_SOURCE_DIR "/services/membership/data/rulesets";
        options.transfer_rules_file =
            ZHIBU_SOURCE_DIR "/services/membership/data/transfer_rules/transfers.textproto";
        options.fact_rules_file =
            ZHIBU_SOURCE_DIR "/services/membership/data/fact_rules/facts.textproto";
        options.keys = {std::string(32, 'k')};
        return membership::BuildMembership(server, std::move(options));
      },
      std::move(store));
  std::promise<void> seen;
  membership_->server().progress("registry")->WhenAtLeast(1, [&] { seen.set_value(); });
  if (!WaitFor(seen.get_future())) return absl::DeadlineExceededError("nothing was followed");
  return absl::OkStatus();
}

absl::Status DueBooks::Fill(int items) {
  constexpr int kInOneCommit = 10'000;
  for (int first = 0; first < items; first += kInOneCommit) {
    const int end = std::min(items, first + kInOneCommit);
    ZHIBU_RETURN_IF_ERROR(OnLane(membership_->server(), [&](Txn& txn) {
      for (int i = first; i < end; ++i) {
        const absl::CivilDay day = kToday + i / kBranches % kDays;
        membership::rows::DueRow due;
        due.set_kind(membership::v1::DUE_KIND_INSPECTION);
        due.set_day(DayNumber(day));
        due.set_rule_set("cpc-2026");
        PutRow(
            txn,
            membership::DueKey(Branch(i % kBranches),
                               membership::DueSubject::OfCase({absl::StrCat("p-", i), "c1"}), due),
            due);
      }
      return absl::OkStatus();
    }));
  }
  return absl::OkStatus();
}

absl::StatusOr<double> DueBooks::FirstPageMicros() {
  Stub stub(membership_->channel());
  std::vector<double> micros;
  for (int i = 0; i < kRepeats; ++i) {
    membership::v1::ListDueRequest request;
    request.set_root(NameOf(kOrganisations, "root"));
    membership::v1::ListDueResponse response;
    const auto start = SteadyClock::now();
    ZHIBU_RETURN_IF_ERROR(Invoke(&Stub::ListDue, stub, request, &response));
    micros.push_back(std::chrono::duration<double, std::micro>(SteadyClock::now() - start).count());
    if (response.items_size() != 100 || response.next_page_token().empty()) {
      return absl::InternalError("not a first page");
    }
  }
  return Median(micros);
}

}  // namespace zhibu::bench
