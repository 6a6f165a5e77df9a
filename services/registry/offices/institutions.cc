#include "services/registry/offices/institutions.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "common/base/resource_name.h"
#include "services/registry/books/books.h"
#include "services/registry/books/convert.h"
#include "services/registry/books/subtree.h"
#include "services/registry/books/tables.h"
#include "services/registry/rules/dated.h"

namespace zhibu::registry {
namespace {

absl::StatusOr<InstitutionFacts> FactsFor(const Reader& reader, const rows::InstitutionRow& row,
                                          const std::set<std::string>& undecided) {
  InstitutionFacts facts;
  std::set<std::string> organisations = {row.keeper()};
  for (const rows::CoverageRow& coverage : row.coverages()) {
    organisations.insert(coverage.organisation());
  }
  for (const std::string& id : organisations) {
    ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::OrganisationRow> found,
                           FindOrganisation(reader, id));
    if (found) facts.organisations[id] = *std::move(found);
  }
  if (!row.parent().empty()) {
    facts.parent_undecided = undecided.contains(row.parent());
    ZHIBU_ASSIGN_OR_RETURN(facts.parent, FindInstitution(reader, row.parent()));
  }
  if (!row.credit_code().empty()) {
    ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> holders,
                           WithCreditCode(reader, row.credit_code()));
    for (const std::string& holder : holders) facts.credit_code_taken |= holder != row.id();
  }
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> posts,
                         AtSeat(reader, NameOf(kInstitutions, row.id())));
  for (const std::string& id : posts) {
    ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::PostRow> post, FindPost(reader, id));
    if (post) facts.posts.push_back(*std::move(post));
  }
  return facts;
}

void NormaliseCreditCode(rows::InstitutionRow& row) {
  if (const auto code = NormalCreditCode(row.credit_code())) row.set_credit_code(*code);
}

// Today, or the nearest day of its life.
absl::CivilDay DayShown(const rows::InstitutionRow& row, absl::CivilDay today) {
  return std::clamp(today, DayFromNumber(row.opened()), DayFromNumber(row.closed() - 1));
}

// The stored institution where the caller may see it; both failures look alike.
absl::StatusOr<rows::InstitutionRow> InScope(Call& call, const Reader& reader,
                                             const std::string& name) {
  const std::optional<std::string> id = IdOf(kInstitutions, name);
  if (!id) return Malformed("name", "NAME_INVALID", "单位须写成 institutions/{编号}");
  ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::InstitutionRow> row, FindInstitution(reader, *id));
  if (!row || !call.RequireScope(NameOf(kOrganisations, row->keeper())).ok()) {
    return NotFound(name);
  }
  return *std::move(row);
}

}  // namespace

absl::StatusOr<std::string> Institutions::Take(Call& call, Txn& txn,
                                               const v1::CreateInstitutionRequest& request,
                                               const std::string& prefix, Verdict& verdict) const {
  const std::string& id = request.institution_id();
  const std::string name = NameOf(kInstitutions, id);
  const std::string at = absl::StrCat(prefix, "institution");
  Violations form, refused;
  CheckId(id, absl::StrCat(at, "_id"), form);
  CheckForm(request.institution(), call.today(), at, form);
  if (!form.empty()) {
    verdict.form.insert(verdict.form.end(), form.begin(), form.end());
    verdict.undecided.insert(id);
    return name;
  }
  ZHIBU_RETURN_IF_ERROR(call.RequireScope(request.institution().keeper()));
  v1::Institution given = request.institution();
  given.clear_titles();
  given.clear_kinds();
  rows::InstitutionRow row = RowOf(given);
  row.set_id(id);
  row.set_version(1);
  NormaliseCreditCode(row);
  ZHIBU_ASSIGN_OR_RETURN(const InstitutionFacts facts, FactsFor(txn, row, verdict.undecided));
  JudgeInstitution(row, facts, at, refused);
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::InstitutionRow> old, FindInstitution(txn, id));
  if (old) {
    AddViolation(refused, "INSTITUTION_EXISTS", absl::StrCat(at, "_id"),
                 absl::StrCat("单位 ", id, " 已经登记"));
  }
  if (!refused.empty()) {
    verdict.refused.insert(verdict.refused.end(), refused.begin(), refused.end());
    if (!old) verdict.undecided.insert(id);
    return name;
  }
  SortDated(row);
  ZHIBU_RETURN_IF_ERROR(books_.Store(txn, row));
  return name;
}

absl::Status Institutions::Create(Call& call, const v1::CreateInstitutionRequest& request, Txn& txn,
                                  v1::CreateInstitutionResponse* response) const {
  Verdict verdict;
  ZHIBU_ASSIGN_OR_RETURN(const std::string name, Take(call, txn, request, "", verdict));
  ZHIBU_RETURN_IF_ERROR(OneRow(verdict, name, "INSTITUTION_EXISTS"));
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::InstitutionRow> row,
                         FindInstitution(txn, request.institution_id()));
  *response->mutable_institution() = ToContract(*row);
  return absl::OkStatus();
}

absl::Status Institutions::BatchCreate(Call& call,
                                       const v1::BatchCreateInstitutionsRequest& request, Txn& txn,
                                       v1::BatchCreateInstitutionsResponse* response) const {
  return TakeBatch(request, response,
                   [&](const v1::CreateInstitutionRequest& row, const std::string& prefix,
                       Verdict& verdict) { return Take(call, txn, row, prefix, verdict); });
}

absl::Status Institutions::Update(Call& call, const v1::UpdateInstitutionRequest& request, Txn& txn,
                                  v1::UpdateInstitutionResponse* response) const {
  const v1::Institution& given = request.institution();
  Verdict verdict;
  RequireEtag(given.etag(), "institution.etag", verdict.form);
  CheckMask(request.update_mask(),
            {"title", "kind", "ownership", "place", "parent", "credit_code", "closed_on",
             "head_counts", "coverages"},
            verdict.form);
  CheckDate(request.effective_on(), /*required=*/false, "effective_on", verdict.form);
  if (!IdOf(kInstitutions, given.name())) {
    AddViolation(verdict.form, "NAME_INVALID", "institution.name",
                 "单位须写成 institutions/{编号}");
  }
  ZHIBU_RETURN_IF_ERROR(verdict.status());
  ZHIBU_ASSIGN_OR_RETURN(const rows::InstitutionRow old, InScope(call, txn, given.name()));
  ZHIBU_RETURN_IF_ERROR(CheckEtag(given.name(), given.etag(), old.version()));

  // The whole institution as it would be is judged, so that fields that hang together may change
  // together.
  v1::Institution changed = ToContract(old);
  InstitutionChange change;
  if (const auto day = FromProto(request.effective_on()); day.ok()) change.day = DayNumber(*day);
  for (const std::string& path : request.update_mask().paths()) {
    if (path == "title") changed.set_title(*(change.title = given.title()));
    if (path == "kind") changed.set_kind(*(change.kind = given.kind()));
    if (path == "ownership") changed.set_ownership(*(change.ownership = given.ownership()));
    if (path == "parent") changed.set_parent(given.parent());
    if (path == "place") changed.set_place(given.place());
    if (path == "credit_code") changed.set_credit_code(given.credit_code());
    if (path == "closed_on") *changed.mutable_closed_on() = given.closed_on();
    if (path == "head_counts") *changed.mutable_head_counts() = given.head_counts();
    if (path == "coverages") *changed.mutable_coverages() = given.coverages();
  }
  CheckForm(changed, call.today(), "institution", verdict.form);
  ZHIBU_RETURN_IF_ERROR(verdict.status());
  rows::InstitutionRow row = RowOf(changed);
  SetClosed(row, row.closed());
  JudgeChange(change, row, verdict.refused);
  row.set_version(old.version() + 1);
  NormaliseCreditCode(row);
  ZHIBU_ASSIGN_OR_RETURN(const InstitutionFacts facts, FactsFor(txn, row, {}));
  JudgeInstitution(row, facts, "institution", verdict.refused);
  ZHIBU_RETURN_IF_ERROR(verdict.status());
  SortDated(row);
  ZHIBU_RETURN_IF_ERROR(books_.Store(txn, row));
  *response->mutable_institution() = AsOf(row, DayShown(row, call.today()));
  return absl::OkStatus();
}

absl::Status Institutions::Get(Call& call, const v1::GetInstitutionRequest& request,
                               const Reader& reader, v1::GetInstitutionResponse* response) const {
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay day, ReadDay(request.as_of(), call.today()));
  ZHIBU_ASSIGN_OR_RETURN(const rows::InstitutionRow row, InScope(call, reader, request.name()));
  const absl::CivilDay shown = request.has_as_of() ? day : DayShown(row, day);
  if (!LifeOf(row).Has(DayNumber(shown))) return NotFound(request.name());
  *response->mutable_institution() = AsOf(row, shown);
  return absl::OkStatus();
}

absl::Status Institutions::List(Call& call, const v1::ListInstitutionsRequest& request,
                                const Reader&, v1::ListInstitutionsResponse* response) const {
  const std::optional<std::string> root = IdOf(kOrganisations, request.root());
  if (!root && !request.root().empty()) {
    return Malformed("root", "NAME_INVALID", "党组织须写成 organisations/{编号}");
  }
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay as_of, ReadDay(request.as_of(), call.today()));
  const int32_t day = DayNumber(as_of);
  ZHIBU_ASSIGN_OR_RETURN(Page page, pages_->Open(request, call.caller()));
  response->set_revision(page.revision);

  // False once the page is full and something is left for the next one.
  std::string last = page.position;
  const auto take = [&](const rows::InstitutionRow& row) {
    const auto& kinds = request.kinds();
    if (day < row.opened() || day >= row.closed() ||
        (!kinds.empty() &&
         std::find(kinds.begin(), kinds.end(), KindOn(row, day)) == kinds.end())) {
      return true;
    }
    if (response->institutions_size() == page.size) {
      response->set_next_page_token(pages_->NextToken(page, last));
      return false;
    }
    *response->add_institutions() = AsOf(row, as_of);
    last = row.id();
    return true;
  };
  if (!root) return ScanInstitutions(*page.snapshot, page.position, take);
  ZHIBU_ASSIGN_OR_RETURN(const auto ids, FoundOnce<std::string>(page, [&] {
                           return KeptWithin(*page.snapshot, *root, request.line(), as_of);
                         }));
  for (auto it = std::upper_bound(ids->begin(), ids->end(), page.position); it != ids->end();
       ++it) {
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::InstitutionRow> row,
                           FindInstitution(*page.snapshot, *it));
    if (!row) return absl::DataLossError("an index names an institution that is not there");
    if (!take(*row)) break;
  }
  return absl::OkStatus();
}

}  // namespace zhibu::registry
