// zhibu member: persons and their development cases.
#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "common/base/civil.h"
#include "common/base/crypto.h"
#include "common/base/file.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "services/cli/commands/membership/case_change.h"
#include "services/cli/commands/membership/exceptions.h"
#include "services/cli/program/correcting.h"
#include "services/cli/program/groups.h"
#include "services/cli/program/output.h"
#include "services/cli/program/subtree.h"
#include "services/cli/program/titles.h"
#include "services/cli/program/words.h"
#include "services/cli/terminal/table.h"
#include "zhibu/membership/v1/membership_service.grpc.pb.h"
#include "zhibu/membership/v1/rule_service.grpc.pb.h"

namespace zhibu::cli {
namespace {

using membership::v1::MembershipService;
using membership::v1::Person;

template <typename Request>
void SetAsOf(const Context& context, Request& request) {
  if (const auto day = context.args.Date("as-of")) *request.mutable_as_of() = ToProto(*day);
}

std::string DayShown(const Context& context) {
  return FormatDate(context.args.Date("as-of").value_or(context.io.clock->Today()));
}

std::string PersonTable(Context& context, const google::protobuf::RepeatedPtrField<Person>& persons,
                        const std::string& root) {
  std::set<std::string> organisations;
  for (const Person& person : persons) organisations.insert(person.organisation());
  const Titles titles(context, organisations, root);
  Table table;
  table.AddColumn("姓名");
  table.AddColumn("性别");
  table.AddColumn("类别");
  table.AddColumn("阶段");
  table.AddColumn("入党日期");
  table.AddColumn("所在党组织", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("编号", Align::kLeft, /*can_wrap=*/true);
  for (const Person& person : persons) {
    table.AddRow({person.display_name(), Term(person.sex()), Term(person.kind()),
                  Term(person.stage()), DateText(person.joined_on()),
                  titles.Of(person.organisation()), BareId(person.name())});
  }
  return table.Render(context.io.width);
}

absl::StatusOr<int> List(Context& context) {
  membership::v1::ListPersonsRequest request;
  ZHIBU_ASSIGN_OR_RETURN(*request.mutable_root(),
                         ResourceName(kOrganisations, context.args.Text("ORG")));
  request.set_line(LineOf(context.args, type::v1::LINE_SUBORDINATION));
  for (const auto stage : StagesOf(context.args)) request.add_stages(stage);
  SetAsOf(context, request);
  membership::v1::ListPersonsResponse all;
  ZHIBU_RETURN_IF_ERROR(context.session.CallPages(
      context.session.membership(), &MembershipService::Stub::ListPersons, request, &all));
  if (context.json()) return PrintJson(context, all);

  context.io.out << "截至 " << DayShown(context) << " · 关系线：" << Term(request.line())
                 << " · 共 " << all.persons_size() << " 人\n\n"
                 << PersonTable(context, all.persons(), request.root());
  return kDone;
}

// Never from the command line, where everybody on the machine can read it.
absl::StatusOr<std::string> IdNumberFrom(Context& context, const std::string& path) {
  std::string text;
  if (path == "-") {
    text.assign(std::istreambuf_iterator<char>(context.io.in), {});
  } else {
    absl::StatusOr<std::string> read = ReadFile(path);
    if (!read.ok()) return absl::InvalidArgumentError(absl::StrCat("无法读取 ", path));
    text = *std::move(read);
  }
  absl::StripAsciiWhitespace(&text);
  if (text.empty()) {
    return absl::InvalidArgumentError("--id-number-file 里没有公民身份号码：只写号码，一行");
  }
  return text;
}

absl::StatusOr<int> Search(Context& context) {
  membership::v1::SearchPersonsRequest request;
  ZHIBU_RETURN_IF_ERROR(SetSubtree(context, request));
  request.set_display_name(context.args.Text("name"));
  request.set_initials(context.args.Text("initials"));
  request.set_system(context.args.Text("system"));
  request.set_external_id(context.args.Text("external-id"));
  const bool by_number = context.args.Has("id-number-file");
  if (by_number) {
    ZHIBU_ASSIGN_OR_RETURN(*request.mutable_id_number(),
                           IdNumberFrom(context, context.args.Text("id-number-file")));
    request.set_purpose(PurposeOf(context.args));
    request.set_reference(context.args.Text("reference"));
    request.set_request_id(RandomId());
  }
  membership::v1::SearchPersonsResponse all;
  ZHIBU_RETURN_IF_ERROR(context.session.CallPages(
      context.session.membership(), &MembershipService::Stub::SearchPersons, request, &all));
  if (context.json()) return PrintJson(context, all);
  SubtreeHeading(context, "查找人员", all.persons_size(), "人");
  if (!all.persons().empty()) {
    context.io.out << PersonTable(context, all.persons(), request.root());
  }
  if (by_number) context.io.out << "\n本次查询已留痕，修订号 " << all.revision() << "\n";
  return kDone;
}

void AddLine(std::string& out, absl::string_view label, const std::string& text, int width) {
  if (!text.empty()) out += Paragraph(label, 14, text, width);
}

// What is so of a member on the day, and what happened.
void AddStatus(std::string& out, const Person& person, const Titles& titles, int width) {
  const auto& status = person.status();
  const bool member = person.stage() == membership::v1::STAGE_PROBATIONARY ||
                      person.stage() == membership::v1::STAGE_FULL;
  if (member) {
    AddLine(out, "表决权", status.voting_rights() ? "有" : "没有", width);
    if (!status.entitled_to_attend()) AddLine(out, "应到会", "不计入", width);
    if (status.mobile()) AddLine(out, "流动党员", "是", width);
  }
  if (status.party_age_years() > 0 || person.has_full_member_on()) {
    AddLine(out, "党龄", absl::StrCat(status.party_age_years(), " 年"), width);
  }
  if (status.stopped_or_ended_by() != membership::v1::MEMBERSHIP_FACT_KIND_UNSPECIFIED) {
    AddLine(out, "党籍", Term(status.stopped_or_ended_by()), width);
  }
  if (status.has_contact_lost_since()) {
    AddLine(out, "失去联系",
            absl::StrCat(DateText(status.contact_lost_since()), " 起",
                         status.may_be_stopped()   ? "，已可停止党籍"
                         : status.may_be_removed() ? "，已可按自行脱党除名"
                                                   : ""),
            width);
  }
  if (status.has_correction_until()) {
    AddLine(out, "限期改正", absl::StrCat("至 ", DateText(status.correction_until())), width);
  }
  AddLine(out, "党费缴至", status.dues_paid_until_month(), width);
  if (person.facts().empty()) return;
  Table table;
  table.AddColumn("序号", Align::kRight);
  table.AddColumn("日期");
  table.AddColumn("党籍变动");
  table.AddColumn("期限");
  table.AddColumn("决定的党组织", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("依据", Align::kLeft, /*can_wrap=*/true);
  for (const auto& fact : person.facts()) {
    table.AddRow(
        {absl::StrCat(fact.sequence()), DateText(fact.date()), Term(fact.kind()),
         DateText(fact.until()), fact.authority().empty() ? "" : titles.Of(fact.authority()),
         absl::StrCat(fact.article(), fact.article().empty() ? "" : " ", fact.document_number())});
  }
  absl::StrAppend(&out, "\n", table.Render(width));
}

absl::StatusOr<int> Show(Context& context) {
  membership::v1::GetPersonRequest request;
  ZHIBU_ASSIGN_OR_RETURN(*request.mutable_name(),
                         ResourceName(kPersons, context.args.Text("PERSON")));
  SetAsOf(context, request);
  membership::v1::GetPersonResponse response;
  ZHIBU_RETURN_IF_ERROR(context.session.Call(
      context.session.membership(), &MembershipService::Stub::GetPerson, request, &response));
  if (context.json()) return PrintJson(context, response);

  const Person& person = response.person();
  std::set<std::string> organisations = {person.organisation()};
  for (const auto& kept : person.affiliations()) organisations.insert(kept.organisation());
  for (const auto& fact : person.facts()) {
    if (!fact.authority().empty()) organisations.insert(fact.authority());
  }
  AddAuthorities(person.corrections(), organisations);
  const Titles titles(context, organisations);
  const int width = context.io.width;
  std::string out = absl::StrCat(person.display_name(), "\n截至 ", DayShown(context), "\n\n");
  AddLine(out, "编号", BareId(person.name()), width);
  AddLine(out, "身份号码", person.id_number(), width);
  AddLine(out, "性别", Term(person.sex()), width);
  AddLine(out, "民族代码", person.nationality_code(), width);
  AddLine(out, "类别", Term(person.kind()), width);
  AddLine(out, "所在党组织", titles.Of(person.organisation()), width);
  AddLine(out, "所在单位", BareId(person.institution()), width);
  AddLine(out, "阶段",
          absl::StrCat(Term(person.stage()), person.opening_balance() ? "（期初建档）" : ""),
          width);
  AddLine(out, "入党日期", DateText(person.joined_on()), width);
  AddLine(out, "转正日期", DateText(person.full_member_on()), width);
  AddLine(out, "登记日期", DateText(person.registered_on()), width);
  for (const auto& outside : person.external_ids()) {
    AddLine(out, "系统外编号",
            absl::StrCat(outside.system(), " ", outside.id(), "，",
                         PeriodText(outside.valid_from(), outside.valid_to())),
            width);
  }
  AddStatus(out, person, titles, width);
  out += CorrectionsText(person.corrections(), titles, width);
  if (person.affiliations_size() > 1) {
    Table table;
    table.AddColumn("组织关系所在", Align::kLeft, /*can_wrap=*/true);
    table.AddColumn("起止");
    table.AddColumn("来由", Align::kLeft, /*can_wrap=*/true);
    for (const auto& kept : person.affiliations()) {
      table.AddRow({titles.Of(kept.organisation()), PeriodText(kept.valid_from(), kept.valid_to()),
                    kept.cause()});
    }
    absl::StrAppend(&out, "\n", table.Render(width));
  }
  context.io.out << out;
  return kDone;
}

// What is particular to the kind.
std::string EventDetail(const membership::v1::CaseEvent& event) {
  switch (event.kind()) {
    case membership::v1::CASE_EVENT_KIND_RETURNED:
      return absl::StrCat("退回序号 ", event.step_sequence(), " 的步骤");
    case membership::v1::CASE_EVENT_KIND_VOIDED:
      return absl::StrCat("自序号 ", event.step_sequence(), " 起");
    case membership::v1::CASE_EVENT_KIND_RECEIVED:
      return event.continuous() ? "连续计算" : "此前空档不计";
    case membership::v1::CASE_EVENT_KIND_POSTPONED:
      return absl::StrCat("推迟到 ", DateText(event.until()));
    default:
      return "";
  }
}

std::string EventsText(const membership::v1::DevelopmentCase& one, const Titles& titles,
                       int width) {
  if (one.events().empty()) return "";
  Table table;
  table.AddColumn("其他情形");
  table.AddColumn("日期");
  table.AddColumn("内容", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("决定的党组织", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("文号、依据", Align::kLeft, /*can_wrap=*/true);
  std::string warnings;
  for (const auto& recorded : one.events()) {
    const auto& event = recorded.event();
    const bool both = !event.document_number().empty() && !event.reason().empty();
    table.AddRow({Term(event), DateText(event.date()), EventDetail(event),
                  event.organisation().empty() ? "" : titles.Of(event.organisation()),
                  absl::StrCat(event.document_number(), both ? "；" : "", event.reason())});
    for (const auto& warning : recorded.warnings()) {
      absl::StrAppend(&warnings, "\n", Term(event), "\n", FindingText(warning, 4, width));
    }
  }
  return absl::StrCat("\n", table.Render(width), warnings);
}

// Only where the case went from one organisation to another.
std::string HoldingsText(const membership::v1::DevelopmentCase& one, const Titles& titles,
                         int width) {
  if (one.holdings_size() < 2) return "";
  Table table;
  table.AddColumn("培养单位", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("起止");
  for (const auto& held : one.holdings()) {
    table.AddRow({titles.Of(held.organisation()), PeriodText(held.valid_from(), held.valid_to())});
  }
  return absl::StrCat("\n", table.Render(width));
}

absl::StatusOr<int> Steps(Context& context) {
  membership::v1::GetCaseRequest request;
  ZHIBU_ASSIGN_OR_RETURN(*request.mutable_name(), CaseNameOf(context.args.Text("CASE")));
  SetAsOf(context, request);
  membership::v1::GetCaseResponse response;
  ZHIBU_RETURN_IF_ERROR(context.session.Call(
      context.session.membership(), &MembershipService::Stub::GetCase, request, &response));
  if (context.json()) return PrintJson(context, response);

  const auto& development_case = response.development_case();
  std::set<std::string> organisations = {development_case.organisation()};
  for (const auto& held : development_case.holdings()) organisations.insert(held.organisation());
  for (const auto& beside : development_case.events()) {
    if (!beside.event().organisation().empty()) organisations.insert(beside.event().organisation());
  }
  for (const auto& recorded : development_case.steps()) {
    if (recorded.step().has_exception()) {
      organisations.insert(recorded.step().exception().authority());
    }
  }
  const Titles titles(context, organisations);
  const int width = context.io.width;
  std::string out = absl::StrCat(development_case.name(), "\n截至 ", DayShown(context), "\n\n");
  AddLine(out, "培养党组织", titles.Of(development_case.organisation()), width);
  AddLine(out, "阶段", Term(development_case.stage()), width);
  AddLine(out, "档案状态", Term(development_case.state()), width);
  AddLine(out, "预备期满日", DateText(development_case.probation_ends()), width);
  Table table;
  table.AddColumn("序号", Align::kRight);
  table.AddColumn("步骤", Align::kRight);
  table.AddColumn("名称", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("日期");
  table.AddColumn("材料", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("规则集");
  table.AddColumn("提醒", Align::kRight);
  table.AddColumn("效力");
  std::string warnings;
  for (const auto& recorded : development_case.steps()) {
    table.AddRow({std::to_string(recorded.sequence()),
                  std::to_string(static_cast<int>(recorded.kind())), Term(recorded.kind()),
                  DateText(recorded.step().date()), recorded.step().reference(),
                  recorded.rule_set(),
                  recorded.warnings().empty() ? "" : std::to_string(recorded.warnings_size()),
                  recorded.voided_by() != 0         ? "无效"
                  : recorded.step().has_exception() ? "例外"
                                                    : ""});
    for (const auto& warning : recorded.warnings()) {
      absl::StrAppend(&warnings, "\n", static_cast<int>(recorded.kind()), " ",
                      Term(recorded.kind()), "\n", FindingText(warning, 4, width));
    }
    if (recorded.step().has_exception()) {
      warnings += GrantText(recorded.step().exception(), titles, 4, width);
    }
  }
  if (!development_case.steps().empty()) absl::StrAppend(&out, "\n", table.Render(width));
  out += EventsText(development_case, titles, width);
  out += HoldingsText(development_case, titles, width);
  if (!warnings.empty()) absl::StrAppend(&out, "\n办理时的提醒\n", warnings);
  std::vector<std::string> next;
  for (const int step : development_case.next_steps()) {
    next.push_back(absl::StrCat(step, " ", Term(static_cast<membership::v1::StepKind>(step))));
  }
  out += "\n";
  AddLine(out, "下一步", next.empty() ? "无" : absl::StrJoin(next, "；"), width);
  context.io.out << out;
  return kDone;
}

// The rule that makes a step no earlier; that it follows another goes without saying.
std::string Binding(const membership::v1::ForecastStep& step) {
  if (!step.has_binding() || step.binding().code() == "D19") return "";
  return absl::StrCat(step.binding().code(), " ", CitationWords(step.binding().citation()));
}

absl::StatusOr<int> Forecast(Context& context) {
  membership::v1::ForecastCaseRequest request;
  ZHIBU_ASSIGN_OR_RETURN(*request.mutable_name(), CaseNameOf(context.args.Text("CASE")));
  membership::v1::ForecastCaseResponse forecast;
  ZHIBU_RETURN_IF_ERROR(context.session.Call(context.session.membership(),
                                             &membership::v1::RuleService::Stub::ForecastCase,
                                             request, &forecast));
  if (context.json()) return PrintJson(context, forecast);
  Table table;
  table.AddColumn("步骤", Align::kRight);
  table.AddColumn("名称", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("最早日期");
  table.AddColumn("不能更早的依据", Align::kLeft, /*can_wrap=*/true);
  for (const auto& step : forecast.steps()) {
    table.AddRow({std::to_string(static_cast<int>(step.kind())), Term(step.kind()),
                  DateText(step.earliest()), Binding(step)});
  }
  std::string out =
      absl::StrCat(request.name(), " 之后各步骤的最早日期\n假定各步骤都通过、都获批准\n\n",
                   forecast.steps().empty() ? "没有要办的步骤\n" : table.Render(context.io.width));
  if (!forecast.blocked_by().empty()) out += "\n之后不能继续：\n";
  for (const auto& finding : forecast.blocked_by()) {
    out += FindingText(finding, 4, context.io.width);
  }
  context.io.out << out;
  return kDone;
}

absl::StatusOr<int> ShowProof(Context& context) {
  membership::v1::GetCaseRequest request;
  ZHIBU_ASSIGN_OR_RETURN(*request.mutable_name(), CaseNameOf(context.args.Text("CASE")));
  SetAsOf(context, request);
  membership::v1::GetCaseResponse response;
  ZHIBU_RETURN_IF_ERROR(context.session.Call(
      context.session.membership(), &MembershipService::Stub::GetCase, request, &response));
  if (context.json()) return PrintJson(context, response);
  Table table;
  table.AddColumn("步骤", Align::kRight);
  table.AddColumn("名称", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("日期");
  table.AddColumn("判定于");
  table.AddColumn("规则集");
  table.AddColumn("核对过的条件", Align::kLeft, /*can_wrap=*/true);
  std::set<std::string> organisations;
  for (const auto& recorded : response.development_case().steps()) {
    organisations.insert(recorded.proof().acting_organisation());
    organisations.insert(recorded.proof().deliberating().begin(),
                         recorded.proof().deliberating().end());
  }
  organisations.erase("");
  const Titles titles(context, organisations);
  for (const auto& recorded : response.development_case().steps()) {
    const membership::v1::Proof& proof = recorded.proof();
    // A check may ask several things: one that warned, or was excepted, tells for all of it.
    std::map<std::string, membership::v1::Verdict> checks;
    for (const auto& condition : proof.conditions()) {
      membership::v1::Verdict& verdict = checks[condition.code()];
      verdict = std::max(verdict, condition.verdict());
    }
    std::vector<std::string> conditions;
    for (const auto& [code, verdict] : checks) {
      conditions.push_back(absl::StrCat(code, verdict == membership::v1::VERDICT_EXCEPTED ? " 例外"
                                              : verdict == membership::v1::VERDICT_WARNED
                                                  ? " 提示"
                                                  : " 符合"));
    }
    // The branch acts in most steps: only others are worth a line.
    if (!proof.acting_organisation().empty() &&
        proof.acting_organisation() != response.development_case().organisation()) {
      conditions.push_back(absl::StrCat("办理 ", titles.Of(proof.acting_organisation())));
    }
    for (const std::string& body : proof.deliberating()) {
      conditions.push_back(absl::StrCat("审议 ", titles.Of(body)));
    }
    if (proof.has_electorate()) {
      conditions.push_back(absl::StrCat("应到会 ", proof.electorate(), "人",
                                        proof.electorate_provisional() ? "（未核实）" : ""));
    }
    table.AddRow({std::to_string(static_cast<int>(recorded.kind())), Term(recorded.kind()),
                  DateText(recorded.step().date()), DateText(recorded.proof().judged_on()),
                  recorded.rule_set(), absl::StrJoin(conditions, "；")});
  }
  context.io.out << request.name() << " 的判定依据\n\n" << table.Render(context.io.width);
  return kDone;
}

CommandGroup OwnCommands() {
  const Argument one_case = CaseArgument();
  return {"党员发展",
          {
              {"member list",
               "名册：一个党组织及其下级的人员",
               {{"ORG", "党组织的编号", true, {}}},
               {StageOption(), LineOption("subordination")},
               "",
               {"zhibu member list jyj-dw --stage activist --stage object"},
               List},
              {"member search",
               "按姓名、姓名首字母、公民身份号码或系统外编号查找人员",
               {{"ORG", "党组织的编号；不写则为全部（需要全部组织的权限）", false, {}}},
               {{"name", "NAME", "整个姓名"},
                {"initials", "LETTERS", "整个姓名的拼音首字母"},
                {"id-number-file", "FILE", "写有公民身份号码的文件；- 为标准输入",
                 ValueKind::kPath},
                PurposeOption(),
                {"reference", "TEXT", "依据的文号或任务编号"},
                {"system", "SYSTEM", "系统外编号是哪个系统的"},
                {"external-id", "ID", "在那个系统里的编号"},
                LineOption("subordination")},
               "四种条件写其中一种。身份号码不写在命令里；按它查找等于查阅个人信息，"
               "须写明 --purpose 和 --reference，不论查到与否都留痕。",
               {"zhibu member search jyj-dw --name 张三", "zhibu member search --initials zs",
                "zhibu member search --id-number-file - --purpose verification \\\n"
                "      --reference 核〔2026〕3号 < 号码文件",
                "zhibu member search --system province-party-building --external-id 00123"},
               Search},
              {"member show",
               "一个人（身份号码只显示首尾）",
               {{"PERSON", "人员的编号", true, {}}},
               {},
               "",
               {"zhibu member show p-000123"},
               Show},
              {"member steps",
               "一份发展档案：状态、已办的步骤、其他情形、办理时的提醒、下一步",
               {one_case},
               {},
               "",
               {"zhibu member steps p-000123/c1"},
               Steps},
              {"member forecast",
               "一份发展档案之后各步骤的最早合规日期",
               {one_case},
               {},
               "",
               {"zhibu member forecast p-000123/c1"},
               Forecast},
              {"member proof",
               "一份发展档案每一步的判定依据：核对过哪些条件，按哪一个规则集",
               {one_case},
               {},
               "",
               {"zhibu member proof p-000123/c1"},
               ShowProof},
              RecordCommand(),
              CaseEventCommand(),
              ExceptionsCommand(),
              DueCommand(),
          }};
}

}  // namespace

CommandGroup MemberCommands() {
  CommandGroup group = OwnCommands();
  for (Command& command : FactCommands()) group.commands.push_back(std::move(command));
  return group;
}

}  // namespace zhibu::cli
