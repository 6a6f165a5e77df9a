// The words of the interchange folder and the contract's values behind them.
#include <initializer_list>

#include "common/base/resource_name.h"
#include "common/base/title.h"
#include "services/cli/import/columns.h"
#include "zhibu/membership/v1/case_event.pb.h"
#include "zhibu/membership/v1/development_case.pb.h"
#include "zhibu/membership/v1/membership_fact.pb.h"
#include "zhibu/membership/v1/person.pb.h"
#include "zhibu/registry/v1/facility.pb.h"
#include "zhibu/registry/v1/institution.pb.h"
#include "zhibu/registry/v1/organisation.pb.h"
#include "zhibu/registry/v1/post.pb.h"
#include "zhibu/type/v1/line.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::cli {
namespace {

struct KindWord {
  const char* word;
  const char* id;
};
constexpr KindWord kActivityKinds[] = {
    {"支部党员大会", "branch-meeting"},  {"支委会", "committee-meeting"},
    {"党小组会", "group-meeting"},       {"党课", "party-class"},
    {"主题党日", "theme-day"},           {"党支部党员大会", "branch-meeting"},
    {"支部委员会", "committee-meeting"},
};

// The contract's terms, and before them the words that offices write for the same.
template <typename Enum>
Words TermsOf(std::initializer_list<Word> others = {}) {
  const google::protobuf::EnumDescriptor& type = *google::protobuf::GetEnumDescriptor<Enum>();
  Words words(others);
  for (int i = 0; i < type.value_count(); ++i) {
    const int value = type.value(i)->number();
    if (value != 0) words.push_back({TitleOf(type, value), value});
  }
  return words;
}

}  // namespace

const Words& OrganisationKindWords() {
  static const auto* const kWords = new Words(TermsOf<type::v1::OrganisationKind>());
  return *kWords;
}

const Words& LineWords() {
  static const auto* const kWords =
      new Words{{TitleOf(type::v1::LINE_SUBORDINATION), type::v1::LINE_SUBORDINATION},
                {"属地", type::v1::LINE_TERRITORIAL},
                {TitleOf(type::v1::LINE_TERRITORIAL), type::v1::LINE_TERRITORIAL}};
  return *kWords;
}

const Words& InstitutionKindWords() {
  static const auto* const kWords = new Words(TermsOf<registry::v1::InstitutionKind>());
  return *kWords;
}

const Words& OwnershipWords() {
  static const auto* const kWords = new Words(TermsOf<registry::v1::Ownership>());
  return *kWords;
}

const Words& PlaceWords() {
  static const auto* const kWords = new Words(TermsOf<registry::v1::Place>());
  return *kWords;
}

const Words& CoverageRungWords() {
  static const auto* const kWords = new Words(TermsOf<registry::v1::CoverageRung>());
  return *kWords;
}

const Words& PostKindWords() {
  static const auto* const kWords =
      new Words(TermsOf<registry::v1::PostKind>({{"校长", registry::v1::POST_KIND_HEAD},
                                                 {"园长", registry::v1::POST_KIND_HEAD},
                                                 {"主任", registry::v1::POST_KIND_HEAD}}));
  return *kWords;
}

const Words& FacilityKindWords() {
  static const auto* const kWords = new Words(TermsOf<registry::v1::FacilityKind>());
  return *kWords;
}

const Words& FactKindWords() {
  static const auto* const kWords = new Words(TermsOf<membership::v1::MembershipFactKind>());
  return *kWords;
}

const Words& CaseEventKindWords() {
  static const auto* const kWords = new Words(TermsOf<membership::v1::CaseEventKind>(
      {{"退回", membership::v1::CASE_EVENT_KIND_RETURNED}}));
  return *kWords;
}

const Words& SexWords() {
  static const auto* const kWords = new Words(TermsOf<membership::v1::Sex>());
  return *kWords;
}

const Words& PersonKindWords() {
  static const auto* const kWords = new Words(TermsOf<membership::v1::PersonKind>());
  return *kWords;
}

const Words& OpeningStageWords() {
  static const auto* const kWords = new Words{
      {TitleOf(membership::v1::STAGE_PROBATIONARY), membership::v1::STAGE_PROBATIONARY},
      {TitleOf(membership::v1::STAGE_FULL), membership::v1::STAGE_FULL}};
  return *kWords;
}

const Words& ConversionOutcomeWords() {
  static const auto* const kWords = new Words(TermsOf<membership::v1::ConversionOutcome>());
  return *kWords;
}

const Words& YesNoWords() {
  static const auto* const kWords = new Words{{"是", 1}, {"否", 0}};
  return *kWords;
}

std::optional<int> ValueOf(const Words& words, absl::string_view word) {
  for (const Word& entry : words) {
    if (entry.word == word) return entry.value;
  }
  return std::nullopt;
}

std::string WordOf(const Words& words, int value) {
  for (const Word& entry : words) {
    if (entry.value == value) return entry.word;
  }
  return "";
}

std::optional<std::string> ActivityKindOf(absl::string_view text) {
  for (const KindWord& entry : kActivityKinds) {
    if (text == entry.word) return std::string(entry.id);
  }
  if (IsResourceId(text)) return std::string(text);
  return std::nullopt;
}

std::string ActivityKindWord(absl::string_view id) {
  for (const KindWord& entry : kActivityKinds) {
    if (id == entry.id) return entry.word;
  }
  return std::string(id);
}

}  // namespace zhibu::cli
