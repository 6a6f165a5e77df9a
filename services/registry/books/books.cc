#include "services/registry/books/books.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/rpc/organisation_mirror.h"
#include "services/registry/books/advisories.h"
#include "services/registry/books/convert.h"
#include "services/registry/books/tables.h"

namespace zhibu::registry {
namespace {

// The organisations of `ids` but `self`.
absl::Status AddOthers(const Reader& reader, const std::vector<std::string>& ids,
                       const std::string& self, std::vector<rows::OrganisationRow>& others) {
  for (const std::string& id : ids) {
    if (id == self) continue;
    ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::OrganisationRow> other,
                           FindOrganisation(reader, id));
    if (other) others.push_back(*std::move(other));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Collect(const Reader& reader, const std::string& id, bool all_above,
                     std::map<std::string, rows::OrganisationRow>& known) {
  if (known.contains(id)) return absl::OkStatus();
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::OrganisationRow> row,
                         FindOrganisation(reader, id));
  if (!row) return absl::OkStatus();
  known[id] = *row;
  if (!all_above) return absl::OkStatus();
  for (const rows::EdgeRow& edge : row->edges()) {
    ZHIBU_RETURN_IF_ERROR(Collect(reader, edge.parent(), true, known));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<rows::OrganisationRow>> WithSameCode(const Reader& reader,
                                                                const rows::OrganisationRow& row) {
  std::vector<rows::OrganisationRow> others;
  for (const rows::DatedTextRow& code : row.codes()) {
    ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> ids, WithCode(reader, code.text()));
    ZHIBU_RETURN_IF_ERROR(AddOthers(reader, ids, row.id(), others));
  }
  return others;
}

absl::StatusOr<std::vector<rows::OrganisationRow>> WithSameExternalId(
    const Reader& reader, const rows::OrganisationRow& row) {
  std::vector<rows::OrganisationRow> others;
  for (const rows::ExternalIdRow& external : row.external_ids()) {
    ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                           WithExternalId(reader, external.system(), external.id()));
    ZHIBU_RETURN_IF_ERROR(AddOthers(reader, ids, row.id(), others));
  }
  return others;
}

absl::Status Books::Store(Txn& txn, const rows::InstitutionRow& row) const {
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::InstitutionRow> before,
                         FindInstitution(txn, row.id()));
  v1::InstitutionChanged event;
  *event.mutable_institution() = ToRecord(row);
  ZHIBU_RETURN_IF_ERROR(Apply(txn, event));
  txn.Emit(event);
  std::set<std::string> covering;
  for (const rows::CoverageRow& coverage : row.coverages())
    covering.insert(coverage.organisation());
  if (before) {
    for (const rows::CoverageRow& coverage : before->coverages()) {
      covering.insert(coverage.organisation());
    }
  }
  for (const std::string& id : covering) ZHIBU_RETURN_IF_ERROR(RefreshAdvisories(txn, norms_, id));
  return absl::OkStatus();
}

absl::Status Books::Store(Txn& txn, const rows::PostRow& row) const {
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PostRow> before, FindPost(txn, row.id()));
  v1::PostChanged event;
  *event.mutable_post() = ToRecord(row);
  ZHIBU_RETURN_IF_ERROR(Apply(txn, event));
  txn.Emit(event);
  for (const std::string& seat :
       std::set<std::string>{row.seat(), (before ? *before : row).seat()}) {
    const std::optional<std::string> organisation = IdOf(kOrganisations, seat);
    if (organisation) ZHIBU_RETURN_IF_ERROR(RefreshAdvisories(txn, norms_, *organisation));
  }
  return absl::OkStatus();
}

absl::Status Books::Load(const Reader& reader) const {
  return ScanOrganisations(reader, [this](const rows::OrganisationRow& row) {
    SetInTree(*tree_, ToRecord(row));
    return true;
  });
}

absl::Status Books::Store(Txn& txn, const rows::OrganisationRow& row) const {
  v1::OrganisationChanged event;
  *event.mutable_organisation() = ToRecord(row);
  ZHIBU_RETURN_IF_ERROR(Apply(txn, event));
  txn.Emit(event);
  txn.OnCommit([tree = tree_, event] { SetInTree(*tree, event.organisation()); });
  return RefreshAdvisories(txn, norms_, row.id());
}

absl::StatusOr<rows::OrganisationRow> Books::ForChange(Call& call, const Reader& reader,
                                                       const std::string& name,
                                                       absl::string_view etag) const {
  ZHIBU_RETURN_IF_ERROR(call.RequireScope(name));
  ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::OrganisationRow> row,
                         FindOrganisation(reader, IdOf(kOrganisations, name).value_or("")));
  if (!row) return NotFound(name);
  ZHIBU_RETURN_IF_ERROR(CheckEtag(name, etag, row->version()));
  return *std::move(row);
}

absl::StatusOr<std::string> Books::SetUp(Call& call, Txn& txn,
                                         const v1::CreateOrganisationRequest& request,
                                         const std::string& prefix, std::set<std::string>& created,
                                         Verdict& verdict) const {
  const std::string& id = request.organisation_id();
  const std::string name = NameOf(kOrganisations, id);
  const std::string at = absl::StrCat(prefix, "organisation");
  Violations form, refused;
  CheckId(id, absl::StrCat(at, "_id"), form);
  CheckForm(request.organisation(), at, form);
  if (!form.empty()) {
    verdict.form.insert(verdict.form.end(), form.begin(), form.end());
    verdict.undecided.insert(id);
    return name;
  }
  // What is answered only is not taken from a request.
  v1::Organisation given = request.organisation();
  given.clear_titles();
  given.clear_kinds();
  given.clear_codes();
  given.clear_successors();
  rows::OrganisationRow row = RowOf(given);
  row.set_id(id);
  row.set_version(1);

  bool root = true;
  for (const rows::EdgeRow& edge : row.edges()) {
    if (edge.line() != type::v1::LINE_SUBORDINATION) continue;
    root = false;
    if (created.contains(edge.parent()) || verdict.undecided.contains(edge.parent())) continue;
    ZHIBU_RETURN_IF_ERROR(call.RequireScope(NameOf(kOrganisations, edge.parent())));
  }
  if (root) ZHIBU_RETURN_IF_ERROR(call.RequireScope(""));

  OrganisationFacts facts;
  for (const rows::EdgeRow& edge : row.edges()) {
    if (verdict.undecided.contains(edge.parent())) facts.undecided.insert(edge.parent());
    // Nothing can be under one that is new, so what is above its parents makes no cycle.
    ZHIBU_RETURN_IF_ERROR(Collect(txn, edge.parent(), /*all_above=*/false, facts.known));
  }
  ZHIBU_ASSIGN_OR_RETURN(facts.same_code, WithSameCode(txn, row));
  ZHIBU_ASSIGN_OR_RETURN(facts.same_external_id, WithSameExternalId(txn, row));
  JudgeOrganisation(row, facts, at, refused);
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::OrganisationRow> old, FindOrganisation(txn, id));
  if (old) {
    AddViolation(refused, "ORGANISATION_EXISTS", absl::StrCat(at, "_id"),
                 absl::StrCat("党组织 ", id, " 已经登记"));
  }
  if (!refused.empty()) {
    verdict.refused.insert(verdict.refused.end(), refused.begin(), refused.end());
    if (!old) verdict.undecided.insert(id);
    return name;
  }
  SortDated(row);
  created.insert(id);
  ZHIBU_RETURN_IF_ERROR(Store(txn, row));
  return name;
}

}  // namespace zhibu::registry
