// zhibu member fact, dues and what corrects and withdraws them: what happens to a membership, and
// until when dues are paid.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "common/base/civil.h"
#include "common/base/crypto.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "services/cli/program/correcting.h"
#include "services/cli/program/groups.h"
#include "services/cli/program/output.h"
#include "services/cli/program/words.h"
#include "zhibu/membership/v1/membership_fact_service.grpc.pb.h"
#include "zhibu/membership/v1/membership_service.grpc.pb.h"

namespace zhibu::cli {
namespace {

using membership::v1::MembershipFactService;
using membership::v1::MembershipService;

constexpr std::pair<const char*, membership::v1::MembershipFactKind> kFacts[] = {
    {"stopped", membership::v1::MEMBERSHIP_FACT_KIND_STOPPED},
    {"restored", membership::v1::MEMBERSHIP_FACT_KIND_RESTORED},
    {"removed", membership::v1::MEMBERSHIP_FACT_KIND_REMOVED},
    {"expelled", membership::v1::MEMBERSHIP_FACT_KIND_EXPELLED},
    {"resigned", membership::v1::MEMBERSHIP_FACT_KIND_RESIGNED},
    {"deceased", membership::v1::MEMBERSHIP_FACT_KIND_DECEASED},
    {"correction", membership::v1::MEMBERSHIP_FACT_KIND_CORRECTION_BEGUN},
    {"correction-ended", membership::v1::MEMBERSHIP_FACT_KIND_CORRECTION_ENDED},
    {"rights-suspended", membership::v1::MEMBERSHIP_FACT_KIND_RIGHTS_SUSPENDED},
    {"rights-restored", membership::v1::MEMBERSHIP_FACT_KIND_RIGHTS_RESTORED},
    {"contact-lost", membership::v1::MEMBERSHIP_FACT_KIND_CONTACT_LOST},
    {"contact-regained", membership::v1::MEMBERSHIP_FACT_KIND_CONTACT_REGAINED},
    {"mobile-out", membership::v1::MEMBERSHIP_FACT_KIND_MOBILE_OUT},
    {"mobile-returned", membership::v1::MEMBERSHIP_FACT_KIND_MOBILE_RETURNED},
    {"excused", membership::v1::MEMBERSHIP_FACT_KIND_EXCUSED},
    {"excuse-ended", membership::v1::MEMBERSHIP_FACT_KIND_EXCUSE_ENDED},
};

constexpr std::pair<const char*, membership::v1::DuesPayer> kPayers[] = {
    {"wage", membership::v1::DUES_PAYER_WAGE_EARNER},
    {"retired", membership::v1::DUES_PAYER_RETIRED},
    {"student", membership::v1::DUES_PAYER_STUDENT_OR_RELIEF},
    {"farmer", membership::v1::DUES_PAYER_FARMER},
};

template <typename Choices>
auto ChoiceOf(const Choices& choices, const std::string& text) {
  for (const auto& [choice, value] : choices) {
    if (text == choice) return value;
  }
  return choices[0].second;  // the parser has checked it
}

template <typename Choices>
std::vector<std::string> NamesOf(const Choices& choices) {
  std::vector<std::string> names;
  for (const auto& choice : choices) names.push_back(choice.first);
  return names;
}

// The name, etag and request id that every change of a person needs, and why where it corrects.
template <typename Request>
absl::Status Address(Context& context, Request& request) {
  ZHIBU_ASSIGN_OR_RETURN(*request.mutable_name(),
                         ResourceName(kPersons, context.args.Text("PERSON")));
  if constexpr (requires { request.mutable_correction(); }) {
    ZHIBU_RETURN_IF_ERROR(FillCorrection(context.args, *request.mutable_correction()));
  }
  membership::v1::GetPersonRequest get;
  membership::v1::GetPersonResponse found;
  get.set_name(request.name());
  ZHIBU_RETURN_IF_ERROR(context.session.Call(context.session.membership(),
                                             &MembershipService::Stub::GetPerson, get, &found));
  request.set_etag(found.person().etag());
  request.set_request_id(RandomId());
  request.set_validate_only(context.args.Has("validate-only"));
  return absl::OkStatus();
}

template <typename Response>
std::string Told(const Context& context, const std::string& what, const Response& response) {
  const bool only = context.args.Has("validate-only");
  std::string out = absl::StrCat(only ? "可以登记，没有写入：" : "已登记：",
                                 response.person().display_name(), " ", what, "\n");
  absl::StrAppend(&out, "阶段：", Term(response.person().stage()), "\n");
  if (!only) absl::StrAppend(&out, "修订号：", response.revision(), "\n");
  return out;
}

std::string WarningsText(const Context& context,
                         const google::protobuf::RepeatedPtrField<type::v1::Finding>& warnings) {
  std::string out = warnings.empty() ? "" : "\n提醒（不妨碍办理）\n";
  for (const auto& warning : warnings) out += FindingText(warning, 4, context.io.width);
  return out;
}

absl::StatusOr<int> Fact(Context& context) {
  membership::v1::RecordMembershipFactRequest request;
  membership::v1::MembershipFact& fact = *request.mutable_fact();
  fact.set_kind(ChoiceOf(kFacts, context.args.Text("KIND")));
  *fact.mutable_date() = ToProto(context.args.Date("date").value_or(context.io.clock->Today()));
  if (const auto until = context.args.Date("until")) *fact.mutable_until() = ToProto(*until);
  if (context.args.Has("authority")) {
    ZHIBU_ASSIGN_OR_RETURN(*fact.mutable_authority(),
                           ResourceName(kOrganisations, context.args.Text("authority")));
  }
  fact.set_article(context.args.Text("article"));
  fact.set_document_number(context.args.Text("document"));
  ZHIBU_RETURN_IF_ERROR(Address(context, request));
  membership::v1::RecordMembershipFactResponse response;
  ZHIBU_RETURN_IF_ERROR(context.session.Call(context.session.membership(),
                                             &MembershipFactService::Stub::RecordMembershipFact,
                                             request, &response));
  if (context.json()) return PrintJson(context, response);
  context.io.out << Told(context, absl::StrCat(Term(fact.kind()), "，", DateText(fact.date())),
                         response)
                 << WarningsText(context, response.warnings());
  return kDone;
}

absl::StatusOr<int> PayDues(Context& context) {
  membership::v1::RecordDuesPaidRequest request;
  request.set_paid_until_month(context.args.Text("MONTH"));
  ZHIBU_RETURN_IF_ERROR(Address(context, request));
  membership::v1::RecordDuesPaidResponse response;
  ZHIBU_RETURN_IF_ERROR(context.session.Call(context.session.membership(),
                                             &MembershipFactService::Stub::RecordDuesPaid, request,
                                             &response));
  if (context.json()) return PrintJson(context, response);
  context.io.out << Told(context, absl::StrCat("党费缴至 ", request.paid_until_month()), response);
  return kDone;
}

// What is done to what was recorded.
enum class Change { kCorrect, kWithdraw };

template <typename Request, typename Response>
std::string Told(const Request& request, const std::string& what, const Response& response) {
  return absl::StrCat(
      CorrectedText(absl::StrCat(response.person().display_name(), " ", what), request, response),
      "阶段：", Term(response.person().stage()), "\n");
}

const std::vector<std::string>& CorrectableOfFact() {
  static const auto& fields = *new std::vector<std::string>{
      "kind", "date", "until", "authority", "article", "document_number"};
  return fields;
}

absl::StatusOr<int> ChangeFact(Context& context, Change change) {
  membership::v1::CorrectMembershipFactRequest request;
  int32_t sequence = 0;
  if (!absl::SimpleAtoi(context.args.Text("SEQUENCE"), &sequence) || sequence < 1) {
    return absl::InvalidArgumentError("SEQUENCE 写变动的序号；zhibu member show 列出");
  }
  request.mutable_fact()->set_sequence(sequence);
  request.set_withdraw(change == Change::kWithdraw);
  if (change == Change::kCorrect) {
    ZHIBU_RETURN_IF_ERROR(SetCorrected(context, CorrectableOfFact(), *request.mutable_fact(),
                                       *request.mutable_update_mask()));
  }
  ZHIBU_RETURN_IF_ERROR(Address(context, request));
  membership::v1::CorrectMembershipFactResponse response;
  ZHIBU_RETURN_IF_ERROR(context.session.Call(context.session.membership(),
                                             &MembershipFactService::Stub::CorrectMembershipFact,
                                             request, &response));
  if (context.json()) return PrintJson(context, response);
  context.io.out << Told(request, absl::StrCat("党籍变动 ", sequence), response)
                 << WarningsText(context, response.warnings());
  return kDone;
}

absl::StatusOr<int> ChangeDues(Context& context, Change change) {
  membership::v1::CorrectDuesPaidRequest request;
  request.set_withdraw(change == Change::kWithdraw);
  request.set_paid_until_month(context.args.Text("MONTH"));
  ZHIBU_RETURN_IF_ERROR(Address(context, request));
  membership::v1::CorrectDuesPaidResponse response;
  ZHIBU_RETURN_IF_ERROR(context.session.Call(context.session.membership(),
                                             &MembershipFactService::Stub::CorrectDuesPaid, request,
                                             &response));
  if (context.json()) return PrintJson(context, response);
  const bool corrected = change == Change::kCorrect;
  context.io.out << Told(
      request,
      corrected ? absl::StrCat("党费缴至 ", request.paid_until_month()) : std::string("党费缴至"),
      response);
  return kDone;
}

// "3000.01" in hundredths of a yuan; nullopt for anything else, and above what the contract takes.
std::optional<int64_t> FenOf(absl::string_view yuan) {
  const std::vector<absl::string_view> parts = absl::StrSplit(yuan, '.');
  const auto digits = [](absl::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
  };
  if (parts.size() > 2 || !digits(parts[0]) || parts[0].size() > 9) return std::nullopt;
  std::string fen = "00";
  if (parts.size() == 2) {
    if (!digits(parts[1]) || parts[1].size() > 2) return std::nullopt;
    fen = absl::StrCat(parts[1], parts[1].size() == 1 ? "0" : "");
  }
  int64_t number = 0;
  if (!absl::SimpleAtoi(absl::StrCat(parts[0], fen), &number)) return std::nullopt;
  return number;
}

std::string Yuan(int64_t fen) { return absl::StrFormat("%d.%02d 元", fen / 100, fen % 100); }

absl::StatusOr<int> Quote(Context& context) {
  membership::v1::QuoteDuesRequest request;
  request.set_payer(ChoiceOf(kPayers, context.args.Text("PAYER")));
  const bool by_base = request.payer() == membership::v1::DUES_PAYER_WAGE_EARNER ||
                       request.payer() == membership::v1::DUES_PAYER_RETIRED;
  if (by_base && !context.args.Has("base")) {
    return absl::InvalidArgumentError("请用 --base 写明每月计算基数，元");
  }
  const std::optional<int64_t> base =
      context.args.Has("base") ? FenOf(context.args.Text("base")) : 0;
  if (!base) return absl::InvalidArgumentError("--base 写成元，最多两位小数，例如 6200 或 6200.50");
  request.set_base_fen(*base);
  membership::v1::QuoteDuesResponse response;
  ZHIBU_RETURN_IF_ERROR(context.session.Call(
      context.session.membership(), &MembershipFactService::Stub::QuoteDues, request, &response));
  if (context.json()) return PrintJson(context, response);
  std::string out = absl::StrCat("每月党费：", Yuan(response.amount_fen()));
  if (response.at_most_fen() > 0) absl::StrAppend(&out, " 至 ", Yuan(response.at_most_fen()));
  if (response.rate_basis_points() > 0) {
    absl::StrAppend(&out, absl::StrFormat("（%d.%02d%%）", response.rate_basis_points() / 100,
                                          response.rate_basis_points() % 100));
  }
  absl::StrAppend(&out, "\n依据：", CitationWords(response.citation()), "\n");
  context.io.out << out;
  return kDone;
}

Option ValidateOnly() {
  return {"validate-only", "", "只判断能不能登记，不写入", ValueKind::kFlag};
}

}  // namespace

std::vector<Command> FactCommands() {
  const Argument person{"PERSON", "人员的编号", true, {}};
  const Argument sequence{"SEQUENCE", "变动的序号；zhibu member show 列出", true, {}};
  return {
      {"member fact",
       "登记党籍变动：停止、恢复、除名、限期改正、失去联系、流动等",
       {person, {"KIND", "变动的类别", true, NamesOf(kFacts)}},
       {{"date", "DATE", "从哪一天起；不写则为今天", ValueKind::kDate},
        {"until", "DATE", "限期改正的到期日", ValueKind::kDate},
        {"authority", "ORG", "作出决定的党组织；不写则为本人所在的党组织"},
        {"article", "TEXT", "依据条款；只写条款，不写事由经过"},
        {"document", "TEXT", "文号"},
        ValidateOnly()},
       "stopped 停止党籍，restored 恢复党籍，removed 除名，expelled 开除，resigned 退党，"
       "deceased 去世，correction 限期改正，rights-suspended 停止行使表决权，contact-lost "
       "失去联系，mobile-out 流动外出，excused 不计入应到会；结束这些的是 correction-ended、"
       "rights-restored、contact-regained、mobile-returned、excuse-ended。\n\n"
       "停止、恢复和终止党籍由有审批权的党委或更高的党委决定。不符合的条件会全部列出。",
       {"zhibu member fact p-000123 contact-lost --date 2026-05-20",
        "zhibu member fact p-000123 stopped --authority jyj-dw --document 文号"},
       Fact},
      {"member dues",
       "登记党费缴至哪一个月",
       {person, {"MONTH", "月份，如 2026-11", true, {}}},
       {ValidateOnly()},
       "",
       {"zhibu member dues p-000123 2026-11"},
       PayDues},
      {"member correct-fact",
       "更正一项登记有误的党籍变动",
       {person, sequence},
       CorrectOptions(),
       "本人的全部变动按更正后的重新判断；有一项不能成立的，不更正，并说明是哪一项。\n\n" +
           CorrectableText(CorrectableOfFact()),
       {"zhibu member correct-fact p-000123 3 --set date=2026-05-20 --reason 日期录错"},
       [](Context& context) { return ChangeFact(context, Change::kCorrect); }},
      {"member withdraw-fact",
       "作废一项误录的党籍变动",
       {person, sequence},
       WithdrawOptions(),
       "误录的从一开始就不算；它记在更正里，仍然可以看到。",
       {"zhibu member withdraw-fact p-000123 3 --reason 录到了别人名下"},
       [](Context& context) { return ChangeFact(context, Change::kWithdraw); }},
      {"member correct-dues",
       "更正党费缴至哪一个月",
       {person, {"MONTH", "月份，如 2026-11", true, {}}},
       WithdrawOptions(),
       "",
       {"zhibu member correct-dues p-000123 2026-10 --reason 多录了一个月"},
       [](Context& context) { return ChangeDues(context, Change::kCorrect); }},
      {"member withdraw-dues",
       "作废误录的党费：从来没有登记过",
       {person},
       WithdrawOptions(),
       "",
       {"zhibu member withdraw-dues p-000123 --reason 录到了别人名下"},
       [](Context& context) { return ChangeDues(context, Change::kWithdraw); }},
      {"dues",
       "按月计算基数算出每月党费；什么也不写入",
       {{"PAYER",
         "缴纳类别：wage 按月领取工资，retired 离退休，student 学生、下岗失业等，farmer 农民", true,
         NamesOf(kPayers)}},
       {{"base", "YUAN", "每月计算基数，元，可以写到分"}},
       "",
       {"zhibu dues wage --base 6200"},
       Quote},
  };
}

}  // namespace zhibu::cli
