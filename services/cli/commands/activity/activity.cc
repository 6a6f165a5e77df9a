// zhibu activity: what was held, what is owed, study hours, and what is put right.
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "services/cli/program/correcting.h"
#include "services/cli/program/groups.h"
#include "services/cli/program/output.h"
#include "services/cli/program/owed_text.h"
#include "services/cli/program/titles.h"
#include "services/cli/program/words.h"
#include "services/cli/terminal/table.h"
#include "zhibu/activity/v1/activity_service.grpc.pb.h"

namespace zhibu::cli {
namespace {

using activity::v1::Activity;
using activity::v1::ActivityService;

absl::StatusOr<int> List(Context& context) {
  activity::v1::ListActivitiesRequest request;
  ZHIBU_ASSIGN_OR_RETURN(*request.mutable_organisation(),
                         ResourceName(kOrganisations, context.args.Text("ORG")));
  if (const auto from = context.args.Date("from")) *request.mutable_held_from() = ToProto(*from);
  // The user names the last day, the contract the day after it.
  if (const auto to = context.args.Date("to")) *request.mutable_held_to() = ToProto(*to + 1);
  for (const std::string& kind : context.args.All("kind")) request.add_kinds(kind);
  activity::v1::ListActivitiesResponse all;
  ZHIBU_RETURN_IF_ERROR(context.session.CallPages(
      context.session.activity(), &ActivityService::Stub::ListActivities, request, &all));
  if (context.json()) return PrintJson(context, all);

  Table table;
  table.AddColumn("日期");
  table.AddColumn("类别");
  table.AddColumn("主题", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("到会", Align::kRight);
  table.AddColumn("学时", Align::kRight);
  table.AddColumn("备注", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("编号", Align::kLeft, /*can_wrap=*/true);
  int held = 0;
  for (const Activity& activity : all.activities()) {
    const bool cancelled = !activity.cancelled_reason().empty();
    held += cancelled ? 0 : 1;
    table.AddRow({DateText(activity.date()), ActivityKindTitle(activity.kind()), activity.topic(),
                  RatioText(activity.present(), activity.should_attend()),
                  activity.study_hours() == 0 ? "" : std::to_string(activity.study_hours()),
                  cancelled ? absl::StrCat("作废：", activity.cancelled_reason()) : "",
                  BareId(activity.name())});
  }
  const Titles titles(context, {request.organisation()});
  context.io.out << titles.Of(request.organisation()) << " 组织生活 · 共 " << held << " 次";
  if (held < all.activities_size()) {
    context.io.out << "，另有作废 " << all.activities_size() - held << " 次";
  }
  context.io.out << "\n到会＝实到人数占应到人数（实到/应到）\n\n" << table.Render(context.io.width);
  return kDone;
}

absl::StatusOr<int> Owed(Context& context) {
  activity::v1::ListOwedRequest request;
  ZHIBU_ASSIGN_OR_RETURN(*request.mutable_organisation(),
                         ResourceName(kOrganisations, context.args.Text("ORG")));
  const absl::CivilDay day = context.args.Date("as-of").value_or(context.io.clock->Today());
  *request.mutable_as_of() = ToProto(day);
  activity::v1::ListOwedResponse response;
  ZHIBU_RETURN_IF_ERROR(context.session.CallPages(
      context.session.activity(), &ActivityService::Stub::ListOwed, request, &response));
  if (context.json()) return PrintJson(context, response);

  const Titles titles(context, {request.organisation()});
  context.io.out << titles.Of(request.organisation()) << " 应开展的组织生活 · " << FormatDate(day)
                 << " 所在的各周期\n\n"
                 << OwedText(
                        {response.items().begin(), response.items().end()},
                        [&](const std::string& name) { return titles.Of(name); },
                        /*with_organisation=*/false, context.io.width);
  return kDone;
}

absl::StatusOr<int> Hours(Context& context) {
  activity::v1::ListStudyHoursRequest request;
  ZHIBU_ASSIGN_OR_RETURN(*request.mutable_organisation(),
                         ResourceName(kOrganisations, context.args.Text("ORG")));
  request.set_year(context.args.Number("year", static_cast<int>(context.io.clock->Today().year())));
  activity::v1::ListStudyHoursResponse response;
  ZHIBU_RETURN_IF_ERROR(context.session.CallPages(
      context.session.activity(), &ActivityService::Stub::ListStudyHours, request, &response));
  if (context.json()) return PrintJson(context, response);

  Table table;
  table.AddColumn("人员");
  table.AddColumn("已修学时", Align::kRight);
  table.AddColumn("应修学时", Align::kRight);
  table.AddColumn("完成（已修/应修）", Align::kRight);
  for (const auto& hours : response.study_hours()) {
    table.AddRow({BareId(hours.person()), std::to_string(hours.hours()),
                  std::to_string(hours.required()), RatioText(hours.hours(), hours.required())});
  }
  const Titles titles(context, {request.organisation()});
  context.io.out << titles.Of(request.organisation()) << " " << request.year()
                 << " 年学时台账 · 共 " << response.study_hours_size() << " 人\n\n"
                 << table.Render(context.io.width);
  const std::string why = CitationWords(response.citation());
  if (!why.empty()) context.io.out << "\n" << Paragraph("依据：", 6, why, context.io.width);
  return kDone;
}

absl::StatusOr<activity::v1::GetActivityResponse> Get(Context& context) {
  activity::v1::GetActivityRequest request;
  ZHIBU_ASSIGN_OR_RETURN(*request.mutable_name(),
                         ResourceName(kActivities, context.args.Text("ACTIVITY")));
  activity::v1::GetActivityResponse response;
  ZHIBU_RETURN_IF_ERROR(context.session.Call(
      context.session.activity(), &ActivityService::Stub::GetActivity, request, &response));
  return response;
}

absl::StatusOr<int> Show(Context& context) {
  ZHIBU_ASSIGN_OR_RETURN(const auto response, Get(context));
  if (context.json()) return PrintJson(context, response);
  const Activity& activity = response.activity();
  std::set<std::string> names = {activity.organisation()};
  AddAuthorities(activity.corrections(), names);
  const Titles titles(context, names);
  const int width = context.io.width;
  std::string out = absl::StrCat(titles.Of(activity.organisation()), " ",
                                 ActivityKindTitle(activity.kind()), "\n\n");
  const auto line = [&](absl::string_view label, const std::string& text) {
    if (!text.empty()) out += Paragraph(label, 14, text, width);
  };
  line("编号", BareId(activity.name()));
  line("日期", DateText(activity.date()));
  line("主题", activity.topic());
  line("主持", BareId(activity.host()));
  line("到会", RatioText(activity.present(), activity.should_attend()));
  if (activity.guests() > 0) line("列席", absl::StrCat(activity.guests(), " 人"));
  if (activity.study_hours() > 0) line("学时", absl::StrCat(activity.study_hours()));
  line("作废", activity.cancelled_reason());
  Table table;
  table.AddColumn("人员");
  table.AddColumn("出席情况");
  for (const auto& attendance : activity.attendances()) {
    table.AddRow({BareId(attendance.person()), Term(attendance.presence())});
  }
  if (!activity.attendances().empty()) absl::StrAppend(&out, "\n", table.Render(width));
  context.io.out << out << CorrectionsText(activity.corrections(), titles, width);
  return kDone;
}

const std::vector<std::string>& Correctable() {
  static const auto& fields = *new std::vector<std::string>{
      "organisation", "kind", "date", "topic", "study_hours", "host", "attendances", "guests"};
  return fields;
}

absl::StatusOr<int> Correct(Context& context) {
  ZHIBU_ASSIGN_OR_RETURN(const auto found, Get(context));
  activity::v1::CorrectActivityRequest request;
  ZHIBU_RETURN_IF_ERROR(FillCorrected(context, found.activity(), Correctable(),
                                      *request.mutable_activity(), request));
  activity::v1::CorrectActivityResponse response;
  ZHIBU_RETURN_IF_ERROR(context.session.Call(
      context.session.activity(), &ActivityService::Stub::CorrectActivity, request, &response));
  if (context.json()) return PrintJson(context, response);
  context.io.out << CorrectedText(found.activity().name(), request, response);
  return kDone;
}

}  // namespace

CommandGroup ActivityCommands() {
  const Argument org{"ORG", "党组织的编号", true, {}};
  Option kind{"kind", "KIND",
              "只列出这一类：branch-meeting 支部党员大会，committee-meeting 支委会，group-meeting "
              "党小组会，party-class 党课，theme-day 主题党日，或本地增加的类别"};
  kind.repeated = true;
  const Argument activity{"ACTIVITY", "活动的编号；zhibu activity list 列出", true, {}};
  std::vector<Option> of_correct = CorrectOptions();
  of_correct.push_back(FieldsFileOption());
  return {"组织生活",
          {
              {"activity list",
               "一个党组织开展过的组织生活",
               {org},
               {{"from", "DATE", "从哪一天起", ValueKind::kDate},
                {"to", "DATE", "到哪一天为止（含当天）", ValueKind::kDate},
                kind},
               "",
               {"zhibu activity list zx-zb --from 2026-01-01 --to 2026-06-30"},
               List},
              {"activity show",
               "一次组织生活：出席、学时和更正",
               {activity},
               {},
               "",
               {"zhibu activity show hd-0001"},
               Show},
              {"activity correct",
               "更正一次登记有误的组织生活",
               {activity},
               std::move(of_correct),
               "从来没有开展过的是作废，用 zhibu call CancelActivity。出席情况整个写出，"
               "如 --set attendances.person=persons/p1 --set attendances.presence=出席，"
               "或写在 --file 里。\n\n" +
                   CorrectableText(Correctable()),
               {"zhibu activity correct hd-0001 --set date=2026-05-20 --reason 日期录错"},
               Correct},
              {"activity owed",
               "一个党组织各周期应开展和已开展的组织生活",
               {org},
               {},
               "",
               {"zhibu activity owed zx-zb --as-of 2026-09-30"},
               Owed},
              {"activity hours",
               "一个党组织的党员学时台账",
               {org},
               {{"year", "YEAR", "哪一年；默认今年", ValueKind::kNumber}},
               "",
               {"zhibu activity hours zx-zb --year 2025"},
               Hours},
          }};
}

}  // namespace zhibu::cli
