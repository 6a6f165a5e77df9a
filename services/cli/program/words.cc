#include "services/cli/program/words.h"

#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/domain/citation.h"
#include "zhibu/type/v1/organisation_kind.pb.h"
#include "zhibu/type/v1/owed_item.pb.h"

namespace zhibu::cli {
namespace {

struct StageChoice {
  const char* choice;
  membership::v1::Stage stage;
};
constexpr StageChoice kStages[] = {
    {"applicant", membership::v1::STAGE_APPLICANT},
    {"activist", membership::v1::STAGE_ACTIVIST},
    {"object", membership::v1::STAGE_DEVELOPMENT_OBJECT},
    {"probationary", membership::v1::STAGE_PROBATIONARY},
    {"full", membership::v1::STAGE_FULL},
    {"ended", membership::v1::STAGE_ENDED},
    {"stopped", membership::v1::STAGE_STOPPED},
};

constexpr std::pair<const char*, membership::v1::RevealPurpose> kPurposes[] = {
    {"transfer", membership::v1::REVEAL_PURPOSE_TRANSFER},
    {"development", membership::v1::REVEAL_PURPOSE_DEVELOPMENT},
    {"archive", membership::v1::REVEAL_PURPOSE_ARCHIVE},
    {"verification", membership::v1::REVEAL_PURPOSE_VERIFICATION},
    {"submission", membership::v1::REVEAL_PURPOSE_SUBMISSION},
};

}  // namespace

std::string Term(const membership::v1::CaseEvent& event) {
  return absl::StrCat(Term(event.kind()), event.recorded_in_error() ? "（误录更正）" : "");
}

std::string ActivityKindTitle(const std::string& kind) {
  static constexpr std::pair<const char*, const char*> kTitles[] = {
      {"branch-meeting", "支部党员大会"}, {"committee-meeting", "支委会"},
      {"group-meeting", "党小组会"},      {"party-class", "党课"},
      {"theme-day", "主题党日"},
  };
  for (const auto& [id, title] : kTitles) {
    if (kind == id) return title;
  }
  return kind;
}

std::string DateText(const google::type::Date& date) {
  const absl::StatusOr<absl::CivilDay> day = FromProto(date);
  return day.ok() ? FormatDate(*day) : "";
}

std::string PeriodText(const google::type::Date& from, const google::type::Date& to) {
  const absl::StatusOr<absl::CivilDay> end = FromProto(to);
  if (!end.ok() || *end == kNoEnd) return absl::StrCat(DateText(from), " 起");
  return absl::StrCat(DateText(from), " 至 ", FormatDate(*end - 1));
}

std::string CitationWords(const type::v1::Citation& proto) {
  Citation citation;
  citation.document = proto.document();
  citation.article = proto.article();
  const std::string text = CitationText(citation);
  if (text.empty()) return "";
  const bool confirmed = proto.mark() == type::v1::MARK_CONFIRMED;
  return confirmed ? text : absl::StrCat(text, "（条文未经核对）");
}

std::string BareId(absl::string_view name) {
  const size_t slash = name.rfind('/');
  return std::string(slash == name.npos ? name : name.substr(slash + 1));
}

absl::StatusOr<std::string> ResourceName(absl::string_view collection, const std::string& text) {
  if (IsResourceId(text)) return NameOf(collection, text);
  if (IdOf(collection, text)) return text;
  return absl::InvalidArgumentError(
      absl::StrCat("“", text, "”不是编号：请写 id 或 ", collection,
                   "/id，id 以小写字母开头，只含小写字母、数字和连字符"));
}

absl::StatusOr<std::string> CaseNameOf(const std::string& text) {
  if (ParseCaseName(text)) return text;
  const std::vector<std::string> parts = absl::StrSplit(text, '/');
  if (parts.size() == 2 && IsResourceId(parts[0]) && IsResourceId(parts[1])) {
    return absl::StrCat(kPersons, "/", parts[0], "/cases/", parts[1]);
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "“", text, "”不是发展档案的名称：请写 persons/人员id/cases/档案id，或 人员id/档案id"));
}

Option LineOption(absl::string_view otherwise) {
  Option option{"line", "LINE",
                absl::StrCat("按哪条关系线：subordination 隶属，territorial 属地/业务指导，either "
                             "两者合并（每个组织只算一次）；默认 ",
                             otherwise),
                ValueKind::kChoice};
  option.choices = {"subordination", "territorial", "either"};
  return option;
}

type::v1::Line LineOf(const Arguments& args, type::v1::Line otherwise) {
  const std::string line = args.Text("line");
  if (line == "subordination") return type::v1::LINE_SUBORDINATION;
  if (line == "territorial") return type::v1::LINE_TERRITORIAL;
  if (line == "either") return type::v1::LINE_EITHER;
  return otherwise;
}

Option StageOption() {
  Option option{
      "stage", "STAGE",
      "只列出这个阶段的人（可重复）：applicant 申请人，activist 积极分子，object 发展对象，"
      "probationary 预备党员，full 正式党员，stopped 停止党籍，ended 终止",
      ValueKind::kChoice};
  for (const StageChoice& stage : kStages) option.choices.push_back(stage.choice);
  option.repeated = true;
  return option;
}

std::vector<membership::v1::Stage> StagesOf(const Arguments& args) {
  std::vector<membership::v1::Stage> stages;
  for (const std::string& choice : args.All("stage")) {
    for (const StageChoice& stage : kStages) {
      if (choice == stage.choice) stages.push_back(stage.stage);
    }
  }
  return stages;
}

Option PurposeOption() {
  Option option{"purpose", "PURPOSE", "用途：转接、发展、归档、核对、报送", ValueKind::kChoice};
  for (const auto& [choice, purpose] : kPurposes) option.choices.push_back(choice);
  return option;
}

membership::v1::RevealPurpose PurposeOf(const Arguments& args) {
  for (const auto& [choice, purpose] : kPurposes) {
    if (args.Text("purpose") == choice) return purpose;
  }
  return membership::v1::REVEAL_PURPOSE_UNSPECIFIED;
}

}  // namespace zhibu::cli
