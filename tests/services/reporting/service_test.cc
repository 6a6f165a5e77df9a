// The whole service over gRPC, following three feeds over in-process channels.
#include "services/reporting/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <future>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "services/reporting/data/load_survey.h"
#include "services/reporting/survey/survey.h"
#include "tests/services/reporting/facts.h"
#include "tests/support/test_server.h"
#include "zhibu/reporting/v1/reporting_service.grpc.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::reporting {
namespace {

using type::v1::ORGANISATION_KIND_BRANCH;
using type::v1::ORGANISATION_KIND_COMMITTEE;

// A service that has a feed and nothing else.
class Source {
 public:
  Source(const std::string& service, const Clock* clock)
      : server_(service, clock, {},
                [](Server&) { return std::vector<std::unique_ptr<grpc::Service>>(); }) {}

  // The revision that the event has.
  int64_t Emit(const google::protobuf::Message& event) {
    std::promise<int64_t> revision;
    CommitLane::Job job;
    job.decide = [&](Txn& txn) {
      txn.Emit(event);
      return absl::OkStatus();
    };
    job.done = [&](const absl::Status& status, int64_t at) {
      EXPECT_TRUE(status.ok()) << status;
      revision.set_value(at);
    };
    EXPECT_TRUE(server_.server().lane().Submit(std::move(job)));
    return revision.get_future().get();
  }
  std::shared_ptr<grpc::Channel> channel() { return server_.channel(); }

 private:
  TestServer server_;
};

class ReportingServiceTest : public testing::Test {
 protected:
  void StartReporting(std::unique_ptr<Store> store = nullptr) {
    stub_.reset();
    reporting_.reset();
    reporting_ = std::make_unique<TestServer>(
        "reporting", &clock_,
        std::vector{v1::GetBasicSurveyRequest::descriptor()->file()->service(0)},
        [this](Server& server) {
          ReportingOptions options;
          options.registry = registry_.channel();
          options.membership = membership_.channel();
          options.activity = activity_.channel();
          options.cadence =
              LoadCadence(absl::StrCat(ZHIBU_SOURCE_DIR, "/common/domain/data/cadence.textproto"))
                  .value();
          options.survey =
              LoadSurvey(absl::StrCat(ZHIBU_SOURCE_DIR,
                                      "/services/reporting/data/survey/survey.textproto"))
                  .value();
          return BuildReporting(server, std::move(options));
        },
        std::move(store));
    stub_ = v1::ReportingService::NewStub(reporting_->channel());
  }

  ReportingServiceTest() {
    StartReporting();
    registry_.Emit(OrganisationFact("scoped", ORGANISATION_KIND_COMMITTEE));
    registry_.Emit(OrganisationFact("b1", ORGANISATION_KIND_BRANCH, {{"scoped"}}));
    registry_at_ = registry_.Emit(OrganisationFact("other", ORGANISATION_KIND_BRANCH));
    membership_at_ =
        membership_.Emit(PersonFact("p1", "b1", membership::v1::PERSON_KIND_TEACHER,
                                    {{membership::v1::STAGE_FULL, CivilDay(2001, 7, 1), {}}}));
    activity_at_ = activity_.Emit(ActivityFact("a1", "b1", "theme-day", CivilDay(2024, 6, 3)));
  }

  template <typename Request>
  void Fresh(Request& request) {
    (*request.mutable_at_least()->mutable_revisions())["registry"] = registry_at_;
    (*request.mutable_at_least()->mutable_revisions())["membership"] = membership_at_;
    (*request.mutable_at_least()->mutable_revisions())["activity"] = activity_at_;
  }

  v1::GetBasicSurveyRequest SurveyRequest(const std::string& organisation) {
    v1::GetBasicSurveyRequest request;
    request.set_root("organisations/" + organisation);
    Fresh(request);
    return request;
  }
  absl::Status Survey(const v1::GetBasicSurveyRequest& request,
                      v1::GetBasicSurveyResponse* response,
                      const std::string& token = kOwnerToken) {
    return Invoke(&v1::ReportingService::Stub::GetBasicSurvey, *stub_, request, response, token);
  }
  v1::ListOwedRequest OwedRequest(const std::string& organisation) {
    v1::ListOwedRequest request;
    request.set_root("organisations/" + organisation);
    Fresh(request);
    return request;
  }
  absl::Status Owed(const v1::ListOwedRequest& request, v1::ListOwedResponse* response,
                    const std::string& token = kOwnerToken) {
    return Invoke(&v1::ReportingService::Stub::ListOwed, *stub_, request, response, token);
  }

  absl::Status Definitions(const v1::ListFigureDefinitionsRequest& request,
                           v1::ListFigureDefinitionsResponse* response,
                           const std::string& token = kOwnerToken) {
    return Invoke(&v1::ReportingService::Stub::ListFigureDefinitions, *stub_, request, response,
                  token);
  }

  static int64_t ValueOf(const v1::GetBasicSurveyResponse& response, const std::string& id) {
    for (const auto& section : response.sections()) {
      for (const auto& figure : section.figures()) {
        if (figure.id() == id) return figure.value();
      }
    }
    ADD_FAILURE() << "no figure " << id;
    return -1;
  }

  FakeClock clock_{CivilDay(2024, 6, 15)};
  Source registry_{"registry", &clock_};
  Source membership_{"membership", &clock_};
  Source activity_{"activity", &clock_};
  std::unique_ptr<TestServer> reporting_;
  std::unique_ptr<v1::ReportingService::Stub> stub_;
  int64_t registry_at_ = 0, membership_at_ = 0, activity_at_ = 0;
};

TEST_F(ReportingServiceTest, AnswersWhatAllThreeFeedsSay) {
  v1::GetBasicSurveyResponse response;
  const absl::Status status = Survey(SurveyRequest("scoped"), &response);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(response.organisation(), "organisations/scoped");
  EXPECT_EQ(response.title(), "组织scoped");
  EXPECT_EQ(FromProto(response.as_of()).value(), CivilDay(2024, 6, 15));
  // Not said: the same line as everywhere else.
  EXPECT_EQ(response.line(), type::v1::LINE_SUBORDINATION);
  EXPECT_EQ(ValueOf(response, "organisations.below"), 1);
  EXPECT_EQ(ValueOf(response, "members.teachers"), 1);
  EXPECT_EQ(ValueOf(response, "activities.month.theme-day"), 1);
  EXPECT_EQ(response.revisions().at("registry"), registry_at_);
  EXPECT_EQ(response.revisions().at("membership"), membership_at_);
  EXPECT_EQ(response.revisions().at("activity"), activity_at_);
}

TEST_F(ReportingServiceTest, WaitsForTheRevisionThatIsAskedFor) {
  auto request = SurveyRequest("scoped");
  for (int i = 2; i <= 30; ++i) {
    (*request.mutable_at_least()->mutable_revisions())["membership"] =
        membership_.Emit(PersonFact(absl::StrCat("p", i), "b1", membership::v1::PERSON_KIND_TEACHER,
                                    {{membership::v1::STAGE_FULL, CivilDay(2001, 7, 1), {}}}));
    v1::GetBasicSurveyResponse response;
    ASSERT_TRUE(Survey(request, &response).ok());
    EXPECT_EQ(ValueOf(response, "members"), i);
    EXPECT_EQ(response.revisions().at("membership"),
              request.at_least().revisions().at("membership"));
  }
}

TEST_F(ReportingServiceTest, LooksAtTheDateThatIsAskedFor) {
  auto request = SurveyRequest("scoped");
  *request.mutable_as_of() = ToProto(CivilDay(2001, 6, 30));
  request.set_line(type::v1::LINE_SUBORDINATION);
  v1::GetBasicSurveyResponse response;
  ASSERT_TRUE(Survey(request, &response).ok());
  EXPECT_EQ(ValueOf(response, "members"), 0);
  EXPECT_EQ(response.line(), type::v1::LINE_SUBORDINATION);
}

TEST_F(ReportingServiceTest, RefusesWhatIsMalformed) {
  v1::GetBasicSurveyResponse response;
  auto request = SurveyRequest("scoped");
  request.mutable_as_of()->set_year(2024);
  EXPECT_EQ(ReasonOf(Survey(request, &response)), "DATE_INVALID");
  request = SurveyRequest("scoped");
  request.set_period_years(11);
  EXPECT_EQ(ReasonOf(Survey(request, &response)), "PERIOD_INVALID");
  request.set_period_years(-1);
  EXPECT_EQ(ReasonOf(Survey(request, &response)), "PERIOD_INVALID");
  // All that is wrong at once.
  request.set_root("scoped");
  EXPECT_THAT(ReasonsOf(Survey(request, &response)),
              testing::ElementsAre("NAME_INVALID", "PERIOD_INVALID"));
  EXPECT_EQ(Survey(SurveyRequest("nowhere"), &response).code(), absl::StatusCode::kNotFound);
  v1::ListOwedResponse owed;
  auto owed_request = OwedRequest("scoped");
  owed_request.set_page_size(-1);
  EXPECT_EQ(ReasonOf(Owed(owed_request, &owed)), "PAGE_SIZE_INVALID");
  owed_request = OwedRequest("scoped");
  owed_request.mutable_as_of();  // given, and no date
  EXPECT_EQ(ReasonOf(Owed(owed_request, &owed)), "DATE_INVALID");
  owed_request = OwedRequest("scoped");
  owed_request.set_root("scoped");
  EXPECT_EQ(ReasonOf(Owed(owed_request, &owed)), "NAME_INVALID");
  EXPECT_EQ(Owed(OwedRequest("nowhere"), &owed).code(), absl::StatusCode::kNotFound);
}

TEST_F(ReportingServiceTest, ShowsACallerNothingOutsideItsScope) {
  v1::GetBasicSurveyResponse survey;
  v1::ListOwedResponse owed;
  // The scope is checked on arrival, so the tree must be known by then.
  ASSERT_TRUE(Survey(SurveyRequest("scoped"), &survey).ok());
  EXPECT_TRUE(Survey(SurveyRequest("b1"), &survey, kScopedToken).ok());
  EXPECT_EQ(Survey(SurveyRequest("other"), &survey, kScopedToken).code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(Owed(OwedRequest("other"), &owed, kScopedToken).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Survey(SurveyRequest("b1"), &survey, kServiceToken).code(),
            absl::StatusCode::kPermissionDenied);
}

TEST_F(ReportingServiceTest, PagesWhatIsOwedOverOneSnapshot) {
  clock_.SetToday(CivilDay(2024, 6, 30));
  clock_.Advance(absl::Hours(11) + absl::Minutes(58));  // from noon
  auto request = OwedRequest("scoped");
  request.set_page_size(2);
  v1::ListOwedResponse first;
  ASSERT_TRUE(Owed(request, &first).ok());
  ASSERT_EQ(first.items_size(), 2);
  EXPECT_EQ(first.items(0).kind(), "branch-meeting");
  EXPECT_EQ(first.items(1).kind(), "party-class");
  EXPECT_EQ(first.totals().done(), 1);
  EXPECT_EQ(first.totals().owed(), 2);
  EXPECT_EQ(first.revisions().at("activity"), activity_at_);
  ASSERT_FALSE(first.next_page_token().empty());

  // In between the theme day is cancelled, the branch moves away and midnight passes.
  activity_at_ =
      activity_.Emit(ActivityFact("a1", "b1", "theme-day", CivilDay(2024, 6, 3), "误录"));
  registry_at_ = registry_.Emit(OrganisationFact("b1", ORGANISATION_KIND_BRANCH, {{"other"}}));
  clock_.Advance(absl::Minutes(5));
  Fresh(request);
  request.set_page_token(first.next_page_token());
  v1::ListOwedResponse second;
  ASSERT_TRUE(Owed(request, &second).ok());
  ASSERT_EQ(second.items_size(), 1);
  EXPECT_EQ(second.items(0).kind(), "theme-day");
  EXPECT_EQ(second.items(0).held(), 1);
  EXPECT_EQ(second.totals().done(), 1);
  EXPECT_EQ(second.next_page_token(), "");
  EXPECT_LT(second.revisions().at("activity"), activity_at_);

  request.clear_page_token();
  v1::ListOwedResponse fresh;
  ASSERT_TRUE(Owed(request, &fresh).ok());
  EXPECT_EQ(fresh.items_size(), 0);
}

TEST_F(ReportingServiceTest, PagesOfAnySizeShowTheSameItemsAndTotals) {
  registry_.Emit(OrganisationFact("b2", ORGANISATION_KIND_BRANCH, {{"scoped"}}));
  registry_at_ =
      registry_.Emit(OrganisationFact("g1", type::v1::ORGANISATION_KIND_PARTY_GROUP, {{"b1"}}));
  activity_at_ = activity_.Emit(ActivityFact("a2", "g1", "group-meeting", CivilDay(2024, 6, 3)));
  const auto text = [](const type::v1::OwedItem& item) {
    return absl::StrCat(item.organisation(), " ", item.kind(), " ", item.state());
  };
  for (const bool open_only : {false, true}) {
    auto request = OwedRequest("scoped");
    request.set_open_only(open_only);
    v1::ListOwedResponse whole;
    ASSERT_TRUE(Owed(request, &whole).ok());
    EXPECT_EQ(whole.next_page_token(), "");
    EXPECT_EQ(whole.items_size(), open_only ? 5 : 7);
    EXPECT_EQ(whole.totals().done(), 2);
    EXPECT_EQ(whole.totals().owed(), 5);
    EXPECT_EQ(whole.totals().missing(), 0);
    for (int size = 1; size <= 7; ++size) {
      request.set_page_size(size);
      request.clear_page_token();
      std::vector<std::string> shown;
      do {
        v1::ListOwedResponse page;
        ASSERT_TRUE(Owed(request, &page).ok());
        EXPECT_LE(page.items_size(), size);
        EXPECT_EQ(page.totals().SerializeAsString(), whole.totals().SerializeAsString());
        for (const auto& item : page.items()) shown.push_back(text(item));
        request.set_page_token(page.next_page_token());
      } while (!request.page_token().empty());
      std::vector<std::string> all;
      for (const auto& item : whole.items()) all.push_back(text(item));
      EXPECT_EQ(shown, all) << "pages of " << size;
    }
  }
}

TEST_F(ReportingServiceTest, ListsWhatItsFiguresCountInTheOrderOfTheSurvey) {
  v1::GetBasicSurveyResponse survey;
  ASSERT_TRUE(Survey(SurveyRequest("scoped"), &survey).ok());
  std::vector<std::string> figures;
  for (const auto& section : survey.sections()) {
    for (const auto& figure : section.figures()) figures.push_back(figure.id());
  }
  v1::ListFigureDefinitionsRequest request;
  Fresh(request);
  request.set_page_size(7);
  std::vector<std::string> listed;
  int pages = 0;
  do {
    v1::ListFigureDefinitionsResponse page;
    // It is the same for everybody: of no organisation.
    const absl::Status status = Definitions(request, &page, kScopedToken);
    ASSERT_TRUE(status.ok()) << status;
    EXPECT_LE(page.definitions_size(), 7);
    for (const auto& definition : page.definitions()) listed.push_back(definition.id());
    request.set_page_token(page.next_page_token());
    ++pages;
  } while (!request.page_token().empty());
  EXPECT_EQ(listed, figures);
  EXPECT_GT(pages, 5);

  v1::ListFigureDefinitionsResponse page;
  EXPECT_TRUE(Definitions({}, &page, kServiceToken).ok());
  EXPECT_EQ(page.definitions(0).section(), "organisations");
  request.set_page_size(-1);
  EXPECT_EQ(ReasonOf(Definitions(request, &page)), "PAGE_SIZE_INVALID");
  request.set_page_size(7);
  request.set_page_token("none of ours");
  EXPECT_EQ(ReasonOf(Definitions(request, &page)), "PAGE_TOKEN_INVALID");
}

TEST_F(ReportingServiceTest, CountsAPostThatIsWithdrawnInTheFeedNoMore) {
  registry_.Emit(InstitutionFact("i1", registry::v1::INSTITUTION_KIND_PRIMARY_SCHOOL, "b1"));
  auto post = PostFact("t1", "institutions/i1", registry::v1::POST_KIND_HEAD, "h1");
  registry_at_ = registry_.Emit(post);
  v1::GetBasicSurveyResponse survey;
  ASSERT_TRUE(Survey(SurveyRequest("scoped"), &survey).ok());
  EXPECT_EQ(ValueOf(survey, "leaders"), 1);
  post.mutable_post()->set_withdrawn(true);
  registry_at_ = registry_.Emit(post);
  ASSERT_TRUE(Survey(SurveyRequest("scoped"), &survey).ok());
  EXPECT_EQ(ValueOf(survey, "leaders"), 0);
}

TEST_F(ReportingServiceTest, AnswersTheSameAfterARestart) {
  const std::string path =
      (std::filesystem::temp_directory_path() / absl::StrCat("zhibu-reporting-test-", getpid()))
          .string();
  std::filesystem::remove_all(path);
  StartReporting(OpenRocksStore(path, "reporting").value());
  v1::GetBasicSurveyResponse before;
  ASSERT_TRUE(Survey(SurveyRequest("scoped"), &before).ok());
  stub_.reset();
  reporting_.reset();
  StartReporting(OpenRocksStore(path, "reporting").value());
  v1::GetBasicSurveyResponse after;
  ASSERT_TRUE(Survey(SurveyRequest("scoped"), &after).ok());
  EXPECT_EQ(before.DebugString(), after.DebugString());
  // It goes on where it was, with the tree read again.
  registry_at_ = registry_.Emit(OrganisationFact("b2", ORGANISATION_KIND_BRANCH, {{"scoped"}}));
  ASSERT_TRUE(Survey(SurveyRequest("scoped"), &after).ok());
  EXPECT_EQ(ValueOf(after, "organisations.below"), 2);
  stub_.reset();
  reporting_.reset();
  std::filesystem::remove_all(path);
}

}  // namespace
}  // namespace zhibu::reporting
