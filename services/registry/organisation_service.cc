#include "services/registry/organisation_service.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "common/base/resource_name.h"
#include "common/rpc/organisation_mirror.h"
#include "services/registry/convert.h"
#include "services/registry/subtree.h"
#include "services/registry/tables.h"

namespace zhibu::registry {
namespace {

// Adds the organisation and, with `all_above`, everything that was ever above it.
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

absl::StatusOr<std::vector<rows::OrganisationRow>> SameCode(const Reader& reader,
                                                            const rows::OrganisationRow& row) {
  std::vector<rows::OrganisationRow> others;
  if (row.code().empty()) return others;
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> ids, WithCode(reader, row.code()));
  for (const std::string& id : ids) {
    if (id == row.id()) continue;
    ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::OrganisationRow> other,
                           FindOrganisation(reader, id));
    if (other) others.push_back(*std::move(other));
  }
  return others;
}

// The stored organisation that a change is about, in scope and unchanged since the caller read it.
absl::StatusOr<rows::OrganisationRow> ForChange(Call& call, const Reader& reader,
                                                const std::string& name, absl::string_view etag) {
  ZHIBU_RETURN_IF_ERROR(call.RequireScope(name));
  ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::OrganisationRow> row,
                         FindOrganisation(reader, IdOf(kOrganisations, name).value_or("")));
  if (!row) return NotFound(name);
  ZHIBU_RETURN_IF_ERROR(CheckEtag(name, etag, row->version()));
  return *std::move(row);
}

void CheckName(absl::string_view name, absl::string_view at, Violations& form) {
  if (IdOf(kOrganisations, name)) return;
  AddViolation(form, "NAME_INVALID", std::string(at), "党组织须写成 organisations/{编号}");
}

}  // namespace

absl::Status OrganisationService::Load(const Reader& reader) {
  return ScanOrganisations(reader, [this](const rows::OrganisationRow& row) {
    SetInTree(*tree_, ToContract(row));
    return true;
  });
}

absl::Status OrganisationService::Store(Txn& txn, const rows::OrganisationRow& row) {
  v1::OrganisationChanged event;
  *event.mutable_organisation() = ToContract(row);
  ZHIBU_RETURN_IF_ERROR(Apply(txn, event));
  txn.Emit(event);
  txn.OnCommit([tree = tree_, event] { SetInTree(*tree, event.organisation()); });
  return absl::OkStatus();
}

absl::StatusOr<std::string> OrganisationService::Take(Call& call, Txn& txn,
                                                      const v1::CreateOrganisationRequest& request,
                                                      const std::string& prefix,
                                                      std::set<std::string>& created,
                                                      Verdict& verdict) {
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
  rows::OrganisationRow row = RowOf(request.organisation());
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
  ZHIBU_ASSIGN_OR_RETURN(facts.same_code, SameCode(txn, row));
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

absl::Status OrganisationService::Create(Call& call, const v1::CreateOrganisationRequest& request,
                                         Txn& txn, v1::CreateOrganisationResponse* response) {
  std::set<std::string> created;
  Verdict verdict;
  ZHIBU_ASSIGN_OR_RETURN(const std::string name, Take(call, txn, request, "", created, verdict));
  ZHIBU_RETURN_IF_ERROR(OneRow(verdict, name, "ORGANISATION_EXISTS"));
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::OrganisationRow> row,
                         FindOrganisation(txn, request.organisation_id()));
  *response->mutable_organisation() = AsOf(*row, DayFromNumber(row->established()));
  return absl::OkStatus();
}

absl::Status OrganisationService::BatchCreate(Call& call,
                                              const v1::BatchCreateOrganisationsRequest& request,
                                              Txn& txn,
                                              v1::BatchCreateOrganisationsResponse* response) {
  std::set<std::string> created;
  return TakeBatch(
      request, response,
      [&](const v1::CreateOrganisationRequest& row, const std::string& prefix, Verdict& verdict) {
        return Take(call, txn, row, prefix, created, verdict);
      });
}

absl::Status OrganisationService::Update(Call& call, const v1::UpdateOrganisationRequest& request,
                                         Txn& txn, v1::UpdateOrganisationResponse* response) {
  const v1::Organisation& given = request.organisation();
  Verdict verdict;
  CheckName(given.name(), "organisation.name", verdict.form);
  RequireEtag(given.etag(), "organisation.etag", verdict.form);
  CheckMask(request.update_mask(), {"title", "code"}, verdict.form);
  for (const std::string& path : request.update_mask().paths()) {
    if (path == "title") CheckTitle(given.title(), "organisation.title", verdict.form);
    if (path == "code") CheckCode(given.code(), "organisation.code", verdict.form);
  }
  ZHIBU_RETURN_IF_ERROR(verdict.status());
  ZHIBU_ASSIGN_OR_RETURN(rows::OrganisationRow row,
                         ForChange(call, txn, given.name(), given.etag()));
  for (const std::string& path : request.update_mask().paths()) {
    if (path == "title") row.set_title(given.title());
    if (path == "code") row.set_code(given.code());
  }
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<rows::OrganisationRow> same_code, SameCode(txn, row));
  JudgeCode(row, same_code, "organisation", verdict.refused);
  ZHIBU_RETURN_IF_ERROR(verdict.status());
  row.set_version(row.version() + 1);
  ZHIBU_RETURN_IF_ERROR(Store(txn, row));
  *response->mutable_organisation() = AsOf(row, call.today());
  return absl::OkStatus();
}

absl::Status OrganisationService::Move(Call& call, const v1::MoveOrganisationRequest& request,
                                       Txn& txn, v1::MoveOrganisationResponse* response) {
  registry::Move move;
  move.line =
      request.line() == type::v1::LINE_UNSPECIFIED ? type::v1::LINE_SUBORDINATION : request.line();
  const bool subordination = move.line == type::v1::LINE_SUBORDINATION;
  Verdict verdict;
  CheckName(request.name(), "name", verdict.form);
  RequireEtag(request.etag(), "etag", verdict.form);
  if (move.line == type::v1::LINE_EITHER) {
    AddViolation(verdict.form, "LINE_INVALID", "line", "关系线只能是隶属或属地");
  }
  if (!request.old_parent().empty()) CheckName(request.old_parent(), "old_parent", verdict.form);
  if (!request.new_parent().empty()) {
    CheckName(request.new_parent(), "new_parent", verdict.form);
  } else if (subordination || request.old_parent().empty()) {
    AddViolation(
        verdict.form, "PARENT_REQUIRED", "new_parent",
        subordination ? "隶属关系不能空缺，必须填写新的上级" : "必须填写原指导组织或新指导组织");
  }
  CheckDate(request.effective(), true, "effective", verdict.form);
  CheckDocumentNumber(request.document_number(), "document_number", verdict.form);
  ZHIBU_RETURN_IF_ERROR(verdict.status());
  move.old_parent = IdOf(kOrganisations, request.old_parent()).value_or("");
  move.new_parent = IdOf(kOrganisations, request.new_parent()).value_or("");
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay effective, FromProto(request.effective()));
  move.effective = DayNumber(effective);
  move.document_number = request.document_number();

  if (subordination) ZHIBU_RETURN_IF_ERROR(call.RequireScope(request.new_parent()));
  ZHIBU_ASSIGN_OR_RETURN(rows::OrganisationRow row,
                         ForChange(call, txn, request.name(), request.etag()));
  OrganisationFacts facts;
  if (!move.new_parent.empty()) {
    ZHIBU_RETURN_IF_ERROR(Collect(txn, move.new_parent, /*all_above=*/true, facts.known));
  }
  JudgeMove(move, facts, row, verdict.refused);
  ZHIBU_RETURN_IF_ERROR(verdict.status());
  SortDated(row);
  row.set_version(row.version() + 1);
  ZHIBU_RETURN_IF_ERROR(Store(txn, row));
  *response->mutable_organisation() = AsOf(row, effective);
  return absl::OkStatus();
}

absl::Status OrganisationService::Get(Call& call, const v1::GetOrganisationRequest& request,
                                      const Reader& reader, v1::GetOrganisationResponse* response) {
  Verdict verdict;
  CheckName(request.name(), "name", verdict.form);
  ZHIBU_RETURN_IF_ERROR(verdict.status());
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay day, ReadDay(request.as_of(), call.today()));
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::OrganisationRow> row,
                         FindOrganisation(reader, *IdOf(kOrganisations, request.name())));
  if (!row || DayNumber(day) < row->established() || DayNumber(day) >= row->dissolved()) {
    return NotFound(request.name());
  }
  *response->mutable_organisation() = AsOf(*row, day);
  return absl::OkStatus();
}

absl::Status OrganisationService::List(Call& call, const v1::ListOrganisationsRequest& request,
                                       const Reader&, v1::ListOrganisationsResponse* response) {
  Verdict verdict;
  if (!request.root().empty()) CheckName(request.root(), "root", verdict.form);
  ZHIBU_RETURN_IF_ERROR(verdict.status());
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay day, ReadDay(request.as_of(), call.today()));
  ZHIBU_ASSIGN_OR_RETURN(const Page page, pages_->Open(request));
  ZHIBU_ASSIGN_OR_RETURN(
      const std::vector<SubtreeNode> nodes,
      ReadSubtree(*page.snapshot, IdOf(kOrganisations, request.root()).value_or(""), request.line(),
                  day));
  // The snapshot is the same for every page, and so is the order: the position is a place in it.
  int64_t next = 0;
  if (!page.position.empty() && !absl::SimpleAtoi(page.position, &next)) {
    return absl::InternalError("a page's position is not ours");
  }
  for (; next < static_cast<int64_t>(nodes.size()); ++next) {
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::OrganisationRow> row,
                           FindOrganisation(*page.snapshot, nodes[next].id));
    if (!row) return absl::DataLossError("a subtree names an organisation that is not there");
    if (!request.kinds().empty() && std::find(request.kinds().begin(), request.kinds().end(),
                                              row->kind()) == request.kinds().end()) {
      continue;
    }
    if (response->organisations_size() == page.size) {
      response->set_next_page_token(pages_->NextToken(page, absl::StrCat(next)));
      break;
    }
    v1::OrganisationNode& node = *response->add_organisations();
    *node.mutable_organisation() = AsOf(*row, day);
    node.set_depth(nodes[next].depth);
  }
  response->set_revision(page.revision);
  return absl::OkStatus();
}

}  // namespace zhibu::registry
