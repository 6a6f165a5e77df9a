#include "tests/bench/organisations.h"

#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/store/feed.h"
#include "common/store/rocks_store.h"
#include "services/registry/service.h"
#include "tests/bench/load.h"
#include "tests/support/test_server.h"
#include "zhibu/registry/v1/registry_service.grpc.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;
using Stub = registry::v1::RegistryService::Stub;

constexpr int kBelowOne = 3;
constexpr int kParts = 10;
constexpr int kRepeats = 50;
const absl::CivilDay kSince(2000, 1, 1), kMoved(2020, 1, 1), kToday(2026, 11, 23);

double Micros(SteadyClock::time_point start) {
  return std::chrono::duration<double, std::micro>(SteadyClock::now() - start).count();
}

std::string Id(int part, int place) { return absl::StrCat("o", part, "-", place); }

// "root", or the one above the organisation at `place` of its part.
std::string Above(int part, int place) {
  return place == 0 ? "root" : Id(part, (place - 1) / kBelowOne);
}

void Fill(const std::string& id, const std::string& parent,
          registry::v1::CreateOrganisationRequest& row) {
  row.set_organisation_id(id);
  registry::v1::Organisation& organisation = *row.mutable_organisation();
  organisation.set_title(absl::StrCat("第", id, "党委"));
  organisation.set_kind(type::v1::ORGANISATION_KIND_COMMITTEE);
  *organisation.mutable_established_on() = ToProto(kSince);
  if (parent.empty()) return;
  registry::v1::Affiliation& edge = *organisation.add_affiliations();
  edge.set_parent(NameOf(kOrganisations, parent));
  edge.set_line(type::v1::LINE_SUBORDINATION);
  *edge.mutable_valid_from() = ToProto(kSince);
}

absl::Status FillBooks(Stub& stub, int part_size) {
  constexpr int kBatch = 1000;
  registry::v1::BatchCreateOrganisationsRequest batch;
  int batches = 0;
  const auto send = [&]() -> absl::Status {
    batch.set_request_id(absl::StrCat("batch-", ++batches));
    registry::v1::BatchCreateOrganisationsResponse response;
    ZHIBU_RETURN_IF_ERROR(Invoke(&Stub::BatchCreateOrganisations, stub, batch, &response));
    batch.clear_requests();
    return absl::OkStatus();
  };
  Fill("root", "", *batch.add_requests());
  for (int part = 0; part < kParts; ++part) {
    for (int place = 0; place < part_size; ++place) {
      Fill(Id(part, place), Above(part, place), *batch.add_requests());
      if (batch.requests_size() == kBatch) ZHIBU_RETURN_IF_ERROR(send());
    }
  }
  return batch.requests().empty() ? absl::OkStatus() : send();
}

// Microseconds for each organisation of a subtree, read in pages.
absl::StatusOr<double> SubtreeMicros(Stub& stub, const std::string& root, int repeats) {
  std::vector<double> runs;
  for (int i = 0; i < repeats; ++i) {
    registry::v1::ListOrganisationsRequest request;
    request.set_root(NameOf(kOrganisations, root));
    *request.mutable_as_of() = ToProto(kMoved - 1);
    request.set_page_size(1000);
    int organisations = 0;
    const auto start = SteadyClock::now();
    do {
      registry::v1::ListOrganisationsResponse response;
      ZHIBU_RETURN_IF_ERROR(Invoke(&Stub::ListOrganisations, stub, request, &response));
      organisations += response.organisations_size();
      request.set_page_token(response.next_page_token());
    } while (!request.page_token().empty());
    runs.push_back(Micros(start) / organisations);
  }
  return Median(runs);
}

template <typename Look>
double LookMicros(const SharedOrgTree& tree, Look look) {
  std::vector<double> runs;
  for (int i = 0; i < kRepeats; ++i) {
    constexpr int kTimes = 1000;
    const auto start = SteadyClock::now();
    for (int j = 0; j < kTimes; ++j) tree.Read(look);
    runs.push_back(Micros(start) / kTimes);
  }
  return Median(runs);
}

}  // namespace

absl::StatusOr<OrganisationCosts> MeasureOrganisations(const std::string& folder, int count) {
  const FakeClock clock(kToday);
  ZHIBU_ASSIGN_OR_RETURN(std::unique_ptr<Store> store, OpenRocksStore(folder, "registry"));
  TestServer server(
      "registry", &clock, registry::RegistryContracts(),
      [](Server& made) {
        return registry::BuildRegistry(
            made, {ZHIBU_SOURCE_DIR "/services/registry/data/norms/norms.textproto", nullptr});
      },
      std::move(store));
  Stub stub(server.channel());
  const int part_size = count / kParts;
  OrganisationCosts costs;
  auto start = SteadyClock::now();
  ZHIBU_RETURN_IF_ERROR(FillBooks(stub, part_size));
  costs.created_per_second = count / (Micros(start) / 1e6);

  const std::string deepest = Id(7, part_size - 1);
  const SharedOrgTree& tree = server.server().tree();
  const auto ancestors = [&](const OrgTree& look) {
    return look.AncestorsOn(deepest, type::v1::LINE_SUBORDINATION, kMoved).size();
  };
  costs.depth = static_cast<int>(tree.Read(ancestors)) - 1;
  costs.ancestors_micros = LookMicros(tree, ancestors);
  costs.parent_micros =
      LookMicros(tree, [&](const OrgTree& look) { return look.ParentOn(deepest, kMoved); });
  // An organisation with three levels below it: 1 + 3 + 9 + 27.
  int place = part_size - 1;
  for (int level = 0; level < 3; ++level) place = (place - 1) / kBelowOne;
  ZHIBU_ASSIGN_OR_RETURN(costs.small_subtree_micros, SubtreeMicros(stub, Id(3, place), kRepeats));
  ZHIBU_ASSIGN_OR_RETURN(costs.part_micros, SubtreeMicros(stub, Id(3, 0), 3));

  std::vector<double> moves;
  ZHIBU_ASSIGN_OR_RETURN(const int64_t before,
                         JournalRevision(*server.server().store().TakeSnapshot()));
  for (int part = 1; part < kParts; ++part) {
    registry::v1::MoveOrganisationRequest request;
    request.set_name(NameOf(kOrganisations, Id(part, 0)));
    request.set_etag("1");
    request.set_new_parent(NameOf(kOrganisations, Id(0, 0)));
    *request.mutable_effective_on() = ToProto(kMoved);
    request.set_request_id(absl::StrCat("move-", part));
    registry::v1::MoveOrganisationResponse response;
    start = SteadyClock::now();
    ZHIBU_RETURN_IF_ERROR(Invoke(&Stub::MoveOrganisation, stub, request, &response));
    moves.push_back(Micros(start) / 1e3);
  }
  ZHIBU_ASSIGN_OR_RETURN(const int64_t after,
                         JournalRevision(*server.server().store().TakeSnapshot()));
  costs.move_millis = Median(moves);
  costs.move_commits = static_cast<double>(after - before) / static_cast<double>(moves.size());
  return costs;
}

}  // namespace zhibu::bench
