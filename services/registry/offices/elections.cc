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
#include "common/domain/classes.h"
#include "services/registry/books/books.h"
#include "services/registry/books/request.h"
#include "services/registry/books/subtree_page.h"
#include "services/registry/books/tables.h"
#include "services/registry/rules/dated.h"
#include "services/registry/rules/sources.h"
#include "zhibu/registry/v1/events.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::registry {
namespace {

constexpr int kMonthsShown = 6;
// Room for "-" and the number of a post.
constexpr size_t kLongestId = 51;

std::string OrganisationId(absl::string_view name) {
  return IdOf(kOrganisations, name).value_or("");
}

std::string NextEtag(const std::string& etag) {
  int64_t version = 0;
  return absl::SimpleAtoi(etag, &version) ? absl::StrCat(version + 1) : "1";
}

absl::Status AuthorityThere(const Reader& reader, const std::string& name, absl::CivilDay day,
                            absl::string_view subject) {
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::OrganisationRow> row,
                         FindOrganisation(reader, OrganisationId(name)));
  if (row && LifeOf(*row).Has(DayNumber(day))) return absl::OkStatus();
  return Refused(subject, "AUTHORITY_NOT_THERE", "批准机关在该日期没有登记或已经撤销");
}

absl::Status Store(Txn& txn, const v1::Election& election) {
  v1::ElectionRecorded event;
  *event.mutable_election() = election;
  ZHIBU_RETURN_IF_ERROR(Apply(txn, event));
  txn.Emit(event);
  return absl::OkStatus();
}

absl::Status Store(Txn& txn, const v1::Term& term) {
  v1::TermChanged event;
  *event.mutable_term() = term;
  ZHIBU_RETURN_IF_ERROR(Apply(txn, event));
  txn.Emit(event);
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
  const type::v1::OrganisationKind kind = KindOn(*organisation, DayNumber(day));
  ElectionVerdict judged = JudgeElection(norms_, kind, day, election);
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<v1::Term> term,
                         TermOn(txn, organisation->id(), kNoEnd));
  const bool for_term = election.kind() != v1::ELECTION_KIND_BY_ELECTION;
  if (term && for_term && day <= FromProto(term->begun_on()).value_or(kNoStart)) {
    AddViolation(judged.refusals, "PERIOD_INVALID", "election.held_on",
                 "已登记了这一天或更晚的换届选举，请核对日期");
  }
  if (judged.refusals.empty()) {
    election.clear_posts();
    election.clear_warnings();
    election.clear_decision();
    election.set_etag("1");
    for (const Violation& warning : judged.warnings) {
      *election.add_warnings() = ToFinding(warning);
    }
    ZHIBU_RETURN_IF_ERROR(Appoint(*organisation, judged.elected, txn, election, judged.refusals));
  }
  for (Violation& violation : judged.refusals) {
    violation.subject = absl::StrCat(prefix, violation.subject);
    verdict.refused.push_back(std::move(violation));
  }
  if (!judged.refusals.empty()) return election;
  ZHIBU_RETURN_IF_ERROR(Store(txn, election));
  if (for_term) ZHIBU_RETURN_IF_ERROR(BeginTerm(kind, day, election, txn));
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

absl::Status Elections::Appoint(const rows::OrganisationRow& organisation,
                                const std::vector<Elected>& elected, Txn& txn,
                                v1::Election& election, Violations& refused) const {
  const int32_t day = DayNumber(FromProto(election.held_on()).value_or(kNoStart));
  const std::string seat_name = NameOf(kOrganisations, organisation.id());
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> ids, AtSeat(txn, seat_name));
  Seat seat;
  seat.there = true;
  seat.from = organisation.established();
  seat.to = organisation.dissolved();
  for (const std::string& id : ids) {
    ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::PostRow> post, FindPost(txn, id));
    if (!post) return absl::DataLossError("an index names a post that is not there");
    if (election.kind() == v1::ELECTION_KIND_TERM && IsCommitteePost(post->kind()) &&
        post->to() > day) {
      if (post->from() >= day) {
        AddViolation(refused, "PERIOD_INVALID", NameOf(kPosts, id),
                     "该职务在选举当天或之后才开始，请核对选举日期或先更正任职");
        continue;
      }
      post->set_to(day);
      post->set_version(post->version() + 1);
      ZHIBU_RETURN_IF_ERROR(books_.Store(txn, *post));
    }
    seat.posts.push_back(*std::move(post));
  }
  int number = 0;
  for (const Elected& one : elected) {
    rows::PostRow post;
    post.set_id(absl::StrCat(*IdOf(kElections, election.name()), "-", ++number));
    post.set_seat(seat_name);
    post.set_kind(one.post);
    post.set_holder(IdOf(kPersons, one.person).value_or(""));
    post.set_from(day);
    post.set_to(organisation.dissolved());
    post.set_election(*IdOf(kElections, election.name()));
    post.set_version(1);
    JudgePost(post, seat, "election", refused);
    ZHIBU_ASSIGN_OR_RETURN(const auto taken, FindPost(txn, post.id()));
    if (taken) {
      AddViolation(refused, "POST_EXISTS", NameOf(kPosts, post.id()),
                   "该任职编号已被使用，请给选举换一个编号");
    }
    ZHIBU_RETURN_IF_ERROR(books_.Store(txn, post));
    election.add_posts(NameOf(kPosts, post.id()));
    seat.posts.push_back(std::move(post));
  }
  return absl::OkStatus();
}

absl::Status Elections::BeginTerm(type::v1::OrganisationKind kind, absl::CivilDay day,
                                  const v1::Election& election, Txn& txn) const {
  const norms::Term* norm = norms_.TermOf(kind, day);
  if (norm == nullptr || norm->years() == 0) return absl::OkStatus();
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<v1::Term> before,
                         TermOn(txn, OrganisationId(election.organisation()), day));
  v1::Term term;
  term.set_organisation(election.organisation());
  *term.mutable_begun_on() = ToProto(day);
  term.set_election(election.name());
  const absl::CivilDay due = AddYears(day, norm->years());
  *term.mutable_due_on() = ToProto(due);
  *term.mutable_remind_from() = ToProto(AddMonths(due, -norm->remind_months()));
  *term.mutable_citation() = norm->basis().citation();
  term.set_etag(NextEtag(before ? before->etag() : ""));
  return Store(txn, term);
}

absl::Status Elections::Decide(Call& call, const v1::DecideElectionRequest& request, Txn& txn,
                               v1::DecideElectionResponse* response) const {
  const v1::ElectionDecision& decision = request.decision();
  Violations form;
  RequireEtag(request.etag(), "etag", form);
  CheckName(kOrganisations, decision.authority(), "decision.authority", form);
  CheckDocumentNumber(decision.document_number(), "decision.document_number", form);
  if (decision.document_number().empty()) {
    AddViolation(form, "DOCUMENT_NUMBER_INVALID", "decision.document_number", "必须填写批复的文号");
  }
  CheckDate(decision.date(), true, "decision.date", form);
  if (!decision.has_approved()) {
    AddViolation(form, "DECISION_REQUIRED", "decision.approved",
                 "请写明是批准（true）还是备案（false）：没有填写不等于“备案”");
  }
  if (!form.empty()) return Malformed(form);
  ZHIBU_ASSIGN_OR_RETURN(v1::Election election, InScope(call, txn, request.name()));
  if (request.etag() != election.etag()) return StaleEtag(request.name());
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay day, FromProto(decision.date()));
  if (election.has_decision()) {
    return Refused(request.name(), "ELECTION_DECIDED", "这次选举的批复已经登记");
  }
  if (day < FromProto(election.held_on()).value_or(kNoStart) || day > call.today()) {
    return Refused("decision.date", "PERIOD_INVALID", "批复日期须在选举之后、不晚于今天");
  }
  ZHIBU_RETURN_IF_ERROR(AuthorityThere(txn, decision.authority(), day, "decision.authority"));
  if (!decision.approved()) {
    for (const std::string& name : election.posts()) {
      ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PostRow> post,
                             FindPost(txn, IdOf(kPosts, name).value_or("")));
      if (!post || post->kind() > v1::POST_KIND_DEPUTY_SECRETARY) continue;
      Violation violation;
      violation.reason = "APPROVAL_REQUIRED";
      violation.subject = "decision.approved";
      violation.message = "选出的书记、副书记须报上级批准，委员报上级备案";
      violation.citation = ApprovalOfTheElected();
      return Refused({violation});
    }
  }
  *election.mutable_decision() = decision;
  election.set_etag(NextEtag(election.etag()));
  ZHIBU_RETURN_IF_ERROR(Store(txn, election));
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
  ZHIBU_RETURN_IF_ERROR(
      AuthorityThere(txn, postponement.authority(), call.today(), "postponement.authority"));
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay until, FromProto(postponement.until()));
  const absl::CivilDay begun = FromProto(term->begun_on()).value_or(kNoStart);
  const absl::CivilDay due = FromProto(term->due_on()).value_or(kNoEnd);
  const norms::Term* norm = norms_.TermOf(KindOn(*row, DayNumber(call.today())), call.today());
  if (norm != nullptr) {
    const absl::CivilDay latest = AddMonths(due, norm->most_postponed_months());
    const absl::CivilDay earliest =
        std::max(begun + 1, AddMonths(due, -norm->most_postponed_months()));
    if (until < earliest || until > latest) {
      Violation violation;
      violation.reason = "POSTPONED_TOO_LONG";
      violation.subject = "postponement.until";
      violation.message =
          absl::StrCat("延期或提前不超过 ", norm->most_postponed_months(), " 个月：须在 ",
                       FormatDate(earliest), " 至 ", FormatDate(latest), " 之间");
      violation.citation = norm->basis().citation();
      return Refused({violation});
    }
  }
  *term->add_postponements() = postponement;
  term->set_etag(NextEtag(term->etag()));
  ZHIBU_RETURN_IF_ERROR(Store(txn, *term));
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
  response->set_revision(page.revision);
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
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay day, ReadDay(request.as_of(), call.today()));
  const absl::CivilDay from = FromProto(request.due_from()).value_or(kNoStart);
  const absl::CivilDay until =
      FromProto(request.due_until()).value_or(AddMonths(day, kMonthsShown));
  ZHIBU_ASSIGN_OR_RETURN(Page page, pages_.Open(request, call.caller()));
  response->set_revision(page.revision);
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
  ZHIBU_ASSIGN_OR_RETURN(const size_t begin, PlaceOf(page));
  const size_t end = std::min(ids->size(), begin + static_cast<size_t>(page.size));
  for (size_t i = begin; i < end; ++i) {
    ZHIBU_ASSIGN_OR_RETURN(std::optional<v1::Term> term, TermOn(*page.snapshot, (*ids)[i], day));
    *response->add_terms() = *std::move(term);
  }
  if (end < ids->size()) response->set_next_page_token(pages_.NextToken(page, absl::StrCat(end)));
  return absl::OkStatus();
}

}  // namespace zhibu::registry
