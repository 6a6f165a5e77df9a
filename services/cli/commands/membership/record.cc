// zhibu member record: one step of a development case.
#include <google/protobuf/util/json_util.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "services/cli/commands/membership/case_change.h"
#include "services/cli/commands/membership/exceptions.h"
#include "services/cli/program/groups.h"
#include "services/cli/program/output.h"
#include "services/cli/program/set_field.h"
#include "services/cli/program/titles.h"
#include "services/cli/program/words.h"
#include "zhibu/membership/v1/membership_service.grpc.pb.h"

namespace zhibu::cli {
namespace {

using google::protobuf::FieldDescriptor;
using membership::v1::MembershipService;
using membership::v1::Step;
using membership::v1::StepKind;

// Step 1 is field 11 of Step.detail, and so on.
constexpr int kFieldBeforeFirstStep = 10;

const FieldDescriptor* DetailField(int step) {
  return Step::descriptor()->FindFieldByNumber(kFieldBeforeFirstStep + step);
}

// --step: the number, or the English name as in the contract ("admission-meeting").
absl::StatusOr<int> StepNumber(const std::string& text) {
  int number = 0;
  if (absl::SimpleAtoi(text, &number) && DetailField(number) != nullptr && number > 0) {
    return number;
  }
  for (int step = 1; DetailField(step) != nullptr; ++step) {
    if (DashedName(*DetailField(step)) == text) return step;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "没有步骤“", text, "”：写 1 到 25 的数字，或英文名；zhibu help member record 列出全部"));
}

// Who granted an exception, by which document and why: all three or none.
absl::Status FillException(const Arguments& args, Step& step) {
  const bool any =
      args.Has("exception-by") || args.Has("exception-document") || args.Has("exception-reason");
  if (!any) return absl::OkStatus();
  membership::v1::ExceptionGrant& grant = *step.mutable_exception();
  ZHIBU_ASSIGN_OR_RETURN(*grant.mutable_authority(),
                         args.Has("exception-by")
                             ? ResourceName(kOrganisations, args.Text("exception-by"))
                             : absl::StatusOr<std::string>(""));
  grant.set_document_number(args.Text("exception-document"));
  grant.set_reason(args.Text("exception-reason"));
  if (grant.authority().empty() || grant.document_number().empty() || grant.reason().empty()) {
    return absl::InvalidArgumentError(
        "例外批准须同时写明 --exception-by（批准机关）、--exception-document（文号）和 "
        "--exception-reason（理由）");
  }
  return absl::OkStatus();
}

absl::StatusOr<Step> StepOf(const Arguments& args) {
  Step step;
  if (args.Has("detail")) {
    const auto parsed = google::protobuf::util::JsonStringToMessage(args.Text("detail"), &step);
    if (!parsed.ok()) {
      return absl::InvalidArgumentError(
          "--detail 不是 Step 的 JSON；例子：{\"oath\": {}}。程序的说明：" +
          std::string(parsed.message()));
    }
  }
  if (args.Has("step")) {
    ZHIBU_ASSIGN_OR_RETURN(const int number, StepNumber(args.Text("step")));
    const FieldDescriptor* field = DetailField(number);
    if (step.detail_case() != Step::DETAIL_NOT_SET &&
        step.detail_case() != kFieldBeforeFirstStep + number) {
      return absl::InvalidArgumentError("--step 和 --detail 说的不是同一个步骤");
    }
    google::protobuf::Message* detail = step.GetReflection()->MutableMessage(&step, field);
    for (const std::string& assignment : args.All("set")) {
      ZHIBU_RETURN_IF_ERROR(SetField(assignment, *detail));
    }
  } else if (args.Has("set")) {
    return absl::InvalidArgumentError("--set 要和 --step 一起用");
  }
  if (step.detail_case() == Step::DETAIL_NOT_SET) {
    return absl::InvalidArgumentError("请用 --step 写明是哪个步骤");
  }
  if (const auto date = args.Date("date")) *step.mutable_date() = ToProto(*date);
  if (!step.has_date()) return absl::InvalidArgumentError("请用 --date 写明发生的日期");
  if (args.Has("organisation")) {
    ZHIBU_ASSIGN_OR_RETURN(*step.mutable_organisation(),
                           ResourceName(kOrganisations, args.Text("organisation")));
  }
  if (args.Has("reference")) step.set_reference(args.Text("reference"));
  ZHIBU_RETURN_IF_ERROR(FillException(args, step));
  return step;
}

absl::StatusOr<int> Record(Context& context) {
  membership::v1::RecordStepRequest request;
  ZHIBU_ASSIGN_OR_RETURN(*request.mutable_step(), StepOf(context.args));
  ZHIBU_RETURN_IF_ERROR(AddressCase(context, /*opens=*/request.step().has_application(), request));
  membership::v1::RecordStepResponse response;
  ZHIBU_RETURN_IF_ERROR(context.session.Call(
      context.session.membership(), &MembershipService::Stub::RecordStep, request, &response));
  if (context.json()) return PrintJson(context, response);

  const auto& recorded = response.recorded();
  const int width = context.io.width;
  std::string out = absl::StrCat(request.validate_only() ? "可以办理，没有写入：" : "已记录：",
                                 static_cast<int>(recorded.kind()), " ", Term(recorded.kind()),
                                 "，", DateText(recorded.step().date()), "\n");
  absl::StrAppend(&out, "阶段：", Term(response.stage()), "\n");
  if (!request.validate_only()) absl::StrAppend(&out, "修订号：", response.revision(), "\n");
  if (recorded.step().has_exception()) {
    const membership::v1::ExceptionGrant& grant = recorded.step().exception();
    out += GrantText(grant, Titles(context, {grant.authority()}), 0, width);
  }
  if (!recorded.warnings().empty()) out += "\n提醒（不妨碍办理）\n";
  for (const auto& warning : recorded.warnings()) out += FindingText(warning, 4, width);
  context.io.out << out;
  return kDone;
}

// The 25 steps with what each takes, from the contract itself.
std::string StepList() {
  std::string out = "步骤、英文名和各自的内容（用 --set 填写）：";
  for (int step = 1; DetailField(step) != nullptr; ++step) {
    const std::string fields = FieldList(*DetailField(step)->message_type());
    absl::StrAppend(&out, "\n  ", step, " ", Term(static_cast<StepKind>(step)), " ",
                    DashedName(*DetailField(step)), fields.empty() ? "" : "：", fields);
  }
  return out;
}

}  // namespace

Command RecordCommand() {
  Option set{"set", "FIELD=VALUE",
             "步骤的内容，如 vote.in_favour=9；人员写 persons/id，是否写 true 或 false"};
  set.repeated = true;
  std::vector<Option> options = {
      {"step", "N", "第几步，1–25，或它的英文名"},
      {"date", "DATE", "发生的日期", ValueKind::kDate},
      {"organisation", "ORG", "办理的党组织；不写则为本人所在的党组织"},
      {"reference", "TEXT", "材料索引：文号或编号"},
      set,
      {"exception-by", "ORG", "经批准例外办理的：批准的党组织，审批预备党员的党委或其上级"},
      {"exception-document", "TEXT", "例外批准的文号"},
      {"exception-reason", "TEXT", "例外的理由；不写个人情况"},
      {"detail", "JSON", "整个步骤的 JSON（zhibu.membership.v1.Step），代替 --step 和 --set"}};
  for (Option& option : CaseChangeOptions()) options.push_back(std::move(option));
  return {
      "member record",
      "办理一个步骤：记入发展档案，先由规则判断",
      {CaseArgument()},
      std::move(options),
      "第 1 步开启档案。不符合的条件会全部列出，并写明依据；只是时间未到的，写明最早哪一天。\n\n"
      "规则允许例外的，写明 --exception-by、--exception-document 和 --exception-reason "
      "三项即可办理，由 zhibu member exceptions 列出。批准有误的，用 zhibu member event "
      "--event voided 认定这一步无效，重新办理。\n\n" +
          StepList(),
      {"zhibu member record p-000123/c1 --step 1 --date 2026-11-20",
       "zhibu member record p-000123/c1 --step 2 --date 2026-11-21 --set talker=persons/p-9",
       "zhibu member record p-000123/c1 --step 15 --date 2026-11-23 --set vote.entitled=12 \\\n"
       "      --set vote.present=11 --set vote.in_favour=11 --validate-only",
       "zhibu member record p-000123/c1 --step 13 --date 2026-11-23 --set passed=true \\\n"
       "      --set leaving_on=2027-01-31 --exception-by jyj-dw \\\n"
       "      --exception-document 组批〔2026〕9号 --exception-reason 表现突出"},
      Record};
}

}  // namespace zhibu::cli
