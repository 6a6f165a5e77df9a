#include "services/membership/rules/external_ids.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/domain/external_id.h"
#include "common/domain/id_number.h"
#include "services/membership/rules/forms.h"

namespace zhibu::membership {
namespace {

absl::CivilDay FirstDay(const type::v1::ExternalId& id) {
  return FromProto(id.valid_from()).value_or(kNoStart);
}
absl::CivilDay EndDay(const type::v1::ExternalId& id) {
  return id.has_valid_to() ? FromProto(id.valid_to()).value_or(kNoEnd) : kNoEnd;
}

bool MeetOnADay(const type::v1::ExternalId& one, const type::v1::ExternalId& other) {
  return std::max(FirstDay(one), FirstDay(other)) < std::min(EndDay(one), EndDay(other));
}

// Also where the check character does not fit: it is one that was mistyped.
bool HasFormOfIdNumber(absl::string_view id) {
  if (id.size() != 18 || (!absl::ascii_isdigit(id[17]) && absl::ascii_toupper(id[17]) != 'X')) {
    return false;
  }
  const absl::string_view first17 = id.substr(0, 17);
  return ParseIdNumber(absl::StrCat(first17, std::string(1, IdCheckCharacter(first17)))).ok();
}

}  // namespace

void CheckExternalIdForm(absl::string_view system, absl::string_view id, absl::string_view at,
                         std::vector<Violation>& wrong) {
  if (IsExternalId(system, id)) return;
  wrong.push_back(Because("EXTERNAL_ID_INVALID", std::string(at), kExternalIdForm));
}

void CheckExternalIds(const ExternalIds& ids, absl::string_view at, std::vector<Violation>& wrong) {
  for (int i = 0; i < ids.size(); ++i) {
    const type::v1::ExternalId& one = ids[i];
    const std::string row = absl::StrCat(at, "[", i, "]");
    CheckExternalIdForm(one.system(), one.id(), row, wrong);
    if (HasFormOfIdNumber(one.id())) {
      wrong.push_back(Because("EXTERNAL_ID_IS_ID_NUMBER", row,
                              "外部编号不能是公民身份号码，请填写外部系统自己的编号；"
                              "公民身份号码请填写在 id_number 中"));
    }
    const auto check = [&](bool has, const google::type::Date& date, absl::string_view field) {
      if (!has || FromProto(date).ok()) return;
      wrong.push_back(Because("DATE_INVALID", absl::StrCat(row, ".", field),
                              "日期须年月日齐全、确有其日，且在 1900–2199 年之间"));
    };
    if (!one.has_valid_from()) {
      wrong.push_back(Because("DATE_REQUIRED", absl::StrCat(row, ".valid_from"), "必须填写日期"));
    }
    check(one.has_valid_from(), one.valid_from(), "valid_from");
    check(one.has_valid_to(), one.valid_to(), "valid_to");
  }
}

void JudgeExternalIds(const ExternalIds& ids, const std::vector<ExternalIds>& others,
                      absl::string_view at, std::vector<Violation>& refused) {
  for (int i = 0; i < ids.size(); ++i) {
    const type::v1::ExternalId& own = ids[i];
    const std::string row = absl::StrCat(at, "[", i, "]");
    if (EndDay(own) <= FirstDay(own)) {
      refused.push_back(Because("PERIOD_INVALID", row, "外部编号的结束日期须晚于开始日期，请核对"));
      continue;
    }
    const auto in_same_system = [&](const type::v1::ExternalId& other) {
      return other.system() == own.system() && MeetOnADay(other, own);
    };
    if (std::any_of(ids.begin(), ids.begin() + i, in_same_system)) {
      refused.push_back(
          Because("PERIODS_OVERLAP", row,
                  "同一天在同一个外部系统中只能有一个编号，请先写明前一个的结束日期"));
    }
    // Not whose: the other may be out of the caller's scope.
    const auto has_it = [&](const ExternalIds& theirs) {
      return std::any_of(theirs.begin(), theirs.end(), [&](const type::v1::ExternalId& other) {
        return other.id() == own.id() && in_same_system(other);
      });
    };
    if (std::any_of(others.begin(), others.end(), has_it)) {
      refused.push_back(Because("EXTERNAL_ID_TAKEN", row,
                                "该外部编号同一时期已登记在另一人名下，请核对编号和起止日期"));
    }
  }
}

bool HoldsOn(const type::v1::ExternalId& id, absl::CivilDay day) {
  return FirstDay(id) <= day && day < EndDay(id);
}

void SortExternalIds(ExternalIds& ids) {
  std::stable_sort(ids.begin(), ids.end(),
                   [](const type::v1::ExternalId& a, const type::v1::ExternalId& b) {
                     return FirstDay(a) < FirstDay(b);
                   });
}

}  // namespace zhibu::membership
