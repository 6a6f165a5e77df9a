// What people of a county's branches go through and do: steps and activities.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "common/base/civil.h"
#include "services/cli/generate/county.h"
#include "services/cli/import/columns.h"

namespace zhibu::cli {
namespace {

// Of a secret ballot. Who should attend is left to be counted from the books: the `members` since
// long, and as many of the `admitted` as are full by then. Some are away, all but a few in favour.
void FillVote(int members, int admitted, Dice* dice, std::vector<std::string>* row) {
  using namespace step_columns;
  // So few that what is left is more than half of all who may be counted.
  const int most_away = std::max(0, (members - admitted - 5) / 2);
  const int away = std::min(dice->Between(0, members / 6), most_away);
  const int present = members - away;
  const int written = away > 0 ? dice->Between(0, 1) : 0;
  const int against = members >= 9 && dice->Chance(150) ? 1 : 0;
  const int abstained = members >= 9 && dice->Chance(100) ? 1 : 0;
  (*row)[kPresent] = absl::StrCat(present);
  (*row)[kWritten] = absl::StrCat(written);
  (*row)[kInFavour] = absl::StrCat(present + written - against - abstained);
  (*row)[kAgainst] = absl::StrCat(against);
  (*row)[kAbstained] = absl::StrCat(abstained);
}

std::string DocumentOf(absl::CivilDay day, int number) {
  return absl::StrCat("组批〔", day.year(), "〕", number, "号");
}

// Of a pre-review: about to leave within the three months in which nobody is admitted as a rule.
void FillException(const BranchSpec& spec, absl::CivilDay date, std::vector<std::string>* row) {
  using namespace step_columns;
  (*row)[kLeavingOn] = FormatDate(date + 75);
  (*row)[kExceptionBy] = spec.committee;
  (*row)[kExceptionNumber] = DocumentOf(date, 9);
  (*row)[kExceptionReason] = "培养教育已满，预审前即报告去向，新单位同意接续";
}

const std::vector<std::string>& Topics(absl::string_view kind) {
  static const auto* const kMeeting = new std::vector<std::string>{
      "学习党章，讨论支部工作", "传达上级会议精神", "讨论发展党员工作", "讨论支部年度计划"};
  static const auto* const kCommittee = new std::vector<std::string>{
      "研究本月支部工作", "研究入党积极分子培养", "研究主题党日安排", "研究党费收缴和使用"};
  static const auto* const kClass =
      new std::vector<std::string>{"书记讲党课：教书育人的初心", "学习支部工作条例",
                                   "学习党员教育管理工作条例", "师德师风专题党课"};
  static const auto* const kThemeDay = new std::vector<std::string>{
      "清扫校园，护送学生过马路", "走访困难学生家庭", "党员教师公开课", "重温入党誓词",
      "参观县里的纪念馆",         "整理图书室",       "义务植树",       "结对帮扶青年教师"};
  if (kind == "branch-meeting") return *kMeeting;
  if (kind == "committee-meeting") return *kCommittee;
  if (kind == "party-class") return *kClass;
  return *kThemeDay;
}

}  // namespace

void CountyBuilder::AddSteps(const BranchSpec& spec, const Way& way, const MemberIds& members) {
  using namespace step_columns;
  const size_t contact = static_cast<size_t>(dice_.Between(0, 5));
  int sequence = 0;
  bool approved = false;
  for (const DatedStep& step : way.steps) {
    std::vector<std::string> row = FolderWriter::NewRow(FileKind::kSteps);
    row[kCase] = absl::StrCat(way.person, "/c1");
    row[kStep] = absl::StrCat(step.step);
    row[kDate] = FormatDate(step.date);
    row[kReference] = absl::StrFormat("%s-%02d-%d", way.person, step.step, ++sequence);
    FillStep(spec, step.step, step.date, contact, members, &row);
    if (way.turn == Turn::kByException && step.step == 13) FillException(spec, step.date, &row);
    writer_->Add(FileKind::kSteps, row);
    if (way.turn != Turn::kDoneAgain || step.step != 17 || approved) continue;
    approved = true;
    AddCaseEvent(way.person, membership::v1::CASE_EVENT_KIND_VOIDED, way.voided_on,
                 {{case_event_columns::kOrganisation, spec.committee},
                  {case_event_columns::kReason, "第二十三条"},
                  {case_event_columns::kDocument, DocumentOf(way.voided_on, 7)},
                  {case_event_columns::kFromStep, absl::StrCat(sequence)}});
  }
  if (!way.steps.empty() && way.steps.back().step == 6) {
    activists_.emplace_back(way.person, way.steps.size());
  }
}

void CountyBuilder::FillStep(const BranchSpec& spec, int step, absl::CivilDay date, size_t contact,
                             const MemberIds& members, std::vector<std::string>* row) {
  using namespace step_columns;
  // The first members are full members since before the books were opened.
  const size_t old_members = std::min<size_t>(6, members.size());
  const std::string& first = members[contact % old_members];
  const std::string& second = members[(contact + 1) % old_members];
  switch (step) {
    case 2:
      (*row)[kTalker] = members[0];
      break;
    case 3:
      (*row)[kByMembers] = "是";
      (*row)[kByMassOrganisation] = dice_.Chance(400) ? "是" : "否";
      break;
    case 4:
    case 8:
    case 16:
      (*row)[kOrganisation] = spec.committee;
      break;
    case 5:
      (*row)[kContacts] = absl::StrCat(first, ";", second);
      break;
    case 7:
      // Two weeks always hold more than the five working days that are asked for.
      (*row)[kNoticeFrom] = FormatDate(date - 15);
      (*row)[kNoticeTo] = FormatDate(date - 1);
      break;
    case 9:
      (*row)[kIntroducers] = absl::StrCat(first, ";", second);
      break;
    case 10:
    case 12:
      (*row)[kPassed] = "是";
      break;
    case 11:
      (*row)[kDays] = "3";
      (*row)[kHours] = "24";
      (*row)[kPassed] = "是";
      break;
    case 17:
      if (!spec.general.empty()) {
        (*row)[kDeliberatedBy] = spec.general;
        (*row)[kDeliberatedOn] = FormatDate(date - 3);
      }
      [[fallthrough]];
    case 13:
    case 24:
      (*row)[kOrganisation] = spec.committee;
      (*row)[kPassed] = "是";
      break;
    case 18:
      (*row)[kOrganisation] = spec.above;
      break;
    case 15:
      FillVote(static_cast<int>(members.size()), spec.teacher_admissions + spec.student_admissions,
               &dice_, row);
      break;
    case 23:
      FillVote(static_cast<int>(members.size()), spec.teacher_admissions + spec.student_admissions,
               &dice_, row);
      (*row)[kOutcome] = "按期转正";
      break;
    default:
      break;
  }
}

// Committee and theme day each month, branch meeting and party class each quarter; a few were not
// held, and of this month's many are still to come.
void CountyBuilder::AddActivities(const BranchSpec& spec, const std::vector<Attendee>& attendees) {
  if (spec.activity_months == 0 || attendees.empty()) return;
  const int theme_day = dice_.Between(4, 24);
  const int committee_day = dice_.Between(1, 20);
  const int quarter_month = dice_.Between(0, 2);
  const int quarter_day = dice_.Between(5, 26);
  const absl::CivilMonth this_month(today_);
  for (absl::CivilMonth month = this_month - (spec.activity_months - 1); month <= this_month;
       ++month) {
    const bool current = month == this_month;
    const auto hold = [&](const char* kind, int day, int hours) {
      const absl::CivilDay date = absl::CivilDay(month) + (day - 1);
      const bool left_out = dice_.Chance(current ? 250 : 60);
      if (left_out || date >= today_) return;
      AddActivity(spec, kind, date, dice_.Pick(Topics(kind)), hours, attendees);
    };
    if (attendees.size() >= 7) hold("committee-meeting", committee_day, 0);
    hold("theme-day", theme_day, 2);
    if ((month.month() - 1) % 3 == quarter_month) {
      hold("branch-meeting", quarter_day, 2);
      hold("party-class", std::max(1, quarter_day - 3), 2);
    }
  }
}

void CountyBuilder::AddActivity(const BranchSpec& spec, const char* kind, absl::CivilDay date,
                                absl::string_view topic, int hours,
                                const std::vector<Attendee>& attendees) {
  using namespace activity_columns;
  std::vector<std::string> row = FolderWriter::NewRow(FileKind::kActivities);
  row[kId] = absl::StrFormat("hd-%07d", ++activities_);
  row[kOrganisation] = spec.organisation;
  row[kKind] = ActivityKindWord(kind);
  row[kDate] = FormatDate(date);
  row[kTopic] = std::string(topic);
  row[kHours] = absl::StrCat(hours);
  row[kHost] = attendees[0].id;
  // Only its committee meets as a committee.
  const size_t invited = absl::string_view(kind) == "committee-meeting"
                             ? std::min<size_t>(4, attendees.size())
                             : attendees.size();
  std::vector<std::string> lists[3];
  for (size_t i = 0; i < invited; ++i) {
    if (attendees[i].from > date || attendees[i].to <= date) continue;
    const int roll = i == 0 ? 0 : dice_.Between(0, 99);  // the host is there
    lists[roll < 90 ? 0 : roll < 96 ? 1 : 2].push_back(attendees[i].id);
  }
  row[kPresent] = absl::StrJoin(lists[0], ";");
  row[kOnLeave] = absl::StrJoin(lists[1], ";");
  row[kAbsent] = absl::StrJoin(lists[2], ";");
  row[kGuests] = absl::StrCat(dice_.Chance(200) ? dice_.Between(1, 5) : 0);
  writer_->Add(FileKind::kActivities, row);
}

}  // namespace zhibu::cli
