#include "services/membership/facts/fact_book.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/rpc/correction.h"
#include "services/membership/books/acting.h"
#include "services/membership/books/convert.h"
#include "services/membership/books/reading.h"
#include "services/membership/books/transfer_tables.h"
#include "services/membership/rules/affiliations.h"
#include "services/membership/rules/dues_quote.h"
#include "services/membership/rules/forms.h"

namespace zhibu::membership {
namespace {

constexpr int kMaxRows = 2000;
// What is corrected of dues, by its name in the request.
constexpr char kPaidUntil[] = "paid_until_month";

void CheckForm(const v1::MembershipFact& fact, Violations& wrong) {
  wrong.Require(fact.kind() != v1::MEMBERSHIP_FACT_KIND_UNSPECIFIED &&
                    v1::MembershipFactKind_IsValid(fact.kind()),
                "FACT_KIND_MISSING", "fact.kind", "请填写党籍变动的类别");
  wrong.Require(FromProto(fact.date()).ok(), "DATE_INVALID", "fact.date",
                "日期须完整（年、月、日）且真实存在");
  const bool corrects = fact.kind() == v1::MEMBERSHIP_FACT_KIND_CORRECTION_BEGUN;
  wrong.Require(corrects ? FromProto(fact.until()).ok() : !fact.has_until(), "UNTIL_INVALID",
                "fact.until", "限期改正须填写到期日期（完整的年、月、日），其他变动不填");
  wrong.Require(fact.authority().empty() || IdOf(kOrganisations, fact.authority()),
                "ORGANISATION_NAME_INVALID", "fact.authority",
                "作出决定的党组织须写作 organisations/{organisation}");
  CheckLine(fact.article(), 0, 100, "ARTICLE_INVALID", "fact.article",
            "依据条款最多 100 个字符，只写条款，不写事由经过", wrong);
  CheckLine(fact.document_number(), 0, 100, "DOCUMENT_NUMBER_INVALID", "fact.document_number",
            "文号最多 100 个字符", wrong);
}

void CheckMonth(const std::string& month, Violations& wrong) {
  wrong.Require(ParseMonth(month).has_value(), "MONTH_INVALID", kPaidUntil,
                "请写明党费交至哪一个月，写作 2026-11");
}

void CheckName(const std::string& name, Violations& wrong) {
  wrong.Require(IdOf(kPersons, name).has_value(), "PERSON_NAME_INVALID", "name",
                "人员名称须写作 persons/{person}");
}

// The person that a request, or a row at `prefix`, changes; what was wrong with its form before.
template <typename Request>
absl::StatusOr<VisiblePerson> OpenPerson(Call& call, const Reader& reader, const Request& request,
                                         const std::string& prefix, Violations wrong) {
  const std::string field = absl::StrCat(prefix, "name");
  absl::StatusOr<VisiblePerson> person =
      FindVisiblePerson(call, reader, request.name(), field, std::move(wrong).Take());
  if (absl::IsNotFound(person.status()) && !prefix.empty()) return NotFound(request.name(), field);
  if (!person.ok()) return person.status();
  ZHIBU_RETURN_IF_ERROR(RequireEtag(request.etag(), person->row.version(), request.name(),
                                    absl::StrCat(prefix, "etag")));
  return person;
}

// Of a row: what is about the person is about the field that names the person.
void AppendRow(const std::string& row, std::vector<Violation> found, Violations& all) {
  for (Violation& violation : found) {
    if (absl::StartsWith(violation.subject, "persons/")) violation.subject = "name";
  }
  all.AppendAt(row, std::move(found));
}

template <typename Request>
absl::Status CheckSize(const Request& request) {
  if (!request.requests().empty() && request.requests_size() <= kMaxRows) return absl::OkStatus();
  return Malformed("requests", "BATCH_SIZE_INVALID", "一批须有 1–2000 行");
}

// Refusals beside errors of form are told together: whoever imports wants all bad rows at once.
absl::Status Told(Violations malformed, const Violations& refused) {
  if (malformed.empty()) return refused.RefusedUnlessEmpty();
  malformed.Append(refused.list());
  return Malformed(malformed);
}

// Without those that `all_along` has too and that are of other facts than `corrected`.
void LeaveOut(const std::vector<Violation>& all_along, int32_t corrected,
              std::vector<Violation>& found) {
  const std::string own = absl::StrCat("facts/", corrected);
  const auto old = [&](const Violation& one) {
    if (one.subject == own || absl::StartsWith(one.subject, own + ".")) return false;
    return std::any_of(all_along.begin(), all_along.end(), [&](const Violation& other) {
      return other.subject == one.subject && other.reason == one.reason;
    });
  };
  found.erase(std::remove_if(found.begin(), found.end(), old), found.end());
}

template <typename Findings>
void AddWarnings(const std::vector<Violation>& warnings, Findings* findings) {
  for (const Violation& warning : warnings) *findings->Add() = ToFinding(warning);
}

}  // namespace

absl::StatusOr<FactJudgement> FactBook::RecordOne(Call& call, const v1::MembershipFact& given,
                                                  Txn& txn, VisiblePerson& person) const {
  FactJudgement judged;
  RequireKept(person.id, person.row, judged.refused);
  if (!judged.refused.empty()) return judged;
  ZHIBU_RETURN_IF_ERROR(RequireActsFor(call, tree_, given.authority(),
                                       NameOf(kOrganisations, person.row.organisation_id())));
  const rows::FactRow fact = FactFromProto(given);
  const absl::CivilDay day = DayFromNumber(fact.day());
  const std::string keeper = KeptBy(person.row.affiliations(), day);
  FactContext context;
  context.person = &person.row;
  context.today = call.today();
  ZHIBU_ASSIGN_OR_RETURN(context.upward, UpwardOf(tree_, txn, keeper, day));
  ZHIBU_ASSIGN_OR_RETURN(context.open_case, HasOpenCase(txn, person.id));
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<std::string> transfer, OpenTransferOf(txn, person.id));
  context.open_transfer = transfer.has_value();
  judged = JudgeFact(parts_.fact_rules, context, fact);
  if (!judged.refused.empty()) return judged;
  AddFact(fact, keeper, person.row);
  ZHIBU_RETURN_IF_ERROR(Store(txn, person));
  return judged;
}

absl::Status FactBook::Record(Call& call, const v1::RecordMembershipFactRequest& request, Txn& txn,
                              v1::RecordMembershipFactResponse* response) const {
  Violations wrong;
  CheckForm(request.fact(), wrong);
  RequireEtagGiven(request.etag(), wrong);
  ZHIBU_ASSIGN_OR_RETURN(VisiblePerson person,
                         OpenPerson(call, txn, request, "", std::move(wrong)));
  ZHIBU_ASSIGN_OR_RETURN(const FactJudgement judged, RecordOne(call, request.fact(), txn, person));
  if (!judged.refused.empty()) return Refused(judged.refused);
  AddWarnings(judged.warnings, response->mutable_warnings());
  return Show(call, person, response->mutable_person());
}

absl::Status FactBook::BatchRecord(Call& call, const v1::BatchRecordMembershipFactsRequest& request,
                                   Txn& txn,
                                   v1::BatchRecordMembershipFactsResponse* response) const {
  ZHIBU_RETURN_IF_ERROR(CheckSize(request));
  Violations malformed, refused, warnings;
  absl::flat_hash_map<std::string, VisiblePerson> persons;
  // What comes after a row that is refused would be refused for want of it.
  std::set<std::string> over;
  for (int i = 0; i < request.requests_size(); ++i) {
    const v1::RecordMembershipFactRequest& row = request.requests(i);
    const std::string path = absl::StrCat("requests[", i, "]");
    auto found = persons.find(row.name());
    Violations wrong(path);
    CheckForm(row.fact(), wrong);
    CheckName(row.name(), wrong);
    if (found == persons.end() && over.count(row.name()) == 0) RequireEtagGiven(row.etag(), wrong);
    if (!wrong.empty()) {
      malformed.Append(std::move(wrong).Take());
      over.insert(row.name());
    }
    if (over.count(row.name()) > 0) continue;
    if (found == persons.end()) {
      ZHIBU_ASSIGN_OR_RETURN(VisiblePerson person,
                             OpenPerson(call, txn, row, absl::StrCat(path, "."), {}));
      found = persons.emplace(row.name(), std::move(person)).first;
    }
    ZHIBU_ASSIGN_OR_RETURN(FactJudgement judged, RecordOne(call, row.fact(), txn, found->second));
    if (!judged.refused.empty()) over.insert(row.name());
    AppendRow(path, std::move(judged.refused), refused);
    AppendRow(path, std::move(judged.warnings), warnings);
  }
  ZHIBU_RETURN_IF_ERROR(Told(std::move(malformed), refused));
  for (const v1::RecordMembershipFactRequest& row : request.requests()) {
    response->add_etags(absl::StrCat(persons.at(row.name()).row.version()));
  }
  AddWarnings(warnings, response->mutable_warnings());
  return absl::OkStatus();
}

absl::StatusOr<FactReplay> FactBook::JudgeAgain(Call& call, const VisiblePerson& person,
                                                const Facts& facts, int32_t corrected,
                                                const Reader& reader) const {
  const auto upward = [&](const std::string& organisation, absl::CivilDay day) {
    return UpwardOf(tree_, reader, organisation, day);
  };
  ReplayContext context{upward};
  context.today = call.today();
  ZHIBU_ASSIGN_OR_RETURN(context.open_case, HasOpenCase(reader, person.id));
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<std::string> transfer,
                         OpenTransferOf(reader, person.id));
  context.open_transfer = transfer.has_value();
  ZHIBU_ASSIGN_OR_RETURN(FactReplay now,
                         ReplayFacts(parts_.fact_rules, person.row, facts, corrected, context));
  if (now.refused.empty() && now.warnings.empty()) return now;
  ZHIBU_ASSIGN_OR_RETURN(const FactReplay was, ReplayFacts(parts_.fact_rules, person.row,
                                                           person.row.facts(), corrected, context));
  LeaveOut(was.refused, corrected, now.refused);
  LeaveOut(was.warnings, corrected, now.warnings);
  return now;
}

absl::Status FactBook::Correct(Call& call, const v1::CorrectMembershipFactRequest& request,
                               Txn& txn, v1::CorrectMembershipFactResponse* response) const {
  Violations wrong;
  CheckCorrection(request.correction(), request.update_mask(), request.withdraw(),
                  {"kind", "date", "until", "authority", "article", "document_number"}, wrong);
  RequireEtagGiven(request.etag(), wrong);
  ZHIBU_ASSIGN_OR_RETURN(VisiblePerson person,
                         OpenPerson(call, txn, request, "", std::move(wrong)));
  Violations refused;
  RequireKept(person.id, person.row, refused);
  ZHIBU_RETURN_IF_ERROR(refused.RefusedUnlessEmpty());
  const int32_t sequence = request.fact().sequence();
  const std::string subject = absl::StrCat("facts/", sequence);
  MembershipFacts facts;
  FactsToEvent(person.row.facts(), kNoEnd, &facts);
  const auto fact = std::find_if(facts.begin(), facts.end(), [&](const v1::MembershipFact& one) {
    return one.sequence() == sequence;
  });
  if (fact == facts.end()) {
    return Refused("fact.sequence", "FACT_NOT_THERE",
                   absl::StrCat("此人没有第 ", sequence,
                                " 号党籍变动，或已作废；请重新读取人员档案中的 facts 核对序号"));
  }
  type::v1::RecordedCorrection recorded =
      zhibu::Correct(call, request.correction(), request.update_mask(), request.withdraw(), subject,
                     request.fact(), &*fact);
  if (recorded.fields().empty()) return NothingToCorrect(subject);
  // Who decided it, who is now said to have, and who decides that it was wrong.
  const std::string keeper = NameOf(kOrganisations, person.row.organisation_id());
  for (const std::string& decided :
       {fact->authority(), request.fact().authority(), request.correction().authority()}) {
    ZHIBU_RETURN_IF_ERROR(RequireActsFor(call, tree_, decided, keeper));
  }
  if (request.withdraw()) {
    facts.erase(fact);
  } else {
    Violations form;
    CheckForm(*fact, form);
    ZHIBU_RETURN_IF_ERROR(form.MalformedUnlessEmpty());
  }
  Facts rows;
  FactsFromEvent(facts, &rows);
  ZHIBU_ASSIGN_OR_RETURN(FactReplay again, JudgeAgain(call, person, rows, sequence, txn));
  if (!again.refused.empty()) return Refused(again.refused);
  AddWarnings(again.warnings, response->mutable_warnings());
  person.row = std::move(again.person);
  person.row.add_corrections()->Swap(&recorded);
  ZHIBU_RETURN_IF_ERROR(Store(txn, person));
  return Show(call, person, response->mutable_person());
}

absl::StatusOr<Violations> FactBook::PayOne(Call& call, const std::string& month, Txn& txn,
                                            VisiblePerson& person) const {
  Violations refused;
  RequireKept(person.id, person.row, refused);
  if (refused.empty()) {
    refused.Append(JudgeDuesPaid(person.row, ParseMonth(month).value_or(kNoStart), call.today()));
  }
  if (!refused.empty()) return refused;
  person.row.set_dues_paid_until(month);
  ZHIBU_RETURN_IF_ERROR(Store(txn, person));
  return refused;
}

absl::Status FactBook::PayDues(Call& call, const v1::RecordDuesPaidRequest& request, Txn& txn,
                               v1::RecordDuesPaidResponse* response) const {
  Violations wrong;
  CheckMonth(request.paid_until_month(), wrong);
  RequireEtagGiven(request.etag(), wrong);
  ZHIBU_ASSIGN_OR_RETURN(VisiblePerson person,
                         OpenPerson(call, txn, request, "", std::move(wrong)));
  ZHIBU_ASSIGN_OR_RETURN(const Violations refused,
                         PayOne(call, request.paid_until_month(), txn, person));
  ZHIBU_RETURN_IF_ERROR(refused.RefusedUnlessEmpty());
  return Show(call, person, response->mutable_person());
}

absl::Status FactBook::BatchPayDues(Call& call, const v1::BatchRecordDuesPaidRequest& request,
                                    Txn& txn, v1::BatchRecordDuesPaidResponse* response) const {
  ZHIBU_RETURN_IF_ERROR(CheckSize(request));
  Violations malformed, refused;
  std::set<std::string> seen;
  for (int i = 0; i < request.requests_size(); ++i) {
    const v1::RecordDuesPaidRequest& row = request.requests(i);
    const std::string path = absl::StrCat("requests[", i, "]");
    Violations wrong(path);
    CheckMonth(row.paid_until_month(), wrong);
    CheckName(row.name(), wrong);
    RequireEtagGiven(row.etag(), wrong);
    wrong.Require(seen.insert(row.name()).second, "PERSON_TWICE", "name",
                  "同一人在一批中只能有一行，请只留下最后的月份");
    if (!wrong.empty()) {
      malformed.Append(std::move(wrong).Take());
      continue;
    }
    ZHIBU_ASSIGN_OR_RETURN(VisiblePerson person,
                           OpenPerson(call, txn, row, absl::StrCat(path, "."), {}));
    ZHIBU_ASSIGN_OR_RETURN(Violations found, PayOne(call, row.paid_until_month(), txn, person));
    AppendRow(path, std::move(found).Take(), refused);
    response->add_etags(absl::StrCat(person.row.version()));
  }
  return Told(std::move(malformed), refused);
}

absl::Status FactBook::CorrectDues(Call& call, const v1::CorrectDuesPaidRequest& request, Txn& txn,
                                   v1::CorrectDuesPaidResponse* response) const {
  google::protobuf::FieldMask mask;
  if (!request.withdraw()) mask.add_paths(kPaidUntil);
  Violations wrong;
  CheckCorrection(request.correction(), mask, request.withdraw(), {kPaidUntil}, wrong);
  const std::optional<absl::CivilDay> month = ParseMonth(request.paid_until_month());
  wrong.Require(request.withdraw() ? request.paid_until_month().empty() : month.has_value(),
                "MONTH_INVALID", kPaidUntil,
                "请写明党费实际交至哪一个月，写作 2026-11；误录作废的不填");
  RequireEtagGiven(request.etag(), wrong);
  ZHIBU_ASSIGN_OR_RETURN(VisiblePerson person,
                         OpenPerson(call, txn, request, "", std::move(wrong)));
  Violations refused;
  RequireKept(person.id, person.row, refused);
  ZHIBU_RETURN_IF_ERROR(refused.RefusedUnlessEmpty());
  // What was never recorded is recorded, not put right.
  if (person.row.dues_paid_until().empty()) return NothingToCorrect("dues");
  v1::RecordDuesPaidRequest given, stored;
  given.set_paid_until_month(request.paid_until_month());
  stored.set_paid_until_month(person.row.dues_paid_until());
  type::v1::RecordedCorrection recorded =
      zhibu::Correct(call, request.correction(), mask, request.withdraw(), "dues", given, &stored);
  if (recorded.fields().empty()) return NothingToCorrect("dues");
  if (month) RequireDuesOfMembership(person.row, *month, call.today(), refused);
  ZHIBU_RETURN_IF_ERROR(refused.RefusedUnlessEmpty());
  person.row.set_dues_paid_until(request.paid_until_month());
  person.row.add_corrections()->Swap(&recorded);
  ZHIBU_RETURN_IF_ERROR(Store(txn, person));
  return Show(call, person, response->mutable_person());
}

absl::Status FactBook::Quote(Call& call, const v1::QuoteDuesRequest& request, const Reader&,
                             v1::QuoteDuesResponse* response) const {
  Violations wrong;
  const v1::DuesPayer payer = request.payer();
  wrong.Require(payer != v1::DUES_PAYER_UNSPECIFIED && v1::DuesPayer_IsValid(payer),
                "DUES_PAYER_MISSING", "payer",
                "请填写党费缴纳类别：按月领取工资、离退休、学生等、农民");
  wrong.Require(request.base_fen() >= 0 && request.base_fen() <= kMaxDuesBaseFen,
                "DUES_BASE_INVALID", "base_fen", "月计算基数须为 0–1000000 元");
  ZHIBU_RETURN_IF_ERROR(wrong.MalformedUnlessEmpty());
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay day,
                         call.DayOf(request.has_month(), request.month(), "month"));
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay from, ParseDate(parts_.fact_rules.dues_from()));
  if (day < from) {
    return Refused("month", "NO_DUES_RATE_ON_DATE",
                   absl::StrCat("没有 ", FormatDate(from), " 以前的党费标准"));
  }
  *response = QuoteOf(parts_.fact_rules, payer, request.base_fen());
  return absl::OkStatus();
}

absl::Status FactBook::Store(Txn& txn, VisiblePerson& person) const {
  const v1::PersonChanged event = ChangeOf(person.id, person.row);
  ZHIBU_RETURN_IF_ERROR(parts_.tables.Record(txn, event));
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PersonRow> now, FindPerson(txn, person.id));
  if (!now) return absl::DataLossError("a person was written and is not there");
  person.row = *now;
  return absl::OkStatus();
}

absl::Status FactBook::Show(Call& call, const VisiblePerson& person, v1::Person* answer) const {
  ZHIBU_ASSIGN_OR_RETURN(
      *answer, PersonOn(parts_.keys, parts_.fact_rules, person.id, person.row, call.today()));
  return absl::OkStatus();
}

}  // namespace zhibu::membership
