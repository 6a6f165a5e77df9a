// What the registry's requests show by themselves; see rules.h.
#include <initializer_list>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/text.h"
#include "common/domain/external_id.h"
#include "services/registry/rules/forms.h"

namespace zhibu::registry {
namespace {

constexpr int kMaxCode = 30;  // ten levels
constexpr int kMaxCount = 1000000;

void CheckChosen(int value, absl::string_view what, absl::string_view at, Violations& out) {
  if (value != 0) return;
  AddViolation(out, "KIND_REQUIRED", std::string(at), absl::StrCat("必须填写", what));
}

}  // namespace

void CheckId(absl::string_view id, absl::string_view at, Violations& out) {
  if (IsResourceId(id)) return;
  AddViolation(out, "ID_INVALID", std::string(at),
               "编号须以小写字母开头，只含小写字母、数字和 -，1–63 个字符");
}

void CheckName(absl::string_view collection, absl::string_view name, absl::string_view at,
               Violations& out) {
  if (IdOf(collection, name)) return;
  AddViolation(
      out, "NAME_INVALID", std::string(at),
      absl::StrCat("须写成 ", collection, "/{编号}，编号以小写字母开头，只含小写字母、数字和 -，",
                   "不超过 63 个字符"));
}

void CheckDate(const google::type::Date& date, bool required, absl::string_view at,
               Violations& out) {
  if (date.year() == 0 && date.month() == 0 && date.day() == 0) {
    if (required) AddViolation(out, "DATE_REQUIRED", std::string(at), "必须填写日期");
    return;
  }
  if (!FromProto(date).ok()) {
    AddViolation(out, "DATE_INVALID", std::string(at),
                 "日期须年月日齐全、确有其日，且在 1900–2199 年之间");
  }
}

void CheckTitle(absl::string_view title, absl::string_view at, Violations& out) {
  if (IsLine(title, 1, kMaxTitle)) return;
  AddViolation(out, "TITLE_INVALID", std::string(at),
               absl::StrCat("全称须为 1–", kMaxTitle, " 个字符，不含换行等控制字符"));
}

void CheckCode(absl::string_view code, absl::string_view at, Violations& out) {
  bool digits = true;
  for (char c : code) digits = digits && absl::ascii_isdigit(static_cast<unsigned char>(c));
  if (digits && code.size() % 3 == 0 && code.size() <= kMaxCode) return;
  AddViolation(out, "CODE_INVALID", std::string(at),
               absl::StrCat("党组织代码每级三位数字，最多 ", kMaxCode, " 位；没有代码时留空"));
}

void CheckDocumentNumber(absl::string_view number, absl::string_view at, Violations& out) {
  if (IsLine(number, 0, kMaxTitle)) return;
  AddViolation(out, "DOCUMENT_NUMBER_INVALID", std::string(at),
               absl::StrCat("文号不超过 ", kMaxTitle, " 个字符，不含换行等控制字符"));
}

void CheckQuery(absl::string_view query, absl::string_view at, Violations& out) {
  constexpr int kMaxQuery = 50;
  if (IsLine(query, 1, kMaxQuery)) return;
  AddViolation(out, "QUERY_INVALID", std::string(at),
               "请填写要查找的字，或拼音首字母，1–50 个字符");
}

void CheckReason(absl::string_view reason, absl::string_view at, Violations& out) {
  if (IsLine(reason, 0, kMaxReason)) return;
  AddViolation(out, "REASON_INVALID", std::string(at),
               absl::StrCat("事由不超过 ", kMaxReason, " 个字符，不含换行等控制字符和个人信息"));
}

void CheckExternalIds(const v1::Organisation& organisation, absl::string_view at, Violations& out) {
  for (int i = 0; i < organisation.external_ids_size(); ++i) {
    const type::v1::ExternalId& external = organisation.external_ids(i);
    const std::string row = absl::StrCat(at, ".external_ids[", i, "]");
    if (!IsExternalId(external.system(), external.id())) {
      AddViolation(out, "EXTERNAL_ID_INVALID", row, kExternalIdForm);
    }
    CheckDate(external.valid_from(), true, absl::StrCat(row, ".valid_from"), out);
    CheckDate(external.valid_to(), false, absl::StrCat(row, ".valid_to"), out);
  }
}

void CheckForm(const v1::Organisation& organisation, absl::string_view at, Violations& out) {
  CheckTitle(organisation.title(), absl::StrCat(at, ".title"), out);
  CheckChosen(organisation.kind(), "党组织类别", absl::StrCat(at, ".kind"), out);
  CheckCode(organisation.code(), absl::StrCat(at, ".code"), out);
  CheckDate(organisation.established_on(), true, absl::StrCat(at, ".established_on"), out);
  CheckDate(organisation.dissolved_on(), false, absl::StrCat(at, ".dissolved_on"), out);
  for (int i = 0; i < organisation.affiliations_size(); ++i) {
    const v1::Affiliation& affiliation = organisation.affiliations(i);
    const std::string edge = absl::StrCat(at, ".affiliations[", i, "]");
    CheckName(kOrganisations, affiliation.parent(), absl::StrCat(edge, ".parent"), out);
    if (affiliation.line() == type::v1::LINE_EITHER) {
      AddViolation(out, "LINE_INVALID", absl::StrCat(edge, ".line"), "关系线只能是隶属或属地");
    }
    CheckDate(affiliation.valid_from(), true, absl::StrCat(edge, ".valid_from"), out);
    CheckDate(affiliation.valid_to(), false, absl::StrCat(edge, ".valid_to"), out);
    CheckDocumentNumber(affiliation.document_number(), absl::StrCat(edge, ".document_number"), out);
    if (!affiliation.authority().empty()) {
      CheckName(kOrganisations, affiliation.authority(), absl::StrCat(edge, ".authority"), out);
    }
    CheckReason(affiliation.reason(), absl::StrCat(edge, ".reason"), out);
  }
  CheckExternalIds(organisation, at, out);
}

void CheckForm(const v1::Institution& institution, absl::CivilDay today, absl::string_view at,
               Violations& out) {
  CheckTitle(institution.title(), absl::StrCat(at, ".title"), out);
  CheckChosen(institution.kind(), "单位类别", absl::StrCat(at, ".kind"), out);
  CheckChosen(institution.ownership(), "办学性质", absl::StrCat(at, ".ownership"), out);
  CheckName(kOrganisations, institution.keeper(), absl::StrCat(at, ".keeper"), out);
  if (!institution.parent().empty()) {
    CheckName(kInstitutions, institution.parent(), absl::StrCat(at, ".parent"), out);
    if (institution.kind() != v1::INSTITUTION_KIND_TEACHING_POINT) {
      AddViolation(out, "PARENT_NOT_ALLOWED", absl::StrCat(at, ".parent"),
                   "只有教学点可以填写所属学校");
    }
  }
  CheckDate(institution.opened_on(), true, absl::StrCat(at, ".opened_on"), out);
  CheckDate(institution.closed_on(), false, absl::StrCat(at, ".closed_on"), out);
  absl::CivilDay last = kNoStart;
  for (int i = 0; i < institution.head_counts_size(); ++i) {
    const v1::HeadCount& count = institution.head_counts(i);
    const std::string row = absl::StrCat(at, ".head_counts[", i, "]");
    CheckDate(count.counted_on(), true, absl::StrCat(row, ".counted_on"), out);
    if (auto day = FromProto(count.counted_on()); day.ok()) {
      if (*day > today) {
        AddViolation(out, "DATE_IN_FUTURE", absl::StrCat(row, ".counted_on"),
                     "统计日期不能晚于今天");
      }
      if (*day <= last) {
        AddViolation(out, "HEAD_COUNTS_NOT_IN_ORDER", absl::StrCat(row, ".counted_on"),
                     "人数须按统计日期从早到晚排列，同一天只填一次");
      }
      last = *day;
    }
    const auto check = [&](bool counted, int number, absl::string_view field) {
      if (!counted || (number >= 0 && number <= kMaxCount)) return;
      AddViolation(out, "HEAD_COUNT_INVALID", absl::StrCat(row, ".", field),
                   absl::StrCat("人数须在 0–", kMaxCount, " 之间；没有统计的留空"));
    };
    check(count.has_staff(), count.staff(), "staff");
    check(count.has_established_posts(), count.established_posts(), "established_posts");
    check(count.has_full_time_teachers(), count.full_time_teachers(), "full_time_teachers");
    check(count.has_students(), count.students(), "students");
    check(count.has_senior_students(), count.senior_students(), "senior_students");
    check(count.has_adult_students(), count.adult_students(), "adult_students");
  }
  for (int i = 0; i < institution.coverages_size(); ++i) {
    const v1::Coverage& coverage = institution.coverages(i);
    const std::string row = absl::StrCat(at, ".coverages[", i, "]");
    CheckName(kOrganisations, coverage.organisation(), absl::StrCat(row, ".organisation"), out);
    CheckChosen(
        coverage.rung() == v1::COVERAGE_RUNG_NONE ? v1::COVERAGE_RUNG_UNSPECIFIED : coverage.rung(),
        "党组织覆盖方式", absl::StrCat(row, ".rung"), out);
    CheckDate(coverage.valid_from(), true, absl::StrCat(row, ".valid_from"), out);
    CheckDate(coverage.valid_to(), false, absl::StrCat(row, ".valid_to"), out);
  }
}

void CheckForm(const v1::Post& post, absl::string_view at, Violations& out) {
  if (!IdOf(kOrganisations, post.seat()) && !IdOf(kInstitutions, post.seat())) {
    AddViolation(out, "NAME_INVALID", absl::StrCat(at, ".seat"),
                 "任职所在须写成 organisations/{编号} 或 institutions/{编号}");
  }
  CheckChosen(post.kind(), "职务类别", absl::StrCat(at, ".kind"), out);
  CheckName(kPersons, post.holder(), absl::StrCat(at, ".holder"), out);
  // Full-time clerks and deputies are counted, and a rule asks for them.
  if ((post.kind() == v1::POST_KIND_CLERK || post.kind() == v1::POST_KIND_DEPUTY_SECRETARY) &&
      !post.has_full_time()) {
    AddViolation(out, "DECISION_REQUIRED", absl::StrCat(at, ".full_time"),
                 "请写明是否专职，填 true 或 false：没有填写不等于“否”");
  }
  CheckDate(post.valid_from(), true, absl::StrCat(at, ".valid_from"), out);
  CheckDate(post.valid_to(), false, absl::StrCat(at, ".valid_to"), out);
}

}  // namespace zhibu::registry
