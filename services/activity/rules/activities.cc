#include "services/activity/rules/activities.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/text.h"

namespace zhibu::activity {
namespace {

bool IsMember(Standing standing) {
  return standing == Standing::kProbationary || standing == Standing::kFull;
}

// Collects violations whose subjects share a prefix.
class Findings {
 public:
  explicit Findings(absl::string_view prefix) : prefix_(prefix) {}

  Violation& Add(absl::string_view subject, absl::string_view reason, std::string message) {
    Violation& violation = list_.emplace_back();
    violation.reason = std::string(reason);
    violation.subject = absl::StrCat(prefix_, subject);
    violation.message = std::move(message);
    return violation;
  }
  std::vector<Violation> Take() { return std::move(list_); }

 private:
  const std::string prefix_;
  std::vector<Violation> list_;
};

bool IsText(absl::string_view text) {
  return !absl::StripAsciiWhitespace(text).empty() && Characters(text) <= kMaxTextCharacters;
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

bool BelongsOn(const Person& person, absl::CivilDay day) {
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

int MembersOn(const People& people, absl::CivilDay day) {
  return static_cast<int>(std::count_if(people.begin(), people.end(), [day](const auto& entry) {
    return IsMemberOn(entry.second, day);
  }));
}

int FullMembersOn(const People& people, absl::CivilDay day) {
  return static_cast<int>(std::count_if(people.begin(), people.end(), [day](const auto& entry) {
    return StandingOn(entry.second, day) == Standing::kFull;
  }));
}

std::vector<Violation> CheckForm(const v1::CreateActivityRequest& row, absl::string_view prefix) {
  Findings findings(prefix);
  const v1::Activity& activity = row.activity();
  if (!IsResourceId(row.activity_id())) {
    findings.Add("activity_id", "ACTIVITY_ID_INVALID",
                 "活动编号须以小写字母开头，只含小写字母、数字和连字符，最多63个字符");
  }
  if (!IdOf(kOrganisations, activity.organisation())) {
    findings.Add("activity.organisation", "ORGANISATION_INVALID",
                 "请填写所属党组织，形式为 organisations/{编号}");
  }
  if (!IsResourceId(activity.kind())) {
    findings.Add("activity.kind", "KIND_INVALID",
                 "请填写活动类别，例如 branch-meeting（支部党员大会）");
  }
  if (const auto day = FromProto(activity.date()); !day.ok() || *day == kNoEnd) {
    findings.Add("activity.date", "DATE_INVALID", "请填写完整、存在的活动日期（年、月、日）");
  }
  if (!IsText(activity.topic())) {
    findings.Add("activity.topic", "TOPIC_INVALID",
                 absl::StrCat("活动主题必填，最多", kMaxTextCharacters, "个字"));
  }
  if (activity.study_hours() < 0 || activity.study_hours() > kMaxStudyHours) {
    findings.Add("activity.study_hours", "STUDY_HOURS_INVALID",
                 absl::StrCat("学时须在0–", kMaxStudyHours, "之间"));
  }
  if (!activity.host().empty() && !IdOf(kPersons, activity.host())) {
    findings.Add("activity.host", "HOST_INVALID", "主持人的形式为 persons/{编号}，也可以不填");
  }
  if (activity.guests() < 0 || activity.guests() > kMaxGuests) {
    findings.Add("activity.guests", "GUESTS_INVALID",
                 absl::StrCat("列席人数须在0–", kMaxGuests, "之间"));
  }
  for (int i = 0; i < activity.attendances_size(); ++i) {
    if (!IdOf(kPersons, activity.attendances(i).person())) {
      findings.Add(AttendanceSubject(i), "ATTENDEE_INVALID",
                   absl::StrCat("第", i + 1, "条出席记录的人员形式应为 persons/{编号}"));
    }
    if (activity.attendances(i).presence() == v1::PRESENCE_UNSPECIFIED) {
      findings.Add(absl::StrCat("activity.attendances[", i, "].presence"), "PRESENCE_REQUIRED",
                   absl::StrCat("第", i + 1, "条出席记录须写明出席、请假或缺席"));
    }
  }
  return findings.Take();
}

std::vector<Violation> CheckForm(const v1::CancelActivityRequest& request) {
  Findings findings("");
  if (!IdOf(kActivities, request.name())) {
    findings.Add("name", "NAME_INVALID", "活动名称的形式为 activities/{编号}");
  }
  if (request.etag().empty()) {
    findings.Add("etag", "ETAG_REQUIRED", "作废须带上最近一次读到的 etag");
  }
  if (!IsText(request.reason())) {
    findings.Add("reason", "REASON_INVALID",
                 absl::StrCat("作废原因必填，最多", kMaxTextCharacters, "个字"));
  }
  return findings.Take();
}

std::vector<Violation> Judge(const v1::Activity& activity, const Situation& situation,
                             absl::string_view prefix) {
  Findings findings(prefix);
  const absl::CivilDay day = DayOf(activity);
  const ActivityKind* kind = situation.kind;
  const std::optional<Organisation>& organisation = situation.organisation;
  if (day > situation.today) {
    findings
        .Add("activity.date", "DATE_IN_FUTURE",
             absl::StrCat("活动日期", FormatDate(day), "晚于今天，请在活动开展之后记录"))
        .earliest = day;
  }
  if (kind == nullptr) {
    findings.Add("activity.kind", "KIND_UNKNOWN",
                 absl::StrCat("活动类别目录中没有", activity.kind(), "，请改用目录中的类别"));
  } else if (activity.study_hours() > kind->max_study_hours) {
    findings.Add("activity.study_hours", "STUDY_HOURS_ABOVE_KIND",
                 kind->max_study_hours == 0
                     ? absl::StrCat(kind->title, "不计学时，请把学时改为0")
                     : absl::StrCat(kind->title, "每次最多计", kind->max_study_hours, "学时"));
  }
  const bool there =
      organisation && organisation->established <= day && day < organisation->dissolved;
  if (!there) {
    findings.Add("activity.organisation", "ORGANISATION_NOT_THERE",
                 absl::StrCat("党组织在", FormatDate(day),
                              "不存在：尚未成立、已经撤销或未登记，请核对党组织和日期"));
  } else if (kind != nullptr &&
             std::find(kind->organisation_kinds.begin(), kind->organisation_kinds.end(),
                       organisation->kind) == kind->organisation_kinds.end()) {
    Violation& violation = findings.Add(
        "activity.kind", "KIND_NOT_FOR_ORGANISATION",
        absl::StrCat("这一类党组织不开展", kind->title, "，请改选类别，或记到相应的党组织"));
    if (!kind->citation.document.empty()) violation.citation = CitationToProto(kind->citation);
  }
  std::set<absl::string_view> seen;
  for (int i = 0; i < activity.attendances_size(); ++i) {
    const std::string& name = activity.attendances(i).person();
    if (!seen.insert(name).second) {
      findings.Add(AttendanceSubject(i), "ATTENDEE_TWICE",
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
      findings.Add(AttendanceSubject(i), "ATTENDEE_NOT_OF_ORGANISATION",
                   absl::StrCat("第", i + 1, "条出席记录的人员在", FormatDate(day),
                                "不属于该党组织，请核对；其他到场者计入列席人数"));
    }
  }
  return findings.Take();
}

void SetFigures(const People& people, v1::Activity& activity) {
  const absl::CivilDay day = DayOf(activity);
  int present = 0;
  for (const v1::Attendance& attendance : activity.attendances()) {
    if (attendance.presence() != v1::PRESENCE_PRESENT) continue;
    auto it = people.find(IdOf(kPersons, attendance.person()).value_or(""));
    if (it != people.end() && IsMemberOn(it->second, day)) ++present;
  }
  activity.set_should_attend(MembersOn(people, day));
  activity.set_present(present);
}

}  // namespace zhibu::activity
