// Steps by exception: recorded as typed, listed on a terminal of 80 columns.
#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/services/cli/commands_fixture.h"
#include "tests/services/cli/fake_server.h"
#include "zhibu/membership/v1/membership_service.grpc.pb.h"

namespace zhibu::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class FakeMembership final : public membership::v1::MembershipService::Service {
 public:
  grpc::Status GetCase(grpc::ServerContext*, const membership::v1::GetCaseRequest*,
                       membership::v1::GetCaseResponse* response) override {
    response->mutable_development_case()->set_etag("5");
    return grpc::Status::OK;
  }
  grpc::Status RecordStep(grpc::ServerContext*, const membership::v1::RecordStepRequest* request,
                          membership::v1::RecordStepResponse* response) override {
    got = *request;
    *response->mutable_recorded()->mutable_step() = request->step();
    return grpc::Status::OK;
  }
  grpc::Status GetPerson(grpc::ServerContext*, const membership::v1::GetPersonRequest* request,
                         membership::v1::GetPersonResponse* response) override {
    response->mutable_person()->set_name(request->name());
    response->mutable_person()->set_display_name("欧阳*");
    return grpc::Status::OK;
  }
  // Two pages of one step each: the later step first, as an order by organisation may have it.
  grpc::Status ListExceptions(grpc::ServerContext*,
                              const membership::v1::ListExceptionsRequest* request,
                              membership::v1::ListExceptionsResponse* response) override {
    listed = *request;
    response->set_revision(9);
    if (empty) return grpc::Status::OK;
    const bool first = request->page_token().empty();
    if (first) response->set_next_page_token("more");
    auto& excepted = *response->add_exceptions();
    excepted.set_development_case(first ? "persons/p002/cases/c1" : "persons/p001/cases/c1");
    auto& recorded = *excepted.mutable_recorded();
    recorded.set_kind(membership::v1::STEP_KIND_PRE_REVIEW);
    *recorded.mutable_step()->mutable_date() = ToProto(absl::CivilDay(2026, first ? 6 : 3, 1));
    auto& grant = *recorded.mutable_step()->mutable_exception();
    grant.set_authority("organisations/qinglan-county-education-bureau-party-committee");
    grant.set_document_number("青教党批〔2026〕第17号");
    grant.set_reason("表现突出，支部全体党员一致推荐，本人志愿在离开本单位之前接受党组织的考察");
    for (const char* code : {"D11", "D13"}) {
      auto& warning = *recorded.add_warnings();
      warning.set_code(code);
      warning.set_reason(absl::StrCat(code, "_UNMET"));
      warning.mutable_citation()->set_document("中国共产党发展党员工作细则（2014）");
      warning.mutable_citation()->set_article(code == std::string("D11") ? "第十九条"
                                                                         : "第二十三条");
      warning.mutable_citation()->set_mark(type::v1::MARK_CONFIRMED);
      auto& condition = *recorded.mutable_proof()->add_conditions();
      condition.set_code(code);
      condition.set_reason(warning.reason());
      condition.set_verdict(code == std::string("D11") ? membership::v1::VERDICT_EXCEPTED
                                                       : membership::v1::VERDICT_WARNED);
    }
    return grpc::Status::OK;
  }
  membership::v1::RecordStepRequest got;
  membership::v1::ListExceptionsRequest listed;
  bool empty = false;
};

class ExceptionCommandsTest : public ::testing::Test {
 protected:
  Ran RecordWith(const std::vector<std::string>& more) {
    std::vector<std::string> words = {"member", "record",     "p1/c1", "--step",     "13",
                                      "--date", "2026-11-20", "--set", "passed=true"};
    words.insert(words.end(), more.begin(), more.end());
    return terminal_.Run(words);
  }

  TempFolder folder_;
  FakeMembership membership_;
  Terminal terminal_;
  FakeServer server_{{&membership_}, folder_, terminal_};
};

TEST_F(ExceptionCommandsTest, RecordWhoGrantedByWhichDocumentAndWhy) {
  const Ran ran = RecordWith({"--exception-by", "jyj-dw", "--exception-document", "组批〔2026〕9号",
                              "--exception-reason", "表现突出"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  const membership::v1::ExceptionGrant& grant = membership_.got.step().exception();
  EXPECT_EQ(grant.authority(), "organisations/jyj-dw");
  EXPECT_EQ(grant.document_number(), "组批〔2026〕9号");
  EXPECT_EQ(grant.reason(), "表现突出");
  EXPECT_EQ(membership_.got.etag(), "5");
  EXPECT_THAT(ran.out, HasSubstr("例外批准：jyj-dw，组批〔2026〕9号，表现突出"));
}

TEST_F(ExceptionCommandsTest, AskForAllThreeOrNone) {
  EXPECT_EQ(RecordWith({}).code, 0);
  EXPECT_FALSE(membership_.got.step().has_exception());
  membership_.got.Clear();
  const Ran ran = RecordWith({"--exception-by", "jyj-dw", "--exception-reason", "表现突出"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, HasSubstr("--exception-document"));
  EXPECT_EQ(RecordWith({"--exception-document", "组批〔2026〕9号"}).code, 2);
  EXPECT_EQ(RecordWith({"--exception-by", "教育局", "--exception-document", "组批〔2026〕9号",
                        "--exception-reason", "表现突出"})
                .code,
            2);
  EXPECT_EQ(membership_.got.name(), "");
}

TEST_F(ExceptionCommandsTest, ListThemByDayWithRuleAuthorityAndDocument) {
  const Ran ran = terminal_.Run({"member", "exceptions", "jyj-dw", "--line", "either"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(membership_.listed.root(), "organisations/jyj-dw");
  EXPECT_EQ(membership_.listed.line(), type::v1::LINE_EITHER);
  for (const char* part :
       {"共 2 步，2 人", "2026-03-01", "13 上级党委预审", "欧阳*", "p001/c1", "D11", "第十九条",
        "青教党批", "表现突出", "D11 《中国共产党发展党员工作细则》（2014）第十九条"}) {
    EXPECT_THAT(ran.out, HasSubstr(part));
  }
  // What was warned of beside it is no part of the exception.
  EXPECT_THAT(ran.out, Not(HasSubstr("D13")));
  EXPECT_LT(ran.out.find("2026-03-01"), ran.out.find("2026-06-01"));
  EXPECT_LE(WidestLine(ran.out), 80) << ran.out;
}

TEST_F(ExceptionCommandsTest, PrintAllPagesAsJson) {
  const Ran ran = terminal_.Run({"member", "exceptions", "--json"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("persons/p001/cases/c1"));
  EXPECT_THAT(ran.out, HasSubstr("persons/p002/cases/c1"));
  EXPECT_EQ(membership_.listed.root(), "");
}

TEST_F(ExceptionCommandsTest, SayThatThereIsNone) {
  membership_.empty = true;
  const Ran ran = terminal_.Run({"member", "exceptions", "jyj-dw"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("没有例外办理的步骤"));
}

}  // namespace
}  // namespace zhibu::cli
