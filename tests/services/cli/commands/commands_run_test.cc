// Command lines against services that answer what the test says, over real sockets.
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/rpc/wire_status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/cli/program/progress.h"
#include "services/cli/program/words.h"
#include "tests/services/cli/commands_fixture.h"
#include "tests/services/cli/fake_server.h"
#include "zhibu/membership/v1/membership_service.grpc.pb.h"
#include "zhibu/membership/v1/quota_service.grpc.pb.h"
#include "zhibu/registry/v1/registry_service.grpc.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::cli {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

// Ten organisations under one, in pages of the size asked for or 4, whichever is less; and whatever
// failures the test queued first.
class FakeRegistry : public registry::v1::RegistryService::Service {
 public:
  std::deque<absl::Status> failures;
  std::vector<std::string> tokens;
  std::vector<registry::v1::ListOrganisationsRequest> lists;

  grpc::Status GetOrganisation(grpc::ServerContext* context,
                               const registry::v1::GetOrganisationRequest* request,
                               registry::v1::GetOrganisationResponse* response) override {
    for (const auto& [key, value] : context->client_metadata()) {
      if (key == "authorization") tokens.push_back(std::string(value.data(), value.size()));
    }
    if (!failures.empty()) {
      const absl::Status failure = failures.front();
      failures.pop_front();
      return ToGrpcStatus(failure, "registry");
    }
    *response->mutable_organisation() = Organisation(*IdOf(kOrganisations, request->name()));
    return grpc::Status::OK;
  }

  grpc::Status ListOrganisations(grpc::ServerContext*,
                                 const registry::v1::ListOrganisationsRequest* request,
                                 registry::v1::ListOrganisationsResponse* response) override {
    lists.push_back(*request);
    const int from = request->page_token().empty() ? 0 : std::stoi(request->page_token());
    const int to = std::min({10, from + 4, from + request->page_size()});
    for (int i = from; i < to; ++i) {
      auto& node = *response->add_organisations();
      *node.mutable_organisation() = Organisation(i == 0 ? "jyj-dw" : absl::StrCat("zb-", i));
      node.set_depth(i == 0 ? 0 : 1);
    }
    if (to < 10) response->set_next_page_token(std::to_string(to));
    return grpc::Status::OK;
  }

 private:
  static registry::v1::Organisation Organisation(const std::string& id) {
    registry::v1::Organisation organisation;
    organisation.set_name(NameOf(kOrganisations, id));
    organisation.set_title(id == "jyj-dw" ? "县教育局党委" : absl::StrCat("第", id, "小学党支部"));
    organisation.set_kind(id == "jyj-dw" ? type::v1::ORGANISATION_KIND_COMMITTEE
                                         : type::v1::ORGANISATION_KIND_BRANCH);
    return organisation;
  }
};

class FakeMembership : public membership::v1::MembershipService::Service {
 public:
  membership::v1::RecordStepRequest recorded;

  grpc::Status GetCase(grpc::ServerContext*, const membership::v1::GetCaseRequest* request,
                       membership::v1::GetCaseResponse* response) override {
    if (request->name() == "persons/p1/cases/new") {
      return grpc::Status(grpc::StatusCode::NOT_FOUND, "");
    }
    auto& found = *response->mutable_development_case();
    found.set_name(request->name());
    found.set_organisation("organisations/zb-1");
    found.set_stage(membership::v1::STAGE_ACTIVIST);
    found.set_etag("3");
    auto& step = *found.add_steps();
    step.set_kind(membership::v1::STEP_KIND_TALK);
    step.set_rule_set("cpc-2014");
    *step.mutable_step()->mutable_date() = ToProto(absl::CivilDay(2026, 3, 1));
    *step.add_warnings() = Late();
    found.add_next_steps(membership::v1::STEP_KIND_OBJECT_DETERMINATION);
    return grpc::Status::OK;
  }

  // Possible since March, due tomorrow, late since yesterday: the test's today is 2026-11-23.
  grpc::Status ListDue(grpc::ServerContext*, const membership::v1::ListDueRequest* request,
                       membership::v1::ListDueResponse* response) override {
    until = DateText(request->until());
    const auto add = [&](membership::v1::DueKind kind, absl::CivilDay day) {
      auto& item = *response->add_items();
      item.set_development_case("persons/p1/cases/c1");
      item.set_organisation("organisations/zb-1");
      item.set_kind(kind);
      *item.mutable_due_on() = ToProto(day);
    };
    add(membership::v1::DUE_KIND_OBJECT_POSSIBLE, kToday - 250);
    add(membership::v1::DUE_KIND_TALK, kToday - 1);
    add(membership::v1::DUE_KIND_OATH, kToday + 1);
    return grpc::Status::OK;
  }
  grpc::Status CountDue(grpc::ServerContext*, const membership::v1::CountDueRequest* request,
                        membership::v1::CountDueResponse* response) override {
    until = DateText(request->until());
    const auto add = [&](membership::v1::DueKind kind, int64_t due, int64_t overdue) {
      auto& count = *response->add_counts();
      count.set_kind(kind);
      count.set_due(due);
      count.set_overdue(overdue);
    };
    add(membership::v1::DUE_KIND_TALK, 1203, 17);
    add(membership::v1::DUE_KIND_OBJECT_POSSIBLE, 40, 0);
    add(membership::v1::DUE_KIND_TRANSFER_LETTER, 2, 1);
    return grpc::Status::OK;
  }
  grpc::Status GetPerson(grpc::ServerContext*, const membership::v1::GetPersonRequest*,
                         membership::v1::GetPersonResponse* response) override {
    response->mutable_person()->set_display_name("某人");
    return grpc::Status::OK;
  }
  std::string until;

  grpc::Status RecordStep(grpc::ServerContext*, const membership::v1::RecordStepRequest* request,
                          membership::v1::RecordStepResponse* response) override {
    recorded = *request;
    response->mutable_recorded()->set_kind(membership::v1::STEP_KIND_TALK);
    *response->mutable_recorded()->mutable_step() = request->step();
    *response->mutable_recorded()->add_warnings() = Late();
    response->set_stage(membership::v1::STAGE_APPLICANT);
    response->set_revision(17);
    return grpc::Status::OK;
  }

 private:
  static type::v1::Finding Late() {
    type::v1::Finding late;
    late.set_code("D02");
    late.set_message("派人谈话超过了一个月");
    late.mutable_citation()->set_document("某细则");
    late.mutable_citation()->set_article("第七条");
    late.mutable_citation()->set_mark(type::v1::MARK_CONFIRMED);
    return late;
  }
};

class FakeQuotas : public membership::v1::QuotaService::Service {
 public:
  grpc::Status AllocateQuota(grpc::ServerContext*,
                             const membership::v1::AllocateQuotaRequest* request,
                             membership::v1::AllocateQuotaResponse* response) override {
    allocated = *request;
    *response->mutable_quota() = Of(request->entry().to_organisation(), request->year());
    *response->mutable_from_quota() = Of(request->entry().from_organisation(), request->year());
    return grpc::Status::OK;
  }
  // Only the bureau has a ledger.
  grpc::Status GetQuota(grpc::ServerContext*, const membership::v1::GetQuotaRequest* request,
                        membership::v1::GetQuotaResponse* response) override {
    if (request->organisation() != "organisations/jyj-dw") {
      return grpc::Status(grpc::StatusCode::NOT_FOUND, "");
    }
    *response->mutable_quota() = Of(request->organisation(), request->year());
    response->mutable_quota()->set_forecast_use(25);
    membership::v1::QuotaEntry& entry = *response->add_entries();
    entry.set_to_organisation(request->organisation());
    entry.set_number(40);
    entry.set_document_number("组发〔2026〕3号");
    return grpc::Status::OK;
  }
  grpc::Status ListQuotas(grpc::ServerContext*, const membership::v1::ListQuotasRequest* request,
                          membership::v1::ListQuotasResponse* response) override {
    for (const char* id : {"jyj-dw", "zb-1"}) {
      *response->add_quotas() = Of(absl::StrCat("organisations/", id), request->year());
    }
    return grpc::Status::OK;
  }
  membership::v1::AllocateQuotaRequest allocated;

 private:
  static membership::v1::Quota Of(const std::string& organisation, int year) {
    membership::v1::Quota quota;
    quota.set_organisation(organisation);
    quota.set_year(year);
    quota.set_allocated(40);
    quota.set_handed_down(12);
    quota.set_used(9);
    quota.set_remaining(19);
    quota.set_etag("7");
    return quota;
  }
};

class CommandLine : public ::testing::Test {
 protected:
  // What happens where the registry fails like this.
  Ran RunAgainst(const absl::Status& failure) {
    registry_.failures = {failure};
    return terminal_.Run({"org", "show", "jyj-dw"});
  }

  TempFolder folder_;
  FakeRegistry registry_;
  FakeMembership membership_;
  FakeQuotas quotas_;
  Terminal terminal_;
  FakeServer server_{{&registry_, &membership_, &quotas_}, folder_, terminal_};
};

TEST_F(CommandLine, EndsWithACodeForEachClassOfFailure) {
  for (const auto& [failure, code] : std::vector<std::pair<absl::Status, int>>{
           {absl::OkStatus(), 0},
           {Refused("a", "R", "不行"), 1},
           {AlreadyExists("organisations/a", "ORGANISATION_EXISTS"), 1},
           {StaleEtag("organisations/a"), 1},
           {Malformed("name", "NAME_INVALID", "名称有误"), 2},
           {Failure(absl::StatusCode::kUnavailable, "STORE_FAILED", "存储出现故障"), 3},
           {Failure(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED", "超时"), 3},
           {Failure(absl::StatusCode::kUnauthenticated, "UNAUTHENTICATED", "令牌无效"), 4},
           {Failure(absl::StatusCode::kPermissionDenied, "ROLE_MISSING", "无权"), 4},
           {NotFound("organisations/a"), 4},
           {Failure(absl::StatusCode::kInternal, "INTERNAL", "服务内部错误"), 5},
       }) {
    const Ran ran = RunAgainst(failure);
    EXPECT_EQ(ran.code, code) << failure;
    EXPECT_EQ(ran.out.empty(), code != 0) << failure;
    EXPECT_THAT(ran.err, HasSubstr(std::string(failure.message())));
  }
  EXPECT_EQ(terminal_.Run({"org", "shows"}).code, 2);
  EXPECT_EQ(terminal_.Run({}).code, 2);
  EXPECT_EQ(terminal_.Run({"help"}).code, 0);
  EXPECT_EQ(terminal_.Run({"--version"}).code, 0);
}

TEST_F(CommandLine, SaysWhichServiceItCannotReach) {
  const Ran ran = terminal_.Run({"org", "show", "a", "--registry", "127.0.0.1:1"});
  EXPECT_EQ(ran.code, 3);
  EXPECT_THAT(ran.err, HasSubstr("连不上登记服务（127.0.0.1:1）"));
}

TEST_F(CommandLine, AsksForATokenWhereThereIsNone) {
  terminal_.environment["ZHIBU_TOKEN_FILE"] = folder_.path("nothing");
  const Ran ran = terminal_.Run({"org", "show", "a"});
  EXPECT_EQ(ran.code, 4);
  EXPECT_THAT(ran.err, HasSubstr("--token-file"));
  EXPECT_EQ(terminal_.Run({"org", "show", "a", "--token-file", folder_.path("token")}).code, 0);
}

TEST_F(CommandLine, ShowsTheToken) {
  terminal_.Run({"org", "show", "jyj-dw"});
  EXPECT_THAT(registry_.tokens, ::testing::Each("Bearer a-token"));
  EXPECT_FALSE(registry_.tokens.empty());
}

TEST_F(CommandLine, TriesAgainWhenTheServiceSaysSo) {
  const absl::Status busy =
      RetryLater(absl::StatusCode::kResourceExhausted, "BUSY", "服务繁忙，请稍后重试", 1);
  registry_.failures = {busy, busy, busy, busy};
  EXPECT_EQ(terminal_.Run({"org", "show", "jyj-dw"}).code, 0);
  registry_.failures = std::deque<absl::Status>(10, busy);
  EXPECT_EQ(terminal_.Run({"org", "show", "jyj-dw"}).code, 3);
  EXPECT_EQ(registry_.failures.size(), 5u);
}

TEST_F(CommandLine, DoesNotWaitLongerThanTheDeadline) {
  registry_.failures = {
      RetryLater(absl::StatusCode::kResourceExhausted, "BUSY", "服务繁忙，请稍后重试", 60000)};
  EXPECT_EQ(terminal_.Run({"org", "show", "jyj-dw", "--timeout", "20"}).code, 3);
}

TEST_F(CommandLine, PrintsFailuresAsJson) {
  registry_.failures = {Refused("a", "R", "不行")};
  const Ran ran = terminal_.Run({"org", "show", "jyj-dw", "--json"});
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(ran.err, HasSubstr("\"findings\": [\n  {"));
}

TEST_F(CommandLine, ShowsATreeOverAllPages) {
  const Ran ran =
      terminal_.Run({"org", "tree", "jyj-dw", "--line", "either", "--as-of", "2026-01-31"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("共 10 个党组织"));
  EXPECT_THAT(ran.out, HasSubstr("\n县教育局党委"));
  EXPECT_THAT(ran.out, HasSubstr("\n  第zb-9小学党支部"));
  EXPECT_EQ(registry_.lists.size(), 3u);
  for (const auto& request : registry_.lists) {
    EXPECT_EQ(request.root(), "organisations/jyj-dw");
    EXPECT_EQ(request.line(), type::v1::LINE_EITHER);
    EXPECT_EQ(DateText(request.as_of()), "2026-01-31");
  }
}

TEST_F(CommandLine, AnswersAllPagesAsOneJson) {
  const Ran ran = terminal_.Run({"org", "tree", "--json"});
  EXPECT_THAT(ran.out, HasSubstr(R"("organisations/jyj-dw")"));
  EXPECT_THAT(ran.out, HasSubstr(R"("organisations/zb-9")"));
  EXPECT_THAT(ran.out, HasSubstr(R"("nextPageToken": "")"));
}

TEST_F(CommandLine, ShowsStepsWithTheirWarningsAndWhatComesNext) {
  const Ran ran = terminal_.Run({"member", "steps", "p1/c1"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("党组织派人谈话  2026-03-01"));
  EXPECT_THAT(ran.out, HasSubstr("[D02] 派人谈话超过了一个月\n    依据：《某细则》第七条"));
  EXPECT_THAT(ran.out, HasSubstr("下一步        7 确定发展对象"));
  EXPECT_THAT(ran.out, HasSubstr("第zb-1小学党支部"));
}

TEST_F(CommandLine, RecordsAStepWithTheCasesEtag) {
  const Ran ran =
      terminal_.Run({"member", "record", "p1/c1", "--step", "talk", "--date", "2026-11-20", "--set",
                     "talker=persons/p2", "--reference", "2026-7", "--organisation", "zb-1"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("已记录：2 党组织派人谈话，2026-11-20"));
  EXPECT_THAT(ran.out, HasSubstr("修订号：17"));
  EXPECT_THAT(ran.out, HasSubstr("《某细则》第七条"));
  const auto& request = membership_.recorded;
  EXPECT_EQ(request.name(), "persons/p1/cases/c1");
  EXPECT_EQ(request.etag(), "3");
  EXPECT_FALSE(request.validate_only());
  EXPECT_FALSE(request.request_id().empty());
  EXPECT_EQ(request.step().talk().talker(), "persons/p2");
  EXPECT_EQ(request.step().reference(), "2026-7");
  EXPECT_EQ(request.step().organisation(), "organisations/zb-1");
}

TEST_F(CommandLine, RecordsAStepGivenAsJson) {
  const Ran ran = terminal_.Run({"member", "record", "p1/c1", "--detail",
                                 R"({"date": {"year": 2026, "month": 1, "day": 2},
                                     "admissionMeeting": {"vote": {"entitled": 9}}})",
                                 "--etag", "x", "--request-id", "r1", "--validate-only"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("没有写入"));
  EXPECT_THAT(ran.out, Not(HasSubstr("修订号")));
  EXPECT_EQ(membership_.recorded.step().admission_meeting().vote().entitled(), 9);
  EXPECT_EQ(membership_.recorded.etag(), "x");
  EXPECT_EQ(membership_.recorded.request_id(), "r1");
  EXPECT_TRUE(membership_.recorded.validate_only());
}

TEST_F(CommandLine, RecordsWhoDeliberatedAndThatItWasNotApproved) {
  const Ran ran = terminal_.Run(
      {"member", "record", "p1/c1", "--step", "17", "--date", "2026-11-20", "--set",
       "approved=false", "--set", "deliberations.organisation=organisations/a", "--set",
       "deliberations.date=2026-11-17", "--set", "deliberations.organisation=organisations/b",
       "--set", "deliberations.date=2026-11-18"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  const auto& approval = membership_.recorded.step().admission_approval();
  EXPECT_FALSE(approval.approved());
  ASSERT_EQ(approval.deliberations_size(), 2);
  EXPECT_EQ(approval.deliberations(0).organisation(), "organisations/a");
  EXPECT_EQ(approval.deliberations(0).date().day(), 17);
  EXPECT_EQ(approval.deliberations(1).organisation(), "organisations/b");
  EXPECT_EQ(approval.deliberations(1).date().day(), 18);
}

TEST_F(CommandLine, OpensACaseWithoutAnEtag) {
  EXPECT_EQ(
      terminal_.Run({"member", "record", "p1/c1", "--step", "1", "--date", "2026-11-20"}).code, 0);
  EXPECT_TRUE(membership_.recorded.step().has_application());
  EXPECT_EQ(membership_.recorded.etag(), "");
}

// The first step of somebody who was on probation when the books were opened is no application.
TEST_F(CommandLine, LetsTheServiceSayWhatOpensACase) {
  EXPECT_EQ(
      terminal_.Run({"member", "record", "p1/new", "--step", "19", "--date", "2026-11-20"}).code,
      0);
  EXPECT_TRUE(membership_.recorded.step().has_enrolment());
  EXPECT_EQ(membership_.recorded.etag(), "");
}

TEST_F(CommandLine, RepeatsARequestOnlyWhole) {
  std::vector<std::string> words = {"member", "record",     "p1/c1",        "--step", "20",
                                    "--date", "2026-11-20", "--request-id", "r7"};
  const Ran ran = terminal_.Run(words);
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, HasSubstr("--etag"));
  words.insert(words.end(), {"--etag", "3"});
  EXPECT_EQ(terminal_.Run(words).code, 0);
  EXPECT_EQ(membership_.recorded.request_id(), "r7");
  EXPECT_EQ(membership_.recorded.etag(), "3");
}

TEST_F(CommandLine, RefusesStepsThatAreNotSaidInFull) {
  const std::vector<std::string> record = {"member", "record", "p1/c1"};
  for (const std::vector<std::string>& more : std::vector<std::vector<std::string>>{
           {},
           {"--step", "2"},                           // no date
           {"--date", "2026-01-01"},                  // no step
           {"--step", "26", "--date", "2026-01-01"},  // no such step
           {"--step", "0", "--date", "2026-01-01"},
           {"--step", "-10", "--date", "2026-01-01"},
           {"--step", "oath", "--detail", "{\"talk\": {}}", "--date", "2026-01-01"},
           {"--detail", "{", "--date", "2026-01-01"},
           {"--detail", "{\"nothing\": {}}", "--date", "2026-01-01"},
           {"--set", "passed=true", "--date", "2026-01-01"}}) {
    std::vector<std::string> words = record;
    words.insert(words.end(), more.begin(), more.end());
    const Ran ran = terminal_.Run(words);
    EXPECT_EQ(ran.code, 2) << ::testing::PrintToString(more);
  }
}

TEST_F(CommandLine, ListsDeadlinesBeforeWhatMayBeDone) {
  const Ran ran = terminal_.Run({"due", "jyj-dw"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(membership_.until, "2026-12-23");
  EXPECT_THAT(ran.out, HasSubstr("有期限的 2 项，可以办理的 1 项"));
  EXPECT_THAT(ran.out,
              ContainsRegex("超期 1 天 .*某人.*第zb-1小学党支部.*\n.*还有 1 天.*\n.*可以办理"));
  EXPECT_LE(WidestLine(ran.out), 80);
  const Ran limited = terminal_.Run({"due", "jyj-dw", "--limit", "2"});
  EXPECT_THAT(limited.out, Not(HasSubstr("可以确定为发展对象")));
  EXPECT_THAT(limited.out, HasSubstr("另有 1 项没有列出"));
}

TEST_F(CommandLine, CountsWhatFallsDueByKind) {
  const Ran ran = terminal_.Run({"due", "jyj-dw", "--until", "2026-12-31", "--count"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(membership_.until, "2026-12-31");
  EXPECT_THAT(ran.out, HasSubstr("有期限的 1205 项（其中超期 18 项），可以办理的 40 项"));
  EXPECT_THAT(ran.out, ContainsRegex("派人谈话 +1203 +17\n"));
  EXPECT_THAT(ran.out, ContainsRegex("可以确定为发展对象 +40 +—\n"));
  EXPECT_LE(WidestLine(ran.out), 80);
}

TEST_F(CommandLine, ShowsHowQuotasStand) {
  const Ran shown = terminal_.Run({"quota", "show", "jyj-dw"});
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("2026 年发展党员名额"));
  EXPECT_THAT(shown.out, ContainsRegex("40 +12 +9 +19\n"));
  EXPECT_THAT(shown.out, HasSubstr("预计还要使用 25 个"));
  EXPECT_THAT(shown.out, HasSubstr("将缺 6 个"));
  EXPECT_THAT(shown.out, ContainsRegex("上级（库外） .* 40 +组发〔2026〕3号"));
  EXPECT_LE(WidestLine(shown.out), 80);
  const Ran none = terminal_.Run({"quota", "show", "zb-1"});
  EXPECT_EQ(none.code, 4);
  EXPECT_THAT(none.err, HasSubstr("使用它上级的名额"));
  const Ran listed = terminal_.Run({"quota", "list", "jyj-dw", "--year", "2025"});
  EXPECT_EQ(listed.code, 0) << listed.err;
  EXPECT_THAT(listed.out, HasSubstr("2025 年发展党员名额 · 2 个党组织有台账 · 已用 18，剩余 38"));
  EXPECT_LE(WidestLine(listed.out), 80);
}

TEST_F(CommandLine, GivesQuotasAndTakesThemBack) {
  const Ran ran = terminal_.Run({"quota", "allocate", "zb-1", "3", "--giver", "jyj-dw",
                                 "--take-back", "--year", "2025", "--document", "组发1号"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(quotas_.allocated.year(), 2025);
  EXPECT_EQ(quotas_.allocated.entry().from_organisation(), "organisations/jyj-dw");
  EXPECT_EQ(quotas_.allocated.entry().to_organisation(), "organisations/zb-1");
  EXPECT_EQ(quotas_.allocated.entry().number(), -3);
  EXPECT_EQ(quotas_.allocated.entry().document_number(), "组发1号");
  // As they were just read: the receiver has no ledger yet.
  EXPECT_EQ(quotas_.allocated.etag(), "");
  EXPECT_EQ(quotas_.allocated.from_etag(), "7");
  EXPECT_FALSE(quotas_.allocated.request_id().empty());
  EXPECT_LE(WidestLine(ran.out), 80);
  for (const char* number : {"0", "-3", "三"}) {
    EXPECT_EQ(terminal_.Run({"quota", "allocate", "zb-1", number}).code, 2) << number;
  }
}

TEST_F(CommandLine, ImportsNothingOfAFolderWithFaults) {
  EXPECT_EQ(terminal_.Run({"import", folder_.path("nothing")}).code, 2);
  EXPECT_EQ(terminal_
                .Run({"generate", "county", folder_.path("county"), "--today", "2026-01-31",
                      "--size", "50"})
                .code,
            0);
  EXPECT_EQ(terminal_.Run({"import", folder_.path("county"), "--check-only"}).code, 0);
  ASSERT_TRUE(WriteFile(folder_.path("county/单位.csv"), "编号\nX\n").ok());
  const Ran ran = terminal_.Run({"import", folder_.path("county"), "--check-only"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.out, HasSubstr("单位.csv"));
  const Ran json = terminal_.Run({"import", folder_.path("county"), "--check-only", "--json"});
  EXPECT_THAT(json.out, HasSubstr(R"("file": "单位.csv", "line": )"));
}

TEST(ProgressLines, RedrawOnATerminalAndArePlainElsewhere) {
  std::istringstream in;
  std::ostringstream out, err;
  Io io{in, out, err};
  ProgressLines plain(io);
  plain.Show("人员.csv", 500, 1000);
  plain.Show("人员.csv", 1000, 1000);
  plain.End();
  EXPECT_EQ(err.str(), "人员.csv         1000 行\n");
  err.str("");
  io.tty = true;
  ProgressLines bar(io);
  bar.Show("人员.csv", 500, 1000);
  bar.Show("人员.csv", 1000, 1000);
  bar.End();
  EXPECT_EQ(err.str(),
            "\r人员.csv         [###############...............] 50% 500/1000"
            "\r人员.csv         [##############################] 100% 1000/1000\n");
  EXPECT_EQ(out.str(), "");
}

TEST_F(CommandLine, HashesATokenFromItsInput) {
  terminal_.input = "abc\n";
  const Ran ran = terminal_.Run({"token", "hash"});
  EXPECT_EQ(ran.out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n");
  terminal_.input = " \n";
  EXPECT_EQ(terminal_.Run({"token", "hash"}).code, 2);
}

TEST_F(CommandLine, HelpsWithOneCommand) {
  EXPECT_THAT(terminal_.Run({"help", "member", "record"}).out, HasSubstr("admission-meeting"));
  EXPECT_THAT(terminal_.Run({"help", "org"}).out, HasSubstr("org tree [ORG]"));
  EXPECT_EQ(terminal_.Run({"help", "nothing"}).code, 2);
}

}  // namespace
}  // namespace zhibu::cli
