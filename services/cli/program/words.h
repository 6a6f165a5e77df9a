// The contracts' values in the words of the office: what a clerk calls a stage, a step, a post.

#ifndef ZHIBU_SERVICES_CLI_PROGRAM_WORDS_H_
#define ZHIBU_SERVICES_CLI_PROGRAM_WORDS_H_

#include <string>
#include <type_traits>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/title.h"
#include "google/type/date.pb.h"
#include "services/cli/program/command.h"
#include "zhibu/activity/v1/activity_service.pb.h"
#include "zhibu/membership/v1/membership_fact.pb.h"
#include "zhibu/membership/v1/membership_service.pb.h"
#include "zhibu/membership/v1/reveal.pb.h"
#include "zhibu/registry/v1/advisory.pb.h"
#include "zhibu/registry/v1/election.pb.h"
#include "zhibu/registry/v1/facility.pb.h"
#include "zhibu/registry/v1/leadership_service.pb.h"
#include "zhibu/registry/v1/registry_service.pb.h"
#include "zhibu/registry/v1/reorganisation.pb.h"
#include "zhibu/type/v1/citation.pb.h"
#include "zhibu/type/v1/line.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"
#include "zhibu/type/v1/owed_item.pb.h"

namespace zhibu::cli {

// The term of an enum's value, as the contract says it (TitleOf).
template <typename Enum>
  requires std::is_enum_v<Enum>
std::string Term(Enum value) {
  return TitleOf(value);
}
// The kind, and what it was for where two are of one kind.
std::string Term(const membership::v1::CaseEvent& event);

// The Chinese title of a kind of activity; kinds beyond the well-known five show as their id.
std::string ActivityKindTitle(const std::string& kind);

// "2026-11-23"; empty for an unset date.
std::string DateText(const google::type::Date& date);
// "2026-11-23 起", "2026-11-23 至 2027-01-31": `to` is the day after the last.
std::string PeriodText(const google::type::Date& from, const google::type::Date& to);

// "《document》article", with a word where the text was not compared (mark S or U).
std::string CitationWords(const type::v1::Citation& citation);

// The id in a resource name: "organisations/jyj-dw" → "jyj-dw".
std::string BareId(absl::string_view name);

// The resource name of an argument that is the bare id or the whole name. INVALID_ARGUMENT where it
// is neither.
absl::StatusOr<std::string> ResourceName(absl::string_view collection, const std::string& text);
absl::StatusOr<std::string> CaseNameOf(const std::string& text);

// The option --line and its value; `otherwise` where it is not given.
Option LineOption(absl::string_view otherwise);
type::v1::Line LineOf(const Arguments& args, type::v1::Line otherwise);

// --stage: its choices, and the stages given (none: all).
Option StageOption();
std::vector<membership::v1::Stage> StagesOf(const Arguments& args);

// --purpose: why somebody's data are read in full.
Option PurposeOption();
membership::v1::RevealPurpose PurposeOf(const Arguments& args);

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_PROGRAM_WORDS_H_
