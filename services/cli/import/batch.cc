#include "services/cli/import/batch.h"

#include <algorithm>
#include <optional>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/civil.h"
#include "common/base/crypto.h"
#include "common/base/status.h"

namespace zhibu::cli {
namespace {

struct IndexedPath {
  size_t index;
  absl::string_view rest;  // behind "requests[3]."
};

std::optional<IndexedPath> ParseIndexed(absl::string_view subject) {
  if (!absl::ConsumePrefix(&subject, "requests[") && !absl::ConsumePrefix(&subject, "cases[")) {
    return std::nullopt;
  }
  const size_t close = subject.find(']');
  size_t index;
  if (close == absl::string_view::npos || !absl::SimpleAtoi(subject.substr(0, close), &index)) {
    return std::nullopt;
  }
  subject.remove_prefix(close + 1);
  absl::ConsumePrefix(&subject, ".");
  return IndexedPath{index, subject};
}

// The header of the column that fills the deepest field of the path that any column fills.
std::string HeaderFor(const FileSpec& spec, absl::string_view path) {
  std::vector<absl::string_view> names = absl::StrSplit(path, '.');
  std::reverse(names.begin(), names.end());
  for (absl::string_view name : names) {
    name = name.substr(0, name.find('['));
    for (const Column& column : spec.columns) {
      for (const std::string& field : column.fields) {
        if (name == field) return column.header;
      }
    }
  }
  return "";
}

bool LiesUnder(absl::string_view path, absl::string_view part) {
  return absl::ConsumePrefix(&path, part) && (path.empty() || path[0] == '.');
}

RowError Locate(const Origin& origin, absl::string_view path) {
  for (const Origin::Part& part : origin.parts) {
    if (!LiesUnder(path, part.path)) continue;
    const FileSpec& spec = SpecOf(part.file);
    return {spec.name, part.line, HeaderFor(spec, path.substr(part.path.size())), "", ""};
  }
  const FileSpec& spec = SpecOf(origin.file);
  return {spec.name, origin.line, HeaderFor(spec, path), "", ""};
}

std::string MessageOf(const type::v1::Finding& finding) {
  std::string message = finding.message();
  if (!finding.citation().document().empty()) {
    absl::StrAppend(&message, "（依据：《", finding.citation().document(), "》",
                    finding.citation().article(), "）");
  }
  if (finding.has_earliest()) {
    const absl::StatusOr<absl::CivilDay> day = FromProto(finding.earliest());
    const std::string text = day.ok() ? FormatDate(*day) : "";
    if (!absl::StrContains(message, text)) absl::StrAppend(&message, "，最早 ", text);
  }
  return message;
}

}  // namespace

RowError RowErrorOf(const type::v1::Finding& finding, const std::vector<Origin>& origins) {
  RowError error;
  if (!origins.empty()) error.file = SpecOf(origins[0].file).name;
  // What was sent alone is what a refusal is about, whatever it names: its own field, as a rule.
  if (origins.size() == 1) error = Locate(origins[0], finding.subject());
  if (const std::optional<IndexedPath> path = ParseIndexed(finding.subject())) {
    if (path->index < origins.size()) error = Locate(origins[path->index], path->rest);
  } else {
    for (const Origin& origin : origins) {
      if (origin.name != finding.subject()) continue;
      error = Locate(origin, "");
      break;
    }
  }
  error.reason = finding.reason();
  error.message = MessageOf(finding);
  return error;
}

std::vector<RowError> RowErrorsOf(const absl::Status& refusal, const std::vector<Origin>& origins) {
  std::vector<RowError> errors;
  for (const type::v1::Finding& finding : FindingsOf(refusal)) {
    errors.push_back(RowErrorOf(finding, origins));
  }
  if (errors.empty()) {
    type::v1::Finding whole;
    whole.set_reason(ReasonOf(refusal));
    whole.set_message(std::string(refusal.message()));
    errors.push_back(RowErrorOf(whole, origins));
  }
  return errors;
}

std::string RequestIdOf(absl::string_view key, const google::protobuf::Message& batch) {
  const std::string bytes =
      absl::StrCat(batch.GetDescriptor()->full_name(), ":", batch.SerializeAsString());
  return absl::StrCat("import-", absl::BytesToHexString(HmacSha256(key, bytes)).substr(0, 40));
}

}  // namespace zhibu::cli
