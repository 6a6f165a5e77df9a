// What transfers look like on a terminal of 80 columns.
#include "common/base/civil.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/cli/commands/membership/transfer_text.h"
#include "tests/services/cli/commands_fixture.h"

namespace zhibu::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const TransferNames kNames = {[](const std::string& name) {
                                return name == "organisations/a"
                                           ? "中共某某县第一高级中学语文教研组联合支部委员会"
                                           : "中共某某县第二初级中学支部委员会";
                              },
                              [](const std::string&) { return "某某某"; }};

membership::v1::Transfer Issued() {
  membership::v1::Transfer transfer;
  transfer.set_name("transfers/zj-1");
  transfer.set_person("persons/p-1");
  transfer.set_from_organisation("organisations/a");
  transfer.set_to_organisation("organisations/b");
  transfer.set_reason("工作调动");
  *transfer.mutable_started_on() = ToProto(kToday);
  transfer.set_state(membership::v1::TRANSFER_STATE_ISSUED);
  auto& link = *transfer.add_links();
  link.set_organisation("organisations/c");
  *link.mutable_approved_on() = ToProto(kToday);
  link.set_document_number("某组转〔2026〕12 号");
  for (int serial : {7, 8}) {
    auto& letter = *transfer.add_letters();
    letter.set_issuer("organisations/c");
    letter.set_serial(serial);
    *letter.mutable_issued_on() = ToProto(kToday);
    *letter.mutable_valid_until() = ToProto(kToday + 10);
    letter.set_paid_until_month("2026-11");
  }
  *transfer.mutable_letters(0)->mutable_voided_on() = ToProto(kToday);
  transfer.mutable_letters(0)->set_void_reason("遗失");
  return transfer;
}

TEST(TransferText, FitsIntoEightyColumns) {
  membership::v1::Transfer overdue = Issued();
  overdue.set_overdue(true);
  const std::string table = TransferTable({Issued(), overdue}, kNames, 80);
  EXPECT_LE(WidestLine(table), 80);
  EXPECT_THAT(table, HasSubstr("转接中"));
  EXPECT_THAT(table, HasSubstr("超期"));
  const std::string text = TransferText(overdue, kNames, 80);
  EXPECT_LE(WidestLine(text), 80);
  EXPECT_THAT(text, HasSubstr("转接中（超期）"));
  EXPECT_THAT(text, HasSubstr("〔2026〕第 7 号"));
  EXPECT_THAT(text, HasSubstr("2026-11-23 遗失"));
}

TEST(TransferText, SaysWhereSomebodyCameBackFrom) {
  membership::v1::Transfer transfer;
  transfer.set_name("transfers/zj-2");
  transfer.set_person("persons/p-1");
  transfer.set_to_organisation("organisations/b");
  transfer.set_outside_title("外县某某中学党支部");
  transfer.set_outside_letter_number("〔2026〕第 9 号");
  *transfer.mutable_received_on() = ToProto(kToday);
  transfer.set_state(membership::v1::TRANSFER_STATE_RECEIVED);
  const std::string text = TransferText(transfer, kNames, 80);
  EXPECT_THAT(text, HasSubstr("转出党组织    外县某某中学党支部"));
  EXPECT_THAT(text, HasSubstr("〔2026〕第 9 号"));
  EXPECT_THAT(TransferTable({transfer}, kNames, 80), HasSubstr("外县某某中学党支部"));
}

TEST(TransferText, SaysThatADecisionOvertookIt) {
  membership::v1::Transfer transfer = Issued();
  transfer.set_state(membership::v1::TRANSFER_STATE_OVERTAKEN);
  *transfer.mutable_ended_on() = ToProto(kToday);
  transfer.set_ended_reason("该人员已随整建制转移到接收的党组织（reorganisations/cx-1）");
  const std::string text = TransferText(transfer, kNames, 80);
  EXPECT_LE(WidestLine(text), 80);
  EXPECT_THAT(text, HasSubstr("已随整建制转移"));
  EXPECT_THAT(text, HasSubstr("cx-1"));
  EXPECT_LE(WidestLine(TransferTable({transfer}, kNames, 80)), 80);
}

TEST(LetterText, IsStubLetterAndReceiptOfTheLetterThatHolds) {
  const std::string page = LetterText(Issued(), membership::v1::STAGE_FULL, kNames, 80);
  EXPECT_LE(WidestLine(page), 80);
  for (const char* part : {"介绍信存根", "介绍信回执", "〔2026〕第 8 号", "正式党员",
                           "2026 年 11 月", "2026-12-03", "年    月    日"}) {
    EXPECT_THAT(page, HasSubstr(part));
  }
  EXPECT_THAT(page, Not(HasSubstr("第 7 号")));
  membership::v1::Transfer received = Issued();
  *received.mutable_received_on() = ToProto(kToday + 3);
  EXPECT_THAT(LetterText(received, membership::v1::STAGE_FULL, kNames, 80),
              HasSubstr("组织关系已于 2026-11-26"));
}

TEST(LetterText, IsEmptyBeforeThereIsALetter) {
  membership::v1::Transfer transfer = Issued();
  transfer.clear_letters();
  EXPECT_EQ(LetterText(transfer, membership::v1::STAGE_FULL, kNames, 80), "");
}

TEST(UnitTransferTable, SaysHowManyAreDoneAndLeft) {
  membership::v1::UnitTransfer one;
  one.set_reorganisation("reorganisations/cx-1");
  *one.mutable_effective_on() = ToProto(kToday);
  one.add_from_organisations("organisations/a");
  one.add_to_organisations("organisations/b");
  one.set_done(200);
  one.set_remaining(17);
  const std::string table = UnitTransferTable({one}, kNames, 80);
  EXPECT_LE(WidestLine(table), 80);
  EXPECT_THAT(table, HasSubstr("200"));
  EXPECT_THAT(table, HasSubstr("17"));
}

TEST(TransferCommands, SayWhatIsMissing) {
  const Terminal terminal;
  const Ran ran = terminal.Run({"transfer", "approve", "zj-1"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, HasSubstr("BY"));
}

}  // namespace
}  // namespace zhibu::cli
