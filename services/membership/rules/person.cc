#include "services/membership/rules/person.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/text.h"
#include "common/domain/id_number.h"

namespace zhibu::membership {
namespace {

constexpr int kMaxNameCharacters = 50;

// GB/T 3304: 01–56, 97 (others), 98 (foreign descent).
bool IsNationality(absl::string_view code) {
  if (code.size() != 2 || !absl::ascii_isdigit(code[0]) || !absl::ascii_isdigit(code[1])) {
    return false;
  }
  const int number = (code[0] - '0') * 10 + (code[1] - '0');
  return (number >= 1 && number <= 56) || number == 97 || number == 98;
}

class Reading {
 public:
  Reading(const v1::CreatePersonRequest& request, absl::string_view prefix, absl::CivilDay today,
          PersonForm& form)
      : request_(request), person_(request.person()), prefix_(prefix), today_(today), form_(form) {}

  std::vector<Violation> Run() {
    ReadPlainFields();
    ReadIdentity();
    if (request_.has_opening_balance()) ReadOpening();
    return std::move(violations_);
  }

 private:
  void Wrong(absl::string_view field, absl::string_view reason, absl::string_view message) {
    Violation violation;
    violation.reason = std::string(reason);
    violation.subject = absl::StrCat(prefix_, field);
    violation.message = std::string(message);
    violations_.push_back(std::move(violation));
  }

  void ReadPlainFields() {
    if (!IsResourceId(request_.person_id())) {
      Wrong("person_id", "PERSON_ID_INVALID", "人员编号须为 [a-z][a-z0-9-]{0,62}，且不含个人信息");
    }
    if (!IdOf(kOrganisations, person_.organisation())) {
      Wrong("person.organisation", "ORGANISATION_NAME_INVALID",
            "所在党组织须写作 organisations/{organisation}");
    }
    if (!IsLine(person_.display_name(), 1, kMaxNameCharacters)) {
      Wrong("person.display_name", "DISPLAY_NAME_INVALID", "姓名须为 1–50 个字符");
    }
    if (person_.kind() == v1::PERSON_KIND_UNSPECIFIED) {
      Wrong("person.kind", "PERSON_KIND_MISSING", "请填写人员类别：在职教职工、学生或离退休");
    }
    if (!person_.nationality_code().empty() && !IsNationality(person_.nationality_code())) {
      Wrong("person.nationality_code", "NATIONALITY_CODE_INVALID",
            "民族代码须为 GB/T 3304 的 01–56、97 或 98");
    }
    if (!person_.institution().empty() && !IdOf(kInstitutions, person_.institution())) {
      Wrong("person.institution", "INSTITUTION_NAME_INVALID",
            "单位须写作 institutions/{institution}");
    }
    CheckExternalIds(person_.external_ids(), absl::StrCat(prefix_, "person.external_ids"),
                     violations_);
    form_.external_ids = person_.external_ids();
    SortExternalIds(form_.external_ids);
    form_.registered_on = today_;
    if (person_.has_registered_on()) {
      const auto day = FromProto(person_.registered_on());
      if (!day.ok() || *day > today_) {
        Wrong("person.registered_on", "REGISTERED_ON_INVALID", "登记日期须完整，且不晚于今天");
      } else {
        form_.registered_on = *day;
      }
    }
  }

  void ReadIdentity() {
    form_.sex = person_.sex();
    if (person_.has_birth_date()) {
      const auto birth = FromProto(person_.birth_date());
      if (!birth.ok() || *birth > today_) {
        Wrong("person.birth_date", "BIRTH_DATE_INVALID", "出生日期须完整，且不晚于今天");
      } else {
        form_.birth = *birth;
      }
    }
    if (!IsLine(person_.identity_document(), 0, 100)) {
      Wrong("person.identity_document", "IDENTITY_DOCUMENT_INVALID",
            "认定依据最多 100 个字符，只写文号，不含个人信息");
    }
    if (!person_.id_number().empty()) {
      ReadIdNumber();
    } else if (form_.sex == v1::SEX_UNSPECIFIED) {
      Wrong("person.sex", "SEX_MISSING", "没有公民身份号码时，须填写性别");
    }
  }

  void ReadIdNumber() {
    const auto id = ParseIdNumber(person_.id_number());
    if (!id.ok() || id->birth > today_) {
      Wrong("person.id_number", "ID_NUMBER_INVALID",
            "公民身份号码不正确：须为 18 位，出生日期真实存在，校验码相符");
      return;
    }
    const auto sex = static_cast<v1::Sex>(id->sex);
    form_.id_number = id->number;
    const bool agree = (form_.sex == v1::SEX_UNSPECIFIED || form_.sex == sex) &&
                       (!form_.birth || *form_.birth == id->birth);
    if (!agree && !person_.identity_document().empty()) {
      // What the personal file was found to say goes before the number (三龄两历).
      form_.identity_document = person_.identity_document();
      if (form_.sex == v1::SEX_UNSPECIFIED) form_.sex = sex;
      if (!form_.birth) form_.birth = id->birth;
      return;
    }
    if (form_.sex != v1::SEX_UNSPECIFIED && form_.sex != sex) {
      Wrong("person.sex", "SEX_DISAGREES_WITH_ID_NUMBER",
            "性别与公民身份号码不一致，请核对后更正其一；经审核以档案为准的，填写认定依据的文号");
    }
    if (form_.birth && *form_.birth != id->birth) {
      Wrong("person.birth_date", "BIRTH_DATE_DISAGREES_WITH_ID_NUMBER",
            "出生日期与公民身份号码不一致；有身份号码时不必填写出生日期；经审核以档案为准的，"
            "填写认定依据的文号");
    }
    form_.sex = sex;
    form_.birth = id->birth;
  }

  void ReadOpening() {
    const v1::OpeningBalance& opening = request_.opening_balance();
    const bool full = opening.stage() == v1::STAGE_FULL;
    if (!full && opening.stage() != v1::STAGE_PROBATIONARY) {
      Wrong("opening_balance.stage", "OPENING_BALANCE_STAGE_INVALID",
            "期初建档只用于预备党员和正式党员");
      return;
    }
    const auto joined = FromProto(opening.joined_on());
    const auto converted = FromProto(opening.full_member_on());
    if (!joined.ok() || *joined > today_) {
      Wrong("opening_balance.joined_on", "OPENING_BALANCE_DATES_INVALID",
            "入党日期须完整，且不晚于今天");
      return;
    }
    if (full && (!converted.ok() || *converted < *joined || *converted > today_)) {
      Wrong("opening_balance.full_member_on", "OPENING_BALANCE_DATES_INVALID",
            "正式党员的转正日期须完整，不早于入党日期，且不晚于今天");
      return;
    }
    if (!full && opening.has_full_member_on()) {
      Wrong("opening_balance.full_member_on", "OPENING_BALANCE_DATES_INVALID",
            "预备党员没有转正日期，请删去");
      return;
    }
    const int extended = opening.extension_months();
    if (extended != 0 && (full || extended < 6 || extended > 12)) {
      Wrong("opening_balance.extension_months", "OPENING_BALANCE_EXTENSION_INVALID",
            "已延长的预备期只用于预备党员，为 6 至 12 个月；没有延长过则不填");
      return;
    }
    form_.opening.emplace();
    form_.opening->stage = opening.stage();
    form_.opening->joined_on = *joined;
    if (full) form_.opening->full_member_on = *converted;
  }

  const v1::CreatePersonRequest& request_;
  const v1::Person& person_;
  const absl::string_view prefix_;
  const absl::CivilDay today_;
  PersonForm& form_;
  std::vector<Violation> violations_;
};

}  // namespace

std::vector<Violation> ReadPerson(const v1::CreatePersonRequest& request, absl::string_view prefix,
                                  absl::CivilDay today, PersonForm& form) {
  return Reading(request, prefix, today, form).Run();
}

std::optional<Violation> CheckOpeningAge(const RuleSets& sets, const PersonForm& form,
                                         absl::string_view prefix) {
  if (!form.opening || !form.birth) return std::nullopt;
  const RuleSet* set = sets.On(form.opening->joined_on);
  if (set == nullptr) set = sets.all().front().get();
  const rules::Rule* rule = set->minimum_age();
  if (rule == nullptr || rule->severity() != rules::REFUSE) return std::nullopt;
  const absl::CivilDay of_age = AddYears(*form.birth, rule->minimum_age().years());
  if (form.opening->joined_on >= of_age) return std::nullopt;
  Violation violation;
  violation.code = rule->code();
  violation.reason = "AGE_BELOW_MINIMUM";
  violation.subject = absl::StrCat(prefix, "opening_balance.joined_on");
  violation.message =
      absl::StrCat("入党日期早于年满", rule->minimum_age().years(), "周岁之日，请核对入党日期");
  violation.citation = rule->citation();
  violation.earliest = of_age;
  return violation;
}

}  // namespace zhibu::membership
