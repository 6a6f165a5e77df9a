// What is so of a member, facts and dues, as typed and shown on a terminal of 80 columns.
#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/services/cli/commands_fixture.h"
#include "tests/services/cli/fake_server.h"
#include "zhibu/membership/v1/membership_fact_service.grpc.pb.h"
#include "zhibu/membership/v1/membership_service.grpc.pb.h"

namespace zhibu::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

membership::v1::Person Lost() {
  membership::v1::Person person;
  person.set_name("persons/p1");
  person.set_display_name("某人");
  person.set_etag("7");
  person.set_stage(membership::v1::STAGE_FULL);
  auto& status = *person.mutable_status();
  status.set_voting_rights(true);
  status.set_mobile(true);
  *status.mutable_contact_lost_since() = ToProto(absl::CivilDay(2026, 5, 1));
  status.set_may_be_stopped(true);
  status.set_party_age_years(12);
  status.set_dues_paid_until_month("2026-03");
  auto& fact = *person.add_facts();
  fact.set_kind(membership::v1::MEMBERSHIP_FACT_KIND_CORRECTION_BEGUN);
  *fact.mutable_date() = ToProto(absl::CivilDay(2026, 5, 1));
  *fact.mutable_until() = ToProto(absl::CivilDay(2026, 11, 1));
  fact.set_authority("organisations/qinglan-county-education-bureau-committee");
  fact.set_article("中国共产党党员教育管理工作条例第三十条第一款");
  fact.set_document_number("青教工委〔2026〕12 号");
  fact.set_sequence(3);
  auto& corrected = *person.add_corrections();
  corrected.set_subject("facts/3");
  corrected.mutable_correction()->set_reason("决定日期抄错，以原件为准");
  corrected.mutable_correction()->set_authority(
      "organisations/qinglan-county-education-bureau-committee");
  corrected.mutable_correction()->set_document_number("青教工委〔2026〕15 号");
  *corrected.mutable_recorded_on() = ToProto(absl::CivilDay(2026, 5, 9));
  corrected.set_actor("clerk-of-the-bureau");
  auto& field = *corrected.add_fields();
  field.set_path("date");
  field.set_was(R"({"year": 2026, "month": 4, "day": 1})");
  auto& withdrawn = *person.add_corrections();
  withdrawn.set_subject("dues");
  withdrawn.mutable_correction()->set_reason("录到了别人名下");
  withdrawn.set_withdrawn(true);
  *withdrawn.mutable_recorded_on() = ToProto(absl::CivilDay(2026, 6, 9));
  return person;
}

class FakeMembership final : public membership::v1::MembershipService::Service {
  grpc::Status GetPerson(grpc::ServerContext*, const membership::v1::GetPersonRequest*,
                         membership::v1::GetPersonResponse* response) override {
    *response->mutable_person() = Lost();
    return grpc::Status::OK;
  }
};

class FakeFacts final : public membership::v1::MembershipFactService::Service {
 public:
  grpc::Status RecordMembershipFact(
      grpc::ServerContext*, const membership::v1::RecordMembershipFactRequest* request,
      membership::v1::RecordMembershipFactResponse* response) override {
    fact = *request;
    *response->mutable_person() = Lost();
    response->set_revision(17);
    auto& warning = *response->add_warnings();
    warning.set_reason("CORRECTION_OUT_OF_RANGE");
    warning.set_message("限期改正的期限不超过 12 个月");
    return grpc::Status::OK;
  }
  grpc::Status RecordDuesPaid(grpc::ServerContext*,
                              const membership::v1::RecordDuesPaidRequest* request,
                              membership::v1::RecordDuesPaidResponse* response) override {
    paid = *request;
    *response->mutable_person() = Lost();
    return grpc::Status::OK;
  }
  grpc::Status QuoteDues(grpc::ServerContext*, const membership::v1::QuoteDuesRequest* request,
                         membership::v1::QuoteDuesResponse* response) override {
    quoted = *request;
    response->set_amount_fen(9305);
    response->set_rate_basis_points(150);
    return grpc::Status::OK;
  }
  grpc::Status CorrectMembershipFact(
      grpc::ServerContext*, const membership::v1::CorrectMembershipFactRequest* request,
      membership::v1::CorrectMembershipFactResponse* response) override {
    corrected = *request;
    *response->mutable_person() = Lost();
    response->set_revision(18);
    response->add_warnings()->set_message("还有一件事要看一看");
    return grpc::Status::OK;
  }
  grpc::Status CorrectDuesPaid(grpc::ServerContext*,
                               const membership::v1::CorrectDuesPaidRequest* request,
                               membership::v1::CorrectDuesPaidResponse* response) override {
    corrected_dues = *request;
    *response->mutable_person() = Lost();
    response->set_revision(19);
    return grpc::Status::OK;
  }
  membership::v1::CorrectMembershipFactRequest corrected;
  membership::v1::CorrectDuesPaidRequest corrected_dues;
  membership::v1::RecordMembershipFactRequest fact;
  membership::v1::RecordDuesPaidRequest paid;
  membership::v1::QuoteDuesRequest quoted;
};

class FactCommandsTest : public ::testing::Test {
 protected:
  TempFolder folder_;
  FakeMembership membership_;
  FakeFacts facts_;
  Terminal terminal_;
  FakeServer server_{{&membership_, &facts_}, folder_, terminal_};
};

TEST_F(FactCommandsTest, ShowWhatIsSoOfAMember) {
  const Ran ran = terminal_.Run({"member", "show", "p1"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  for (const char* part : {"表决权", "不计入", "流动党员", "12 年", "2026-05-01 起，已可停止党籍",
                           "2026-03", "限期改正", "2026-11-01", "条第一款"}) {
    EXPECT_THAT(ran.out, HasSubstr(part));
  }
  EXPECT_LE(WidestLine(ran.out), 80);
}

TEST_F(FactCommandsTest, ShowWhatWasPutRight) {
  const Ran ran = terminal_.Run({"member", "show", "p1"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  for (const char* part :
       {"更正", "党籍变动 3", "2026-05-09", "2026-06-09", "党费缴至", "误录作废"}) {
    EXPECT_THAT(ran.out, HasSubstr(part));
  }
}

TEST_F(FactCommandsTest, CorrectAFactAndWithdrawOne) {
  const Ran ran = terminal_.Run({"member", "correct-fact", "p1", "3", "--set", "date=2026-05-02",
                                 "--set", "kind=失去联系", "--set", "until=", "--reason",
                                 "日期录错", "--authority", "jyj-dw", "--document", "2 号"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  const auto& request = facts_.corrected;
  EXPECT_EQ(request.name(), "persons/p1");
  EXPECT_EQ(request.etag(), "7");
  EXPECT_NE(request.request_id(), "");
  EXPECT_EQ(request.fact().sequence(), 3);
  EXPECT_EQ(FromProto(request.fact().date()).value(), absl::CivilDay(2026, 5, 2));
  EXPECT_EQ(request.fact().kind(), membership::v1::MEMBERSHIP_FACT_KIND_CONTACT_LOST);
  EXPECT_FALSE(request.fact().has_until());
  EXPECT_THAT(request.update_mask().paths(), ElementsAre("date", "kind", "until"));
  EXPECT_FALSE(request.withdraw());
  EXPECT_EQ(request.correction().reason(), "日期录错");
  EXPECT_EQ(request.correction().authority(), "organisations/jyj-dw");
  EXPECT_EQ(request.correction().document_number(), "2 号");
  EXPECT_THAT(ran.out, HasSubstr("已更正：某人 党籍变动 3\n修订号：18\n"));
  EXPECT_THAT(ran.out, HasSubstr("还有一件事"));

  const Ran gone = terminal_.Run({"member", "withdraw-fact", "p1", "3", "--reason", "重复"});
  EXPECT_EQ(gone.code, 0) << gone.err;
  EXPECT_TRUE(facts_.corrected.withdraw());
  EXPECT_TRUE(facts_.corrected.update_mask().paths().empty());
  EXPECT_THAT(gone.out, HasSubstr("已作废：某人 党籍变动 3"));
}

TEST_F(FactCommandsTest, CorrectDuesAndWithdrawThem) {
  const Ran ran = terminal_.Run(
      {"member", "correct-dues", "p1", "2026-10", "--reason", "多录一个月", "--validate-only"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(facts_.corrected_dues.paid_until_month(), "2026-10");
  EXPECT_EQ(facts_.corrected_dues.etag(), "7");
  EXPECT_FALSE(facts_.corrected_dues.withdraw());
  EXPECT_TRUE(facts_.corrected_dues.validate_only());
  EXPECT_THAT(ran.out, HasSubstr("可以更正，没有写入：某人 党费缴至 2026-10"));
  const Ran gone = terminal_.Run({"member", "withdraw-dues", "p1", "--reason", "重复"});
  EXPECT_EQ(gone.code, 0) << gone.err;
  EXPECT_TRUE(facts_.corrected_dues.withdraw());
  EXPECT_EQ(facts_.corrected_dues.paid_until_month(), "");
}

TEST_F(FactCommandsTest, SayWhatACorrectionLacks) {
  for (const auto& [words, hint] : std::vector<std::pair<std::vector<std::string>, const char*>>{
           {{"correct-fact", "p1", "3", "--set", "date=2026-05-02"}, "--reason"},
           {{"correct-fact", "p1", "3", "--reason", "x"}, "--set"},
           {{"correct-fact", "p1", "three", "--set", "article=x", "--reason", "x"}, "SEQUENCE"},
           {{"correct-fact", "p1", "3", "--set", "sequence=4", "--reason", "x"}, "document_number"},
           {{"correct-fact", "p1", "3", "--set", "date=gone", "--reason", "x"}, "2026-11-23"},
           {{"withdraw-dues", "p1"}, "--reason"}}) {
    std::vector<std::string> all = {"member"};
    all.insert(all.end(), words.begin(), words.end());
    const Ran ran = terminal_.Run(all);
    EXPECT_EQ(ran.code, 2) << ran.out;
    EXPECT_THAT(ran.err, HasSubstr(hint));
  }
  EXPECT_FALSE(facts_.corrected.has_fact());
}

TEST_F(FactCommandsTest, RecordAFactWithThePersonsEtag) {
  const Ran ran = terminal_.Run({"member", "fact", "p1", "correction", "--date", "2026-11-20",
                                 "--until", "2027-05-20", "--authority", "jyj-dw", "--article",
                                 "第三十条", "--document", "1 号"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(facts_.fact.name(), "persons/p1");
  EXPECT_EQ(facts_.fact.etag(), "7");
  EXPECT_NE(facts_.fact.request_id(), "");
  EXPECT_FALSE(facts_.fact.validate_only());
  const auto& fact = facts_.fact.fact();
  EXPECT_EQ(fact.kind(), membership::v1::MEMBERSHIP_FACT_KIND_CORRECTION_BEGUN);
  EXPECT_EQ(FromProto(fact.date()).value(), absl::CivilDay(2026, 11, 20));
  EXPECT_EQ(FromProto(fact.until()).value(), absl::CivilDay(2027, 5, 20));
  EXPECT_EQ(fact.authority(), "organisations/jyj-dw");
  EXPECT_EQ(fact.article(), "第三十条");
  EXPECT_EQ(fact.document_number(), "1 号");
  EXPECT_THAT(ran.out, HasSubstr("已登记：某人 限期改正，2026-11-20"));
  EXPECT_THAT(ran.out, HasSubstr("提醒（不妨碍办理）"));
  EXPECT_THAT(ran.out, HasSubstr("期限不超过 12 个月"));
  EXPECT_EQ(terminal_.Run({"member", "fact", "p1", "vanished"}).code, 2);
}

TEST_F(FactCommandsTest, RecordAndQuoteDues) {
  Ran ran = terminal_.Run({"member", "dues", "p1", "2026-11", "--validate-only"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(facts_.paid.paid_until_month(), "2026-11");
  EXPECT_TRUE(facts_.paid.validate_only());
  EXPECT_THAT(ran.out, HasSubstr("没有写入"));
  ran = terminal_.Run({"dues", "wage", "--base", "6203"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(facts_.quoted.payer(), membership::v1::DUES_PAYER_WAGE_EARNER);
  EXPECT_EQ(facts_.quoted.base_fen(), 620300);
  for (const auto& [said, fen] : std::vector<std::pair<std::string, int64_t>>{
           {"3000.01", 300001}, {"3000.5", 300050}, {"0", 0}}) {
    EXPECT_EQ(terminal_.Run({"dues", "wage", "--base", said}).code, 0) << said;
    EXPECT_EQ(facts_.quoted.base_fen(), fen);
  }
  for (const char* wrong : {"3000.001", "3000.", ".5", "1.2.3", "-1", "1e3", "9999999999"}) {
    EXPECT_EQ(terminal_.Run({"dues", "wage", "--base", wrong}).code, 2) << wrong;
  }
  EXPECT_EQ(terminal_.Run({"dues", "wage"}).code, 2);
  EXPECT_EQ(terminal_.Run({"dues", "student"}).code, 0);
  EXPECT_THAT(ran.out, HasSubstr("93.05 元（1.50%）"));
}

}  // namespace
}  // namespace zhibu::cli
