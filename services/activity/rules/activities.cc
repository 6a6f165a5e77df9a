#include "services/activity/rules/activities.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/text.h"

namespace zhibu::activity {
namespace {

bool IsMember(Standing standing) {
  return standing == Standing::kProbationary || standing == Standing::kFull;
}

bool IsMemberHereOn(const Person& person, absl::CivilDay day) {
  return IsHereOn(person, day) && IsMemberOn(person, day);
}

// The activity's day; CheckForm has found it readable.
absl::CivilDay DayOf(const v1::Activity& activity) {
  return FromProto(activity.date()).value_or(kNoEnd);
}

std::string AttendanceSubject(int i) {
  return absl::StrCat("activity.attendances[", i, "].person");
}

}  // namespace

Standing StandingOn(const Person& person, absl::CivilDay day) {
  Standing standing = Standing::kNotMember;
  for (const DatedStanding& dated : person.standings) {
    if (dated.from > day) break;
    standing = dated.standing;
  }
  return standing;
}

bool IsMemberOn(const Person& person, absl::CivilDay day) {
  return IsMember(StandingOn(person, day));
}

bool IsHereOn(const Person& person, absl::CivilDay day) {
  return std::any_of(person.stays.begin(), person.stays.end(), [day](const Stay& stay) {
    return stay.here && stay.from <= day && day < stay.to;
  });
}

bool BelongsOn(const Person& person, absl::CivilDay day) {
  if (!IsHereOn(person, day)) return false;
  const Standing standing = StandingOn(person, day);
  if (IsMember(standing)) return true;
  return standing == Standing::kNotMember && person.registered_on <= day;
}

bool WasMemberDuring(const Person& person, absl::CivilDay from, absl::CivilDay to) {
  if (from >= to) return false;
  if (IsMemberOn(person, from)) return true;
  return std::any_of(person.standings.begin(), person.standings.end(), [&](const auto& dated) {
    return dated.from >= from && dated.from < to && IsMemberOn(person, dated.from);
  });
}

bool KeptLastDuring(const Person& person, absl::CivilDay from, absl::CivilDay to) {
  const Stay* last = nullptr;
  for (const Stay& stay : person.stays) {
    if (stay.from < to) last = &stay;
  }
  return last != nullptr && last->here && from < last->to;
}

int MembersOn(const People& people, absl::CivilDay day) {
  return static_cast<int>(std::count_if(people.begin(), people.end(), [day](const auto& entry) {
    return IsMemberHereOn(entry.second, day);
  }));
}

int FullMembersOn(const People& people, absl::CivilDay day) {
  return static_cast<int>(std::count_if(people.begin(), people.end(), [day](const auto& entry) {
    return IsHereOn(entry.second, day) && StandingOn(entry.second, day) == Standing::kFull;
  }));
}

std::vector<Violation> CheckForm(const v1::CreateActivityRequest& row, absl::string_view prefix) {
  Violations wrong(prefix);
  wrong.Require(IsResourceId(row.activity_id()), "ACTIVITY_ID_INVALID", "activity_id",
                "活动编号须以小写字母开头，只含小写字母、数字和连字符，最多63个字符");
  wrong.Append(CheckForm(row.activity(), prefix));
  return std::move(wrong).Take();
}

std::vector<Violation> CheckForm(const v1::Activity& activity, absl::string_view prefix) {
  Violations wrong(prefix);
  wrong.Require(IdOf(kOrganisations, activity.organisation()).has_value(), "ORGANISATION_INVALID",
                "activity.organisation", "请填写所属党组织，形式为 organisations/{编号}");
  wrong.Require(IsResourceId(activity.kind()), "KIND_INVALID", "activity.kind",
                "请填写活动类别，例如 branch-meeting（支部党员大会）");
  const auto day = FromProto(activity.date());
  wrong.Require(day.ok() && *day != kNoEnd, "DATE_INVALID", "activity.date",
                "请填写完整、存在的活动日期（年、月、日）");
  wrong.Require(IsLine(activity.topic(), 1, kMaxTextCharacters), "TOPIC_INVALID", "activity.topic",
                absl::StrCat("活动主题必填，只写一行，最多", kMaxTextCharacters, "个字"));
  wrong.Require(activity.study_hours() >= 0 && activity.study_hours() <= kMaxStudyHours,
                "STUDY_HOURS_INVALID", "activity.study_hours",
                absl::StrCat("学时须在0–", kMaxStudyHours, "之间"));
  wrong.Require(activity.host().empty() || IdOf(kPersons, activity.host()).has_value(),
                "HOST_INVALID", "activity.host", "主持人的形式为 persons/{编号}，也可以不填");
  wrong.Require(activity.guests() >= 0 && activity.guests() <= kMaxGuests, "GUESTS_INVALID",
                "activity.guests", absl::StrCat("列席人数须在0–", kMaxGuests, "之间"));
  for (int i = 0; i < activity.attendances_size(); ++i) {
    if (!IdOf(kPersons, activity.attendances(i).person())) {
      wrong.Add("ATTENDEE_INVALID", AttendanceSubject(i),
                absl::StrCat("第", i + 1, "条出席记录的人员形式应为 persons/{编号}"));
    }
    if (activity.attendances(i).presence() == v1::PRESENCE_UNSPECIFIED) {
      wrong.Add("PRESENCE_REQUIRED", absl::StrCat("activity.attendances[", i, "].presence"),
                absl::StrCat("第", i + 1, "条出席记录须写明出席、请假或缺席"));
    }
  }
  return std::move(wrong).Take();
}

std::vector<Violation> CheckForm(const v1::CancelActivityRequest& request) {
  Violations wrong;
  wrong.Require(IdOf(kActivities, request.name()).has_value(), "NAME_INVALID", "name",
                kActivityNameForm);
  RequireEtagGiven(request.etag(), wrong);
  wrong.Require(IsLine(request.reason(), 1, kMaxTextCharacters), "REASON_INVALID", "reason",
                absl::StrCat("作废原因必填，只写一行，最多", kMaxTextCharacters, "个字"));
  return std::move(wrong).Take();
}

std::vector<Violation> Judge(const v1::Activity& activity, const Situation& situation,
                             absl::string_view prefix) {
  Violations unmet(prefix);
  const absl::CivilDay day = DayOf(activity);
  const ActivityKind* kind = situation.kind;
  const std::optional<Organisation>& organisation = situation.organisation;
  if (day > situation.today) {
    unmet
        .Add("DATE_IN_FUTURE", "activity.date",
             absl::StrCat("活动日期", FormatDate(day), "晚于今天，请在活动开展之后记录"))
        .Earliest(day);
  }
  if (kind == nullptr) {
    unmet.Add("KIND_UNKNOWN", "activity.kind",
              absl::StrCat("活动类别目录中没有", activity.kind(), "，请改用目录中的类别"));
  } else if (activity.study_hours() > kind->max_study_hours) {
    unmet.Add("STUDY_HOURS_ABOVE_KIND", "activity.study_hours",
              kind->max_study_hours == 0
                  ? absl::StrCat(kind->title, "不计学时，请把学时改为0")
                  : absl::StrCat(kind->title, "每次最多计", kind->max_study_hours, "学时"));
  }
  const bool there =
      organisation && organisation->established <= day && day < organisation->dissolved;
  if (!there) {
    unmet.Add("ORGANISATION_NOT_THERE", "activity.organisation",
              absl::StrCat("党组织在", FormatDate(day),
                           "不存在：尚未成立、已经撤销或未登记，请核对党组织和日期"));
  } else if (kind != nullptr &&
             std::find(kind->organisation_kinds.begin(), kind->organisation_kinds.end(),
                       organisation->kind) == kind->organisation_kinds.end()) {
    Violation& violation = unmet.Add(
        "KIND_NOT_FOR_ORGANISATION", "activity.kind",
        absl::StrCat("这一类党组织不开展", kind->title, "，请改选类别，或记到相应的党组织"));
    if (!kind->citation.document.empty()) violation.Cite(CitationToProto(kind->citation));
  }
  std::set<absl::string_view> seen;
  for (int i = 0; i < activity.attendances_size(); ++i) {
    const std::string& name = activity.attendances(i).person();
    if (!seen.insert(name).second) {
      unmet.Add("ATTENDEE_TWICE", AttendanceSubject(i),
                absl::StrCat("第", i + 1, "条出席记录与前面的重复，每人只记一条"));
      continue;
    }
    // Where the organisation is not there, saying the same of everybody would only hide it.
    if (!there) continue;
    const std::string id = IdOf(kPersons, name).value_or("");
    const Person* person = nullptr;
    if (situation.people != nullptr) {
      auto it = situation.people->find(id);
      if (it != situation.people->end()) person = &it->second;
    }
    if (person == nullptr || !BelongsOn(*person, day)) {
      unmet.Add("ATTENDEE_NOT_OF_ORGANISATION", AttendanceSubject(i),
                absl::StrCat("第", i + 1, "条出席记录的人员在", FormatDate(day),
                             "不属于该党组织，请核对；其他到场者计入列席人数"));
    }
  }
  return std::move(unmet).Take();
}

void SetFigures(const People& people, v1::Activity& activity) {
  const absl::CivilDay day = DayOf(activity);
  int present = 0;
  for (const v1::Attendance& attendance : activity.attendances()) {
    if (attendance.presence() != v1::PRESENCE_PRESENT) continue;
    auto it = people.find(IdOf(kPersons, attendance.person()).value_or(""));
    if (it != people.end() && IsMemberHereOn(it->second, day)) ++present;
  }
  activity.set_should_attend(MembersOn(people, day));
  activity.set_present(present);
}

}  // namespace zhibu::activity
