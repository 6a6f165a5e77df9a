// zhibu member event: what happens to a development case beside its steps.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "services/cli/commands/membership/case_change.h"
#include "services/cli/program/groups.h"
#include "services/cli/program/output.h"
#include "services/cli/program/words.h"
#include "zhibu/membership/v1/case_event_service.grpc.pb.h"
#include "zhibu/membership/v1/membership_service.grpc.pb.h"

namespace zhibu::cli {
namespace {

using membership::v1::CaseEvent;
using membership::v1::CaseEventKind;

struct KindChoice {
  const char* choice;
  CaseEventKind kind;
};
constexpr KindChoice kKinds[] = {
    {"returned", membership::v1::CASE_EVENT_KIND_RETURNED},
    {"refused", membership::v1::CASE_EVENT_KIND_REFUSED},
    {"withdrawn", membership::v1::CASE_EVENT_KIND_WITHDRAWN},
    {"paused", membership::v1::CASE_EVENT_KIND_PAUSED},
    {"resumed", membership::v1::CASE_EVENT_KIND_RESUMED},
    {"voided", membership::v1::CASE_EVENT_KIND_VOIDED},
    {"received", membership::v1::CASE_EVENT_KIND_RECEIVED},
    {"postponed", membership::v1::CASE_EVENT_KIND_POSTPONED},
    {"not-recognised", membership::v1::CASE_EVENT_KIND_NOT_RECOGNISED},
};

std::vector<std::string> Choices() {
  std::vector<std::string> choices;
  for (const KindChoice& one : kKinds) choices.push_back(one.choice);
  return choices;
}

std::string KindList() {
  std::string out = "情形：";
  for (const KindChoice& one : kKinds) {
    absl::StrAppend(&out, "\n  ", one.choice, " ", Term(one.kind));
  }
  return out;
}

absl::StatusOr<CaseEvent> EventOf(const Arguments& args) {
  CaseEvent event;
  for (const KindChoice& one : kKinds) {
    if (args.Text("event") == one.choice) event.set_kind(one.kind);
  }
  if (event.kind() == membership::v1::CASE_EVENT_KIND_UNSPECIFIED) {
    return absl::InvalidArgumentError(
        "请用 --event 写明是哪一种情形；zhibu help member event 列出全部");
  }
  const auto date = args.Date("date");
  if (!date) return absl::InvalidArgumentError("请用 --date 写明发生的日期");
  *event.mutable_date() = ToProto(*date);
  if (args.Has("organisation")) {
    ZHIBU_ASSIGN_OR_RETURN(*event.mutable_organisation(),
                           ResourceName(kOrganisations, args.Text("organisation")));
  }
  event.set_document_number(args.Text("document"));
  event.set_reason(args.Text("reason"));
  event.set_step_sequence(args.Number("from-step", 0));
  if (event.kind() == membership::v1::CASE_EVENT_KIND_RECEIVED &&
      args.Has("continuous") == args.Has("interrupted")) {
    return absl::InvalidArgumentError(
        "接续培养请写明 --continuous（转入到接续之间的时间连续计算）或 --interrupted（不计）");
  }
  if (event.kind() == membership::v1::CASE_EVENT_KIND_RECEIVED) {
    event.set_continuous(args.Has("continuous"));
  }
  event.set_recorded_in_error(args.Has("recorded-in-error"));
  if (const auto until = args.Date("until")) *event.mutable_until() = ToProto(*until);
  return event;
}

// "自序号 13 起" is easily taken for the step's own number: which steps it is stands beside it.
std::string VoidSteps(Context& context, const membership::v1::RecordCaseEventRequest& request,
                      const membership::v1::RecordedCaseEvent& recorded) {
  membership::v1::GetCaseRequest get;
  membership::v1::GetCaseResponse found;
  get.set_name(request.name());
  const absl::Status status = context.session.Call(
      context.session.membership(), &membership::v1::MembershipService::Stub::GetCase, get, &found);
  if (!status.ok()) return "";  // it is recorded, whatever becomes of this call
  std::vector<std::string> steps;
  for (const auto& step : found.development_case().steps()) {
    const bool meant = step.sequence() >= recorded.event().step_sequence();
    if (!meant || step.voided_by() != (request.validate_only() ? 0 : recorded.sequence())) continue;
    steps.push_back(absl::StrCat("序号 ", step.sequence(), " ", Term(step.kind())));
  }
  return Paragraph(request.validate_only() ? "将无效：" : "无效：", request.validate_only() ? 8 : 6,
                   absl::StrJoin(steps, "；"), context.io.width);
}

absl::StatusOr<int> RecordEvent(Context& context) {
  membership::v1::RecordCaseEventRequest request;
  ZHIBU_ASSIGN_OR_RETURN(*request.mutable_event(), EventOf(context.args));
  ZHIBU_RETURN_IF_ERROR(AddressCase(context, /*opens=*/false, request));
  membership::v1::RecordCaseEventResponse response;
  ZHIBU_RETURN_IF_ERROR(context.session.Call(
      context.session.membership(), &membership::v1::CaseEventService::Stub::RecordCaseEvent,
      request, &response));
  if (context.json()) return PrintJson(context, response);
  std::string out = absl::StrCat(request.validate_only() ? "可以办理，没有写入：" : "已记录：",
                                 Term(response.recorded().event()), "，",
                                 DateText(response.recorded().event().date()), "\n档案状态：",
                                 Term(response.state()), "\n");
  if (response.recorded().event().step_sequence() > 0) {
    out += VoidSteps(context, request, response.recorded());
  }
  if (!request.validate_only()) absl::StrAppend(&out, "修订号：", response.revision(), "\n");
  if (!response.recorded().warnings().empty()) out += "\n提醒（不妨碍办理）\n";
  for (const auto& warning : response.recorded().warnings()) {
    out += FindingText(warning, 4, context.io.width);
  }
  context.io.out << out;
  return kDone;
}

}  // namespace

Command CaseEventCommand() {
  std::vector<Option> options = {
      {"event", "EVENT", "哪一种情形", ValueKind::kChoice, Choices()},
      {"date", "DATE", "发生的日期", ValueKind::kDate},
      {"organisation", "ORG", "作出决定的党组织；不写则为培养的党组织"},
      {"document", "TEXT", "文号"},
      {"reason", "TEXT", "依据的条款；不写个人情况"},
      {"from-step", "N", "认定无效：从哪一个序号起，即 member steps 的“序号”，不是第几步",
       ValueKind::kNumber},
      {"continuous", "", "接续培养：转入到接续之间的时间连续计算", ValueKind::kFlag},
      {"interrupted", "", "接续培养：转入到接续之间的时间不计", ValueKind::kFlag},
      {"recorded-in-error", "", "认定无效：这些步骤只是录错了，更正后按实际日期重新记录",
       ValueKind::kFlag},
      {"until", "DATE", "推迟讨论：推迟到哪一天", ValueKind::kDate}};
  for (Option& option : CaseChangeOptions()) options.push_back(std::move(option));
  return {"member event",
          "步骤以外的情形：退回、不再培养、撤回、暂停、认定无效、接续培养等",
          {CaseArgument()},
          std::move(options),
          "已办的步骤不会删除：退回和认定无效的步骤仍在档案里，注明无效，从那里重新办理。"
          "认定无效的，之后办理的步骤也都无效；先加 --validate-only，看清是哪几步。"
          "只是录错了的（例如日期打错），加 --recorded-in-error：重新记录的步骤写实际日期，不早于"
          "仍有效的步骤即可。\n\n" +
              KindList(),
          {"zhibu member event p-000123/c1 --event paused --date 2026-11-20",
           "zhibu member event p-000123/c1 --event voided --from-step 16 --date 2026-11-20 \\\n"
           "      --reason 第二十三条",
           "zhibu member event p-000123/c1 --event voided --from-step 7 --date 2026-11-20 \\\n"
           "      --recorded-in-error --reason 日期录错"},
          RecordEvent};
}

}  // namespace zhibu::cli
