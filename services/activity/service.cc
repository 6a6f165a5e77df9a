#include "services/activity/service.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/domain/owed_item.h"
#include "common/rpc/organisation_mirror.h"
#include "common/rpc/rpcs.h"
#include "services/activity/books/people.h"
#include "services/activity/books/tables.h"
#include "services/activity/rules/activities.h"
#include "zhibu/activity/v1/activity_service.pb.h"
#include "zhibu/activity/v1/events.pb.h"

namespace zhibu::activity {
namespace {

using rpc::MirroredOrganisation;

constexpr int kFirstYear = 1949;
constexpr int kLastYear = 2199;

Organisation FactsOf(const MirroredOrganisation& row, absl::CivilDay day) {
  return {OrganisationKindName(KindOn(row, day).kind()), DayFromNumber(row.established()),
          DayFromNumber(row.dissolved())};
}

// The date of a request, or `otherwise` where it is not set; adds to `violations` where it is not
// one.
absl::CivilDay DateOr(const google::type::Date& date, bool set, absl::CivilDay otherwise,
                      const char* field, const char* reason, std::vector<Violation>& violations) {
  if (!set) return otherwise;
  const auto day = FromProto(date);
  if (day.ok()) return *day;
  violations.push_back({reason, field, "请填写完整、存在的日期（年、月、日），或不填", "", {}, {}});
  return otherwise;
}

// The bodies of ActivityService. Immutable but for the tables' rows, thread-safe; `server` must
// outlive it.
class Activities {
 public:
  Activities(Server* server, Cadence cadence, Kinds kinds)
      : server_(server), cadence_(std::move(cadence)), kinds_(std::move(kinds)) {}

  using Rows = google::protobuf::RepeatedPtrField<v1::CreateActivityRequest>;

  absl::Status Create(Call& call, const v1::CreateActivityRequest& request, Txn& txn,
                      v1::CreateActivityResponse* response) const {
    std::vector<const v1::CreateActivityRequest*> rows = {&request};
    ZHIBU_ASSIGN_OR_RETURN(std::vector<v1::Activity> made, Record(call, rows, false, txn));
    *response->mutable_activity() = std::move(made.front());
    return absl::OkStatus();
  }

  absl::Status BatchCreate(Call& call, const v1::BatchCreateActivitiesRequest& request, Txn& txn,
                           v1::BatchCreateActivitiesResponse* response) const {
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

  // All rows or none: form, then scope, then what is there already, then the rules; at each of
  // these every row's faults are answered together.
  absl::StatusOr<std::vector<v1::Activity>> Record(
      Call& call, const std::vector<const v1::CreateActivityRequest*>& rows, bool batch,
      Txn& txn) const {
    auto prefix = [batch](size_t i) { return batch ? absl::StrCat("requests[", i, "].") : ""; };
    std::vector<Violation> violations;
    auto add = [&violations](std::vector<Violation> more) {
      std::move(more.begin(), more.end(), std::back_inserter(violations));
    };
    for (size_t i = 0; i < rows.size(); ++i) add(CheckForm(*rows[i], prefix(i)));
    if (!violations.empty()) return Malformed(violations);
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
    // Rows of a batch are mostly those of a few organisations: each is read once.
    std::map<std::string, std::optional<MirroredOrganisation>> organisations;
    std::map<std::string, People> people;
    std::vector<v1::Activity> made;
    for (size_t i = 0; i < rows.size(); ++i) {
      v1::Activity activity = rows[i]->activity();
      const std::string organisation_id = *IdOf(kOrganisations, activity.organisation());
      const absl::CivilDay day = *FromProto(activity.date());
      auto known = organisations.find(organisation_id);
      if (known == organisations.end()) {
        ZHIBU_ASSIGN_OR_RETURN(auto found, OrganisationMirror::Find(txn, organisation_id));
        known = organisations.emplace(organisation_id, std::move(found)).first;
      }
      Situation situation;
      situation.today = call.today();
      situation.kind = kinds_.Find(activity.kind());
      const std::optional<MirroredOrganisation>& organisation = known->second;
      const std::optional<std::string> keeper =
          organisation ? KeeperOn(*organisation, day) : std::nullopt;
      static const People kNobody;
      situation.people = &kNobody;
      if (organisation) situation.organisation = FactsOf(*organisation, day);
      if (keeper) {
        auto taking_part = people.find(*keeper);
        if (taking_part == people.end()) {
          ZHIBU_ASSIGN_OR_RETURN(People found, PeopleOf(txn, *keeper));
          taking_part = people.emplace(*keeper, std::move(found)).first;
        }
        situation.people = &taking_part->second;
      }
      add(Judge(activity, situation, prefix(i)));
      if (!violations.empty()) continue;
      activity.set_name(NameOf(kActivities, rows[i]->activity_id()));
      activity.clear_cancelled_reason();
      activity.set_etag("1");
      SetFigures(*situation.people, activity);
      made.push_back(std::move(activity));
    }
    if (!violations.empty()) return Refused(violations);
    for (const v1::Activity& activity : made) ZHIBU_RETURN_IF_ERROR(Store(activity, txn));
    return made;
  }

  absl::Status Cancel(Call& call, const v1::CancelActivityRequest& request, Txn& txn,
                      v1::CancelActivityResponse* response) const {
    if (auto violations = CheckForm(request); !violations.empty()) return Malformed(violations);
    ZHIBU_ASSIGN_OR_RETURN(v1::Activity activity, Visible(call, txn, request.name()));
    if (request.etag() != activity.etag()) return StaleEtag(request.name());
    if (!activity.cancelled_reason().empty()) {
      return Refused(request.name(), "ALREADY_CANCELLED", "该活动记录已经作废，不能再次作废");
    }
    activity.set_cancelled_reason(request.reason());
    int64_t version = 0;
    if (!absl::SimpleAtoi(activity.etag(), &version)) {
      return absl::DataLossError("a stored version is not a number");
    }
    activity.set_etag(absl::StrCat(version + 1));
    ZHIBU_RETURN_IF_ERROR(Store(activity, txn));
    *response->mutable_activity() = std::move(activity);
    return absl::OkStatus();
  }

  absl::Status Get(Call& call, const v1::GetActivityRequest& request, const Reader& reader,
                   v1::GetActivityResponse* response) const {
    if (!IdOf(kActivities, request.name())) {
      return Malformed("name", "NAME_INVALID", "活动名称的形式为 activities/{编号}");
    }
    ZHIBU_ASSIGN_OR_RETURN(*response->mutable_activity(), Visible(call, reader, request.name()));
    return absl::OkStatus();
  }

  absl::Status List(Call& call, const v1::ListActivitiesRequest& request, const Reader& reader,
                    v1::ListActivitiesResponse* response) const {
    std::vector<Violation> violations;
    const absl::CivilDay from = DateOr(request.held_from(), request.has_held_from(), kNoStart,
                                       "held_from", "DATE_INVALID", violations);
    const absl::CivilDay to = DateOr(request.held_to(), request.has_held_to(), kNoEnd, "held_to",
                                     "DATE_INVALID", violations);
    if (from > to) {
      violations.push_back({"PERIOD_INVALID", "held_to", "结束日期不能早于开始日期", "", {}, {}});
    }
    if (!violations.empty()) return Malformed(violations);
    ZHIBU_ASSIGN_OR_RETURN(const Page page, server_->pages().Open(request, call.caller()));
    ZHIBU_ASSIGN_OR_RETURN(const MirroredOrganisation organisation,
                           Known(*page.snapshot, request.organisation()));
    const std::set<std::string> kinds(request.kinds().begin(), request.kinds().end());
    std::vector<ListedActivity> found;
    ZHIBU_RETURN_IF_ERROR(ScanActivities(*page.snapshot, organisation.id(), from, to, page.position,
                                         [&](const ListedActivity& listed) {
                                           if (kinds.empty() || kinds.contains(listed.kind))
                                             found.push_back(listed);
                                           // One more than the page holds shows whether there is
                                           // another.
                                           return static_cast<int>(found.size()) <= page.size;
                                         }));
    PageRows rows(server_->pages(), page, response, response->mutable_activities());
    for (const ListedActivity& listed : found) {
      ZHIBU_ASSIGN_OR_RETURN(std::optional<v1::Activity> activity,
                             FindActivity(*page.snapshot, listed.id));
      if (!activity) return absl::DataLossError("an indexed activity is missing");
      if (!rows.Add(*std::move(activity), listed.position)) break;
    }
    return absl::OkStatus();
  }

  absl::Status OwedBy(Call& call, const v1::ListOwedRequest& request, const Reader& reader,
                      v1::ListOwedResponse* response) const {
    std::vector<Violation> violations;
    const absl::CivilDay as_of = DateOr(request.as_of(), request.has_as_of(), call.today(), "as_of",
                                        "DATE_INVALID", violations);
    if (!violations.empty()) return Malformed(violations);
    ZHIBU_ASSIGN_OR_RETURN(const MirroredOrganisation organisation,
                           Known(reader, request.organisation()));
    ZHIBU_ASSIGN_OR_RETURN(const People people, PeopleTakingPart(reader, organisation, as_of));
    OrganisationFacts facts;
    facts.kind = OrganisationKindName(KindOn(organisation, as_of).kind());
    facts.established = DayFromNumber(organisation.established());
    facts.dissolved = DayFromNumber(organisation.dissolved());
    facts.full_members = FullMembersOn(people, as_of);
    absl::Status failed;
    const HeldCount held = [&](const std::string& kind, absl::CivilDay from, absl::CivilDay to) {
      const auto count = HeldThrough(reader, organisation.id(), kind, from, to - 1);
      if (!count.ok()) failed = count.status();
      return count.value_or(0);
    };
    // The periods around `as_of`, judged by what is known today: of a month that is over one wants
    // to see what was missed.
    std::vector<Owed> list =
        OwedInMonth(cadence_, facts, absl::CivilMonth(as_of), call.today(), held);
    ZHIBU_RETURN_IF_ERROR(failed);
    std::stable_sort(list.begin(), list.end(), [](const Owed& a, const Owed& b) {
      return a.rule->activity_kind < b.rule->activity_kind;
    });
    for (const Owed& owed : list) *response->add_items() = ToOwedItem(owed, organisation.id());
    return absl::OkStatus();
  }

  absl::Status StudyHours(Call& call, const v1::ListStudyHoursRequest& request,
                          const Reader& reader, v1::ListStudyHoursResponse* response) const {
    if (request.year() < kFirstYear || request.year() > kLastYear) {
      return Malformed("year", "YEAR_INVALID",
                       absl::StrCat("年度须在", kFirstYear, "–", kLastYear, "之间"));
    }
    ZHIBU_ASSIGN_OR_RETURN(const MirroredOrganisation organisation,
                           Known(reader, request.organisation()));
    const absl::CivilDay first(request.year(), 1, 1);
    const absl::CivilDay next(request.year() + 1, 1, 1);
    // A party group may have moved to another branch: its latest in that year.
    ZHIBU_ASSIGN_OR_RETURN(
        const People people,
        PeopleTakingPart(reader, organisation, std::clamp(call.today(), first, next - 1)));
    for (const auto& [id, person] : people) {
      if (!WasMemberDuring(person, first, next)) continue;
      int hours = 0;
      ZHIBU_RETURN_IF_ERROR(
          ScanStudyHours(reader, id, first, next, [&](absl::CivilDay day, int earned) {
            // What an activist earned is no member's study.
            if (IsMemberOn(person, day)) hours += earned;
          }));
      v1::StudyHours& of = *response->add_study_hours();
      of.set_person(NameOf(kPersons, id));
      of.set_hours(hours);
      of.set_required(kinds_.required_study_hours);
    }
    *response->mutable_citation() = CitationToProto(kinds_.study_hours_citation);
    return absl::OkStatus();
  }

  // One path for every change: what the event says is what is stored, so that the feed alone gives
  // the tables again.
  static absl::Status Store(const v1::Activity& activity, Txn& txn) {
    v1::ActivityChanged event;
    *event.mutable_activity() = activity;
    ZHIBU_RETURN_IF_ERROR(Apply(txn, event));
    txn.Emit(event);
    return absl::OkStatus();
  }

  // The activity, where it is in the caller's scope; what is not there and what is not visible look
  // alike.
  static absl::StatusOr<v1::Activity> Visible(Call& call, const Reader& reader,
                                              const std::string& name) {
    ZHIBU_ASSIGN_OR_RETURN(std::optional<v1::Activity> activity,
                           FindActivity(reader, IdOf(kActivities, name).value_or("")));
    if (!activity || !call.RequireScope(activity->organisation()).ok()) return NotFound(name);
    return *std::move(activity);
  }

  absl::Status ListKinds(Call& call, const v1::ListActivityKindsRequest& request, const Reader&,
                         v1::ListActivityKindsResponse* response) const {
    ZHIBU_ASSIGN_OR_RETURN(const Page page, server_->pages().Open(request, call.caller()));
    size_t at = 0;
    if (!page.position.empty() && !absl::SimpleAtoi(page.position, &at)) {
      return absl::InternalError("a position that nobody gave out");
    }
    for (; at < kinds_.kinds.size() && response->kinds_size() < page.size; ++at) {
      const ActivityKind& known = kinds_.kinds[at];
      v1::ActivityKind& kind = *response->add_kinds();
      kind.set_id(known.id);
      kind.set_title(known.title);
      for (const std::string& name : known.organisation_kinds) {
        type::v1::OrganisationKind value;
        if (type::v1::OrganisationKind_Parse(absl::StrCat("ORGANISATION_KIND_", name), &value)) {
          kind.add_organisation_kinds(value);
        }
      }
      kind.set_max_study_hours(known.max_study_hours);
      if (!known.citation.document.empty())
        *kind.mutable_citation() = CitationToProto(known.citation);
    }
    if (at < kinds_.kinds.size()) {
      response->set_next_page_token(server_->pages().NextToken(page, absl::StrCat(at)));
    }
    return absl::OkStatus();
  }

  // The organisation, once the registry has told of it.
  static absl::StatusOr<MirroredOrganisation> Known(const Reader& reader, const std::string& name) {
    const std::optional<std::string> id = IdOf(kOrganisations, name);
    if (!id) {
      return Malformed("organisation", "ORGANISATION_INVALID",
                       "请填写党组织，形式为 organisations/{编号}");
    }
    ZHIBU_ASSIGN_OR_RETURN(std::optional<MirroredOrganisation> organisation,
                           OrganisationMirror::Find(reader, *id));
    if (!organisation) return NotFound(name);
    return *std::move(organisation);
  }

 private:
  Server* const server_;
  const Cadence cadence_;
  const Kinds kinds_;
};

}  // namespace

absl::StatusOr<std::vector<std::unique_ptr<grpc::Service>>> BuildActivity(Server& server,
                                                                          ActivityOptions options) {
  ZHIBU_RETURN_IF_ERROR(CheckCadence(options.kinds, options.cadence));
  auto mirror = std::make_shared<OrganisationMirror>(&server.tree());
  ZHIBU_RETURN_IF_ERROR(mirror->Load(*server.store().TakeSnapshot()));
  ZHIBU_RETURN_IF_ERROR(server.Follow("registry", std::move(options.registry),
                                      [mirror](Txn& txn, const google::protobuf::Any& event) {
                                        return mirror->Apply(txn, event);
                                      }));
  ZHIBU_RETURN_IF_ERROR(
      server.Follow("membership", std::move(options.membership), ApplyMembershipEvent));
  const auto activities = std::make_shared<const Activities>(&server, std::move(options.cadence),
                                                             std::move(options.kinds));
  Rpcs rpcs(&server.calls());
  rpcs.Write(activities, &Activities::Create);
  rpcs.Write(activities, &Activities::BatchCreate);
  rpcs.Write(activities, &Activities::Cancel);
  rpcs.PointRead(activities, &Activities::Get);
  rpcs.Read(activities, &Activities::List);
  rpcs.Read(activities, &Activities::ListKinds);
  rpcs.Read(activities, &Activities::OwedBy);
  rpcs.Read(activities, &Activities::StudyHours);
  return rpcs.Services({v1::CreateActivityRequest::descriptor()->file()->service(0)});
}

}  // namespace zhibu::activity
