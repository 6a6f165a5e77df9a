// The words of the interchange folder and the contract's values behind them.
#include "common/base/resource_name.h"
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

}  // namespace

const Words& OrganisationKindWords() {
  static const auto* const kWords = new Words{
      {"党委", registry::v1::ORGANISATION_KIND_COMMITTEE},
      {"党工委", registry::v1::ORGANISATION_KIND_WORK_COMMITTEE},
      {"党总支", registry::v1::ORGANISATION_KIND_GENERAL_BRANCH},
      {"党支部", registry::v1::ORGANISATION_KIND_BRANCH},
      {"联合党支部", registry::v1::ORGANISATION_KIND_JOINT_BRANCH},
      {"临时党支部", registry::v1::ORGANISATION_KIND_TEMPORARY_BRANCH},
      {"流动党员党支部", registry::v1::ORGANISATION_KIND_MOBILE_BRANCH},
      {"党小组", registry::v1::ORGANISATION_KIND_PARTY_GROUP},
  };
  return *kWords;
}

const Words& LineWords() {
  static const auto* const kWords = new Words{
      {"隶属", type::v1::LINE_SUBORDINATION},
      {"属地", type::v1::LINE_TERRITORIAL},
  };
  return *kWords;
}

const Words& InstitutionKindWords() {
  static const auto* const kWords = new Words{
      {"小学", registry::v1::INSTITUTION_KIND_PRIMARY_SCHOOL},
      {"初中", registry::v1::INSTITUTION_KIND_JUNIOR_SCHOOL},
      {"高中", registry::v1::INSTITUTION_KIND_SENIOR_SCHOOL},
      {"完全中学", registry::v1::INSTITUTION_KIND_COMPLETE_SECONDARY_SCHOOL},
      {"九年一贯制学校", registry::v1::INSTITUTION_KIND_NINE_YEAR_SCHOOL},
      {"幼儿园", registry::v1::INSTITUTION_KIND_KINDERGARTEN},
      {"特殊教育学校", registry::v1::INSTITUTION_KIND_SPECIAL_SCHOOL},
      {"中等职业学校", registry::v1::INSTITUTION_KIND_VOCATIONAL_SCHOOL},
      {"教学点", registry::v1::INSTITUTION_KIND_TEACHING_POINT},
      {"教育局机关", registry::v1::INSTITUTION_KIND_EDUCATION_BUREAU},
      {"其他教育单位", registry::v1::INSTITUTION_KIND_OTHER},
  };
  return *kWords;
}

const Words& OwnershipWords() {
  static const auto* const kWords = new Words{
      {"公办", registry::v1::OWNERSHIP_PUBLIC},
      {"民办", registry::v1::OWNERSHIP_PRIVATE},
  };
  return *kWords;
}

const Words& PlaceWords() {
  static const auto* const kWords = new Words{
      {"县城", registry::v1::PLACE_COUNTY_TOWN},
      {"乡镇", registry::v1::PLACE_TOWNSHIP},
      {"村", registry::v1::PLACE_VILLAGE},
  };
  return *kWords;
}

const Words& CoverageRungWords() {
  static const auto* const kWords = new Words{
      {"单独组建", registry::v1::COVERAGE_RUNG_OWN},
      {"联合组建", registry::v1::COVERAGE_RUNG_JOINT},
      {"挂靠", registry::v1::COVERAGE_RUNG_ATTACHED},
      {"党建指导员", registry::v1::COVERAGE_RUNG_INSTRUCTOR},
  };
  return *kWords;
}

const Words& PostKindWords() {
  static const auto* const kWords = new Words{
      {"书记", registry::v1::POST_KIND_SECRETARY},
      {"副书记", registry::v1::POST_KIND_DEPUTY_SECRETARY},
      {"组织委员", registry::v1::POST_KIND_ORGANISATION_COMMISSIONER},
      {"宣传委员", registry::v1::POST_KIND_PUBLICITY_COMMISSIONER},
      {"纪检委员", registry::v1::POST_KIND_DISCIPLINE_COMMISSIONER},
      {"其他委员", registry::v1::POST_KIND_COMMITTEE_MEMBER},
      {"党务干事", registry::v1::POST_KIND_CLERK},
      {"校长", registry::v1::POST_KIND_HEAD},
      {"副校长", registry::v1::POST_KIND_DEPUTY_HEAD},
      {"其他班子成员", registry::v1::POST_KIND_LEADING_MEMBER},
      {"园长", registry::v1::POST_KIND_HEAD},
      {"主任", registry::v1::POST_KIND_HEAD},
  };
  return *kWords;
}

const Words& FacilityKindWords() {
  static const auto* const kWords = new Words{
      {"党员活动室", registry::v1::FACILITY_KIND_ACTIVITY_ROOM},
      {"宣传栏", registry::v1::FACILITY_KIND_NOTICE_BOARD},
      {"图书室", registry::v1::FACILITY_KIND_LIBRARY},
      {"广播站", registry::v1::FACILITY_KIND_BROADCAST_STATION},
      {"展室", registry::v1::FACILITY_KIND_EXHIBITION_ROOM},
      {"党建品牌", registry::v1::FACILITY_KIND_BRAND},
      {"星级支部", registry::v1::FACILITY_KIND_STAR_RATING},
      {"示范校", registry::v1::FACILITY_KIND_MODEL_SCHOOL},
  };
  return *kWords;
}

const Words& FactKindWords() {
  static const auto* const kWords = new Words{
      {"停止党籍", membership::v1::MEMBERSHIP_FACT_KIND_STOPPED},
      {"恢复党籍", membership::v1::MEMBERSHIP_FACT_KIND_RESTORED},
      {"除名", membership::v1::MEMBERSHIP_FACT_KIND_REMOVED},
      {"开除党籍", membership::v1::MEMBERSHIP_FACT_KIND_EXPELLED},
      {"退党", membership::v1::MEMBERSHIP_FACT_KIND_RESIGNED},
      {"去世", membership::v1::MEMBERSHIP_FACT_KIND_DECEASED},
      {"限期改正", membership::v1::MEMBERSHIP_FACT_KIND_CORRECTION_BEGUN},
      {"限期改正结束", membership::v1::MEMBERSHIP_FACT_KIND_CORRECTION_ENDED},
      {"停止行使表决权", membership::v1::MEMBERSHIP_FACT_KIND_RIGHTS_SUSPENDED},
      {"恢复表决权", membership::v1::MEMBERSHIP_FACT_KIND_RIGHTS_RESTORED},
      {"失去联系", membership::v1::MEMBERSHIP_FACT_KIND_CONTACT_LOST},
      {"恢复联系", membership::v1::MEMBERSHIP_FACT_KIND_CONTACT_REGAINED},
      {"流动外出", membership::v1::MEMBERSHIP_FACT_KIND_MOBILE_OUT},
      {"流动返回", membership::v1::MEMBERSHIP_FACT_KIND_MOBILE_RETURNED},
      {"不计入应到会", membership::v1::MEMBERSHIP_FACT_KIND_EXCUSED},
      {"恢复计入应到会", membership::v1::MEMBERSHIP_FACT_KIND_EXCUSE_ENDED},
  };
  return *kWords;
}

const Words& CaseEventKindWords() {
  static const auto* const kWords = new Words{
      {"退回", membership::v1::CASE_EVENT_KIND_RETURNED},
      {"不再培养", membership::v1::CASE_EVENT_KIND_REFUSED},
      {"撤回申请", membership::v1::CASE_EVENT_KIND_WITHDRAWN},
      {"暂停", membership::v1::CASE_EVENT_KIND_PAUSED},
      {"恢复", membership::v1::CASE_EVENT_KIND_RESUMED},
      {"认定无效", membership::v1::CASE_EVENT_KIND_VOIDED},
      {"接续培养", membership::v1::CASE_EVENT_KIND_RECEIVED},
      {"推迟讨论", membership::v1::CASE_EVENT_KIND_POSTPONED},
      {"不予承认", membership::v1::CASE_EVENT_KIND_NOT_RECOGNISED},
  };
  return *kWords;
}

const Words& SexWords() {
  static const auto* const kWords =
      new Words{{"男", membership::v1::SEX_MALE}, {"女", membership::v1::SEX_FEMALE}};
  return *kWords;
}

const Words& PersonKindWords() {
  static const auto* const kWords = new Words{
      {"在职教职工", membership::v1::PERSON_KIND_TEACHER},
      {"学生", membership::v1::PERSON_KIND_STUDENT},
      {"离退休", membership::v1::PERSON_KIND_RETIRED},
  };
  return *kWords;
}

const Words& OpeningStageWords() {
  static const auto* const kWords = new Words{
      {"预备党员", membership::v1::STAGE_PROBATIONARY},
      {"正式党员", membership::v1::STAGE_FULL},
  };
  return *kWords;
}

const Words& ConversionOutcomeWords() {
  static const auto* const kWords = new Words{
      {"按期转正", membership::v1::CONVERSION_OUTCOME_FULL},
      {"延长预备期", membership::v1::CONVERSION_OUTCOME_EXTENDED},
      {"取消预备党员资格", membership::v1::CONVERSION_OUTCOME_CANCELLED},
  };
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
