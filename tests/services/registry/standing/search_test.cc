// SearchRegistry with organisations that no longer exist.
#include "tests/services/registry/registry_fixture.h"
#include "zhibu/registry/v1/standing_service.grpc.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SearchTest : public RegistryTest {
 protected:
  SearchTest() : standing_(server_.channel()) { SetUpCounty(); }

  absl::Status AddBranch(const std::string& id, const std::string& parent,
                         const std::string& title) {
    auto request = NewOrganisation(id, parent, type::v1::ORGANISATION_KIND_BRANCH);
    request.mutable_organisation()->set_title(title);
    return Do(request);
  }
  absl::Status Merge(const std::string& id, const std::string& into, google::type::Date day) {
    v1::MergeOrganisationsRequest request;
    request.set_reorganisation_id("m-" + id);
    request.mutable_decision()->set_authority(Org("county"));
    request.mutable_decision()->set_document_number("1");
    *request.mutable_decision()->mutable_effective_on() = day;
    v1::OrganisationVersion& merged = *request.add_merged();
    merged.set_organisation(Org(id));
    merged.set_etag(EtagOf(id));
    request.set_into(Org(into));
    v1::MergeOrganisationsResponse response;
    return Decide(&v1::ReorganisationService::Stub::MergeOrganisations, request, &response);
  }
  // What is found with those that ended, "name" or "name > successor ...".
  std::vector<std::string> Search(const std::string& query, google::type::Date as_of = {},
                                  const std::string& root = "", int page_size = 0,
                                  const std::string& token = kOwnerToken,
                                  bool with_dissolved = true) {
    v1::SearchRegistryRequest request;
    request.set_query(query);
    request.set_with_dissolved(with_dissolved);
    if (!root.empty()) request.set_root(Org(root));
    if (as_of.year() != 0) *request.mutable_as_of() = as_of;
    request.set_page_size(page_size);
    std::vector<std::string> all;
    do {
      v1::SearchRegistryResponse response;
      const absl::Status status =
          Invoke(&v1::StandingService::Stub::SearchRegistry, standing_, request, &response, token);
      EXPECT_TRUE(status.ok()) << status;
      EXPECT_LE(response.found_size(), page_size == 0 ? 100 : page_size);
      for (const auto& found : response.found()) {
        EXPECT_FALSE(found.title().empty());
        EXPECT_TRUE(found.dissolved() || found.successors().empty());
        all.push_back(absl::StrCat(found.name(), found.dissolved() ? " >" : ""));
        for (const std::string& successor : found.successors()) {
          absl::StrAppend(&all.back(), " ", successor);
        }
      }
      request.set_page_token(response.next_page_token());
    } while (!request.page_token().empty());
    return all;
  }

  v1::StandingService::Stub standing_;
};

TEST_F(SearchTest, FindsWhatEndedAndWhoContinuesItWhereAskedTo) {
  ASSERT_TRUE(AddBranch("x1", "gb", "红星小学党支部").ok());
  ASSERT_TRUE(AddBranch("x2", "gb", "红星中学党支部").ok());
  ASSERT_TRUE(Merge("x1", "b1", Date(2020, 7, 1)).ok());
  auto school = NewInstitution("school", "gb");
  school.mutable_institution()->set_title("红星小学");
  *school.mutable_institution()->mutable_closed_on() = Date(2020);
  ASSERT_TRUE(Do(school).ok());
  EXPECT_THAT(Search("红星", {}, "", 0, kOwnerToken, /*with_dissolved=*/false),
              ElementsAre(Org("x2")));
  for (int size : {0, 1, 2}) {
    EXPECT_THAT(Search("红星", {}, "", size),
                ElementsAre("organisations/x1 > organisations/b1", Org("x2")));
  }
  EXPECT_THAT(Search("hxxx"), ElementsAre("organisations/x1 > organisations/b1"));
  // Before, it was there; and before that it was not yet.
  EXPECT_THAT(Search("小学", Date(2020, 6, 30)), ElementsAre(Org("x1")));
  EXPECT_THAT(Search("小学", Date(2019)), ElementsAre(Org("x1"), Inst("school")));
  EXPECT_THAT(Search("红星", Date(1999)), IsEmpty());
}

TEST_F(SearchTest, WhatEndedIsFoundWhereItLastStood) {
  ASSERT_TRUE(AddBranch("moved", "gb", "红星小学党支部").ok());
  ASSERT_TRUE(Do(MoveOf("moved", "scoped", Date(2015))).ok());
  ASSERT_TRUE(Merge("moved", "b1", Date(2020)).ok());
  const auto found = ElementsAre("organisations/moved > organisations/b1");
  EXPECT_THAT(Search("红星", {}, "scoped"), found);
  EXPECT_THAT(Search("红星", {}, "town"), found);
  EXPECT_THAT(Search("红星", {}, "gb"), IsEmpty());
  EXPECT_THAT(Search("红星", Date(2014), "gb"), ElementsAre(Org("moved")));
  EXPECT_THAT(Search("红星", {}, "scoped", 0, kScopedToken), found);
  v1::SearchRegistryRequest request;
  v1::SearchRegistryResponse response;
  request.set_query("红星");
  request.set_root(Org("gb"));
  request.set_with_dissolved(true);
  EXPECT_THAT(Invoke(&v1::StandingService::Stub::SearchRegistry, standing_, request, &response,
                     kScopedToken),
              IsNotThere());
}

TEST_F(SearchTest, WhatEndedIsFoundByItsLastTitle) {
  ASSERT_TRUE(AddBranch("x1", "gb", "红星小学党支部").ok());
  v1::RenameOrganisationRequest rename;
  rename.set_reorganisation_id("rename");
  rename.mutable_decision()->set_authority(Org("county"));
  rename.mutable_decision()->set_document_number("1");
  *rename.mutable_decision()->mutable_effective_on() = Date(2010);
  rename.set_organisation(Org("x1"));
  rename.set_etag(EtagOf("x1"));
  rename.set_title("希望小学党支部");
  v1::RenameOrganisationResponse renamed;
  ASSERT_TRUE(Decide(&v1::ReorganisationService::Stub::RenameOrganisation, rename, &renamed).ok());
  ASSERT_TRUE(Merge("x1", "b1", Date(2020)).ok());
  EXPECT_THAT(Search("红星"), IsEmpty());
  EXPECT_THAT(Search("希望"), ElementsAre("organisations/x1 > organisations/b1"));
}

}  // namespace
}  // namespace zhibu::registry
