// zhibu rules list, show, preview: the rule sets in force, and what a new one would change.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/civil.h"
#include "common/base/file.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "services/cli/program/groups.h"
#include "services/cli/program/output.h"
#include "services/cli/program/words.h"
#include "services/cli/terminal/table.h"
#include "zhibu/membership/v1/rule_service.grpc.pb.h"

namespace zhibu::cli {
namespace {

using membership::v1::RuleService;

// As much of a hash as tells two apart on a screen.
constexpr int kHashShown = 12;

const char* EffectWord(membership::v1::RuleEffect effect) {
  switch (effect) {
    case membership::v1::RULE_EFFECT_REFUSES:
      return "拒绝";
    case membership::v1::RULE_EFFECT_WARNS:
      return "提示";
    default:
      return "停用";
  }
}

absl::StatusOr<membership::v1::ListRuleSetsResponse> RuleSets(Context& context, bool rules) {
  membership::v1::ListRuleSetsRequest request;
  request.set_rules(rules);
  membership::v1::ListRuleSetsResponse response;
  ZHIBU_RETURN_IF_ERROR(context.session.CallPages(
      context.session.membership(), &RuleService::Stub::ListRuleSets, request, &response));
  return response;
}

absl::StatusOr<int> List(Context& context) {
  ZHIBU_ASSIGN_OR_RETURN(const auto sets, RuleSets(context, false));
  if (context.json()) return PrintJson(context, sets);
  Table table;
  table.AddColumn("规则集");
  table.AddColumn("名称", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("施行");
  table.AddColumn("散列值");
  table.AddColumn("地方补充", Align::kLeft, /*can_wrap=*/true);
  for (const auto& set : sets.rule_sets()) {
    table.AddRow({set.id(), set.title(), PeriodText(set.effective_from(), set.effective_to()),
                  set.sha256().substr(0, kHashShown), absl::StrJoin(set.overlays(), "、")});
  }
  context.io.out << table.Render(context.io.width);
  return kDone;
}

absl::StatusOr<int> Show(Context& context) {
  ZHIBU_ASSIGN_OR_RETURN(const auto sets, RuleSets(context, true));
  const std::string id = context.args.Text("RULE_SET");
  for (const auto& set : sets.rule_sets()) {
    if (set.id() != id) continue;
    if (context.json()) return PrintJson(context, set);
    context.io.out << set.title() << "\n施行    "
                   << PeriodText(set.effective_from(), set.effective_to()) << "\n散列值  "
                   << set.sha256() << "\n";
    if (!set.overlays().empty()) {
      context.io.out << "地方补充  " << absl::StrJoin(set.overlays(), "、") << "\n";
    }
    Table table;
    table.AddColumn("编号");
    table.AddColumn("不符时");
    table.AddColumn("步骤", Align::kLeft, /*can_wrap=*/true);
    table.AddColumn("要求", Align::kLeft, /*can_wrap=*/true);
    table.AddColumn("依据", Align::kLeft, /*can_wrap=*/true);
    for (const auto& rule : set.rules()) {
      std::vector<int> steps(rule.steps().begin(), rule.steps().end());
      const std::string local =
          rule.overlay().empty() ? "" : absl::StrCat("（", rule.overlay(), "）");
      table.AddRow({rule.code(), EffectWord(rule.effect()),
                    steps.empty() ? "全部" : absl::StrJoin(steps, "、"), rule.message(),
                    absl::StrCat(CitationWords(rule.citation()), local)});
    }
    context.io.out << "\n" << table.Render(context.io.width);
    return kDone;
  }
  return NotFound(id);
}

std::string VerdictText(const google::protobuf::RepeatedPtrField<std::string>& reasons,
                        const google::type::Date& earliest) {
  if (reasons.empty()) return "可以";
  const std::string day = DateText(earliest);
  return absl::StrCat(absl::StrJoin(reasons, " "), day.empty() ? "" : absl::StrCat("，最早 ", day));
}

absl::StatusOr<int> Preview(Context& context) {
  membership::v1::PreviewRuleSetRequest request;
  ZHIBU_ASSIGN_OR_RETURN(*request.mutable_rule_set(), ReadFile(context.args.Text("FILE")));
  if (const std::string org = context.args.Text("ORG"); !org.empty()) {
    ZHIBU_ASSIGN_OR_RETURN(*request.mutable_root(), ResourceName(kOrganisations, org));
  }
  request.set_line(LineOf(context.args, type::v1::LINE_SUBORDINATION));
  if (const auto on = context.args.Date("on")) *request.mutable_as_of() = ToProto(*on);
  Table table;
  table.AddColumn("发展档案");
  table.AddColumn("步骤", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("现行", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("新规则集", Align::kLeft, /*can_wrap=*/true);
  int64_t cases = 0, changed = 0;
  membership::v1::PreviewRuleSetResponse page;
  do {
    request.set_page_token(page.next_page_token());
    page.Clear();
    ZHIBU_RETURN_IF_ERROR(context.session.Call(context.session.membership(),
                                               &RuleService::Stub::PreviewRuleSet, request, &page));
    cases += page.cases();
    for (const auto& one : page.changed()) {
      ++changed;
      table.AddRow({one.development_case(), Term(one.kind()),
                    VerdictText(one.reasons_now(), one.earliest_now()),
                    VerdictText(one.reasons_then(), one.earliest_then())});
    }
  } while (!page.next_page_token().empty());
  context.io.out << "试算了 " << cases << " 份未结束的发展档案，下一步判定不同的 " << changed
                 << " 处\n";
  if (changed > 0) context.io.out << "\n" << table.Render(context.io.width);
  return kDone;
}

}  // namespace

CommandGroup RulesCommands() {
  return {
      "规则",
      {
          {"rules list",
           "现行和以前的规则集，各自的散列值和地方补充规定",
           {},
           {},
           "",
           {"zhibu rules list"},
           List},
          {"rules show",
           "一个规则集的各项规则：编号、不符时怎样、哪些步骤、要求、依据",
           {{"RULE_SET", "规则集的编号", true, {}}},
           {},
           "步骤按 25 步的序号；括号中是改动或新增这项规则的地方补充规定。",
           {"zhibu rules show cpc-2026"},
           Show},
          {"rules preview",
           "试算：换用一份新的规则集之后，哪些档案的下一步判定会不同",
           {{"FILE", "规则集的文件", true, {}}, {"ORG", "党组织的编号；不写：全部", false, {}}},
           {LineOption("subordination"),
            {"on", "DATE", "在哪一天试算；默认今天", ValueKind::kDate}},
           "什么也不改动。编号与现行的相同时替换它，否则按施行日期加入。",
           {"zhibu rules preview cpc-2026.textproto", "zhibu rules preview 新规.textproto jyj-dw"},
           Preview},
      }};
}

}  // namespace zhibu::cli
