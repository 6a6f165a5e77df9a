#include "services/cli/program/correcting.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "common/base/file.h"
#include "common/base/resource_name.h"
#include "google/protobuf/descriptor.h"
#include "services/cli/program/set_field.h"
#include "services/cli/program/words.h"
#include "services/cli/terminal/table.h"

namespace zhibu::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::FieldMask;
using google::protobuf::Message;

// Of what stood there: the whole is for --json.
constexpr int kWasWidth = 48;

absl::Status AddPath(const std::string& path, const std::vector<std::string>& correctable,
                     FieldMask& mask) {
  if (std::find(correctable.begin(), correctable.end(), path) == correctable.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("“", path, "”不能更正；", CorrectableText(correctable)));
  }
  const auto& paths = mask.paths();
  if (std::find(paths.begin(), paths.end(), path) == paths.end()) mask.add_paths(path);
  return absl::OkStatus();
}

absl::StatusOr<std::string> FileOrInput(Context& context, const std::string& path) {
  if (path != "-") return ReadFile(path);
  return std::string(std::istreambuf_iterator<char>(context.io.in), {});
}

absl::Status SetFromFile(Context& context, const std::vector<std::string>& correctable,
                         Message& resource, FieldMask& mask) {
  const std::string path = context.args.Text("file");
  const absl::StatusOr<std::string> json = FileOrInput(context, path);
  if (!json.ok()) return absl::InvalidArgumentError(absl::StrCat("无法读取 ", path));
  // Which fields it names, an empty list among them, the message alone does not tell.
  google::protobuf::Struct named;
  const auto object = google::protobuf::util::JsonStringToMessage(*json, &named);
  const std::unique_ptr<Message> fields(resource.New());
  const auto parsed = google::protobuf::util::JsonStringToMessage(*json, fields.get());
  if (!object.ok() || !parsed.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " 不是 ", resource.GetDescriptor()->name(), " 的 JSON。程序的说明：",
                     std::string((object.ok() ? parsed : object).message())));
  }
  for (int i = 0; i < resource.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *resource.GetDescriptor()->field(i);
    if (named.fields().contains(field.name()) || named.fields().contains(field.json_name())) {
      ZHIBU_RETURN_IF_ERROR(AddPath(field.name(), correctable, mask));
    }
  }
  resource.MergeFrom(*fields);
  return absl::OkStatus();
}

// "党籍变动 3", from "facts/3".
std::string SubjectText(absl::string_view subject) {
  if (absl::ConsumePrefix(&subject, "facts/")) return absl::StrCat("党籍变动 ", subject);
  if (subject == "dues") return "党费缴至";
  return std::string(subject);
}

// What stood there, which is ProtoJSON, as one reads it: text without quotes, dates as dates.
std::string WasText(const std::string& was) {
  if (was.empty()) return "空";
  google::type::Date date;
  if (was[0] == '{' && google::protobuf::util::JsonStringToMessage(was, &date).ok()) {
    return DateText(date);
  }
  const bool quoted = was.size() > 1 && was[0] == '"' && was.find('\\') == was.npos;
  return TruncateTo(quoted ? was.substr(1, was.size() - 2) : was, kWasWidth);
}

std::string WhatText(const type::v1::RecordedCorrection& one) {
  std::vector<std::string> lines;
  if (!one.subject().empty()) lines.push_back(SubjectText(one.subject()));
  if (one.withdrawn()) lines.push_back("误录作废");
  for (const type::v1::CorrectedField& field : one.fields()) {
    if (one.withdrawn() && one.subject().empty()) break;  // the whole is shown above
    lines.push_back(absl::StrCat(field.path(), " 原为 ", WasText(field.was())));
  }
  return absl::StrJoin(lines, "\n");
}

}  // namespace

std::vector<Option> WithdrawOptions() {
  return {{"reason", "TEXT", "为什么更正或作废，必写；不写个人情况"},
          {"authority", "ORG", "作出决定的党组织；不写则为保管这条记录的党组织"},
          {"document", "TEXT", "文号"},
          {"validate-only", "", "只判断能不能办，不写入", ValueKind::kFlag}};
}

std::vector<Option> CorrectOptions() {
  std::vector<Option> options = WithdrawOptions();
  Option set{"set", "FIELD=VALUE", "更正后的一个字段；“字段=”后面不写则清空"};
  set.repeated = true;
  options.insert(options.begin(), std::move(set));
  return options;
}

Option FieldsFileOption() {
  return {"file", "FILE", "更正后的字段，JSON 文件；- 为标准输入。列表整个写出", ValueKind::kPath};
}

std::string CorrectableText(const std::vector<std::string>& correctable) {
  return absl::StrCat("可以更正的字段：", absl::StrJoin(correctable, "、"));
}

absl::Status SetCorrected(Context& context, const std::vector<std::string>& correctable,
                          Message& resource, FieldMask& mask) {
  if (context.args.Has("file")) {
    ZHIBU_RETURN_IF_ERROR(SetFromFile(context, correctable, resource, mask));
  }
  for (const std::string& assignment : context.args.All("set")) {
    const size_t equals = assignment.find('=');
    const std::string path = assignment.substr(0, equals);
    ZHIBU_RETURN_IF_ERROR(AddPath(path.substr(0, path.find('.')), correctable, mask));
    const bool empties = equals + 1 == assignment.size() && path.find('.') == path.npos;
    if (!empties) ZHIBU_RETURN_IF_ERROR(SetField(assignment, resource));
  }
  if (!correctable.empty() && mask.paths().empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("请用 --set 写明更正后的内容；", CorrectableText(correctable)));
  }
  return absl::OkStatus();
}

absl::Status FillCorrection(const Arguments& args, type::v1::Correction& correction) {
  if (args.Text("reason").empty()) {
    return absl::InvalidArgumentError("请用 --reason 写明为什么更正或作废");
  }
  correction.set_reason(args.Text("reason"));
  if (args.Has("authority")) {
    ZHIBU_ASSIGN_OR_RETURN(*correction.mutable_authority(),
                           ResourceName(kOrganisations, args.Text("authority")));
  }
  correction.set_document_number(args.Text("document"));
  return absl::OkStatus();
}

void AddAuthorities(const RecordedCorrections& corrections, std::set<std::string>& names) {
  for (const type::v1::RecordedCorrection& one : corrections) {
    if (!one.correction().authority().empty()) names.insert(one.correction().authority());
  }
}

std::string CorrectionsText(const RecordedCorrections& corrections, const Titles& titles,
                            int width) {
  if (corrections.empty()) return "";
  Table table;
  table.AddColumn("更正日期");
  table.AddColumn("更正的内容", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("原因", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("决定、文号", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("账号", Align::kLeft, /*can_wrap=*/true);
  for (const type::v1::RecordedCorrection& one : corrections) {
    const type::v1::Correction& why = one.correction();
    const std::string who = why.authority().empty() ? "" : titles.Of(why.authority());
    table.AddRow({DateText(one.recorded_on()), WhatText(one), why.reason(),
                  absl::StrCat(who, who.empty() || why.document_number().empty() ? "" : "\n",
                               why.document_number()),
                  one.actor()});
  }
  return absl::StrCat("\n更正\n\n", table.Render(width));
}

}  // namespace zhibu::cli
