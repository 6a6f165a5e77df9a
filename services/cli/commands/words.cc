#include "services/cli/commands/words.h"

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

namespace zhibu::cli {
namespace {

// `words[value]`: the enums of the contracts count from 0 without gaps.
template <typename Enum, size_t N>
std::string WordAt(const char* const (&words)[N], Enum value) {
  const int at = static_cast<int>(value);
  return at >= 0 && at < static_cast<int>(N) ? words[at] : std::to_string(at);
}

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

}  // namespace

std::string Term(type::v1::Line line) {
  static constexpr const char* kWords[] = {"未说明", "隶属", "属地/业务指导",
                                           "隶属和属地/业务指导"};
  return WordAt(kWords, line);
}

std::string Term(registry::v1::OrganisationKind kind) {
  static constexpr const char* kWords[] = {"未说明",     "党委",           "党工委",
                                           "党总支",     "党支部",         "联合党支部",
                                           "临时党支部", "流动党员党支部", "党小组"};
  return WordAt(kWords, kind);
}

std::string Term(registry::v1::InstitutionKind kind) {
  static constexpr const char* kWords[] = {
      "未说明", "小学",         "初中",         "高中",   "完全中学",   "九年一贯制学校",
      "幼儿园", "特殊教育学校", "中等职业学校", "教学点", "教育局机关", "其他教育单位"};
  return WordAt(kWords, kind);
}

std::string Term(registry::v1::Ownership ownership) {
  static constexpr const char* kWords[] = {"未说明", "公办", "民办"};
  return WordAt(kWords, ownership);
}

std::string Term(registry::v1::CoverageRung rung) {
  static constexpr const char* kWords[] = {"未说明", "单独组建", "联合组建", "挂靠", "党建指导员"};
  return WordAt(kWords, rung);
}

std::string Term(registry::v1::PostKind kind) {
  static constexpr const char* kWords[] = {"未说明",   "书记",        "副书记",
                                           "组织委员", "宣传委员",    "纪检委员",
                                           "其他委员", "党务干事",    "校长（园长、主任）",
                                           "副校长",   "其他班子成员"};
  return WordAt(kWords, kind);
}

std::string Term(registry::v1::FacilityKind kind) {
  static constexpr const char* kWords[] = {"未说明", "党员活动室", "宣传栏",   "图书室", "广播站",
                                           "展室",   "党建品牌",   "星级支部", "示范校"};
  return WordAt(kWords, kind);
}

std::string Term(registry::v1::AdvisoryKind kind) {
  static constexpr const char* kWords[] = {"未说明", "正式党员不足三名", "党员超过五十名",
                                           "联合单位过多", "应设未设委员会"};
  return WordAt(kWords, kind);
}

std::string Term(registry::v1::ReorganisationKind kind) {
  static constexpr const char* kWords[] = {"未说明", "更名", "升格、降格", "合并", "分设", "撤销"};
  return WordAt(kWords, kind);
}

std::string Term(registry::v1::ElectionKind kind) {
  static constexpr const char* kWords[] = {"未说明", "换届选举", "补选", "期初登记"};
  return WordAt(kWords, kind);
}

std::string Term(registry::v1::VacancyKind kind) {
  static constexpr const char* kWords[] = {"未说明", "书记", "委员会未设", "委员不足",
                                           "专职副书记"};
  return WordAt(kWords, kind);
}

std::string Term(membership::v1::Sex sex) {
  static constexpr const char* kWords[] = {"未说明", "男", "女"};
  return WordAt(kWords, sex);
}

std::string Term(membership::v1::PersonKind kind) {
  static constexpr const char* kWords[] = {"未说明", "在职教职工", "学生", "离退休"};
  return WordAt(kWords, kind);
}

std::string Term(membership::v1::Stage stage) {
  static constexpr const char* kWords[] = {"未申请",   "入党申请人", "入党积极分子", "发展对象",
                                           "预备党员", "正式党员",   "终止",         "停止党籍"};
  return WordAt(kWords, stage);
}

std::string Term(membership::v1::StepKind kind) {
  static constexpr const char* kWords[] = {"未说明",
                                           "递交入党申请书",
                                           "党组织派人谈话",
                                           "推荐和确定入党积极分子",
                                           "上级党委备案（积极分子）",
                                           "指定培养联系人",
                                           "培养教育考察",
                                           "确定发展对象",
                                           "报上级党委备案（发展对象）",
                                           "确定入党介绍人",
                                           "进行政治审查",
                                           "开展集中培训",
                                           "支部委员会审查",
                                           "上级党委预审",
                                           "填写入党志愿书",
                                           "支部大会讨论（接收预备党员）",
                                           "上级党委派人谈话",
                                           "上级党委审批（接收预备党员）",
                                           "再上一级党委组织部门备案",
                                           "编入党支部和党小组",
                                           "入党宣誓",
                                           "继续教育考察（预备期）",
                                           "提出转正申请",
                                           "支部大会讨论（转正）",
                                           "上级党委审批（转正）",
                                           "材料归档"};
  return WordAt(kWords, kind);
}

std::string Term(membership::v1::CaseEventKind kind) {
  static constexpr const char* kWords[] = {"未说明",   "退回补充", "不再培养", "撤回申请",
                                           "暂停",     "恢复",     "认定无效", "接续培养",
                                           "推迟讨论", "不予承认"};
  return WordAt(kWords, kind);
}

std::string Term(const membership::v1::CaseEvent& event) {
  return absl::StrCat(Term(event.kind()), event.recorded_in_error() ? "（误录更正）" : "");
}

std::string Term(membership::v1::CaseState state) {
  static constexpr const char* kWords[] = {"未说明", "进行中", "暂停", "已办结", "已终止"};
  return WordAt(kWords, state);
}

std::string Term(membership::v1::DueKind kind) {
  static constexpr const char* kWords[] = {
      "未说明",       "派人谈话",       "半年考察",     "可以确定为发展对象",
      "召开支部大会", "上级党委审批",   "入党宣誓",     "讨论转正",
      "材料归档",     "预备期考察",     "推迟讨论期满", "限期改正期满",
      "失联满六个月", "停止党籍满两年", "外出满六个月", "六个月未交党费"};
  if (kind == membership::v1::DUE_KIND_TRANSFER_LETTER) return "介绍信到期未回执";
  return WordAt(kWords, kind);
}

std::string Term(membership::v1::MembershipFactKind kind) {
  static constexpr const char* kWords[] = {
      "未说明",   "停止党籍", "恢复党籍",     "除名",           "开除党籍",      "退党",
      "去世",     "限期改正", "限期改正结束", "停止行使表决权", "恢复表决权",    "失去联系",
      "恢复联系", "流动外出", "流动返回",     "不计入应到会",   "恢复计入应到会"};
  return WordAt(kWords, kind);
}

std::string Term(membership::v1::RevealPurpose purpose) {
  static constexpr const char* kWords[] = {"未说明", "组织关系转接", "发展党员材料",
                                           "归档",   "信息核对",     "上级系统报送"};
  return WordAt(kWords, purpose);
}

std::string Term(activity::v1::OwedState state) {
  static constexpr const char* kWords[] = {"未说明", "已完成", "待开展", "未开展"};
  return WordAt(kWords, state);
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

}  // namespace zhibu::cli
