// A registry that follows a membership service whose feed the test writes itself.
#ifndef ZHIBU_TESTS_SERVICES_REGISTRY_WITH_MEMBERS_H_
#define ZHIBU_TESTS_SERVICES_REGISTRY_WITH_MEMBERS_H_

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "tests/services/registry/registry_fixture.h"
#include "zhibu/membership/v1/events.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::registry {

// Organisations: county (committee), under it the branches old and new.
class WithMembersTest : public ::testing::Test {
 protected:
  static absl::StatusOr<std::vector<std::unique_ptr<grpc::Service>>> NoServices(Server&) {
    return std::vector<std::unique_ptr<grpc::Service>>();
  }
  WithMembersTest()
      : membership_("membership", &clock_, {}, NoServices),
        registry_("registry", &clock_, RegistryContracts(),
                  [this](Server& server) {
                    return BuildRegistry(server, {kNormsFile, membership_.channel()});
                  }),
        books_(registry_.channel()) {
    for (const auto& [id, parent] :
         {std::pair("county", ""), std::pair("old", "county"), std::pair("new", "county")}) {
      v1::CreateOrganisationRequest request = NewOrganisation(
          id, parent, *parent ? type::v1::ORGANISATION_KIND_BRANCH : type::v1::ORGANISATION_KIND_COMMITTEE);
      request.set_request_id(id);
      v1::CreateOrganisationResponse response;
      EXPECT_TRUE(
          Invoke(&v1::RegistryService::Stub::CreateOrganisation, books_, request, &response).ok());
    }
  }
  std::string NextRequestId() { return absl::StrCat("r", ++requests_); }

  // A person with these stages, one a year from 2001 on; waits until the registry has seen it.
  void Person(const std::string& id, const std::string& organisation,
              std::vector<membership::v1::Stage> stages, const std::string& institution = "") {
    membership::v1::PersonChanged event;
    event.set_name("persons/" + id);
    event.set_organisation(Org(organisation));
    if (!institution.empty()) event.set_institution(Inst(institution));
    int year = 2000;
    for (const auto stage : stages) {
      auto& change = *event.add_stages();
      change.set_stage(stage);
      *change.mutable_valid_from() = Date(++year);
    }
    std::promise<int64_t> written;
    CommitLane::Job job;
    job.actor = "test";
    job.decide = [&](Txn& txn) {
      txn.Emit(event);
      return absl::OkStatus();
    };
    job.done = [&](const absl::Status&, int64_t revision) { written.set_value(revision); };
    ASSERT_TRUE(membership_.server().lane().Submit(std::move(job)));
    auto seen = std::make_shared<std::promise<void>>();
    registry_.server().progress("membership")->WhenAtLeast(written.get_future().get(), [seen] {
      seen->set_value();
    });
    seen->get_future().wait();
  }
  void Members(const std::string& prefix, int count, const std::string& organisation,
               const std::string& institution = "") {
    for (int i = 0; i < count; ++i) {
      Person(absl::StrCat(prefix, i), organisation, {membership::v1::STAGE_FULL}, institution);
    }
  }

  FakeClock clock_{absl::CivilDay(2026, 11, 23)};
  TestServer membership_, registry_;
  v1::RegistryService::Stub books_;
  int requests_ = 0;
};

}  // namespace zhibu::registry

#endif  // ZHIBU_TESTS_SERVICES_REGISTRY_WITH_MEMBERS_H_
