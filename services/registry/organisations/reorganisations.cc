#include "services/registry/organisations/reorganisations.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/civil.h"
#include "common/base/copy_fields.h"
#include "common/base/resource_name.h"
#include "common/store/keys.h"
#include "services/registry/books/convert.h"
#include "services/registry/books/member_counts.h"
#include "services/registry/books/subtree_page.h"
#include "services/registry/books/tables.h"
#include "services/registry/rules/dated.h"
#include "zhibu/registry/v1/events.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::registry {
namespace {

constexpr int kMostMerged = 100;
constexpr int kMostParts = 20;
constexpr int kMostPersons = 2000;

v1::OrganisationVersion Read(const std::string& organisation, const std::string& etag) {
  v1::OrganisationVersion read;
  read.set_organisation(organisation);
  read.set_etag(etag);
  return read;
}

std::string OrganisationId(absl::string_view name) {
  return IdOf(kOrganisations, name).value_or("");
}

// An entry of a dated list that begins only after the decision cannot be changed by it.
template <typename List>
void RequireNotLater(const List& list, int32_t effective, absl::string_view what,
                     Violations& refused) {
  if (list.empty() || list.Get(list.size() - 1).from() <= effective) return;
  AddViolation(refused, "PERIOD_INVALID", "decision.effective_on",
               absl::StrCat("现有的", what, "自 ",
                            FormatDate(DayFromNumber(list.Get(list.size() - 1).from())),
                            " 起才使用，生效日期不能更早"));
}

void AddSuccession(const std::string& from, const std::string& to, v1::Reorganisation& decision) {
  v1::Succession& succession = *decision.add_successions();
  succession.set_from_organisation(from);
  succession.set_to_organisation(to);
}

}  // namespace

absl::StatusOr<Reorganisations::Decided> Reorganisations::Begin(
    Call& call, Txn& txn, const std::string& id, const v1::Decision& decision,
    v1::ReorganisationKind kind, const std::vector<v1::OrganisationVersion>& subjects,
    Violations form) const {
  CheckId(id, "reorganisation_id", form);
  if (!decision.authority().empty()) {
    CheckName(kOrganisations, decision.authority(), "decision.authority", form);
  }
  CheckDocumentNumber(decision.document_number(), "decision.document_number", form);
  if (decision.document_number().empty()) {
    AddViolation(form, "DOCUMENT_NUMBER_INVALID", "decision.document_number", "必须填写批准的文号");
  }
  CheckDate(decision.effective_on(), true, "decision.effective_on", form);
  CheckReason(decision.reason(), "decision.reason", form);
  std::set<std::string> names;
  for (const v1::OrganisationVersion& subject : subjects) {
    CheckName(kOrganisations, subject.organisation(), "organisation", form);
    RequireEtag(subject.etag(), "etag", form);
    if (!names.insert(subject.organisation()).second) {
      AddViolation(form, "NAME_REPEATED", subject.organisation(), "同一个党组织填写了两次");
    }
  }
  if (!form.empty()) return Malformed(form);

  Decided decided;
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay effective, FromProto(decision.effective_on()));
  decided.effective = DayNumber(effective);
  v1::Reorganisation& made = decided.decision;
  made.set_name(NameOf(kReorganisations, id));
  made.set_kind(kind);
  made.set_authority(decision.authority());
  made.set_document_number(decision.document_number());
  *made.mutable_effective_on() = decision.effective_on();
  made.set_reason(decision.reason());
  made.set_actor(call.principal().name());
  made.mutable_recorded_at()->set_seconds(absl::ToUnixSeconds(txn.now()));
  bool root = true;
  for (const v1::OrganisationVersion& subject : subjects) {
    ZHIBU_ASSIGN_OR_RETURN(rows::OrganisationRow row,
                           books_.ForChange(call, txn, subject.organisation(), subject.etag()));
    if (!LifeOf(row).Has(decided.effective) || row.established() == decided.effective) {
      AddViolation(decided.refused, "PERIOD_INVALID", "decision.effective_on",
                   absl::StrCat("生效日期须在 ", row.id(), " 成立之后、撤销之前（",
                                PeriodText(LifeOf(row)), "）"));
    }
    root = root && AsOf(row, effective).subordination_parent().empty();
    made.add_subjects(subject.organisation());
    decided.subjects.push_back(std::move(row));
  }
  if (effective > call.today()) {
    AddViolation(decided.refused, "EFFECTIVE_IN_FUTURE", "decision.effective_on",
                 "生效日期不能晚于今天：文件生效之日再登记");
    decided.refused.back().earliest = effective;
  }
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::OrganisationRow> authority,
                         FindOrganisation(txn, OrganisationId(decision.authority())));
  const bool unknown_superior = decision.authority().empty() && root;
  if (!unknown_superior && (!authority || !LifeOf(*authority).Has(decided.effective))) {
    AddViolation(decided.refused, "AUTHORITY_NOT_THERE", "decision.authority",
                 "批准机关在生效日期没有登记或已经撤销；只有没有上级的党组织可以不填");
  }
  ZHIBU_ASSIGN_OR_RETURN(const auto existing, FindReorganisation(txn, id));
  if (existing) return AlreadyExists(made.name(), "REORGANISATION_EXISTS");
  // The rest would be judged by a day that is not one of theirs.
  if (!decided.refused.empty()) return Refused(decided.refused);
  return decided;
}

absl::Status Reorganisations::Finish(Txn& txn, Decided& decided, v1::Reorganisation* answer) const {
  if (!decided.refused.empty()) return Refused(decided.refused);
  v1::Reorganised event;
  CopyFields(decided.decision, event.mutable_reorganisation());
  ZHIBU_RETURN_IF_ERROR(Apply(txn, event));
  txn.Emit(event);
  answer->Swap(&decided.decision);
  return absl::OkStatus();
}

absl::Status Reorganisations::Rename(Call& call, const v1::RenameOrganisationRequest& request,
                                     Txn& txn, v1::RenameOrganisationResponse* response) const {
  Violations form;
  CheckTitle(request.title(), "title", form);
  ZHIBU_ASSIGN_OR_RETURN(Decided decided,
                         Begin(call, txn, request.reorganisation_id(), request.decision(),
                               v1::REORGANISATION_KIND_RENAME,
                               {Read(request.organisation(), request.etag())}, std::move(form)));
  rows::OrganisationRow& row = decided.subjects.front();
  RequireNotLater(row.titles(), decided.effective, "名称", decided.refused);
  if (!decided.refused.empty()) return Refused(decided.refused);
  SetTitle(row, decided.effective, request.title());
  row.set_version(row.version() + 1);
  ZHIBU_RETURN_IF_ERROR(books_.Store(txn, row));
  decided.decision.set_title(request.title());
  return Finish(txn, decided, response->mutable_reorganisation());
}

absl::Status Reorganisations::ChangeKind(Call& call,
                                         const v1::ChangeOrganisationKindRequest& request, Txn& txn,
                                         v1::ChangeOrganisationKindResponse* response) const {
  Violations form;
  if (request.kind() == type::v1::ORGANISATION_KIND_UNSPECIFIED) {
    AddViolation(form, "KIND_REQUIRED", "kind", "必须填写党组织类别");
  }
  if (!request.title().empty()) CheckTitle(request.title(), "title", form);
  ZHIBU_ASSIGN_OR_RETURN(Decided decided,
                         Begin(call, txn, request.reorganisation_id(), request.decision(),
                               v1::REORGANISATION_KIND_CHANGE_KIND,
                               {Read(request.organisation(), request.etag())}, std::move(form)));
  rows::OrganisationRow& row = decided.subjects.front();
  RequireNotLater(row.kinds(), decided.effective, "类别", decided.refused);
  if (!request.title().empty()) {
    RequireNotLater(row.titles(), decided.effective, "名称", decided.refused);
  }
  if (!decided.refused.empty()) return Refused(decided.refused);
  SetKind(row, decided.effective, request.kind(), request.level());
  if (!request.title().empty()) SetTitle(row, decided.effective, request.title());

  const auto misfit = [&](const rows::OrganisationRow& child, const rows::EdgeRow& edge,
                          const rows::OrganisationRow& parent) {
    if (!MisfitUnder(child, edge, parent)) return;
    AddViolation(decided.refused, "KIND_NOT_ALLOWED_UNDER_PARENT",
                 NameOf(kOrganisations, child.id()),
                 absl::StrCat(child.id(), " 不能设在 ", parent.id(), " 之下（变更后的类别），",
                              "请先调整它的隶属或类别"));
  };
  for (const rows::EdgeRow& edge : row.edges()) {
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::OrganisationRow> parent,
                           FindOrganisation(txn, edge.parent()));
    if (parent) misfit(row, edge, *parent);
  }
  for (const auto line : {type::v1::LINE_SUBORDINATION, type::v1::LINE_TERRITORIAL}) {
    ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> below, BelowOn(txn, row.id(), line));
    for (const std::string& id : below) {
      ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::OrganisationRow> child,
                             FindOrganisation(txn, id));
      for (const rows::EdgeRow& edge : child->edges()) {
        if (edge.parent() == row.id() && edge.line() == line) misfit(*child, edge, row);
      }
    }
  }
  row.set_version(row.version() + 1);
  ZHIBU_RETURN_IF_ERROR(books_.Store(txn, row));
  decided.decision.set_new_kind(request.kind());
  decided.decision.set_new_level(request.level());
  decided.decision.set_title(request.title());
  return Finish(txn, decided, response->mutable_reorganisation());
}

Handover Reorganisations::HandoverOf(const rows::OrganisationRow& from,
                                     const Decided& decided) const {
  Handover handover;
  handover.from = &from;
  handover.effective = decided.effective;
  handover.authority = OrganisationId(decided.decision.authority());
  handover.document_number = decided.decision.document_number();
  handover.reason = decided.decision.reason();
  return handover;
}

absl::Status Reorganisations::ReadSuccessor(Call& call, Txn& txn, const std::string& to,
                                            bool has_establish,
                                            const v1::CreateOrganisationRequest& establish,
                                            const std::string& at, std::set<std::string>& created,
                                            Decided& decided) const {
  if (has_establish) {
    Verdict verdict;
    ZHIBU_ASSIGN_OR_RETURN(
        const std::string name,
        books_.SetUp(call, txn, establish, absl::StrCat(at, "establish."), created, verdict));
    if (name != to) {
      AddViolation(verdict.form, "NAME_INVALID", absl::StrCat(at, "establish.organisation_id"),
                   "新设党组织的编号须与接续的党组织一致");
    }
    ZHIBU_RETURN_IF_ERROR(verdict.status());
  } else {
    ZHIBU_RETURN_IF_ERROR(call.RequireScope(to));
  }
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::OrganisationRow> row,
                         FindOrganisation(txn, OrganisationId(to)));
  if (!row || !LifeOf(*row).Has(decided.effective)) {
    AddViolation(decided.refused, "SUCCESSOR_NOT_THERE", to,
                 "接续的党组织在生效日期没有登记或已经撤销");
    return absl::OkStatus();
  }
  std::map<std::string, rows::OrganisationRow> above;
  ZHIBU_RETURN_IF_ERROR(Collect(txn, row->id(), /*all_above=*/true, above));
  const std::vector<std::string> ancestors = AncestorsAmong(
      above, row->id(), type::v1::LINE_SUBORDINATION, DayFromNumber(decided.effective));
  for (const std::string& ended : decided.decision.ended()) {
    if (std::find(ancestors.begin(), ancestors.end(), OrganisationId(ended)) == ancestors.end()) {
      continue;
    }
    AddViolation(decided.refused, "SUCCESSOR_BELOW", to,
                 absl::StrCat("接续的党组织是 ", OrganisationId(ended),
                              " 本身或它的下级，会随之失去上级，请先调整它的隶属"));
  }
  return absl::OkStatus();
}

absl::Status Reorganisations::HandOverTo(const rows::OrganisationRow& from, const std::string& to,
                                         Txn& txn, Decided& decided) const {
  Handover handover = HandoverOf(from, decided);
  for (const std::string& ended : decided.decision.ended()) {
    handover.ending.insert(OrganisationId(ended));
  }
  handover.of_organisation =
      handover.of_institution = [&](const std::string&) { return OrganisationId(to); };
  return HandOver(handover, books_, txn, *decided.decision.mutable_effects(), decided.refused);
}

absl::Status Reorganisations::End(rows::OrganisationRow row,
                                  const std::vector<std::string>& successors, Txn& txn,
                                  Decided& decided) const {
  ZHIBU_ASSIGN_OR_RETURN(const rows::MemberCountRow counts, CountsOf(txn, row.id()));
  v1::ReorganisationEffects& effects = *decided.decision.mutable_effects();
  effects.set_persons(effects.persons() + counts.persons());
  effects.set_open_cases(effects.open_cases() + counts.open_cases());
  for (const rows::EdgeRow& edge : row.edges()) {
    if (edge.from() < decided.effective) continue;
    AddViolation(decided.refused, "PERIOD_INVALID", NameOf(kOrganisations, row.id()),
                 "该党组织的上级关系在生效日期当天或之后还有变动，请核对生效日期");
    break;
  }
  RequireNotLater(row.titles(), decided.effective, "名称", decided.refused);
  RequireNotLater(row.kinds(), decided.effective, "类别", decided.refused);
  RequireNotLater(row.codes(), decided.effective, "代码", decided.refused);
  EndOn(row, decided.effective);
  for (const std::string& successor : successors) row.add_successors(OrganisationId(successor));
  row.set_version(row.version() + 1);
  return books_.Store(txn, row);
}

absl::Status Reorganisations::Merge(Call& call, const v1::MergeOrganisationsRequest& request,
                                    Txn& txn, v1::MergeOrganisationsResponse* response) const {
  Violations form;
  if (request.merged().empty() || request.merged_size() > kMostMerged) {
    AddViolation(form, "BATCH_SIZE_INVALID", "merged", "须写明 1–100 个被合并的党组织");
  }
  CheckName(kOrganisations, request.into(), "into", form);
  ZHIBU_ASSIGN_OR_RETURN(
      Decided decided, Begin(call, txn, request.reorganisation_id(), request.decision(),
                             v1::REORGANISATION_KIND_MERGE,
                             {request.merged().begin(), request.merged().end()}, std::move(form)));
  *decided.decision.mutable_ended() = decided.decision.subjects();
  std::set<std::string> created;
  ZHIBU_RETURN_IF_ERROR(ReadSuccessor(call, txn, request.into(), request.has_establish(),
                                      request.establish(), "", created, decided));
  if (!decided.refused.empty()) return Refused(decided.refused);
  for (const rows::OrganisationRow& row : decided.subjects) {
    AddSuccession(NameOf(kOrganisations, row.id()), request.into(), decided.decision);
    ZHIBU_RETURN_IF_ERROR(HandOverTo(row, request.into(), txn, decided));
    ZHIBU_RETURN_IF_ERROR(End(row, {request.into()}, txn, decided));
  }
  return Finish(txn, decided, response->mutable_reorganisation());
}

absl::Status Reorganisations::Split(Call& call, const v1::SplitOrganisationRequest& request,
                                    Txn& txn, v1::SplitOrganisationResponse* response) const {
  Violations form;
  if (request.parts().empty() || request.parts_size() > kMostParts) {
    AddViolation(form, "BATCH_SIZE_INVALID", "parts", "须写明 1–20 个部分");
  }
  const std::string& source = request.organisation().organisation();
  std::set<std::string> successors, named;
  std::map<std::string, std::string> organisations, institutions;
  int persons = 0;
  for (int i = 0; i < request.parts_size(); ++i) {
    const v1::SplitPart& part = request.parts(i);
    const std::string at = absl::StrCat("parts[", i, "]");
    const std::string to = OrganisationId(part.organisation());
    CheckName(kOrganisations, part.organisation(), at + ".organisation", form);
    const auto once = [&](const std::string& name, const char* collection) {
      CheckName(collection, name, at, form);
      if (!named.insert(name).second) {
        AddViolation(form, "NAME_REPEATED", at, absl::StrCat(name, " 填写了两次"));
      }
      return IdOf(collection, name).value_or("");
    };
    once(part.organisation(), kOrganisations);
    for (const std::string& name : part.sub_organisations()) {
      organisations[once(name, kOrganisations)] = to;
    }
    for (const std::string& name : part.institutions()) {
      institutions[once(name, kInstitutions)] = to;
    }
    for (const std::string& name : part.persons()) once(name, kPersons);
    persons += part.persons_size();
    successors.insert(part.organisation());
  }
  if (persons > kMostPersons) {
    AddViolation(form, "BATCH_SIZE_INVALID", "parts", "一次最多指定 2000 人；其余的归入 remainder");
  }
  if (request.remainder() != source && !successors.contains(request.remainder())) {
    AddViolation(form, "REMAINDER_INVALID", "remainder",
                 "未写明的部分须留在原党组织，或归入其中一个部分");
  }
  ZHIBU_ASSIGN_OR_RETURN(Decided decided, Begin(call, txn, request.reorganisation_id(),
                                                request.decision(), v1::REORGANISATION_KIND_SPLIT,
                                                {request.organisation()}, std::move(form)));
  const bool goes_on = request.remainder() == source;
  if (!goes_on) decided.decision.add_ended(source);
  std::set<std::string> created;
  for (int i = 0; i < request.parts_size(); ++i) {
    const v1::SplitPart& part = request.parts(i);
    ZHIBU_RETURN_IF_ERROR(ReadSuccessor(call, txn, part.organisation(), part.has_establish(),
                                        part.establish(), absl::StrCat("parts[", i, "]."), created,
                                        decided));
    if (part.organisation() != request.remainder()) {
      AddSuccession(source, part.organisation(), decided.decision);
      *decided.decision.mutable_successions()->rbegin()->mutable_persons() = part.persons();
    }
  }
  if (!goes_on) AddSuccession(source, request.remainder(), decided.decision);
  if (!decided.refused.empty()) return Refused(decided.refused);

  const rows::OrganisationRow& row = decided.subjects.front();
  Handover handover = HandoverOf(row, decided);
  handover.goes_on = goes_on;
  const std::string rest = goes_on ? "" : OrganisationId(request.remainder());
  const auto take = [&rest](std::map<std::string, std::string>& assigned) {
    return [&assigned, &rest](const std::string& id) {
      const auto found = assigned.find(id);
      if (found == assigned.end()) return rest;
      std::string to = found->second;
      assigned.erase(found);
      return to;
    };
  };
  handover.of_organisation = take(organisations);
  handover.of_institution = take(institutions);
  // A part that was under the organisation that ends stands where its request says.
  if (!goes_on) handover.ending.insert(row.id());
  ZHIBU_RETURN_IF_ERROR(
      HandOver(handover, books_, txn, *decided.decision.mutable_effects(), decided.refused));
  for (const auto* left : {&organisations, &institutions}) {
    for (const auto& [id, to] : *left) {
      AddViolation(decided.refused, "PART_NOT_ITS_OWN", id,
                   absl::StrCat(id, " 不归 ", row.id(), " 管，不能随它分设"));
    }
  }
  if (!goes_on) {
    ZHIBU_RETURN_IF_ERROR(End(row, {successors.begin(), successors.end()}, txn, decided));
  } else {
    decided.decision.mutable_effects()->set_persons(persons);
  }
  return Finish(txn, decided, response->mutable_reorganisation());
}

absl::Status Reorganisations::Dissolve(Call& call, const v1::DissolveOrganisationRequest& request,
                                       Txn& txn, v1::DissolveOrganisationResponse* response) const {
  Violations form;
  if (!request.successor().empty()) {
    CheckName(kOrganisations, request.successor(), "successor", form);
  }
  ZHIBU_ASSIGN_OR_RETURN(
      Decided decided,
      Begin(call, txn, request.reorganisation_id(), request.decision(),
            v1::REORGANISATION_KIND_DISSOLVE, {request.organisation()}, std::move(form)));
  *decided.decision.mutable_ended() = decided.decision.subjects();
  const rows::OrganisationRow& row = decided.subjects.front();
  const std::string name = NameOf(kOrganisations, row.id());
  std::vector<std::string> successors;
  if (!request.successor().empty()) {
    std::set<std::string> created;
    ZHIBU_RETURN_IF_ERROR(ReadSuccessor(call, txn, request.successor(), false,
                                        v1::CreateOrganisationRequest(), "", created, decided));
    if (!decided.refused.empty()) return Refused(decided.refused);
    AddSuccession(name, request.successor(), decided.decision);
    successors.push_back(request.successor());
  }
  ZHIBU_RETURN_IF_ERROR(HandOverTo(row, request.successor(), txn, decided));
  ZHIBU_RETURN_IF_ERROR(End(row, successors, txn, decided));
  const v1::ReorganisationEffects& effects = decided.decision.effects();
  if (effects.posts() > 0 && !request.end_posts()) {
    AddViolation(
        decided.refused, "POSTS_LEFT", name,
        absl::StrCat("还有 ", effects.posts(), " 个职务在任，请先免职，或写明职务随之结束"));
  }
  if (request.successor().empty() && effects.persons() > 0) {
    AddViolation(decided.refused, "PERSONS_LEFT", name,
                 absl::StrCat("还有 ", effects.persons(), " 人的组织关系在此，请写明接续的党组织"));
  }
  if (request.successor().empty() && effects.open_cases() > 0) {
    AddViolation(
        decided.refused, "OPEN_CASES_LEFT", name,
        absl::StrCat("还有 ", effects.open_cases(), " 份未办结的发展档案，请写明接续的党组织"));
  }
  return Finish(txn, decided, response->mutable_reorganisation());
}

absl::Status Reorganisations::Get(Call& call, const v1::GetReorganisationRequest& request,
                                  const Reader& reader,
                                  v1::GetReorganisationResponse* response) const {
  const std::optional<std::string> id = IdOf(kReorganisations, request.name());
  if (!id) {
    return Malformed("name", "NAME_INVALID", "调整须写成 reorganisations/{编号}");
  }
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<v1::Reorganisation> decision,
                         FindReorganisation(reader, *id));
  if (!decision) return NotFound(request.name());
  bool visible = false;
  for (const std::string& subject : decision->subjects()) {
    visible = call.RequireScope(subject).ok() || visible;
  }
  for (const v1::Succession& succession : decision->successions()) {
    visible = call.RequireScope(succession.to_organisation()).ok() || visible;
  }
  if (!visible) return NotFound(request.name());
  *response->mutable_reorganisation() = *decision;
  for (const std::string& ended : decision->ended()) {
    ZHIBU_ASSIGN_OR_RETURN(const rows::MemberCountRow counts,
                           CountsOf(reader, OrganisationId(ended)));
    response->set_persons_left(response->persons_left() + counts.persons());
    response->set_open_cases_left(response->open_cases_left() + counts.open_cases());
  }
  return absl::OkStatus();
}

absl::Status Reorganisations::List(Call& call, const v1::ListReorganisationsRequest& request,
                                   const Reader&, v1::ListReorganisationsResponse* response) const {
  Violations form;
  if (!request.root().empty()) CheckName(kOrganisations, request.root(), "root", form);
  if (!form.empty()) return Malformed(form);
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay day, call.AsOf(request));
  ZHIBU_ASSIGN_OR_RETURN(Page page, pages_.Open(request, call.caller()));
  const Snapshot& snapshot = *page.snapshot;
  // Their ids, newest first, then by id.
  const auto find = [&]() -> absl::StatusOr<std::vector<std::string>> {
    const std::string root = OrganisationId(request.root());
    ZHIBU_ASSIGN_OR_RETURN(std::vector<SubtreeNode> nodes,
                           ReadSubtree(snapshot, root, request.line(), day));
    ZHIBU_ASSIGN_OR_RETURN(const std::vector<SubtreeNode> gone,
                           ReadDissolved(snapshot, root, request.line(), day));
    nodes.insert(nodes.end(), gone.begin(), gone.end());
    std::set<std::pair<int32_t, std::string>> order;
    for (const SubtreeNode& node : nodes) {
      ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                             ReorganisationsOf(snapshot, node.id));
      for (const std::string& id : ids) {
        ZHIBU_ASSIGN_OR_RETURN(const std::optional<v1::Reorganisation> decision,
                               FindReorganisation(snapshot, id));
        if (!decision) return absl::DataLossError("an index names a decision that is not there");
        const absl::CivilDay effective = FromProto(decision->effective_on()).value_or(kNoEnd);
        const auto& kinds = request.kinds();
        if (effective > day || (!kinds.empty() && std::find(kinds.begin(), kinds.end(),
                                                            decision->kind()) == kinds.end())) {
          continue;
        }
        order.emplace(-DayNumber(effective), id);
      }
    }
    std::vector<std::string> ids;
    for (const auto& [ignored, id] : order) ids.push_back(id);
    return ids;
  };
  ZHIBU_ASSIGN_OR_RETURN(const auto ids, FoundOnce<std::string>(page, find));
  return FillPage(pages_, page, *ids, response, response->mutable_reorganisations(),
                  [&](const std::string& id) { return FindReorganisation(snapshot, id); });
}

}  // namespace zhibu::registry
