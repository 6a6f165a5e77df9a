#include "services/registry/organisations/organisations.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "common/base/resource_name.h"
#include "common/base/text.h"
#include "services/registry/books/convert.h"
#include "services/registry/books/names.h"
#include "services/registry/books/subtree.h"
#include "services/registry/books/tables.h"
#include "services/registry/rules/dated.h"

namespace zhibu::registry {
namespace {

// Corrects what is said of the present by the paths of the mask.
void Correct(const v1::UpdateOrganisationRequest& request, rows::OrganisationRow& row) {
  const rows::OrganisationRow given = RowOf(request.organisation());
  for (const std::string& path : request.update_mask().paths()) {
    if (path == "title") {
      SetTitle(row, row.titles(row.titles_size() - 1).from(), given.title());
    } else if (path == "code") {
      const int last = row.codes_size() - 1;
      SetCode(row, last < 0 ? row.established() : row.codes(last).from(), given.code());
    } else if (path == "level") {
      row.mutable_kinds(row.kinds_size() - 1)->set_level(request.organisation().level());
    } else if (path == "external_ids") {
      *row.mutable_external_ids() = given.external_ids();
    }
  }
  SortDated(row);
}

bool ExistsOn(const rows::OrganisationRow& row, absl::CivilDay day) {
  return LifeOf(row).Has(DayNumber(day));
}

// On the day, or on its last day where it had ended by then.
absl::CivilDay DayShown(const rows::OrganisationRow& row, absl::CivilDay day) {
  return std::min(day, DayFromNumber(row.dissolved() - 1));
}

// The one in the caller's scope that has the title on the day; where none has, the one that ended
// before and had it last. As of the day that is shown.
absl::StatusOr<v1::Organisation> Titled(Call& call, const Reader& reader, const std::string& title,
                                        absl::CivilDay day) {
  const std::string wanted = ComparedName(title);
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                         PerhapsTitled(reader, kOrganisations, title));
  std::vector<rows::OrganisationRow> existing, ended;
  for (const std::string& id : ids) {
    if (!call.RequireScope(NameOf(kOrganisations, id)).ok()) continue;
    ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::OrganisationRow> row, FindOrganisation(reader, id));
    if (!row) return absl::DataLossError("an index names an organisation that is not there");
    if (DayNumber(day) < row->established()) continue;
    if (ComparedName(TitleOn(*row, DayNumber(DayShown(*row, day)))) != wanted) continue;
    (ExistsOn(*row, day) ? existing : ended).push_back(*std::move(row));
  }
  const std::vector<rows::OrganisationRow>& found = existing.empty() ? ended : existing;
  if (found.empty()) return NotFound(title);
  if (found.size() == 1) return AsOf(found[0], DayShown(found[0], day));
  std::vector<Namesake> namesakes;
  for (const rows::OrganisationRow& row : found) {
    const absl::CivilDay shown = DayShown(row, day);
    const v1::Organisation organisation = AsOf(row, shown);
    namesakes.push_back({organisation.name(), organisation.title(),
                         organisation.subordination_parent(), shown, existing.empty()});
  }
  return NameNotUnique(call, reader, namesakes);
}

}  // namespace

absl::Status Organisations::Create(Call& call, const v1::CreateOrganisationRequest& request,
                                   Txn& txn, v1::CreateOrganisationResponse* response) const {
  std::set<std::string> created;
  Verdict verdict;
  ZHIBU_ASSIGN_OR_RETURN(const std::string name,
                         books_.SetUp(call, txn, request, "", created, verdict));
  ZHIBU_RETURN_IF_ERROR(OneRow(verdict, name, "ORGANISATION_EXISTS"));
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::OrganisationRow> row,
                         FindOrganisation(txn, request.organisation_id()));
  *response->mutable_organisation() = AsOf(*row, DayFromNumber(row->established()));
  return absl::OkStatus();
}

absl::Status Organisations::BatchCreate(Call& call,
                                        const v1::BatchCreateOrganisationsRequest& request,
                                        Txn& txn,
                                        v1::BatchCreateOrganisationsResponse* response) const {
  std::set<std::string> created;
  return TakeBatch(
      request, response,
      [&](const v1::CreateOrganisationRequest& row, const std::string& prefix, Verdict& verdict) {
        return books_.SetUp(call, txn, row, prefix, created, verdict);
      });
}

absl::Status Organisations::Update(Call& call, const v1::UpdateOrganisationRequest& request,
                                   Txn& txn, v1::UpdateOrganisationResponse* response) const {
  const v1::Organisation& given = request.organisation();
  Verdict verdict;
  CheckName(kOrganisations, given.name(), "organisation.name", verdict.form);
  RequireEtag(given.etag(), "organisation.etag", verdict.form);
  CheckMask(request.update_mask(), {"title", "code", "level", "external_ids"}, verdict.form);
  for (const std::string& path : request.update_mask().paths()) {
    if (path == "title") CheckTitle(given.title(), "organisation.title", verdict.form);
    if (path == "code") CheckCode(given.code(), "organisation.code", verdict.form);
    if (path == "external_ids") CheckExternalIds(given, "organisation", verdict.form);
  }
  ZHIBU_RETURN_IF_ERROR(verdict.status());
  ZHIBU_ASSIGN_OR_RETURN(rows::OrganisationRow row,
                         books_.ForChange(call, txn, given.name(), given.etag()));
  Correct(request, row);
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<rows::OrganisationRow> same_code,
                         WithSameCode(txn, row));
  JudgeCode(row, same_code, "organisation", verdict.refused);
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<rows::OrganisationRow> same_external_id,
                         WithSameExternalId(txn, row));
  JudgeExternalIds(row, same_external_id, "organisation", verdict.refused);
  ZHIBU_RETURN_IF_ERROR(verdict.status());
  row.set_version(row.version() + 1);
  ZHIBU_RETURN_IF_ERROR(books_.Store(txn, row));
  *response->mutable_organisation() = AsOf(row, call.today());
  return absl::OkStatus();
}

absl::Status Organisations::Move(Call& call, const v1::MoveOrganisationRequest& request, Txn& txn,
                                 v1::MoveOrganisationResponse* response) const {
  registry::Move move;
  move.line =
      request.line() == type::v1::LINE_UNSPECIFIED ? type::v1::LINE_SUBORDINATION : request.line();
  const bool subordination = move.line == type::v1::LINE_SUBORDINATION;
  Verdict verdict;
  CheckName(kOrganisations, request.name(), "name", verdict.form);
  RequireEtag(request.etag(), "etag", verdict.form);
  if (move.line == type::v1::LINE_EITHER) {
    AddViolation(verdict.form, "LINE_INVALID", "line", "关系线只能是隶属或属地");
  }
  if (!request.old_parent().empty())
    CheckName(kOrganisations, request.old_parent(), "old_parent", verdict.form);
  if (!request.new_parent().empty()) {
    CheckName(kOrganisations, request.new_parent(), "new_parent", verdict.form);
  } else if (subordination || request.old_parent().empty()) {
    AddViolation(
        verdict.form, "PARENT_REQUIRED", "new_parent",
        subordination ? "隶属关系不能空缺，必须填写新的上级" : "必须填写原指导组织或新指导组织");
  }
  CheckDate(request.effective_on(), true, "effective_on", verdict.form);
  CheckDocumentNumber(request.document_number(), "document_number", verdict.form);
  CheckCode(request.code(), "code", verdict.form);
  CheckReason(request.reason(), "reason", verdict.form);
  if (!request.authority().empty()) {
    CheckName(kOrganisations, request.authority(), "authority", verdict.form);
  }
  ZHIBU_RETURN_IF_ERROR(verdict.status());
  move.old_parent = IdOf(kOrganisations, request.old_parent()).value_or("");
  move.new_parent = IdOf(kOrganisations, request.new_parent()).value_or("");
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay effective, FromProto(request.effective_on()));
  move.effective = DayNumber(effective);
  move.document_number = request.document_number();
  move.authority = IdOf(kOrganisations, request.authority()).value_or("");
  move.reason = request.reason();

  if (subordination) ZHIBU_RETURN_IF_ERROR(call.RequireScope(request.new_parent()));
  ZHIBU_ASSIGN_OR_RETURN(rows::OrganisationRow row,
                         books_.ForChange(call, txn, request.name(), request.etag()));
  OrganisationFacts facts;
  if (!move.new_parent.empty()) {
    ZHIBU_RETURN_IF_ERROR(Collect(txn, move.new_parent, /*all_above=*/true, facts.known));
  }
  JudgeMove(move, facts, row, verdict.refused);
  ZHIBU_RETURN_IF_ERROR(verdict.status());
  if (!request.code().empty()) {
    if (!row.codes().empty() && row.codes(row.codes_size() - 1).from() > move.effective) {
      return Refused("effective_on", "PERIOD_INVALID",
                     "现有的党组织代码从更晚的日期起使用，请核对生效日期");
    }
    SetCode(row, move.effective, request.code());
    ZHIBU_ASSIGN_OR_RETURN(const std::vector<rows::OrganisationRow> same_code,
                           WithSameCode(txn, row));
    JudgeCode(row, same_code, "request", verdict.refused);
    ZHIBU_RETURN_IF_ERROR(verdict.status());
  }
  SortDated(row);
  row.set_version(row.version() + 1);
  ZHIBU_RETURN_IF_ERROR(books_.Store(txn, row));
  *response->mutable_organisation() = AsOf(row, effective);
  return absl::OkStatus();
}

absl::Status Organisations::Get(Call& call, const v1::GetOrganisationRequest& request,
                                const Reader& reader, v1::GetOrganisationResponse* response) const {
  Verdict verdict;
  CheckName(kOrganisations, request.name(), "name", verdict.form);
  ZHIBU_RETURN_IF_ERROR(verdict.status());
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay day, call.AsOf(request));
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::OrganisationRow> row,
                         FindOrganisation(reader, *IdOf(kOrganisations, request.name())));
  if (!row || !ExistsOn(*row, day)) return NotFound(request.name());
  *response->mutable_organisation() = AsOf(*row, day);
  return absl::OkStatus();
}

absl::Status Organisations::BatchGet(Call& call, const v1::BatchGetOrganisationsRequest& request,
                                     const Reader& reader,
                                     v1::BatchGetOrganisationsResponse* response) const {
  constexpr int kMaxNames = 1000;
  if (request.names().empty() || request.names_size() > kMaxNames) {
    return Malformed("names", "BATCH_SIZE_INVALID", "一次须读取 1–1000 个党组织");
  }
  Verdict verdict;
  for (int i = 0; i < request.names_size(); ++i) {
    CheckName(kOrganisations, request.names(i), absl::StrCat("names[", i, "]"), verdict.form);
  }
  ZHIBU_RETURN_IF_ERROR(verdict.status());
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay day, call.AsOf(request));
  for (const std::string& name : request.names()) {
    ZHIBU_RETURN_IF_ERROR(call.RequireScope(name));
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::OrganisationRow> row,
                           FindOrganisation(reader, *IdOf(kOrganisations, name)));
    if (!row || !ExistsOn(*row, day)) return NotFound(name);
    *response->add_organisations() = AsOf(*row, day);
  }
  return absl::OkStatus();
}

absl::Status Organisations::Find(Call& call, const v1::FindOrganisationRequest& request,
                                 const Reader& reader,
                                 v1::FindOrganisationResponse* response) const {
  const bool by_code = !request.code().empty();
  const bool by_title = !request.title().empty();
  const bool by_external_id = !request.system().empty() && !request.external_id().empty();
  const bool half = request.system().empty() != request.external_id().empty();
  if (half || by_code + by_title + by_external_id != 1) {
    return Malformed("code", "KEY_REQUIRED",
                     "请只填写一项：党组织代码，外部系统及其中的编号（两项都要），或全称");
  }
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay day, call.AsOf(request));
  if (by_title) {
    Verdict verdict;
    CheckTitle(request.title(), "title", verdict.form);
    ZHIBU_RETURN_IF_ERROR(verdict.status());
    ZHIBU_ASSIGN_OR_RETURN(*response->mutable_organisation(),
                           Titled(call, reader, request.title(), day));
    return absl::OkStatus();
  }
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                         by_code ? WithCode(reader, request.code())
                                 : WithExternalId(reader, request.system(), request.external_id()));
  for (const std::string& id : ids) {
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::OrganisationRow> row,
                           FindOrganisation(reader, id));
    if (!row || !ExistsOn(*row, day)) continue;
    const bool has =
        by_code ? CodeOn(*row, DayNumber(day)) == request.code()
                : ExternalIdOn(*row, request.system(), DayNumber(day)) == request.external_id();
    if (!has || !call.RequireScope(NameOf(kOrganisations, id)).ok()) continue;
    *response->mutable_organisation() = AsOf(*row, day);
    return absl::OkStatus();
  }
  return NotFound(by_code ? request.code() : request.external_id());
}

absl::Status Organisations::Ancestors(Call& call, const v1::GetAncestorsRequest& request,
                                      const Reader& reader,
                                      v1::GetAncestorsResponse* response) const {
  Verdict verdict;
  CheckName(kOrganisations, request.name(), "name", verdict.form);
  ZHIBU_RETURN_IF_ERROR(verdict.status());
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay day, call.AsOf(request));
  const std::string id = *IdOf(kOrganisations, request.name());
  std::map<std::string, rows::OrganisationRow> above;
  ZHIBU_RETURN_IF_ERROR(Collect(reader, id, /*all_above=*/true, above));
  const auto self = above.find(id);
  if (self == above.end() || !ExistsOn(self->second, day)) return NotFound(request.name());
  for (const std::string& ancestor : AncestorsAmong(above, id, request.line(), day)) {
    if (ancestor != id) *response->add_organisations() = AsOf(above.at(ancestor), day);
  }
  return absl::OkStatus();
}

absl::Status Organisations::List(Call& call, const v1::ListOrganisationsRequest& request,
                                 const Reader&, v1::ListOrganisationsResponse* response) const {
  Verdict verdict;
  if (!request.root().empty()) CheckName(kOrganisations, request.root(), "root", verdict.form);
  ZHIBU_RETURN_IF_ERROR(verdict.status());
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay day, call.AsOf(request));
  ZHIBU_ASSIGN_OR_RETURN(Page page, pages_->Open(request, call.caller()));
  const std::string root = IdOf(kOrganisations, request.root()).value_or("");
  ZHIBU_ASSIGN_OR_RETURN(const auto found, FoundOnce<SubtreeNode>(page, [&] {
                           return request.status() == v1::ORGANISATION_STATUS_DISSOLVED
                                      ? ReadDissolved(*page.snapshot, root, request.line(), day)
                                      : ReadSubtree(*page.snapshot, root, request.line(), day);
                         }));
  const auto& kinds = request.kinds();
  return FillPage(
      *pages_, page, *found, response, response->mutable_organisations(),
      [&](const SubtreeNode& at) -> absl::StatusOr<std::optional<v1::OrganisationNode>> {
        ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::OrganisationRow> row,
                               FindOrganisation(*page.snapshot, at.id));
        if (!row) return absl::DataLossError("a subtree names an organisation that is not there");
        const absl::CivilDay shown = DayShown(*row, day);
        if (!kinds.empty() &&
            std::find(kinds.begin(), kinds.end(), KindOn(*row, DayNumber(shown))) == kinds.end()) {
          return std::nullopt;
        }
        v1::OrganisationNode node;
        *node.mutable_organisation() = AsOf(*row, shown);
        node.set_depth(at.depth);
        return node;
      });
}

}  // namespace zhibu::registry
