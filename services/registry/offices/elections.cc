#include "services/registry/offices/elections.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/rpc/correction.h"
#include "services/registry/books/books.h"
#include "services/registry/books/ended_posts.h"
#include "services/registry/books/request.h"
#include "services/registry/books/subtree.h"
#include "services/registry/books/tables.h"
#include "services/registry/offices/election_outcome.h"
#include "services/registry/rules/dated.h"
#include "services/registry/rules/elections.h"

namespace zhibu::registry {
namespace {

constexpr int kMonthsShown = 6;
// Room for "-" and the number of a post.
constexpr size_t kLongestId = 51;

std::string OrganisationId(absl::string_view name) {
  return IdOf(kOrganisations, name).value_or("");
}

absl::Status JudgeAuthority(const Reader& reader, const std::string& name,
                            const google::type::Date& date, absl::string_view at, Violations& out) {
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::OrganisationRow> row,
                         FindOrganisation(reader, OrganisationId(name)));
  const absl::CivilDay day = FromProto(date).value_or(kNoEnd);
  if (!row || !LifeOf(*row).Has(DayNumber(day))) {
    AddViolation(out, "AUTHORITY_NOT_THERE", absl::StrCat(at, ".authority"),
                 "批准机关在该日期没有登记或已经撤销");
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::Election> InScope(Call& call, const Reader& reader, const std::string& name) {
  const std::optional<std::string> id = IdOf(kElections, name);
  if (!id) return Malformed("name", "NAME_INVALID", "选举须写成 elections/{编号}");
  ZHIBU_ASSIGN_OR_RETURN(std::optional<v1::Election> election, FindElection(reader, *id));
  if (!election || !call.RequireScope(election->organisation()).ok()) return NotFound(name);
  return *std::move(election);
}

}  // namespace

absl::StatusOr<v1::Election> Elections::Take(Call& call, Txn& txn,
                                             const v1::RecordElectionRequest& request,
                                             const std::string& prefix, Verdict& verdict) const {
  v1::Election election = request.election();
  election.set_name(NameOf(kElections, request.election_id()));
  const std::string at = absl::StrCat(prefix, "election");
  Violations form, refused;
  CheckId(request.election_id(), absl::StrCat(at, "_id"), form);
  if (request.election_id().size() > kLongestId) {
    AddViolation(form, "ID_INVALID", absl::StrCat(at, "_id"), "选举的编号不超过 51 个字符");
  }
  CheckForm(election, at, form);
  if (!form.empty()) {
    verdict.form.insert(verdict.form.end(), form.begin(), form.end());
    return election;
  }
  ZHIBU_RETURN_IF_ERROR(call.RequireScope(election.organisation()));
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay day, FromProto(election.held_on()));
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::OrganisationRow> organisation,
                         FindOrganisation(txn, OrganisationId(election.organisation())));
  ZHIBU_ASSIGN_OR_RETURN(const auto existing, FindElection(txn, request.election_id()));
  const auto refuse = [&](absl::string_view reason, absl::string_view field,
                          absl::string_view message) {
    AddViolation(verdict.refused, reason, absl::StrCat(at, field), std::string(message));
    return election;
  };
  if (existing) return refuse("ELECTION_EXISTS", "_id", "这次选举已经登记");
  if (!organisation || !LifeOf(*organisation).Has(DayNumber(day))) {
    return refuse("ORGANISATION_NOT_THERE", ".organisation",
                  "该党组织在选举日期没有登记或已经撤销");
  }
  if (day > call.today()) return refuse("DATE_IN_FUTURE", ".held_on", "选举日期不能晚于今天");
  ElectionVerdict judged =
      JudgeElection(norms_, KindOn(*organisation, DayNumber(day)), day, election);
  Outcome outcome;
  if (judged.refusals.empty()) {
    election.clear_posts();
    election.clear_warnings();
    election.clear_decision();
    election.clear_corrections();
    election.clear_withdrawn();
    election.set_etag(absl::StrCat(kFirstVersion));
    for (const Violation& warning : judged.warnings) {
      *election.add_warnings() = ToFinding(warning);
    }
    ZHIBU_ASSIGN_OR_RETURN(outcome, JudgeOutcome(norms_, txn, *organisation, judged.elected,
                                                 nullptr, election, judged.refusals));
  }
  for (Violation& violation : judged.refusals) {
    violation.subject = absl::StrCat(prefix, violation.subject);
    verdict.refused.push_back(std::move(violation));
  }
  if (judged.refusals.empty()) {
    ZHIBU_RETURN_IF_ERROR(StoreOutcome(books_, txn, election, outcome));
  }
  return election;
}

absl::Status Elections::Record(Call& call, const v1::RecordElectionRequest& request, Txn& txn,
                               v1::RecordElectionResponse* response) const {
  Verdict verdict;
  ZHIBU_ASSIGN_OR_RETURN(v1::Election election, Take(call, txn, request, "", verdict));
  ZHIBU_RETURN_IF_ERROR(OneRow(verdict, election.name(), "ELECTION_EXISTS"));
  *response->mutable_election() = std::move(election);
  return absl::OkStatus();
}

absl::Status Elections::BatchRecord(Call& call, const v1::BatchRecordElectionsRequest& request,
                                    Txn& txn, v1::BatchRecordElectionsResponse* response) const {
  return TakeBatch(request, response,
                   [&](const v1::RecordElectionRequest& row, const std::string& prefix,
                       Verdict& verdict) -> absl::StatusOr<std::string> {
                     ZHIBU_ASSIGN_OR_RETURN(const v1::Election election,
                                            Take(call, txn, row, prefix, verdict));
                     return election.name();
                   });
}

absl::Status Elections::Decide(Call& call, const v1::DecideElectionRequest& request, Txn& txn,
                               v1::DecideElectionResponse* response) const {
  const v1::ElectionDecision& decision = request.decision();
  Violations form, refused;
  RequireEtag(request.etag(), "etag", form);
  CheckForm(decision, "decision", form);
  if (!form.empty()) return Malformed(form);
  ZHIBU_ASSIGN_OR_RETURN(v1::Election election, InScope(call, txn, request.name()));
  if (request.etag() != election.etag()) return StaleEtag(request.name());
  if (election.withdrawn()) return AlreadyWithdrawn(request.name());
  if (election.has_decision()) {
    return Refused(request.name(), "ELECTION_DECIDED", "这次选举的批复已经登记");
  }
  JudgeDecision(decision, election, call.today(), "decision", refused);
  ZHIBU_RETURN_IF_ERROR(
      JudgeAuthority(txn, decision.authority(), decision.date(), "decision", refused));
  if (!refused.empty()) return Refused(refused);
  *election.mutable_decision() = decision;
  election.set_etag(NextEtag(election.etag()));
  ZHIBU_RETURN_IF_ERROR(StoreElection(txn, election));
  *response->mutable_election() = std::move(election);
  return absl::OkStatus();
}

absl::Status Elections::Postpone(Call& call, const v1::PostponeElectionRequest& request, Txn& txn,
                                 v1::PostponeElectionResponse* response) const {
  const v1::Postponement& postponement = request.postponement();
  Violations form;
  CheckName(kOrganisations, request.organisation(), "organisation", form);
  RequireEtag(request.etag(), "etag", form);
  CheckName(kOrganisations, postponement.authority(), "postponement.authority", form);
  CheckDocumentNumber(postponement.document_number(), "postponement.document_number", form);
  if (postponement.document_number().empty()) {
    AddViolation(form, "DOCUMENT_NUMBER_INVALID", "postponement.document_number",
                 "必须填写批准的文号");
  }
  CheckReason(postponement.reason(), "postponement.reason", form);
  CheckDate(postponement.until(), true, "postponement.until", form);
  if (!form.empty()) return Malformed(form);
  ZHIBU_RETURN_IF_ERROR(call.RequireScope(request.organisation()));
  const std::string id = OrganisationId(request.organisation());
  ZHIBU_ASSIGN_OR_RETURN(std::optional<v1::Term> term, TermOn(txn, id, kNoEnd));
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::OrganisationRow> row, FindOrganisation(txn, id));
  if (!row) return NotFound(request.organisation());
  if (!term) {
    return Refused("organisation", "TERM_NOT_KNOWN", "没有登记过换届选举，请先登记最近一次换届");
  }
  if (request.etag() != term->etag()) return StaleEtag(request.organisation());
  Violations refused;
  ZHIBU_RETURN_IF_ERROR(JudgeAuthority(txn, postponement.authority(), ToProto(call.today()),
                                       "postponement", refused));
  const norms::Term* norm = norms_.TermOf(KindOn(*row, DayNumber(call.today())), call.today());
  if (norm != nullptr) {
    JudgePostponement(*norm, *term, postponement, "postponement.until", refused);
  }
  if (!refused.empty()) return Refused(refused);
  *term->add_postponements() = postponement;
  term->set_etag(NextEtag(term->etag()));
  ZHIBU_RETURN_IF_ERROR(StoreTerm(txn, *term));
  *response->mutable_term() = *std::move(term);
  return absl::OkStatus();
}

absl::Status Elections::Correct(Call& call, const v1::CorrectElectionRequest& request, Txn& txn,
                                v1::CorrectElectionResponse* response) const {
  const v1::Election& given = request.election();
  Violations form = FormOfCorrection(request, given, kElections, "election",
                                     {"kind", "held_on", "ballots", "decision"});
  if (!form.empty()) return Malformed(form);
  ZHIBU_ASSIGN_OR_RETURN(const v1::Election before, InScope(call, txn, given.name()));
  int64_t version = 0;
  if (!absl::SimpleAtoi(before.etag(), &version)) return absl::DataLossError("no version");
  ZHIBU_RETURN_IF_ERROR(zhibu::RequireEtag(given.etag(), version, given.name(), "election.etag"));
  if (before.withdrawn()) return AlreadyWithdrawn(given.name());

  // As it should have been.
  v1::Election election = before;
  if (request.withdraw()) {
    election.set_withdrawn(true);
  } else {
    zhibu::Correct(call, request.correction(), request.update_mask(), false, "", given, &election);
    CheckForm(election, "election", form);
    if (election.has_decision()) CheckForm(election.decision(), "election.decision", form);
    if (!form.empty()) return Malformed(form);
  }
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::OrganisationRow> organisation,
                         FindOrganisation(txn, OrganisationId(before.organisation())));
  if (!organisation) return absl::DataLossError("an election of an organisation that is not there");
  Violations refused;
  ElectionVerdict judged;
  // A decision that is put right undoes nothing.
  const bool again = !SameElection(before, election);
  if (again) {
    ZHIBU_RETURN_IF_ERROR(JudgeUndoing(txn, before, *organisation, refused));
  } else {
    *election.mutable_ballots() = before.ballots();
  }
  if (again && !request.withdraw()) {
    ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay day, FromProto(election.held_on()));
    if (!LifeOf(*organisation).Has(DayNumber(day))) {
      AddViolation(refused, "ORGANISATION_NOT_THERE", "election.held_on",
                   "该党组织在选举日期没有登记或已经撤销");
    } else if (day > call.today()) {
      AddViolation(refused, "DATE_IN_FUTURE", "election.held_on", "选举日期不能晚于今天");
    } else {
      judged = JudgeElection(norms_, KindOn(*organisation, DayNumber(day)), day, election);
      refused.insert(refused.end(), judged.refusals.begin(), judged.refusals.end());
    }
    election.clear_warnings();
    for (const Violation& warning : judged.warnings) {
      *election.add_warnings() = ToFinding(warning);
    }
  }
  if (!request.withdraw() && election.has_decision()) {
    const v1::ElectionDecision& decision = election.decision();
    JudgeDecision(decision, election, call.today(), "election.decision", refused);
    ZHIBU_RETURN_IF_ERROR(
        JudgeAuthority(txn, decision.authority(), decision.date(), "election.decision", refused));
  }
  v1::Election stood = before;
  const type::v1::RecordedCorrection recorded = zhibu::Correct(
      call, request.correction(), request.update_mask(), request.withdraw(), "", election, &stood);
  if (!request.withdraw() && recorded.fields().empty()) return NothingToCorrect(given.name());
  Outcome outcome;
  if (again && refused.empty()) {
    const Undone undone{before, call, request.correction()};
    ZHIBU_ASSIGN_OR_RETURN(outcome, JudgeOutcome(norms_, txn, *organisation, judged.elected,
                                                 &undone, election, refused));
  }
  if (!refused.empty()) return Refused(refused);
  *election.add_corrections() = recorded;
  election.set_etag(NextEtag(before.etag()));
  ZHIBU_RETURN_IF_ERROR(StoreOutcome(books_, txn, election, outcome));
  *response->mutable_election() = std::move(election);
  return absl::OkStatus();
}

absl::Status Elections::GetTerm(Call& call, const v1::GetTermRequest& request, const Reader& reader,
                                v1::GetTermResponse* response) const {
  Violations form;
  CheckName(kOrganisations, request.organisation(), "organisation", form);
  if (!form.empty()) return Malformed(form);
  ZHIBU_RETURN_IF_ERROR(call.RequireScope(request.organisation()));
  ZHIBU_ASSIGN_OR_RETURN(std::optional<v1::Term> term,
                         TermOn(reader, OrganisationId(request.organisation()), kNoEnd));
  if (!term) return NotFound(request.organisation());
  *response->mutable_term() = *std::move(term);
  return absl::OkStatus();
}

absl::Status Elections::Get(Call& call, const v1::GetElectionRequest& request, const Reader& reader,
                            v1::GetElectionResponse* response) const {
  ZHIBU_ASSIGN_OR_RETURN(*response->mutable_election(), InScope(call, reader, request.name()));
  return absl::OkStatus();
}

absl::Status Elections::List(Call& call, const v1::ListElectionsRequest& request, const Reader&,
                             v1::ListElectionsResponse* response) const {
  Violations form;
  CheckName(kOrganisations, request.organisation(), "organisation", form);
  if (!form.empty()) return Malformed(form);
  ZHIBU_ASSIGN_OR_RETURN(const Page page, pages_.Open(request, call.caller()));
  if (page.position.empty()) {
    ZHIBU_ASSIGN_OR_RETURN(
        std::optional<v1::Term> term,
        TermOn(*page.snapshot, OrganisationId(request.organisation()), call.today()));
    if (term) *response->mutable_term() = *std::move(term);
  }
  const Key range = ElectionsOfKey(OrganisationId(request.organisation()));
  return FillPage(
      pages_, page, {Under(range)}, response, response->mutable_elections(),
      [&](absl::string_view key, absl::string_view) -> absl::StatusOr<std::optional<v1::Election>> {
        KeyParts parts(key);
        parts.Text();
        parts.Number();
        ZHIBU_ASSIGN_OR_RETURN(std::optional<v1::Election> election,
                               FindElection(*page.snapshot, parts.Text().value_or("")));
        if (!election) {
          return absl::DataLossError("an index names an election that is not there");
        }
        return election;
      });
}

absl::Status Elections::ListDue(Call& call, const v1::ListElectionsDueRequest& request,
                                const Reader&, v1::ListElectionsDueResponse* response) const {
  Violations form;
  if (!request.root().empty()) CheckName(kOrganisations, request.root(), "root", form);
  CheckDate(request.due_from(), false, "due_from", form);
  CheckDate(request.due_until(), false, "due_until", form);
  if (!form.empty()) return Malformed(form);
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay day, call.AsOf(request));
  const absl::CivilDay from = FromProto(request.due_from()).value_or(kNoStart);
  const absl::CivilDay until =
      FromProto(request.due_until()).value_or(AddMonths(day, kMonthsShown));
  ZHIBU_ASSIGN_OR_RETURN(Page page, pages_.Open(request, call.caller()));
  // Whose terms they are, by the day on which they are due.
  const auto find = [&]() -> absl::StatusOr<std::vector<std::string>> {
    ZHIBU_ASSIGN_OR_RETURN(
        const std::vector<SubtreeNode> nodes,
        ReadSubtree(*page.snapshot, OrganisationId(request.root()), request.line(), day));
    std::set<std::pair<absl::CivilDay, std::string>> due;
    for (const SubtreeNode& node : nodes) {
      ZHIBU_ASSIGN_OR_RETURN(const std::optional<v1::Term> term,
                             TermOn(*page.snapshot, node.id, day));
      if (!term) continue;
      const absl::CivilDay on = DueOn(*term);
      if (from <= on && on <= until) due.emplace(on, node.id);
    }
    std::vector<std::string> ids;
    for (const auto& [ignored, id] : due) ids.push_back(id);
    return ids;
  };
  ZHIBU_ASSIGN_OR_RETURN(const auto ids, FoundOnce<std::string>(page, find));
  return FillPage(pages_, page, *ids, response, response->mutable_terms(),
                  [&](const std::string& id) { return TermOn(*page.snapshot, id, day); });
}

}  // namespace zhibu::registry
