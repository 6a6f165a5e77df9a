// zhibu org summary, advisories, gaps, search, history; zhibu election due: how a subtree stands.
#include <set>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "services/cli/program/groups.h"
#include "services/cli/program/output.h"
#include "services/cli/program/subtree.h"
#include "services/cli/program/titles.h"
#include "services/cli/program/words.h"
#include "services/cli/terminal/table.h"
#include "zhibu/registry/v1/election_service.grpc.pb.h"
#include "zhibu/registry/v1/reorganisation_service.grpc.pb.h"
#include "zhibu/registry/v1/standing_service.grpc.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::cli {
namespace {

using registry::v1::ElectionService;
using registry::v1::ReorganisationService;
using registry::v1::StandingService;

absl::StatusOr<int> Summary(Context& context) {
  registry::v1::GetRegistrySummaryRequest request;
  ZHIBU_RETURN_IF_ERROR(SetSubtree(context, request));
  registry::v1::GetRegistrySummaryResponse summary;
  ZHIBU_RETURN_IF_ERROR(context.session.Call(
      context.session.registry(), &StandingService::Stub::GetRegistrySummary, request, &summary));
  if (context.json()) return PrintJson(context, summary);
  std::string out;
  absl::StrAppend(&out, summary.has_root() ? summary.root().title() : "全部党组织",
                  " 名册概况\n截至 ",
                  FormatDate(context.args.Date("as-of").value_or(context.io.clock->Today())),
                  " · 关系线：", Term(request.line()), "\n\n");
  const auto section = [&](absl::string_view title, Table& table) {
    absl::StrAppend(&out, title, "\n", table.Render(context.io.width), "\n");
  };
  const auto number = [](int n) { return std::to_string(n); };
  Table organisations;
  organisations.AddColumn("党组织类别");
  for (const char* column : {"总数", "直接隶属", "其中学校", "直接指导"}) {
    organisations.AddColumn(column, Align::kRight);
  }
  for (const auto& kind : summary.organisations()) {
    organisations.AddRow({Term(kind.kind()), number(kind.organisations()),
                          number(kind.subordinate()), number(kind.subordinate_schools()),
                          number(kind.guided())});
  }
  section("一、党组织", organisations);
  Table institutions;
  institutions.AddColumn("单位类别");
  institutions.AddColumn("性质");
  institutions.AddColumn("个数", Align::kRight);
  for (const auto& row : summary.institutions()) {
    institutions.AddRow({Term(row.kind()), Term(row.ownership()), number(row.institutions())});
  }
  section("二、单位", institutions);
  Table coverage;
  coverage.AddColumn("单位类别");
  coverage.AddColumn("覆盖方式");
  coverage.AddColumn("个数", Align::kRight);
  for (const auto& row : summary.coverage()) {
    coverage.AddRow(
        {Term(row.kind()),
         row.rung() == registry::v1::COVERAGE_RUNG_NONE ? "无" : Term(row.rung()),
         number(row.institutions())});
  }
  section("三、党组织覆盖", coverage);
  Table posts;
  posts.AddColumn("班子");
  posts.AddColumn("比例", Align::kRight);
  for (const auto& row : summary.one_shoulder()) {
    posts.AddRow({absl::StrCat("书记、校长一肩挑的", Term(row.kind()), "（分母：有书记的）"),
                  RatioText(row.one_shoulder().count(), row.one_shoulder().total())});
  }
  posts.AddRow({"兼任党内职务的行政班子成员（分母：班子成员）",
                RatioText(summary.leaders_with_party_posts().count(),
                          summary.leaders_with_party_posts().total())});
  posts.AddRow({"专职党务干事", number(summary.full_time_clerks())});
  section("四、班子", posts);
  Table facilities;
  facilities.AddColumn("阵地与品牌");
  facilities.AddColumn("个数", Align::kRight);
  facilities.AddColumn("有此项的学校（分母：学校）", Align::kRight);
  for (const auto& row : summary.facilities()) {
    facilities.AddRow({Term(row.kind()), number(row.facilities()),
                       RatioText(row.schools().count(), row.schools().total())});
  }
  if (!summary.facilities().empty()) section("五、阵地与品牌", facilities);
  Table advisories;
  advisories.AddColumn("提示");
  advisories.AddColumn("党组织", Align::kRight);
  for (int i = 0; i < summary.open_advisories_size(); ++i) {
    advisories.AddRow(
        {Term(static_cast<registry::v1::AdvisoryKind>(i + 1)), number(summary.open_advisories(i))});
  }
  section("六、提示", advisories);
  context.io.out << out;
  return kDone;
}

absl::StatusOr<int> Advisories(Context& context) {
  registry::v1::ListAdvisoriesRequest request;
  ZHIBU_RETURN_IF_ERROR(SetSubtree(context, request));
  request.set_with_closed(context.args.Has("closed"));
  registry::v1::ListAdvisoriesResponse all;
  ZHIBU_RETURN_IF_ERROR(context.session.CallPages(
      context.session.registry(), &StandingService::Stub::ListAdvisories, request, &all));
  if (context.json()) return PrintJson(context, all);
  std::set<std::string> names;
  for (const auto& advisory : all.advisories()) names.insert(advisory.organisation());
  const Titles titles(context, names, request.root());
  Table table;
  table.AddColumn("党组织", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("提示", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("起");
  table.AddColumn("止");
  table.AddColumn("依据", Align::kLeft, /*can_wrap=*/true);
  for (const auto& advisory : all.advisories()) {
    table.AddRow({titles.Of(advisory.organisation()), advisory.message(),
                  DateText(advisory.opened_on()), DateText(advisory.closed_on()),
                  CitationWords(advisory.citation())});
  }
  SubtreeHeading(context, "党组织提示", all.advisories_size(), "项");
  context.io.out << table.Render(context.io.width);
  return kDone;
}

absl::StatusOr<int> Gaps(Context& context) {
  registry::v1::ListCoverageGapsRequest request;
  ZHIBU_RETURN_IF_ERROR(SetSubtree(context, request));
  registry::v1::ListCoverageGapsResponse all;
  ZHIBU_RETURN_IF_ERROR(context.session.CallPages(
      context.session.registry(), &StandingService::Stub::ListCoverageGaps, request, &all));
  if (context.json()) return PrintJson(context, all);
  Table table;
  table.AddColumn("单位", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("正式党员", Align::kRight);
  table.AddColumn("在岗教职工", Align::kRight);
  table.AddColumn("现在的覆盖", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("编号");
  std::set<std::string> norms;
  for (const auto& gap : all.gaps()) {
    norms.insert(absl::StrCat(
        CitationWords(gap.citation()), "，",
        gap.norm() > 0 ? absl::StrCat("正式党员 ", gap.norm(), " 名以上的单位应单独成立党组织")
                       : absl::StrCat("教职工 ", gap.staff_norm(), " 名以上的单位应有党组织")));
    table.AddRow({gap.title(), std::to_string(gap.full_members()),
                  gap.staff() == 0 ? "未登记" : std::to_string(gap.staff()),
                  gap.organisation().empty()
                      ? "无"
                      : absl::StrCat(Term(gap.rung()), " ", BareId(gap.organisation())),
                  BareId(gap.institution())});
  }
  SubtreeHeading(context, "应建未建党组织的单位", all.gaps_size(), "个");
  context.io.out << table.Render(context.io.width);
  for (const std::string& norm : norms) {
    context.io.out << "\n" << Paragraph("依据：", 6, norm, context.io.width);
  }
  return kDone;
}

absl::StatusOr<int> Search(Context& context) {
  registry::v1::SearchRegistryRequest request;
  if (const auto day = context.args.Date("as-of")) *request.mutable_as_of() = ToProto(*day);
  request.set_query(context.args.Text("WORDS"));
  request.set_with_dissolved(context.args.Has("with-dissolved"));
  if (context.args.Has("under")) {
    ZHIBU_ASSIGN_OR_RETURN(*request.mutable_root(),
                           ResourceName(kOrganisations, context.args.Text("under")));
  }
  registry::v1::SearchRegistryResponse all;
  ZHIBU_RETURN_IF_ERROR(context.session.CallPages(
      context.session.registry(), &StandingService::Stub::SearchRegistry, request, &all));
  if (context.json()) return PrintJson(context, all);
  Table table;
  table.AddColumn("名称", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("类型");
  table.AddColumn("编号");
  if (request.with_dissolved()) table.AddColumn("状况", Align::kLeft, /*can_wrap=*/true);
  for (const auto& found : all.found()) {
    const bool organisation = IdOf(kOrganisations, found.name()).has_value();
    std::string standing = found.dissolved() ? "已撤销" : "";
    for (const std::string& successor : found.successors()) {
      absl::StrAppend(&standing, "，由 ", BareId(successor), " 接续");
    }
    table.AddRow({found.title(), organisation ? "党组织" : "单位", BareId(found.name()), standing});
  }
  SubtreeHeading(context, absl::StrCat("查找“", request.query(), "”"), all.found_size(), "个");
  context.io.out << table.Render(context.io.width);
  return kDone;
}

absl::StatusOr<int> History(Context& context) {
  registry::v1::ListReorganisationsRequest request;
  ZHIBU_RETURN_IF_ERROR(SetSubtree(context, request));
  registry::v1::ListReorganisationsResponse all;
  ZHIBU_RETURN_IF_ERROR(context.session.CallPages(context.session.registry(),
                                                  &ReorganisationService::Stub::ListReorganisations,
                                                  request, &all));
  if (context.json()) return PrintJson(context, all);
  Table table;
  table.AddColumn("生效日期");
  table.AddColumn("调整");
  table.AddColumn("党组织", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("去向", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("文号", Align::kLeft, /*can_wrap=*/true);
  for (const auto& decision : all.reorganisations()) {
    std::string subjects, successors = decision.title();
    for (const std::string& name : decision.subjects()) {
      absl::StrAppend(&subjects, subjects.empty() ? "" : "、", BareId(name));
    }
    for (const auto& succession : decision.successions()) {
      absl::StrAppend(&successors, successors.empty() ? "" : "、", BareId(succession.to_organisation()));
    }
    if (decision.new_kind() != type::v1::ORGANISATION_KIND_UNSPECIFIED) {
      absl::StrAppend(&successors, successors.empty() ? "" : "、", Term(decision.new_kind()));
    }
    table.AddRow({DateText(decision.effective_on()), Term(decision.kind()), subjects, successors,
                  decision.document_number()});
  }
  SubtreeHeading(context, "党组织调整", all.reorganisations_size(), "次");
  context.io.out << table.Render(context.io.width);
  return kDone;
}

absl::StatusOr<int> ElectionsDue(Context& context) {
  registry::v1::ListElectionsDueRequest request;
  ZHIBU_RETURN_IF_ERROR(SetSubtree(context, request));
  if (const auto until = context.args.Date("until")) *request.mutable_due_until() = ToProto(*until);
  registry::v1::ListElectionsDueResponse all;
  ZHIBU_RETURN_IF_ERROR(context.session.CallPages(
      context.session.registry(), &ElectionService::Stub::ListElectionsDue, request, &all));
  if (context.json()) return PrintJson(context, all);
  std::set<std::string> names;
  for (const auto& term : all.terms()) names.insert(term.organisation());
  const Titles titles(context, names, request.root());
  const absl::CivilDay today = context.io.clock->Today();
  Table table;
  table.AddColumn("届满日期");
  table.AddColumn("情况");
  table.AddColumn("党组织", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("上次换届");
  for (const auto& term : all.terms()) {
    const auto& date =
        term.postponements().empty() ? term.due_on() : term.postponements().rbegin()->until();
    const auto due = FromProto(date);
    table.AddRow({DateText(date),
                  absl::StrCat(due.ok() && *due < today ? "已超期" : "将届满",
                               term.postponements().empty() ? "" : "（已延期）"),
                  titles.Of(term.organisation()), DateText(term.begun_on())});
  }
  SubtreeHeading(context, "换届", all.terms_size(), "个");
  context.io.out << table.Render(context.io.width);
  return kDone;
}

}  // namespace

CommandGroup StandingCommands() {
  const Argument org{"ORG", "党组织的编号；不写：全部", false, {}};
  const Option line = LineOption("subordination");
  return {"名册概况",
          {
              {"org summary",
               "名册概况：党组织、单位、覆盖、班子、阵地，比例都带分母",
               {org},
               {line},
               "",
               {"zhibu org summary jyj-dw --line either"},
               Summary},
              {"org advisories",
               "提示：党员过少过多、联合单位过多、应设未设委员会",
               {org},
               {line, {"closed", "", "也列出已经消除的", ValueKind::kFlag}},
               "",
               {"zhibu org advisories jyj-dw"},
               Advisories},
              {"org gaps", "应建未建党组织的单位", {org}, {line}, "", {"zhibu org gaps"}, Gaps},
              {"org search",
               "按名称的一部分或拼音首字母查找党组织和单位",
               {{"WORDS", "名称的一部分，或拼音首字母", true, {}}},
               {{"under", "ORG", "只在这个党组织及其下级中查找"},
                {"with-dissolved", "", "也查找已经撤销的党组织", ValueKind::kFlag}},
               "",
               {"zhibu org search 第一", "zhibu org search qlxjyj --with-dissolved"},
               Search},
              {"org history",
               "更名、升格、合并、分设、撤销的历史",
               {org},
               {line},
               "",
               {"zhibu org history jyj-dw"},
               History},
              {"election due",
               "将届满和超期未换届的党组织",
               {org},
               {line, {"until", "DATE", "到哪一天为止；默认六个月后", ValueKind::kDate}},
               "",
               {"zhibu election due jyj-dw --until 2027-12-31"},
               ElectionsDue},
          }};
}

}  // namespace zhibu::cli
