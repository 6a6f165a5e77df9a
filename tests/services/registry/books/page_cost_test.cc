// A page after the first costs what it shows: counted in what is read from the store.
#include <atomic>
#include <functional>
#include <utility>

#include "tests/services/registry/registry_fixture.h"
#include "tests/support/map_store.h"
#include "zhibu/registry/v1/election_service.grpc.pb.h"
#include "zhibu/registry/v1/facility_service.grpc.pb.h"
#include "zhibu/registry/v1/leadership_service.grpc.pb.h"
#include "zhibu/registry/v1/standing_service.grpc.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::registry {
namespace {

// Counts the rows that its snapshots read.
class CountingStore : public Store {
 public:
  explicit CountingStore(std::atomic<int>* read) : read_(read) {}
  std::unique_ptr<Snapshot> TakeSnapshot(ReadTier tier) const override {
    return std::make_unique<Counted>(map_.TakeSnapshot(tier), read_);
  }
  absl::Status CommitSynced(const WriteSet& writes) override { return map_.CommitSynced(writes); }

 private:
  class Counted : public Snapshot {
   public:
    Counted(std::unique_ptr<Snapshot> snapshot, std::atomic<int>* read)
        : snapshot_(std::move(snapshot)), read_(read) {}
    absl::StatusOr<std::optional<std::string>> Get(absl::string_view key) const override {
      ++*read_;
      return snapshot_->Get(key);
    }
    absl::Status Scan(absl::string_view begin, absl::string_view end, Visit visit) const override {
      ++*read_;
      return snapshot_->Scan(begin, end, [&](absl::string_view key, absl::string_view value) {
        ++*read_;
        return visit(key, value);
      });
    }

   private:
    const std::unique_ptr<Snapshot> snapshot_;
    std::atomic<int>* const read_;
  };
  MapStore map_;
  std::atomic<int>* const read_;
};

constexpr int kBranches = 300;
constexpr int kPageSize = 10;
constexpr int kPages = kBranches / kPageSize;

class PageCost : public ::testing::Test {
 protected:
  PageCost()
      : server_("registry", &clock_, RegistryContracts(), BuildAlone,
                std::make_unique<CountingStore>(&read_)) {
    v1::BatchCreateOrganisationsRequest organisations;
    v1::BatchCreateInstitutionsRequest institutions;
    v1::BatchCreatePostsRequest posts;
    v1::BatchRecordElectionsRequest elections;
    v1::BatchCreateFacilitiesRequest facilities;
    *organisations.add_requests() = NewOrganisation("county", "");
    for (int i = 0; i < kBranches; ++i) {
      const std::string branch = absl::StrCat("b", 1000 + i), school = absl::StrCat("s", 1000 + i);
      *organisations.add_requests() =
          NewOrganisation(branch, "county", type::v1::ORGANISATION_KIND_BRANCH);
      *institutions.add_requests() = NewInstitution(school, branch);
      *posts.add_requests() = NewPost(absl::StrCat("p", i), Org(branch), v1::POST_KIND_SECRETARY);
      auto& election = *elections.add_requests();
      election.set_election_id(absl::StrCat("e", i));
      election.mutable_election()->set_organisation(Org(branch));
      election.mutable_election()->set_kind(v1::ELECTION_KIND_OPENING);
      *election.mutable_election()->mutable_held_on() = Date(2024);
      auto& facility = *facilities.add_requests();
      facility.set_facility_id(absl::StrCat("f", i));
      facility.mutable_facility()->set_holder(Inst(school));
      facility.mutable_facility()->set_kind(v1::FACILITY_KIND_LIBRARY);
      facility.mutable_facility()->set_title("图书室");
      *facility.mutable_facility()->mutable_valid_from() = Date(2010);
    }
    Write(&v1::RegistryService::Stub::BatchCreateOrganisations, organisations);
    Write(&v1::RegistryService::Stub::BatchCreateInstitutions, institutions);
    Write(&v1::RegistryService::Stub::BatchCreatePosts, posts);
    Write(&v1::ElectionService::Stub::BatchRecordElections, elections);
    Write(&v1::FacilityService::Stub::BatchCreateFacilities, facilities);
  }
  template <typename Service, typename Request, typename Response>
  void Write(grpc::Status (Service::*method)(grpc::ClientContext*, const Request&, Response*),
             Request request) {
    request.set_request_id(absl::StrCat("r", ++requests_));
    Response response;
    Service stub(server_.channel());
    const absl::Status status = Invoke(method, stub, request, &response);
    ASSERT_TRUE(status.ok()) << status;
  }
  // All pages. The dearest but the first is to read no more than `each` rows for what it may show;
  // and some page is to hold a full page of `count`.
  template <typename Service, typename Request, typename Response>
  void ExpectCheapPages(grpc::Status (Service::*method)(grpc::ClientContext*, const Request&,
                                                        Response*),
                        Request request, const std::function<int(const Response&)>& count,
                        int each) {
    request.set_root(Org("county"));
    request.set_page_size(kPageSize);
    Service stub(server_.channel());
    int pages = 0, shown = 0, dearest = 0;
    do {
      Response response;
      read_ = 0;
      const absl::Status status = Invoke(method, stub, request, &response);
      ASSERT_TRUE(status.ok()) << status;
      if (++pages > 1) dearest = std::max(dearest, read_.load());
      shown += count(response);
      request.set_page_token(response.next_page_token());
      // What is written meanwhile neither shows nor makes the next page dearer.
      if (pages == 2) {
        const std::string id = absl::StrCat("b", 1000, "-", ++requests_);
        auto one = NewOrganisation(id, "county", type::v1::ORGANISATION_KIND_BRANCH, Date(2026, 11, 23));
        Write(&v1::RegistryService::Stub::CreateOrganisation, one);
        written_ += 1;
      }
    } while (!request.page_token().empty());
    EXPECT_GE(pages, kPages);
    EXPECT_GE(shown, kBranches);
    EXPECT_LE(dearest, each * kPageSize + kOverhead) << request.GetTypeName();
  }
  // Of any call: the journal's head and the like.
  static constexpr int kOverhead = 10;

  FakeClock clock_{absl::CivilDay(2026, 11, 23)};
  std::atomic<int> read_ = 0;
  int requests_ = 0, written_ = 0;
  TestServer server_;
};

TEST_F(PageCost, OfEverySubtreeListIsThatOfThePage) {
  using Registry = v1::RegistryService::Stub;
  using Leaders = v1::LeadershipService::Stub;
  using Standing = v1::StandingService::Stub;
  for (const auto line : {type::v1::LINE_SUBORDINATION, type::v1::LINE_EITHER}) {
    v1::ListOrganisationsRequest request;
    request.set_line(line);
    ExpectCheapPages<Registry, v1::ListOrganisationsRequest, v1::ListOrganisationsResponse>(
        &Registry::ListOrganisations, request,
        [](const auto& response) { return response.organisations_size(); }, 1);
  }
  ExpectCheapPages<Registry, v1::ListInstitutionsRequest, v1::ListInstitutionsResponse>(
      &Registry::ListInstitutions, {},
      [](const auto& response) { return response.institutions_size(); }, 1);
  ExpectCheapPages<Registry, v1::ListPostsRequest, v1::ListPostsResponse>(
      &Registry::ListPosts, {}, [](const auto& response) { return response.posts_size(); }, 1);
  v1::ListElectionsDueRequest due;
  *due.mutable_due_until() = Date(2030);
  ExpectCheapPages<v1::ElectionService::Stub, v1::ListElectionsDueRequest,
                   v1::ListElectionsDueResponse>(
      &v1::ElectionService::Stub::ListElectionsDue, due,
      [](const auto& response) { return response.terms_size(); }, 2);
  ExpectCheapPages<v1::FacilityService::Stub, v1::ListFacilitiesRequest,
                   v1::ListFacilitiesResponse>(
      &v1::FacilityService::Stub::ListFacilities, {},
      [](const auto& response) { return response.facilities_size(); }, 1);
  // The organisation, its posts and its institutions; counts and advisories.
  ExpectCheapPages<Leaders, v1::ListPostMatrixRequest, v1::ListPostMatrixResponse>(
      &Leaders::ListPostMatrix, {}, [](const auto& response) { return response.rows_size(); }, 8);
  ExpectCheapPages<Standing, v1::ListAdvisoriesRequest, v1::ListAdvisoriesResponse>(
      &Standing::ListAdvisories, {},
      [](const auto& response) { return response.advisories_size(); }, 4);
  v1::SearchRegistryRequest search;
  search.set_query("示范县委员会");
  ExpectCheapPages<Standing, v1::SearchRegistryRequest, v1::SearchRegistryResponse>(
      &Standing::SearchRegistry, search, [](const auto& response) { return response.found_size(); },
      1);
  EXPECT_GT(written_, 8);
}

}  // namespace
}  // namespace zhibu::registry
