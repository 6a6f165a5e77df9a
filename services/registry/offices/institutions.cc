#include "services/registry/offices/institutions.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "common/base/resource_name.h"
#include "common/base/text.h"
#include "services/registry/books/books.h"
#include "services/registry/books/convert.h"
#include "services/registry/books/names.h"
#include "services/registry/books/subtree.h"
#include "services/registry/books/tables.h"
#include "services/registry/rules/dated.h"

namespace zhibu::registry {
namespace {

// `before`: the institution as it stands, null where it is registered. Who covers it is not there
// for a caller out of whose scope it lies, unless it covered it already: else one branch could take
// another's name for its own figures.
absl::StatusOr<InstitutionFacts> FactsFor(Call& call, const Reader& reader,
                                          const rows::InstitutionRow& row,
                                          const rows::InstitutionRow* before,
                                          const std::set<std::string>& undecided) {
  InstitutionFacts facts;
  std::set<std::string> known = {row.keeper()}, organisations = {row.keeper()};
  if (before != nullptr) {
    for (const rows::CoverageRow& coverage : before->coverages()) {
      known.insert(coverage.organisation());
    }
  }
  for (const rows::CoverageRow& coverage : row.coverages()) {
    const std::string& id = coverage.organisation();
    if (known.contains(id) || call.RequireScope(NameOf(kOrganisations, id)).ok()) {
      organisations.insert(id);
    }
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

// The institution `name` on the day that the request asks for, as GetInstitutionRequest says.
template <typename Request>
absl::StatusOr<v1::Institution> Shown(Call& call, const Reader& reader, const Request& request,
                                      const std::string& name) {
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay day, call.AsOf(request));
  ZHIBU_ASSIGN_OR_RETURN(const rows::InstitutionRow row, InScope(call, reader, name));
  const absl::CivilDay shown = request.has_as_of() ? day : DayShown(row, day);
  if (!LifeOf(row).Has(DayNumber(shown))) return NotFound(name);
  return AsOf(row, shown);
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
  row.set_version(kFirstVersion);
  NormaliseCreditCode(row);
  ZHIBU_ASSIGN_OR_RETURN(const InstitutionFacts facts,
                         FactsFor(call, txn, row, nullptr, verdict.undecided));
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
  ZHIBU_ASSIGN_OR_RETURN(const InstitutionFacts facts, FactsFor(call, txn, row, &old, {}));
  JudgeInstitution(row, facts, "institution", verdict.refused);
  ZHIBU_RETURN_IF_ERROR(verdict.status());
  SortDated(row);
  ZHIBU_RETURN_IF_ERROR(books_.Store(txn, row));
  *response->mutable_institution() = AsOf(row, DayShown(row, call.today()));
  return absl::OkStatus();
}

absl::Status Institutions::Get(Call& call, const v1::GetInstitutionRequest& request,
                               const Reader& reader, v1::GetInstitutionResponse* response) const {
  ZHIBU_ASSIGN_OR_RETURN(*response->mutable_institution(),
                         Shown(call, reader, request, request.name()));
  return absl::OkStatus();
}

absl::Status Institutions::BatchGet(Call& call, const v1::BatchGetInstitutionsRequest& request,
                                    const Reader& reader,
                                    v1::BatchGetInstitutionsResponse* response) const {
  constexpr int kMaxNames = 1000;
  if (request.names().empty() || request.names_size() > kMaxNames) {
    return Malformed("names", "BATCH_SIZE_INVALID", "一次须读取 1–1000 个单位");
  }
  Verdict verdict;
  for (int i = 0; i < request.names_size(); ++i) {
    CheckName(kInstitutions, request.names(i), absl::StrCat("names[", i, "]"), verdict.form);
  }
  ZHIBU_RETURN_IF_ERROR(verdict.status());
  for (const std::string& name : request.names()) {
    ZHIBU_ASSIGN_OR_RETURN(*response->add_institutions(), Shown(call, reader, request, name));
  }
  return absl::OkStatus();
}

absl::Status Institutions::Find(Call& call, const v1::FindInstitutionRequest& request,
                                const Reader& reader, v1::FindInstitutionResponse* response) const {
  const bool by_code = !request.credit_code().empty();
  if (by_code != request.title().empty()) {
    return Malformed("credit_code", "KEY_REQUIRED", "请只填写统一社会信用代码，或只填写全称");
  }
  Verdict verdict;
  const std::optional<std::string> code = NormalCreditCode(request.credit_code());
  if (!code) {
    AddViolation(verdict.form, "CREDIT_CODE_INVALID", "credit_code",
                 "统一社会信用代码须为 18 位且校验码正确，请对照登记证书核对");
  }
  if (!by_code) CheckTitle(request.title(), "title", verdict.form);
  ZHIBU_RETURN_IF_ERROR(verdict.status());
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay day, call.AsOf(request));
  const int32_t number = DayNumber(day);
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                         by_code ? WithCreditCode(reader, *code)
                                 : PerhapsTitled(reader, kInstitutions, request.title()));
  const std::string wanted = ComparedName(request.title());
  std::vector<rows::InstitutionRow> found;
  for (const std::string& id : ids) {
    ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::InstitutionRow> row, FindInstitution(reader, id));
    if (!row) return absl::DataLossError("an index names an institution that is not there");
    if (!LifeOf(*row).Has(number) || (!by_code && ComparedName(TitleOn(*row, number)) != wanted) ||
        !call.RequireScope(NameOf(kOrganisations, row->keeper())).ok()) {
      continue;
    }
    found.push_back(*std::move(row));
  }
  if (found.empty()) return NotFound(by_code ? *code : request.title());
  if (found.size() > 1) {
    std::vector<Namesake> namesakes;
    for (const rows::InstitutionRow& row : found) {
      namesakes.push_back({NameOf(kInstitutions, row.id()), TitleOn(row, number),
                           NameOf(kOrganisations, row.keeper()), day});
    }
    return NameNotUnique(call, reader, namesakes);
  }
  *response->mutable_institution() = AsOf(found[0], day);
  return absl::OkStatus();
}

absl::Status Institutions::List(Call& call, const v1::ListInstitutionsRequest& request,
                                const Reader&, v1::ListInstitutionsResponse* response) const {
  const std::optional<std::string> root = IdOf(kOrganisations, request.root());
  if (!root && !request.root().empty()) {
    return Malformed("root", "NAME_INVALID", "党组织须写成 organisations/{编号}");
  }
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay day, call.AsOf(request));
  ZHIBU_ASSIGN_OR_RETURN(Page page, pages_->Open(request, call.caller()));
  const auto shown = [&](const rows::InstitutionRow& row) -> std::optional<v1::Institution> {
    const auto& kinds = request.kinds();
    const int32_t number = DayNumber(day);
    if (!LifeOf(row).Has(number)) return std::nullopt;
    if (!kinds.empty() &&
        std::find(kinds.begin(), kinds.end(), KindOn(row, number)) == kinds.end()) {
      return std::nullopt;
    }
    return AsOf(row, day);
  };
  if (!root) {
    PageRows<v1::ListInstitutionsResponse, v1::Institution> rows(*pages_, page, response,
                                                                 response->mutable_institutions());
    return ScanInstitutions(*page.snapshot, page.position, [&](const rows::InstitutionRow& row) {
      std::optional<v1::Institution> institution = shown(row);
      return !institution || rows.Add(*std::move(institution), row.id());
    });
  }
  ZHIBU_ASSIGN_OR_RETURN(const auto ids, FoundOnce<std::string>(page, [&] {
                           return KeptWithin(*page.snapshot, *root, request.line(), day);
                         }));
  return FillPage(*pages_, page, *ids, response, response->mutable_institutions(),
                  [&](const std::string& id) -> absl::StatusOr<std::optional<v1::Institution>> {
                    ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::InstitutionRow> row,
                                           FindInstitution(*page.snapshot, id));
                    if (!row) {
                      return absl::DataLossError("an index names an institution that is not there");
                    }
                    return shown(*row);
                  });
}

}  // namespace zhibu::registry
