// The four real programs over real sockets, with the example counties.
#include "tests/support/suite.h"

#include <google/protobuf/util/json_util.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/civil.h"
#include "common/base/file.h"
#include "common/rpc/client.h"
#include "common/rpc/wire_status.h"
#include "common/store/rocks_store.h"
#include "zhibu/feed/v1/feed.grpc.pb.h"
#include "zhibu/membership/v1/membership_service.grpc.pb.h"
#include "zhibu/registry/v1/registry_service.grpc.pb.h"
#include "zhibu/registry/v1/standing_service.pb.h"
#include "zhibu/reporting/v1/reporting_service.grpc.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu {
namespace {

namespace m = membership::v1;
namespace r = registry::v1;
namespace rep = reporting::v1;

using Figures = std::map<std::string, rep::Figure>;

// A county that was generated and imported by the command line.
class County {
 public:
  explicit County(const std::string& kind)
      : suite_(ProgramFolder(), folder_.path() + "/suite"), example_(folder_.path() + "/example") {
    EXPECT_TRUE(suite_.StartAll().ok());
    const RunResult generated = suite_.Zhibu({"generate", kind, example_});
    EXPECT_EQ(generated.code, 0) << generated.output;
    const RunResult imported = suite_.Zhibu({"import", example_});
    EXPECT_EQ(imported.code, 0) << imported.output;
    EXPECT_TRUE(suite_.WaitAllFollowed().ok());
  }

  Suite& suite() { return suite_; }
  const std::string& example() const { return example_; }

  Figures Survey(std::vector<std::string> options = {}) {
    options.insert(options.begin(), {"report", "basic", "jyj-dw", "--json"});
    const RunResult printed = suite_.Zhibu(options);
    EXPECT_EQ(printed.code, 0) << printed.output;
    rep::GetBasicSurveyResponse response;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(printed.output, &response).ok())
        << printed.output;
    Figures figures;
    for (const auto& section : response.sections()) {
      for (const auto& figure : section.figures()) figures[figure.id()] = figure;
    }
    return figures;
  }

  // What the registry alone answers of the bureau's organisations.
  r::GetRegistrySummaryResponse Registry(const std::string& line) {
    const RunResult printed = suite_.Zhibu({"org", "summary", "jyj-dw", "--line", line, "--json"});
    EXPECT_EQ(printed.code, 0) << printed.output;
    r::GetRegistrySummaryResponse summary;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(printed.output, &summary).ok());
    return summary;
  }

  std::map<std::string, int64_t> Heads() {
    std::map<std::string, int64_t> heads;
    for (const char* service : kServices) {
      auto stub = feed::v1::FeedService::NewStub(suite_.channel(service));
      grpc::ClientContext context;
      PrepareContext(context, suite_.token());
      context.set_wait_for_ready(true);  // a service that was down is not tried at once
      feed::v1::GetHeadResponse head;
      EXPECT_TRUE(stub->GetHead(&context, {}, &head).ok());
      heads[service] = head.revision();
    }
    return heads;
  }

 private:
  TempFolder folder_;
  Suite suite_;
  std::string example_;
};

void ExpectCount(const Figures& figures, const std::string& id, int64_t value) {
  auto it = figures.find(id);
  ASSERT_NE(it, figures.end()) << "no figure " << id;
  EXPECT_FALSE(it->second.unrecorded()) << id;
  EXPECT_EQ(it->second.value(), value) << id << " " << it->second.title();
}

// A ratio with its denominator, and with words for what that counts.
void ExpectRatio(const Figures& figures, const std::string& id, int64_t value,
                 int64_t denominator) {
  ExpectCount(figures, id, value);
  auto it = figures.find(id);
  if (it == figures.end()) return;
  EXPECT_EQ(it->second.denominator(), denominator) << id;
  EXPECT_FALSE(it->second.denominator_title().empty()) << id;
}

// The values of one column of a CSV file without quotes in it.
std::vector<std::string> Column(const std::string& path, const std::string& header) {
  std::string text = ReadFile(path).value_or("");
  if (absl::StartsWith(text, "\xEF\xBB\xBF")) text.erase(0, 3);
  std::vector<std::string> values;
  int column = -1;
  const std::vector<std::string> lines = absl::StrSplit(text, '\n', absl::SkipEmpty());
  for (std::string line : lines) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    const std::vector<std::string> fields = absl::StrSplit(line, ',');
    if (column < 0) {
      column = static_cast<int>(std::find(fields.begin(), fields.end(), header) - fields.begin());
      EXPECT_LT(column, static_cast<int>(fields.size())) << "no column " << header;
    } else if (column < static_cast<int>(fields.size()) && !fields[column].empty()) {
      values.push_back(fields[column]);
    }
  }
  return values;
}

// Every key and value of every store, and every log, holds none of these.
void ExpectNowhere(const std::string& data, const std::vector<std::string>& secrets) {
  std::string haystack;
  for (const char* service : kServices) {
    RocksOptions options;
    options.read_only = true;
    auto store = OpenRocksStore(absl::StrCat(data, "/", service), service, options);
    ASSERT_TRUE(store.ok()) << store.status();
    ASSERT_TRUE((*store)
                    ->TakeSnapshot()
                    ->Scan(std::string(1, '\0'), std::string(1, '\xFF'),
                           [&](absl::string_view key, absl::string_view value) {
                             absl::StrAppend(&haystack, key, "\n", value, "\n");
                             return true;
                           })
                    .ok());
    absl::StrAppend(&haystack, ReadFile(absl::StrCat(data, "/", service, ".log")).value_or(""));
  }
  ASSERT_GT(haystack.size(), 100000u);
  for (const std::string& secret : secrets) {
    ASSERT_EQ(haystack.find(secret), std::string::npos)
        << "personal data stands in a store or a log";
  }
}

// What else may happen to a case stands in the books as the folder tells it: one step by exception,
// an admission that was void and done again, a discussion postponed after a move, an admission that
// was paused on its way.
void ExpectStories(County& county) {
  Suite& suite = county.suite();
  const RunResult listed = suite.Zhibu({"member", "exceptions", "jyj-dw", "--json"});
  m::ListExceptionsResponse exceptions;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(listed.output, &exceptions).ok())
      << listed.output;
  ASSERT_EQ(exceptions.exceptions_size(), 1);
  const m::RecordedStep& excepted = exceptions.exceptions(0).recorded();
  EXPECT_EQ(excepted.kind(), m::STEP_KIND_PRE_REVIEW);
  ASSERT_EQ(excepted.warnings_size(), 1);
  EXPECT_EQ(excepted.warnings(0).code(), "D11");

  std::set<std::string> seen;
  for (const std::string& name : Column(county.example() + "/发展情形.csv", "案件")) {
    const RunResult shown = suite.Zhibu({"member", "steps", name, "--json"});
    m::GetCaseResponse response;
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(shown.output, &response).ok())
        << shown.output;
    const m::DevelopmentCase& one = response.development_case();
    ASSERT_GE(one.events_size(), 1) << name;
    const m::CaseEvent& event = one.events(0).event();
    const bool admitted = one.stage() == m::STAGE_PROBATIONARY || one.stage() == m::STAGE_FULL;
    seen.insert(absl::StrCat(m::CaseEventKind_Name(event.kind()), admitted ? " admitted" : ""));
    const bool resumed = event.kind() == m::CASE_EVENT_KIND_PAUSED && admitted;
    ASSERT_EQ(one.events_size(), resumed ? 2 : 1) << name;
    if (resumed) {
      EXPECT_EQ(one.events(1).event().kind(), m::CASE_EVENT_KIND_RESUMED);
      EXPECT_EQ(one.events(1).after_step(), one.events(0).after_step());
      EXPECT_GT(one.steps_size(), one.events(1).after_step());
      EXPECT_EQ(one.state(),
                one.stage() == m::STAGE_FULL ? m::CASE_STATE_COMPLETED : m::CASE_STATE_OPEN);
    }
    if (event.kind() == m::CASE_EVENT_KIND_VOIDED && admitted) {
      std::vector<int> approvals;  // by which event each is void
      for (const m::RecordedStep& step : one.steps()) {
        if (step.kind() == m::STEP_KIND_ADMISSION_APPROVAL) approvals.push_back(step.voided_by());
      }
      EXPECT_EQ(approvals, (std::vector<int>{1, 0}));
      EXPECT_EQ(one.events(0).after_step(), event.step_sequence());
      EXPECT_GT(one.steps_size(), one.events(0).after_step() + 1);
    }
    if (event.kind() == m::CASE_EVENT_KIND_POSTPONED) {
      EXPECT_EQ(one.stage(), m::STAGE_PROBATIONARY);
      EXPECT_EQ(one.holdings_size(), 2);
      // The last inspection was that of the branch to which the person moved.
      const m::Proof& proof = one.steps(one.steps_size() - 1).proof();
      EXPECT_EQ(proof.acting_organisation(), one.organisation());
      EXPECT_TRUE(one.events(0).warnings().empty());
    }
  }
  EXPECT_EQ(seen,
            (std::set<std::string>{"CASE_EVENT_KIND_PAUSED", "CASE_EVENT_KIND_PAUSED admitted",
                                   "CASE_EVENT_KIND_POSTPONED admitted", "CASE_EVENT_KIND_VOIDED",
                                   "CASE_EVENT_KIND_VOIDED admitted"}));
  // Judged again, every step is what it was: also those around a move and behind what was void.
  const RunResult proofs = suite.Zhibu({"rules", "verify"});
  EXPECT_EQ(proofs.code, 0) << proofs.output;
}

TEST(SuiteOfFour, CarriesCountyR1) {
  County county("r1");
  Suite& suite = county.suite();
  const Figures survey = county.Survey();
  // 13 organisations under the bureau committee, 79 township-school branches that it guides.
  ExpectCount(survey, "organisations.subordinate.direct", 13);
  ExpectCount(survey, "organisations.territorial.direct", 79);
  ExpectCount(survey, "members.teachers", 1994);
  ExpectCount(survey, "activists.teachers", 192);
  ExpectCount(survey, "activists.students", 122);
  ExpectCount(survey, "admissions.teachers", 39);
  ExpectCount(survey, "admissions.students", 4);
  ExpectCount(survey, "admissions", 43);
  // The shares that the report left blank: of staff, of staff who are no members, of senior pupils.
  const int64_t staff = survey.at("heads.staff").value();
  ExpectRatio(survey, "members.teachers", 1994, staff);
  ExpectRatio(survey, "activists.teachers", 192, staff - 1994);
  for (const char* ratio : {"members.teachers", "activists.teachers", "activists.students"}) {
    EXPECT_GT(survey.at(ratio).denominator(), survey.at(ratio).value()) << ratio;
  }

  // The registry alone: by kind and line, and the two branches of county-direct schools.
  const r::GetRegistrySummaryResponse summary = county.Registry("either");
  int subordinate = 0, guided = 0, school_branches = 0;
  for (const auto& kind : summary.organisations()) {
    subordinate += kind.subordinate();
    guided += kind.guided();
    if (kind.kind() == type::v1::ORGANISATION_KIND_BRANCH) school_branches = kind.subordinate_schools();
  }
  EXPECT_EQ(subordinate, 13);
  EXPECT_EQ(guided, 79);
  EXPECT_EQ(school_branches, 2);

  ExpectStories(county);

  // Importing again doubles nothing.
  const auto heads = county.Heads();
  const RunResult again = suite.Zhibu({"import", county.example()});
  EXPECT_EQ(again.code, 0) << again.output;
  EXPECT_EQ(county.Heads(), heads);

  EXPECT_EQ(suite.Zhibu({"status"}).code, 0);
  const RunResult verified = suite.Zhibu({"verify"});
  EXPECT_EQ(verified.code, 0) << verified.output;
  // Somebody owes something this month, and the branch's page says what.
  const RunResult owed = suite.Zhibu({"report", "owed", "jyj-dw", "--open-only"});
  EXPECT_EQ(owed.code, 0);
  EXPECT_NE(owed.output.find("未开展"), std::string::npos) << owed.output;
  EXPECT_EQ(suite.Zhibu({"due", "jyj-dw"}).code, 0);
  EXPECT_EQ(suite.Zhibu({"org", "tree", "jyj-dw", "--line", "either"}).code, 0);

  // Nobody's name or number stands anywhere in the clear.
  std::vector<std::string> secrets = Column(county.example() + "/人员.csv", "公民身份号码");
  for (const std::string& name : Column(county.example() + "/人员.csv", "姓名")) {
    if (name.size() >= 9) secrets.push_back(name);  // three characters: two may be another word
  }
  ASSERT_GT(secrets.size(), 2000u);
  for (const char* service : kServices) EXPECT_EQ(suite.Stop(service, SIGTERM), 0) << service;
  std::sort(secrets.begin(), secrets.end());
  secrets.erase(std::unique(secrets.begin(), secrets.end()), secrets.end());
  ExpectNowhere(suite.data(), secrets);

  // A second start shows the same, to the letter.
  ASSERT_TRUE(suite.StartAll().ok());
  ASSERT_TRUE(suite.WaitAllFollowed().ok());
  const Figures later = county.Survey();
  for (const auto& [id, figure] : survey) {
    EXPECT_EQ(later.at(id).SerializeAsString(), figure.SerializeAsString()) << id;
  }
}

TEST(SuiteOfFour, CarriesCountyR2) {
  County county("r2");
  const Figures survey = county.Survey({"--years", "3"});
  ExpectCount(survey, "schools.public", 86);
  ExpectCount(survey, "schools.public.primary-school", 65);
  ExpectCount(survey, "schools.public.junior-school", 17);
  ExpectCount(survey, "schools.public.special-school", 1);
  ExpectCount(survey, "schools.public.senior-school", 3);
  ExpectCount(survey, "schools.private", 4);
  ExpectCount(survey, "schools.private.compulsory", 2);
  ExpectCount(survey, "schools.private.senior", 2);
  ExpectRatio(survey, "coverage.schools.organised", 90, 90);
  ExpectCount(survey, "teaching-points", 60);
  ExpectRatio(survey, "coverage.teaching-points.organised", 28, 60);
  ExpectRatio(survey, "coverage.teaching-points.instructor", 32, 60);
  ExpectRatio(survey, "secretaries.also-head", 24, 29);
  ExpectRatio(survey, "leaders.with-party-posts", 161, 533);
  ExpectCount(survey, "clerks.full-time", 0);
  ExpectCount(survey, "admissions.teachers", 42);
  ExpectStories(county);

  // The registry alone answers the same, each share with its denominator.
  const r::GetRegistrySummaryResponse summary = county.Registry("subordination");
  std::map<std::pair<int, int>, int> institutions, coverage;
  for (const auto& row : summary.institutions()) {
    institutions[{row.kind(), row.ownership()}] = row.institutions();
  }
  for (const auto& row : summary.coverage()) {
    if (row.kind() == r::INSTITUTION_KIND_TEACHING_POINT) {
      coverage[{row.kind(), row.rung()}] = row.institutions();
    }
  }
  EXPECT_EQ((institutions[{r::INSTITUTION_KIND_PRIMARY_SCHOOL, r::OWNERSHIP_PUBLIC}]), 65);
  EXPECT_EQ((institutions[{r::INSTITUTION_KIND_JUNIOR_SCHOOL, r::OWNERSHIP_PUBLIC}]), 17);
  EXPECT_EQ((institutions[{r::INSTITUTION_KIND_SPECIAL_SCHOOL, r::OWNERSHIP_PUBLIC}]), 1);
  EXPECT_EQ((institutions[{r::INSTITUTION_KIND_SENIOR_SCHOOL, r::OWNERSHIP_PUBLIC}]), 3);
  EXPECT_EQ((institutions[{r::INSTITUTION_KIND_TEACHING_POINT, r::OWNERSHIP_PUBLIC}]), 60);
  const auto points = [&](r::CoverageRung rung) {
    return coverage[{r::INSTITUTION_KIND_TEACHING_POINT, rung}];
  };
  EXPECT_EQ(points(r::COVERAGE_RUNG_JOINT) + points(r::COVERAGE_RUNG_ATTACHED), 28);
  EXPECT_EQ(points(r::COVERAGE_RUNG_INSTRUCTOR), 32);
  int also_head = 0, secretaries = 0;
  for (const auto& row : summary.one_shoulder()) {
    if (row.kind() != type::v1::ORGANISATION_KIND_GENERAL_BRANCH &&
        row.kind() != type::v1::ORGANISATION_KIND_BRANCH) {
      continue;
    }
    also_head += row.one_shoulder().count();
    secretaries += row.one_shoulder().total();
  }
  EXPECT_EQ(also_head, 24);
  EXPECT_EQ(secretaries, 29);
  EXPECT_EQ(summary.leaders_with_party_posts().count(), 161);
  EXPECT_EQ(summary.leaders_with_party_posts().total(), 533);
  EXPECT_EQ(summary.full_time_clerks(), 0);
  bool rooms = false;
  for (const auto& row : summary.facilities()) {
    if (row.kind() != r::FACILITY_KIND_ACTIVITY_ROOM) continue;
    rooms = true;
    EXPECT_EQ(row.schools().total(), 90);
    EXPECT_GE(row.schools().count() * 10, row.schools().total() * 9);
  }
  EXPECT_TRUE(rooms);
  const RunResult page = county.suite().Zhibu({"report", "basic", "jyj-dw", "--years", "3"});
  // The share is computed and stands beside its counts: 24 of 29 is not the "80 %" of the report.
  EXPECT_NE(page.output.find("82.8%"), std::string::npos) << page.output;
  EXPECT_NE(page.output.find("161/533"), std::string::npos) << page.output;
}

TEST(SuiteOfFour, KeepsWorkingWhileTheOthersAreDown) {
  const TempFolder folder;
  Suite suite(ProgramFolder(), folder.path());
  ASSERT_TRUE(suite.StartAll().ok());
  auto registry = registry::v1::RegistryService::NewStub(suite.channel("registry"));
  registry::v1::CreateOrganisationRequest root;
  root.set_organisation_id("alone");
  root.set_request_id("alone");
  root.mutable_organisation()->set_title("测试学校党支部");
  root.mutable_organisation()->set_kind(type::v1::ORGANISATION_KIND_BRANCH);
  *root.mutable_organisation()->mutable_established_on() = ToProto(absl::CivilDay(2000, 1, 1));
  registry::v1::CreateOrganisationResponse made;
  {
    grpc::ClientContext context;
    PrepareContext(context, suite.token());
    context.set_wait_for_ready(true);  // a service that was down is not tried at once
    ASSERT_TRUE(registry->CreateOrganisation(&context, root, &made).ok());
  }
  ASSERT_TRUE(suite.WaitAllFollowed().ok());
  EXPECT_EQ(suite.Stop("registry", SIGTERM), 0);
  EXPECT_EQ(suite.Stop("activity", SIGTERM), 0);

  auto membership = m::MembershipService::NewStub(suite.channel("membership"));
  m::CreatePersonRequest request;
  request.set_person_id("teacher");
  request.set_request_id("teacher");
  m::Person& person = *request.mutable_person();
  person.set_organisation("organisations/alone");
  person.set_display_name("王小明");
  person.set_sex(m::SEX_FEMALE);
  *person.mutable_birth_date() = ToProto(absl::CivilDay(1980, 5, 6));
  person.set_nationality_code("01");
  person.set_kind(m::PERSON_KIND_TEACHER);
  *person.mutable_registered_on() = ToProto(absl::CivilDay(2020, 1, 1));
  request.mutable_opening_balance()->set_stage(m::STAGE_FULL);
  *request.mutable_opening_balance()->mutable_joined_on() = ToProto(absl::CivilDay(2010, 1, 1));
  *request.mutable_opening_balance()->mutable_full_member_on() =
      ToProto(absl::CivilDay(2011, 1, 1));
  m::CreatePersonResponse created;
  {
    grpc::ClientContext context;
    PrepareContext(context, suite.token());
    context.set_wait_for_ready(true);  // a service that was down is not tried at once
    const grpc::Status status = membership->CreatePerson(&context, request, &created);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }
  // The token of the write makes the report wait until it shows it, with the registry still down.
  auto reporting = rep::ReportingService::NewStub(suite.channel("reporting"));
  rep::GetBasicSurveyRequest ask;
  ask.set_root("organisations/alone");
  (*ask.mutable_at_least()->mutable_revisions())["membership"] = created.revision();
  rep::GetBasicSurveyResponse survey;
  {
    grpc::ClientContext context;
    PrepareContext(context, suite.token());
    context.set_wait_for_ready(true);  // a service that was down is not tried at once
    const grpc::Status status = reporting->GetBasicSurvey(&context, ask, &survey);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }
  EXPECT_GE(survey.revisions().at("membership"), created.revision());
  Figures figures;
  for (const auto& section : survey.sections()) {
    for (const auto& figure : section.figures()) figures[figure.id()] = figure;
  }
  ExpectCount(figures, "members.teachers", 1);
  // A status says what is down.
  EXPECT_EQ(suite.Zhibu({"status"}).code, 3);  // a service cannot be reached
  ASSERT_TRUE(suite.Start("registry").ok());
  ASSERT_TRUE(suite.Start("activity").ok());
  ASSERT_TRUE(suite.WaitAllFollowed().ok());
  EXPECT_EQ(suite.Zhibu({"status"}).code, 0);
}

#if !defined(__SANITIZE_ADDRESS__)
TEST(SuiteOfFour, IsSmallWhenIdle) {
  const TempFolder folder;
  Suite suite(ProgramFolder(), folder.path());
  ASSERT_TRUE(suite.StartAll().ok());
  ASSERT_TRUE(suite.WaitAllFollowed().ok());
  for (const char* service : kServices) {
    const std::string status =
        ReadFile(absl::StrCat("/proc/", suite.process(service)->pid(), "/status")).value_or("");
    const size_t at = status.find("VmRSS:");
    ASSERT_NE(at, std::string::npos);
    const std::vector<std::string> words =
        absl::StrSplit(status.substr(at + 6, 40), ' ', absl::SkipEmpty());
    int kib = 0;
    // "VmRSS:\t   12345 kB": the tab belongs to the first word.
    for (const std::string& word : words) {
      if (absl::SimpleAtoi(word, &kib)) break;
    }
    EXPECT_GT(kib, 0);
    EXPECT_LE(kib, 64 * 1024) << service;
  }
}
#endif

}  // namespace
}  // namespace zhibu
