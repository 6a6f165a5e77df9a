#include "services/activity/records/records.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/rpc/correction.h"
#include "common/rpc/organisation_mirror.h"
#include "services/activity/books/mirror.h"
#include "services/activity/books/tables.h"
#include "services/activity/rules/activities.h"

namespace zhibu::activity {
namespace {

// What the books know about the rows of one request, which are mostly those of a few organisations:
// each of these is read once. What it answers is good as long as it lives.
class Situations {
 public:
  Situations(const Kinds& kinds, const Reader& reader, absl::CivilDay today)
      : kinds_(kinds), reader_(reader), today_(today) {}

  // `people` is never null.
  absl::StatusOr<Situation> Of(const v1::Activity& activity) {
    const std::string organisation_id = *IdOf(kOrganisations, activity.organisation());
    const absl::CivilDay day = *FromProto(activity.date());
    auto organisation = organisations_.find(organisation_id);
    if (organisation == organisations_.end()) {
      ZHIBU_ASSIGN_OR_RETURN(auto found, OrganisationMirror::Find(reader_, organisation_id));
      organisation = organisations_.emplace(organisation_id, std::move(found)).first;
    }
    static const People kNobody;
    Situation situation;
    situation.today = today_;
    situation.kind = kinds_.Find(activity.kind());
    situation.people = &kNobody;
    if (!organisation->second) return situation;
    situation.organisation = FactsOf(*organisation->second, day);
    const std::optional<std::string> keeper = KeeperOn(*organisation->second, day);
    if (!keeper) return situation;
    auto people = people_.find(*keeper);
    if (people == people_.end()) {
      ZHIBU_ASSIGN_OR_RETURN(People found, PeopleOf(reader_, *keeper));
      people = people_.emplace(*keeper, std::move(found)).first;
    }
    situation.people = &people->second;
    return situation;
  }

 private:
  const Kinds& kinds_;
  const Reader& reader_;
  const absl::CivilDay today_;
  std::map<std::string, std::optional<rpc::MirroredOrganisation>> organisations_;
  std::map<std::string, People> people_;
};

// The activity, where it is in the caller's scope; what is not there and what is not visible look
// alike.
absl::StatusOr<v1::Activity> Visible(Call& call, const Reader& reader, const std::string& name) {
  ZHIBU_ASSIGN_OR_RETURN(std::optional<v1::Activity> activity,
                         FindActivity(reader, IdOf(kActivities, name).value_or("")));
  if (!activity || !call.RequireScope(activity->organisation()).ok()) return NotFound(name);
  return *std::move(activity);
}

// The activity that is to be changed, with the etag that it then has. `field` is where the request
// gave the present one.
absl::StatusOr<v1::Activity> ToChange(Call& call, const Reader& reader, const std::string& name,
                                      const std::string& etag, absl::string_view field) {
  ZHIBU_ASSIGN_OR_RETURN(v1::Activity activity, Visible(call, reader, name));
  int64_t version = 0;
  if (!absl::SimpleAtoi(activity.etag(), &version)) {
    return absl::DataLossError("a stored version is not a number");
  }
  ZHIBU_RETURN_IF_ERROR(RequireEtag(etag, version, name, field));
  if (!activity.cancelled_reason().empty()) {
    return Refused(name, "ALREADY_CANCELLED", "该活动记录已经作废，不能再次作废，也不能更正");
  }
  activity.set_etag(absl::StrCat(version + 1));
  return activity;
}

// Whether 应到 and 实到 depend on the field.
bool DecidesFigures(const type::v1::CorrectedField& field) {
  return field.path() == "organisation" || field.path() == "date" || field.path() == "attendances";
}

// An end of the time that a list is of: `otherwise` where the request does not give it.
absl::CivilDay EndOr(const google::type::Date& date, bool given, absl::CivilDay otherwise,
                     absl::string_view field, Violations& wrong) {
  if (!given) return otherwise;
  const auto day = FromProto(date);
  wrong.Require(day.ok(), "DATE_INVALID", field, "请填写完整、存在的日期（年、月、日），或不填");
  return day.value_or(otherwise);
}

}  // namespace

absl::Status Records::Create(Call& call, const v1::CreateActivityRequest& request, Txn& txn,
                             v1::CreateActivityResponse* response) const {
  ZHIBU_ASSIGN_OR_RETURN(std::vector<v1::Activity> made, Record(call, {&request}, false, txn));
  *response->mutable_activity() = std::move(made.front());
  return absl::OkStatus();
}

absl::Status Records::BatchCreate(Call& call, const v1::BatchCreateActivitiesRequest& request,
                                  Txn& txn, v1::BatchCreateActivitiesResponse* response) const {
  if (request.requests().empty() || request.requests_size() > kMaxBatchRows) {
    return Malformed("requests", "BATCH_SIZE_INVALID",
                     absl::StrCat("一批须有1–", kMaxBatchRows, "条记录，请分批提交"));
  }
  std::vector<const v1::CreateActivityRequest*> rows;
  for (const auto& row : request.requests()) rows.push_back(&row);
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<v1::Activity> made, Record(call, rows, true, txn));
  for (const v1::Activity& activity : made) {
    response->add_names(activity.name());
    response->add_etags(activity.etag());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<v1::Activity>> Records::Record(
    Call& call, const std::vector<const v1::CreateActivityRequest*>& rows, bool batch,
    Txn& txn) const {
  const auto prefix = [batch](size_t i) { return batch ? absl::StrCat("requests[", i, "]") : ""; };
  Violations wrong;
  for (size_t i = 0; i < rows.size(); ++i) wrong.Append(CheckForm(*rows[i], prefix(i)));
  ZHIBU_RETURN_IF_ERROR(wrong.MalformedUnlessEmpty());
  for (const auto* row : rows) {
    ZHIBU_RETURN_IF_ERROR(call.RequireScope(row->activity().organisation()));
  }
  std::set<std::string> ids;
  for (const auto* row : rows) {
    ZHIBU_ASSIGN_OR_RETURN(const auto existing, FindActivity(txn, row->activity_id()));
    if (existing || !ids.insert(row->activity_id()).second) {
      return AlreadyExists(NameOf(kActivities, row->activity_id()), "ACTIVITY_EXISTS");
    }
  }
  Situations situations(kinds_, txn, call.today());
  Violations unmet;
  std::vector<v1::Activity> made;
  for (size_t i = 0; i < rows.size(); ++i) {
    v1::Activity activity = rows[i]->activity();
    ZHIBU_ASSIGN_OR_RETURN(const Situation situation, situations.Of(activity));
    unmet.Append(Judge(activity, situation, prefix(i)));
    if (!unmet.empty()) continue;
    activity.set_name(NameOf(kActivities, rows[i]->activity_id()));
    activity.clear_cancelled_reason();
    activity.clear_corrections();
    activity.set_etag("1");
    SetFigures(*situation.people, activity);
    made.push_back(std::move(activity));
  }
  ZHIBU_RETURN_IF_ERROR(unmet.RefusedUnlessEmpty());
  for (const v1::Activity& activity : made) ZHIBU_RETURN_IF_ERROR(StoreActivity(txn, activity));
  return made;
}

absl::Status Records::Correct(Call& call, const v1::CorrectActivityRequest& request, Txn& txn,
                              v1::CorrectActivityResponse* response) const {
  const v1::Activity& given = request.activity();
  Violations wrong;
  wrong.Require(IdOf(kActivities, given.name()).has_value(), "NAME_INVALID", "activity.name",
                kActivityNameForm);
  RequireEtagGiven(given.etag(), wrong, "activity.etag");
  CheckCorrection(
      request.correction(), request.update_mask(), /*withdraw=*/false,
      {"organisation", "kind", "date", "topic", "study_hours", "host", "guests", "attendances"},
      wrong);
  ZHIBU_RETURN_IF_ERROR(wrong.MalformedUnlessEmpty());
  ZHIBU_ASSIGN_OR_RETURN(v1::Activity activity,
                         ToChange(call, txn, given.name(), given.etag(), "activity.etag"));
  type::v1::RecordedCorrection recorded =
      zhibu::Correct(call, request.correction(), request.update_mask(), /*withdraw=*/false,
                     /*subject=*/"", given, &activity);
  if (recorded.fields().empty()) return NothingToCorrect(given.name());
  // From here on as if it were recorded.
  wrong.Append(CheckForm(activity, ""));
  ZHIBU_RETURN_IF_ERROR(wrong.MalformedUnlessEmpty());
  ZHIBU_RETURN_IF_ERROR(call.RequireScope(activity.organisation()));
  Situations situations(kinds_, txn, call.today());
  ZHIBU_ASSIGN_OR_RETURN(const Situation situation, situations.Of(activity));
  if (const auto unmet = Judge(activity, situation, ""); !unmet.empty()) return Refused(unmet);
  const auto& fields = recorded.fields();
  if (std::any_of(fields.begin(), fields.end(), DecidesFigures)) {
    SetFigures(*situation.people, activity);
  }
  *activity.add_corrections() = std::move(recorded);
  ZHIBU_RETURN_IF_ERROR(StoreActivity(txn, activity));
  *response->mutable_activity() = std::move(activity);
  return absl::OkStatus();
}

absl::Status Records::Cancel(Call& call, const v1::CancelActivityRequest& request, Txn& txn,
                             v1::CancelActivityResponse* response) const {
  if (const auto wrong = CheckForm(request); !wrong.empty()) return Malformed(wrong);
  ZHIBU_ASSIGN_OR_RETURN(v1::Activity activity,
                         ToChange(call, txn, request.name(), request.etag(), "etag"));
  activity.set_cancelled_reason(request.reason());
  ZHIBU_RETURN_IF_ERROR(StoreActivity(txn, activity));
  *response->mutable_activity() = std::move(activity);
  return absl::OkStatus();
}

absl::Status Records::Get(Call& call, const v1::GetActivityRequest& request, const Reader& reader,
                          v1::GetActivityResponse* response) const {
  if (!IdOf(kActivities, request.name())) {
    return Malformed("name", "NAME_INVALID", kActivityNameForm);
  }
  ZHIBU_ASSIGN_OR_RETURN(*response->mutable_activity(), Visible(call, reader, request.name()));
  return absl::OkStatus();
}

absl::Status Records::List(Call& call, const v1::ListActivitiesRequest& request, const Reader&,
                           v1::ListActivitiesResponse* response) const {
  Violations wrong;
  const absl::CivilDay from =
      EndOr(request.held_from(), request.has_held_from(), kNoStart, "held_from", wrong);
  const absl::CivilDay to =
      EndOr(request.held_to(), request.has_held_to(), kNoEnd, "held_to", wrong);
  wrong.Require(from <= to, "PERIOD_INVALID", "held_to", "结束日期不能早于开始日期");
  ZHIBU_RETURN_IF_ERROR(wrong.MalformedUnlessEmpty());
  ZHIBU_ASSIGN_OR_RETURN(const Page page, pages_->Open(request, call.caller()));
  ZHIBU_ASSIGN_OR_RETURN(const rpc::MirroredOrganisation organisation,
                         KnownOrganisation(*page.snapshot, request.organisation()));
  const std::set<std::string> kinds(request.kinds().begin(), request.kinds().end());
  return FillPage(*pages_, page, {ListOf(organisation.id(), from, to)}, response,
                  response->mutable_activities(),
                  [&](absl::string_view key,
                      absl::string_view value) -> absl::StatusOr<std::optional<v1::Activity>> {
                    ZHIBU_ASSIGN_OR_RETURN(const ListedActivity listed, ToListed(key, value));
                    if (!kinds.empty() && !kinds.contains(listed.kind))
                      return std::optional<v1::Activity>();
                    ZHIBU_ASSIGN_OR_RETURN(std::optional<v1::Activity> activity,
                                           FindActivity(*page.snapshot, listed.id));
                    if (!activity) return absl::DataLossError("an indexed activity is missing");
                    return activity;
                  });
}

}  // namespace zhibu::activity
