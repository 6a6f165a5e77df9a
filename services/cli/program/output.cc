#include "services/cli/program/output.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/status.h"
#include "services/cli/program/json.h"
#include "services/cli/program/words.h"
#include "services/cli/terminal/table.h"

namespace zhibu::cli {
namespace {

type::v1::Findings AllFindings(const absl::Status& status) {
  const google::rpc::Status rpc = ToRpcStatus(status, "", SIZE_MAX);
  for (const auto& detail : rpc.details()) {
    type::v1::Findings findings;
    if (detail.UnpackTo(&findings)) return findings;
  }
  return {};
}

// Of our own messages, whose strings are UTF-8 and which hold no Any: this cannot fail.
std::string CompactJson(const google::protobuf::Message& message) {
  std::string text;
  (void)google::protobuf::util::MessageToJsonString(message, &text);
  return text;
}

// Over a list of what is wrong; empty for a failure that is one sentence about one record.
std::string Headline(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
      return "填写的内容有误：";
    case absl::StatusCode::kFailedPrecondition:
      return "不符合规定的条件，没有写入：";
    default:
      return "";
  }
}

}  // namespace

ExitCode ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return kDone;
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kDataLoss:
      return kRefused;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
      return kUsage;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kCancelled:
      return kUnreachable;
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kNotFound:
      return kNotAllowed;
    default:
      return kInternal;
  }
}

std::string Paragraph(absl::string_view first, int indent, absl::string_view text, int width) {
  std::string out;
  const int room = std::max(20, width - indent);
  bool begun = false;
  for (const std::string& line : WrapText(text, room)) {
    absl::StrAppend(&out, PadTo(begun ? "" : first, indent), line, "\n");
    begun = true;
  }
  return out;
}

std::string FindingText(const type::v1::Finding& finding, int indent, int width) {
  std::string out;
  const std::string margin(indent, ' ');
  const std::string code = finding.code().empty() ? "" : absl::StrCat("[", finding.code(), "] ");
  out += Paragraph("", indent, absl::StrCat(code, finding.message()), width);
  if (finding.has_citation()) {
    out += Paragraph(margin + "依据：", indent + 6, CitationWords(finding.citation()), width);
  }
  if (finding.has_earliest()) {
    absl::StrAppend(&out, margin, "最早日期：", DateText(finding.earliest()), "\n");
  }
  return out;
}

std::string ErrorText(const absl::Status& status, int width) {
  const type::v1::Findings findings = AllFindings(status);
  const std::string headline = Headline(status);
  if (findings.findings().empty() || headline.empty()) {
    const std::string reason = ReasonOf(status);
    return Paragraph(
        "错误：", 6,
        absl::StrCat(status.message(), reason.empty() ? "" : absl::StrCat("（", reason, "）")),
        width);
  }
  std::string out = absl::StrCat("错误：", headline, "\n");
  int number = 0;
  for (const type::v1::Finding& finding : findings.findings()) {
    std::string lines = FindingText(finding, 5, width);
    // The number stands in the margin of the first line.
    const std::string label = absl::StrFormat("%3d. ", ++number);
    lines.replace(0, 5, PadTo(label, 5));
    out += lines;
    out += Paragraph("     位置：", 11,
                     absl::StrCat(finding.subject(), "（", finding.reason(), "）"), width);
  }
  if (findings.omitted() > 0) {
    absl::StrAppend(&out, "     另有 ", findings.omitted(), " 处没有列出\n");
  }
  return out;
}

std::string ErrorJson(const absl::Status& status) {
  const type::v1::Findings all = AllFindings(status);
  std::vector<std::string> findings;
  for (const type::v1::Finding& finding : all.findings()) findings.push_back(CompactJson(finding));
  JsonObject error;
  error.Text("code", absl::StatusCodeToString(status.code()))
      .Text("reason", ReasonOf(status))
      .Text("message", absl::string_view(status.message().data(), status.message().size()))
      .Number("exitCode", ExitCodeOf(status))
      .Raw("findings", JsonList(findings))
      .Number("omitted", all.omitted());
  return error.text() + "\n";
}

absl::StatusOr<int> PrintJson(Context& context, const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.always_print_primitive_fields = true;
  std::string text;
  const auto status = google::protobuf::util::MessageToJsonString(message, &text, options);
  if (!status.ok()) {
    return absl::InternalError(absl::StrCat("无法写成 JSON：", message.GetTypeName()));
  }
  context.io.out << text << (text.empty() || text.back() != '\n' ? "\n" : "");
  return kDone;
}

std::string RatioText(int64_t numerator, int64_t denominator) {
  const std::string counts = absl::StrCat("（", numerator, "/", denominator, "）");
  if (denominator <= 0) return absl::StrCat("无比率", counts);
  const int64_t tenths = (numerator * 2000 + denominator) / (denominator * 2);
  return absl::StrCat(tenths / 10, ".", tenths % 10, "%", counts);
}

}  // namespace zhibu::cli
