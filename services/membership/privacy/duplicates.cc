#include "services/membership/privacy/duplicates.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/civil.h"
#include "common/base/status.h"
#include "common/store/table.h"
#include "services/membership/books/convert.h"
#include "services/membership/books/personal_index.h"
#include "services/membership/books/reading.h"
#include "services/membership/books/rows.pb.h"
#include "services/membership/books/subtree.h"
#include "services/membership/books/visible.h"
#include "services/membership/rules/forms.h"
#include "zhibu/membership/v1/events.pb.h"

namespace zhibu::membership {
namespace {

// How far a record got on the way; where it ended does not count.
int Furthest(const rows::PersonRow& row) {
  int furthest = v1::STAGE_UNSPECIFIED;
  for (const rows::StageRow& stage : row.stages()) {
    if (stage.stage() <= v1::STAGE_FULL) furthest = std::max(furthest, stage.stage());
  }
  return furthest;
}

std::vector<Violation> WhyNotMerge(const VisiblePerson& kept, const rows::PersonalData& kept_data,
                                   const VisiblePerson& dropped,
                                   const rows::PersonalData& dropped_data, bool open_case) {
  std::vector<Violation> refused;
  for (const VisiblePerson* person : {&kept, &dropped}) {
    if (person->row.merged_into().empty()) continue;
    refused.push_back(Because("ALREADY_MERGED", NameOf(kPersons, person->id),
                              "该人员档案已并入另一份档案，请在保留的档案中办理"));
  }
  const std::string name = NameOf(kPersons, dropped.id);
  if (kept.id == dropped.id || !Alike(kept_data, dropped_data)) {
    refused.push_back(Because("PERSONS_NOT_ALIKE", name,
                              "两份档案的姓名和出生日期不一致，不能合并；请先核对，更正其中一份"));
  }
  if (!kept_data.id_number().empty() && !dropped_data.id_number().empty() &&
      kept_data.id_number() != dropped_data.id_number()) {
    refused.push_back(Because("ID_NUMBERS_DIFFER", name,
                              "两份档案的公民身份号码不同，是两个人；如有一份登记有误，请先更正"));
  }
  if (open_case) {
    refused.push_back(Because("DROPPED_HAS_OPEN_CASE", name,
                              "被并入的档案还有未办结的发展过程，请保留这一份，或先办结"));
  }
  if (!dropped.row.facts().empty()) {
    refused.push_back(Because("DROPPED_HAS_FACTS", name,
                              "被并入的档案登记有党籍变动，请互换两份档案：保留有党籍变动的一份"));
  }
  if (Furthest(dropped.row) > Furthest(kept.row)) {
    refused.push_back(Because("DROPPED_IS_FURTHER", name,
                              "被并入的档案发展阶段更靠后，请互换两份档案：保留阶段靠后的一份"));
  }
  return refused;
}

}  // namespace

absl::Status Duplicates::List(Call& call, const v1::ListDuplicatesRequest& request, const Reader&,
                              v1::ListDuplicatesResponse* response) const {
  ZHIBU_ASSIGN_OR_RETURN(const Page page, pages_.Open(request, call.caller()));
  const Snapshot& snapshot = *page.snapshot;
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> subtree,
                         OrganisationsOf(tree_, snapshot, kPersonsByOrganisation, request.root(),
                                         request.line(), call.today()));
  const std::set<std::string> organisations(subtree.begin(), subtree.end());
  const auto make = [&](absl::string_view key,
                        absl::string_view) -> absl::StatusOr<std::optional<v1::DuplicateGroup>> {
    const std::string hash = KeyParts(key).Text().value_or("");
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::AlikeRow> alike,
                           GetRow<rows::AlikeRow>(snapshot, Key(kAlikeTable).Text(hash)));
    if (!alike) return absl::DataLossError("an index of duplicates names nobody");
    v1::DuplicateGroup group;
    for (const std::string& id : alike->person_ids()) {
      ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PersonRow> row, FindPerson(snapshot, id));
      if (!row) return absl::DataLossError("an index names nobody");
      if (organisations.count(row->organisation_id()) == 0) {
        group.set_elsewhere(group.elsewhere() + 1);
        continue;
      }
      ZHIBU_ASSIGN_OR_RETURN(*group.add_persons(),
                             PersonOn(keys_, fact_rules_, id, *row, call.today()));
    }
    if (group.persons().empty()) return std::nullopt;
    return group;
  };
  return FillPage(pages_, page, {Under(Key(kDuplicateTable))}, response, response->mutable_groups(),
                  make);
}

absl::Status Duplicates::Merge(Call& call, const v1::MergePersonsRequest& request, Txn& txn,
                               v1::MergePersonsResponse* response) const {
  std::vector<Violation> wrong;
  CheckReference(request.reference(), "reference", wrong);
  ZHIBU_ASSIGN_OR_RETURN(const VisiblePerson kept,
                         FindVisiblePerson(call, txn, request.kept(), "kept", wrong));
  ZHIBU_ASSIGN_OR_RETURN(const VisiblePerson dropped,
                         FindVisiblePerson(call, txn, request.dropped(), "dropped", wrong));
  ZHIBU_RETURN_IF_ERROR(
      RequireEtag(request.kept_etag(), kept.row.version(), request.kept(), "kept_etag"));
  ZHIBU_RETURN_IF_ERROR(RequireEtag(request.dropped_etag(), dropped.row.version(),
                                    request.dropped(), "dropped_etag"));
  ZHIBU_ASSIGN_OR_RETURN(rows::PersonalData kept_data,
                         keys_.Open(request.kept(), kept.row.personal_data()));
  ZHIBU_ASSIGN_OR_RETURN(const rows::PersonalData dropped_data,
                         keys_.Open(request.dropped(), dropped.row.personal_data()));
  ZHIBU_ASSIGN_OR_RETURN(const bool open_case, HasOpenCase(txn, dropped.id));
  const std::vector<Violation> refused =
      WhyNotMerge(kept, kept_data, dropped, dropped_data, open_case);
  if (!refused.empty()) return Refused(refused);

  v1::PersonChanged ended = ChangeOf(dropped.id, dropped.row);
  v1::PersonMerged merged;
  merged.set_kept(request.kept());
  merged.set_dropped(request.dropped());
  merged.set_reference(request.reference());
  merged.set_actor(call.principal().name());
  merged.mutable_merged_at()->set_seconds(absl::ToUnixSeconds(txn.now()));
  merged.mutable_dropped_stages()->Swap(ended.mutable_stages());
  merged.set_dropped_organisation(ended.organisation());
  *merged.mutable_dropped_registered_on() = ended.registered_on();
  ZHIBU_RETURN_IF_ERROR(tables_.Record(txn, ended));
  ZHIBU_RETURN_IF_ERROR(tables_.Record(txn, merged));
  if (kept_data.id_number().empty() && !dropped_data.id_number().empty()) {
    kept_data.set_id_number(dropped_data.id_number());
    v1::PersonChanged changed = ChangeOf(kept.id, kept.row);
    *changed.mutable_personal_data() = keys_.Seal(request.kept(), kept_data);
    ZHIBU_RETURN_IF_ERROR(tables_.Record(txn, changed));
  }
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PersonRow> now, FindPerson(txn, kept.id));
  ZHIBU_ASSIGN_OR_RETURN(*response->mutable_person(),
                         PersonOn(keys_, fact_rules_, kept.id, *now, call.today()));
  return absl::OkStatus();
}

}  // namespace zhibu::membership
