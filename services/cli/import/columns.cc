#include "services/cli/import/columns.h"

#include <utility>

namespace zhibu::cli {
namespace {

constexpr int64_t kMaxHeads = 1'000'000;

Column Required(std::string header, Form form, std::vector<std::string> fields) {
  return {std::move(header), form, true, 0, 0, nullptr, std::move(fields)};
}
Column Optional(std::string header, Form form, std::vector<std::string> fields) {
  return {std::move(header), form, false, 0, 0, nullptr, std::move(fields)};
}
Column Text(std::string header, bool required, int64_t max, std::vector<std::string> fields) {
  return {std::move(header), Form::kText,      required, required ? 1 : 0, max,
          nullptr,           std::move(fields)};
}
Column OneOf(std::string header, bool required, const Words& words,
             std::vector<std::string> fields) {
  return {std::move(header), Form::kWord, required, 0, 0, &words, std::move(fields)};
}
Column Number(std::string header, bool required, int64_t min, int64_t max,
              std::vector<std::string> fields) {
  return {std::move(header), Form::kNumber, required, min, max, nullptr, std::move(fields)};
}

std::vector<FileSpec>* MakeSpecs() {
  return new std::vector<FileSpec>{
      {FileKind::kOrganisations,
       "党组织.csv",
       {Required("编号", Form::kId, {"organisation_id", "name"}),
        Text("全称", true, 100, {"title"}), OneOf("类别", true, OrganisationKindWords(), {"kind"}),
        Text("代码", false, 100, {"code"}), Required("成立日期", Form::kDate, {"established_on"}),
        Optional("撤销日期", Form::kDate, {"dissolved_on"})}},
      {FileKind::kAffiliations,
       "隶属.csv",
       {Required("编号", Form::kOrganisation, {}),
        Required("上级编号", Form::kOrganisation, {"parent"}),
        OneOf("关系线", true, LineWords(), {"line"}), Required("起", Form::kDate, {"valid_from"}),
        Optional("止", Form::kDate, {"valid_to"}), Text("文号", false, 100, {"document_number"})}},
      {FileKind::kInstitutions,
       "单位.csv",
       {Required("编号", Form::kId, {"institution_id", "name"}), Text("全称", true, 100, {"title"}),
        OneOf("类别", true, InstitutionKindWords(), {"kind"}),
        OneOf("办学性质", true, OwnershipWords(), {"ownership"}),
        OneOf("所在地", false, PlaceWords(), {"place"}),
        Optional("上级学校", Form::kInstitution, {"parent"}),
        Optional("统一社会信用代码", Form::kCreditCode, {"credit_code"}),
        Required("建档党组织", Form::kOrganisation, {"keeper"}),
        Required("设立日期", Form::kDate, {"opened_on"}),
        Optional("撤销日期", Form::kDate, {"closed_on"})}},
      {FileKind::kHeadCounts,
       "人数.csv",
       {Required("单位", Form::kInstitution, {}), Required("日期", Form::kDate, {"counted_on"}),
        Number("在岗教职工", false, 0, kMaxHeads, {"staff"}),
        Number("编制数", false, 0, kMaxHeads, {"established_posts"}),
        Number("专任教师", false, 0, kMaxHeads, {"full_time_teachers"}),
        Number("在校学生", false, 0, kMaxHeads, {"students"}),
        Number("高中阶段学生", false, 0, kMaxHeads, {"senior_students"}),
        Number("成年学生", false, 0, kMaxHeads, {"adult_students"})}},
      {FileKind::kCoverages,
       "覆盖.csv",
       {Required("单位", Form::kInstitution, {}),
        Required("党组织", Form::kOrganisation, {"organisation"}),
        OneOf("覆盖方式", true, CoverageRungWords(), {"rung"}),
        Required("起", Form::kDate, {"valid_from"}), Optional("止", Form::kDate, {"valid_to"})}},
      {FileKind::kPosts,
       "任职.csv",
       {Required("编号", Form::kId, {"post_id", "name"}), Required("所在", Form::kSeat, {"seat"}),
        OneOf("职务", true, PostKindWords(), {"kind"}),
        Required("人员编号", Form::kHolder, {"holder"}),
        OneOf("专职", false, YesNoWords(), {"full_time"}),
        Required("起", Form::kDate, {"valid_from"}), Optional("止", Form::kDate, {"valid_to"})}},
      {FileKind::kElections,
       "换届.csv",
       {Required("编号", Form::kId, {"election_id", "name"}),
        Required("党组织", Form::kOrganisation, {"organisation"}),
        Required("换届日期", Form::kDate, {"held_on"})}},
      {FileKind::kFacilities,
       "阵地品牌.csv",
       {Required("编号", Form::kId, {"facility_id", "name"}),
        Optional("单位", Form::kInstitution, {"holder"}),
        Optional("党组织", Form::kOrganisation, {}),
        OneOf("类别", true, FacilityKindWords(), {"kind"}), Text("名称", true, 100, {"title"}),
        Text("评定办法", false, 100, {"scheme"}), Number("星级", false, 1, 5, {"rating"}),
        Text("依据", false, 100, {"evidence"}), Required("起", Form::kDate, {"valid_from"}),
        Optional("止", Form::kDate, {"valid_to"})}},
      {FileKind::kPersons,
       "人员.csv",
       {Required("编号", Form::kId, {"person_id", "name"}),
        Required("党组织", Form::kOrganisation, {"organisation"}),
        Text("姓名", true, 50, {"display_name"}),
        Required("公民身份号码", Form::kIdNumber, {"id_number"}),
        OneOf("性别", false, SexWords(), {"sex"}),
        Required("民族", Form::kNationality, {"nationality_code"}),
        OneOf("类别", true, PersonKindWords(), {"kind"}),
        Optional("单位", Form::kInstitution, {"institution"}),
        Required("登记日期", Form::kDate, {"registered_on"}),
        OneOf("期初阶段", false, OpeningStageWords(), {"stage", "opening_balance"}),
        Optional("入党日期", Form::kDate, {"joined_on"}),
        Optional("转正日期", Form::kDate, {"full_member_on"}),
        Optional("出生日期", Form::kDate, {"birth_date"}),
        Text("认定依据", false, 100, {"identity_document"})}},
      {FileKind::kQuotas,
       "名额.csv",
       {Number("年度", true, 2000, 2100, {"year"}),
        Optional("下达单位", Form::kOrganisation, {"from_organisation"}),
        Required("接收单位", Form::kOrganisation, {"to_organisation"}),
        Number("名额", true, 1, 100'000, {"number"}),
        Text("文号", false, 100, {"document_number"})}},
      {FileKind::kSteps,
       "步骤.csv",
       {Required("案件", Form::kCase, {"name", "etag"}),
        Number("步骤", true, 1, 25, {"detail"}),
        Required("日期", Form::kDate, {"date"}),
        Optional("机构", Form::kOrganisation, {"organisation"}),
        Text("材料索引", false, 200, {"reference"}),
        Optional("谈话人", Form::kPerson, {"talker"}),
        OneOf("党员推荐", false, YesNoWords(), {"recommended_by_members"}),
        OneOf("群团推优", false, YesNoWords(), {"recommended_by_mass_organisation"}),
        Optional("联系人", Form::kPersons, {"contacts"}),
        Optional("公示起", Form::kDate, {"notice_from"}),
        Optional("公示止", Form::kDate, {"notice_until"}),
        Optional("介绍人", Form::kPersons, {"introducers"}),
        OneOf("通过", false, YesNoWords(), {"passed", "approved"}),
        Optional("预计离开", Form::kDate, {"leaving_on"}),
        Number("天数", false, 0, 60, {"days"}),
        Number("学时", false, 0, 480, {"class_hours"}),
        Text("志愿书编号", false, 100, {"serial_number"}),
        Number("应到", false, 0, 10'000, {"entitled", "vote"}),
        Number("到会", false, 0, 10'000, {"present"}),
        Number("书面意见", false, 0, 10'000, {"written_opinions"}),
        Number("赞成", false, 0, 10'000, {"in_favour"}),
        Number("反对", false, 0, 10'000, {"against"}),
        Number("弃权", false, 0, 10'000, {"abstained"}),
        Optional("党小组", Form::kOrganisation, {"party_group"}),
        OneOf("结果", false, ConversionOutcomeWords(), {"outcome"}),
        Number("延长月数", false, 1, 24, {"extension_months"}),
        Optional("审议机构", Form::kOrganisations, {"deliberations"}),
        Optional("审议日期", Form::kDates, {}),
        Optional("例外批准机关", Form::kOrganisation, {"exception", "authority"}),
        Text("例外文号", false, 100, {"document_number"}),
        Text("例外理由", false, 200, {"reason"})}},
      {FileKind::kActivities,
       "活动.csv",
       {Required("编号", Form::kId, {"activity_id", "name"}),
        Required("党组织", Form::kOrganisation, {"organisation"}),
        Required("类别", Form::kActivityKind, {"kind"}), Required("日期", Form::kDate, {"date"}),
        Text("主题", true, 200, {"topic"}), Number("学时", false, 0, 8, {"study_hours"}),
        Optional("主持人", Form::kPerson, {"host"}),
        Optional("出席", Form::kPersons, {"attendances"}), Optional("请假", Form::kPersons, {}),
        Optional("缺席", Form::kPersons, {}), Number("列席人数", false, 0, 10'000, {"guests"})}},
      {FileKind::kTransfers,
       "转接.csv",
       {Required("编号", Form::kId, {"transfer_id", "name"}),
        Required("人员", Form::kPerson, {"person"}), Optional("转入", Form::kOrganisation, {"to_organisation"}),
        Text("库外党组织", false, 100, {"outside_title"}), Text("事由", true, 200, {"reason"}),
        Required("发起日期", Form::kDate, {"date"}), Optional("开具日期", Form::kDate, {}),
        Text("党费交至", false, 7, {"paid_until_month"}),
        Number("有效天数", false, 1, 366, {"validity_days"}), Optional("接收日期", Form::kDate, {}),
        Text("回执", false, 100, {"receipt_number"})}},
      {FileKind::kFacts,
       "党籍变动.csv",
       {Required("人员", Form::kPerson, {"name"}), OneOf("类别", true, FactKindWords(), {"kind"}),
        Required("日期", Form::kDate, {"date"}), Optional("期限", Form::kDate, {"until"}),
        Optional("决定党组织", Form::kOrganisation, {"authority"}),
        Text("依据条款", false, 100, {"article"}), Text("文号", false, 100, {"document_number"})}},
      {FileKind::kCaseEvents,
       "发展情形.csv",
       {Required("案件", Form::kCase, {"name"}),
        OneOf("情形", true, CaseEventKindWords(), {"kind"}),
        Required("日期", Form::kDate, {"date"}),
        Optional("决定党组织", Form::kOrganisation, {"organisation"}),
        Text("依据条款", false, 200, {"reason"}), Text("文号", false, 100, {"document_number"}),
        Number("起始序号", false, 1, 1000, {"step_sequence"}),
        OneOf("连续计算", false, YesNoWords(), {"continuous"}),
        Optional("推迟到", Form::kDate, {"until"}), Number("在序号后", false, 1, 1000, {}),
        OneOf("误录", false, YesNoWords(), {"recorded_in_error"})}},
  };
}

// What is particular to each step; steps that are not named have nothing.
struct StepColumn {
  int step;
  int column;
  bool needed;
};
constexpr StepColumn kStepColumns[] = {
    {2, step_columns::kTalker, false},
    {3, step_columns::kByMembers, false},
    {3, step_columns::kByMassOrganisation, false},
    {5, step_columns::kContacts, true},
    {7, step_columns::kNoticeFrom, false},
    {7, step_columns::kNoticeTo, false},
    {9, step_columns::kIntroducers, true},
    {10, step_columns::kPassed, true},
    {11, step_columns::kDays, false},
    {11, step_columns::kHours, false},
    {11, step_columns::kPassed, true},
    {12, step_columns::kPassed, true},
    {13, step_columns::kPassed, true},
    {13, step_columns::kLeavingOn, false},
    {14, step_columns::kFormNumber, false},
    {15, step_columns::kEntitled, false},
    {15, step_columns::kPresent, true},
    {15, step_columns::kWritten, false},
    {15, step_columns::kInFavour, true},
    {15, step_columns::kAgainst, false},
    {15, step_columns::kAbstained, false},
    {17, step_columns::kPassed, true},
    {17, step_columns::kDeliberatedBy, false},
    {17, step_columns::kDeliberatedOn, false},
    {19, step_columns::kPartyGroup, false},
    {23, step_columns::kEntitled, false},
    {23, step_columns::kPresent, true},
    {23, step_columns::kWritten, false},
    {23, step_columns::kInFavour, true},
    {23, step_columns::kAgainst, false},
    {23, step_columns::kAbstained, false},
    {23, step_columns::kOutcome, true},
    {23, step_columns::kExtension, false},
    {24, step_columns::kPassed, true},
    {24, step_columns::kDeliberatedBy, false},
    {24, step_columns::kDeliberatedOn, false},
};

}  // namespace

const FileSpec& SpecOf(FileKind kind) {
  static const auto* const kSpecs = MakeSpecs();
  return (*kSpecs)[static_cast<int>(kind)];
}

bool StepUses(int step, int column) {
  if (column <= step_columns::kReference || column >= step_columns::kExceptionBy) return true;
  for (const StepColumn& entry : kStepColumns) {
    if (entry.step == step && entry.column == column) return true;
  }
  return false;
}

bool StepNeeds(int step, int column) {
  for (const StepColumn& entry : kStepColumns) {
    if (entry.step == step && entry.column == column) return entry.needed;
  }
  return false;
}

}  // namespace zhibu::cli
