#include "services/membership/facts/fact_book.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "services/membership/books/acting.h"
#include "services/membership/books/convert.h"
#include "services/membership/books/reading.h"
#include "services/membership/books/transfer_tables.h"
#include "services/membership/rules/affiliations.h"
#include "services/membership/rules/dues_quote.h"
#include "services/membership/rules/fact_judge.h"
#include "services/membership/rules/forms.h"

namespace zhibu::membership {
namespace {

using Violations = std::vector<Violation>;

Violations CheckForm(const v1::MembershipFact& fact) {
  Violations wrong;
  if (fact.kind() == v1::MEMBERSHIP_FACT_KIND_UNSPECIFIED ||
      !v1::MembershipFactKind_IsValid(fact.kind())) {
    wrong.push_back(Because("FACT_KIND_MISSING", "fact.kind", "请填写党籍变动的类别"));
  }
  if (!FromProto(fact.date()).ok()) {
    wrong.push_back(Because("DATE_INVALID", "fact.date", "日期须完整（年、月、日）且真实存在"));
  }
  const bool corrects = fact.kind() == v1::MEMBERSHIP_FACT_KIND_CORRECTION_BEGUN;
  if (corrects != fact.has_until() || (corrects && !FromProto(fact.until()).ok())) {
    wrong.push_back(Because("UNTIL_INVALID", "fact.until",
                            "限期改正须填写到期日期（完整的年、月、日），其他变动不填"));
  }
  if (!fact.authority().empty() && !IdOf(kOrganisations, fact.authority())) {
    wrong.push_back(Because("ORGANISATION_NAME_INVALID", "fact.authority",
                            "作出决定的党组织须写作 organisations/{organisation}"));
  }
  CheckLine(fact.article(), 0, 100, "ARTICLE_INVALID", "fact.article",
            "依据条款最多 100 个字符，只写条款，不写事由经过", wrong);
  CheckLine(fact.document_number(), 0, 100, "DOCUMENT_NUMBER_INVALID", "fact.document_number",
            "文号最多 100 个字符", wrong);
  return wrong;
}

void RequireEtag(absl::string_view etag, Violations& wrong) {
  if (!etag.empty()) return;
  wrong.push_back(Because("ETAG_REQUIRED", "etag", "请带上读取该人员时得到的 etag"));
}

}  // namespace

absl::Status FactBook::Record(Call& call, const v1::RecordMembershipFactRequest& request, Txn& txn,
                              v1::RecordMembershipFactResponse* response) const {
  Violations wrong = CheckForm(request.fact());
  RequireEtag(request.etag(), wrong);
  ZHIBU_ASSIGN_OR_RETURN(VisiblePerson person,
                         FindVisiblePerson(call, txn, request.name(), "name", std::move(wrong)));
  ZHIBU_RETURN_IF_ERROR(CheckEtag(person, request.etag()));
  Violations refused;
  RequireKept(person.id, person.row, refused);
  if (!refused.empty()) return Refused(refused);
  const rows::FactRow fact = FactFromProto(request.fact());
  const absl::CivilDay day = DayFromNumber(fact.day());
  const std::string keeper = KeptBy(person.row.affiliations(), day);
  FactContext context;
  context.person = &person.row;
  context.today = call.today();
  ZHIBU_ASSIGN_OR_RETURN(context.upward, UpwardOf(tree_, txn, keeper, day));
  ZHIBU_ASSIGN_OR_RETURN(context.open_case, HasOpenCase(txn, person.id));
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<std::string> transfer, OpenTransferOf(txn, person.id));
  context.open_transfer = transfer.has_value();
  const FactJudgement judged = JudgeFact(parts_.fact_rules, context, fact);
  if (!judged.refused.empty()) return Refused(judged.refused);
  for (const Violation& warning : judged.warnings) {
    *response->add_warnings() = ToFinding(warning);
  }
  AddFact(fact, keeper, person.row);
  return Store(call, person, txn, response->mutable_person());
}

absl::Status FactBook::PayDues(Call& call, const v1::RecordDuesPaidRequest& request, Txn& txn,
                               v1::RecordDuesPaidResponse* response) const {
  Violations wrong;
  const std::optional<absl::CivilDay> month = ParseMonth(request.paid_until_month());
  if (!month) {
    wrong.push_back(
        Because("MONTH_INVALID", "paid_until_month", "请写明党费交至哪一个月，写作 2026-11"));
  }
  RequireEtag(request.etag(), wrong);
  ZHIBU_ASSIGN_OR_RETURN(VisiblePerson person,
                         FindVisiblePerson(call, txn, request.name(), "name", std::move(wrong)));
  ZHIBU_RETURN_IF_ERROR(CheckEtag(person, request.etag()));
  Violations refused;
  RequireKept(person.id, person.row, refused);
  if (refused.empty()) refused = JudgeDuesPaid(person.row, *month, call.today());
  if (!refused.empty()) return Refused(refused);
  person.row.set_dues_paid_until(request.paid_until_month());
  return Store(call, person, txn, response->mutable_person());
}

absl::Status FactBook::Quote(Call& call, const v1::QuoteDuesRequest& request, const Reader&,
                             v1::QuoteDuesResponse* response) const {
  Violations wrong;
  const v1::DuesPayer payer = request.payer();
  if (payer == v1::DUES_PAYER_UNSPECIFIED || !v1::DuesPayer_IsValid(payer)) {
    wrong.push_back(Because("DUES_PAYER_MISSING", "payer",
                            "请填写党费缴纳类别：按月领取工资、离退休、学生等、农民"));
  }
  if (request.base_fen() < 0 || request.base_fen() > kMaxDuesBaseFen) {
    wrong.push_back(Because("DUES_BASE_INVALID", "base_fen", "月计算基数须为 0–1000000 元"));
  }
  if (!wrong.empty()) return Malformed(wrong);
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay day,
                         DateOr(request.has_month(), request.month(), call.today(), "month"));
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay from, ParseDate(parts_.fact_rules.dues_from()));
  if (day < from) {
    return Refused("month", "NO_DUES_RATE_ON_DATE",
                   absl::StrCat("没有 ", FormatDate(from), " 以前的党费标准"));
  }
  *response = QuoteOf(parts_.fact_rules, payer, request.base_fen());
  return absl::OkStatus();
}

absl::Status FactBook::Store(Call& call, const VisiblePerson& person, Txn& txn,
                             v1::Person* answer) const {
  const v1::PersonChanged event = ChangeOf(person.id, person.row);
  ZHIBU_RETURN_IF_ERROR(parts_.tables.Record(txn, event));
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PersonRow> now, FindPerson(txn, person.id));
  ZHIBU_ASSIGN_OR_RETURN(*answer,
                         PersonOn(parts_.keys, parts_.fact_rules, person.id, *now, call.today()));
  return absl::OkStatus();
}

}  // namespace zhibu::membership
