// zhibu org, school: the tree of organisations, one organisation, its posts and its institutions.
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "services/cli/program/groups.h"
#include "services/cli/program/output.h"
#include "services/cli/program/titles.h"
#include "services/cli/program/words.h"
#include "services/cli/terminal/table.h"
#include "zhibu/registry/v1/registry_service.grpc.pb.h"

namespace zhibu::cli {
namespace {

using registry::v1::Organisation;
using registry::v1::RegistryService;

absl::CivilDay DayShown(const Context& context) {
  return context.args.Date("as-of").value_or(context.io.clock->Today());
}

template <typename Request>
void SetAsOf(const Context& context, Request& request) {
  if (const auto day = context.args.Date("as-of")) *request.mutable_as_of() = ToProto(*day);
}

// The root of the subtree; all roots where no ORG is given.
absl::StatusOr<std::string> RootOf(const Context& context) {
  const std::string text = context.args.Text("ORG");
  return text.empty() ? text : ResourceName(kOrganisations, text);
}

absl::StatusOr<int> Tree(Context& context) {
  registry::v1::ListOrganisationsRequest request;
  ZHIBU_ASSIGN_OR_RETURN(*request.mutable_root(), RootOf(context));
  request.set_line(LineOf(context.args, type::v1::LINE_SUBORDINATION));
  SetAsOf(context, request);
  registry::v1::ListOrganisationsResponse all;
  ZHIBU_RETURN_IF_ERROR(context.session.CallPages(
      context.session.registry(), &RegistryService::Stub::ListOrganisations, request, &all));
  if (context.json()) return PrintJson(context, all);

  Table table;
  table.AddColumn("党组织", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("类别");
  table.AddColumn("编号");
  for (const auto& node : all.organisations()) {
    const Organisation& organisation = node.organisation();
    table.AddRow({absl::StrCat(std::string(2 * node.depth(), ' '), organisation.title()),
                  Term(organisation.kind()), BareId(organisation.name())});
  }
  context.io.out << "截至 " << FormatDate(DayShown(context)) << " · 关系线："
                 << Term(request.line()) << " · 共 " << all.organisations_size() << " 个党组织\n\n"
                 << table.Render(context.io.width);
  return kDone;
}

void AddLine(std::string& out, absl::string_view label, const std::string& text, int width) {
  if (!text.empty()) out += Paragraph(label, 14, text, width);
}

std::string OrganisationText(Context& context, const Organisation& organisation) {
  std::set<std::string> names(organisation.territorial_parents().begin(),
                              organisation.territorial_parents().end());
  names.insert(organisation.subordination_parent());
  names.insert(organisation.successors().begin(), organisation.successors().end());
  for (const auto& edge : organisation.affiliations()) names.insert(edge.parent());
  const Titles titles(context, names);
  std::vector<std::string> territorial;
  for (const std::string& parent : organisation.territorial_parents()) {
    territorial.push_back(titles.Of(parent));
  }
  const int width = context.io.width;
  std::string out =
      absl::StrCat(organisation.title(), "\n截至 ", FormatDate(DayShown(context)), "\n\n");
  AddLine(out, "编号", BareId(organisation.name()), width);
  AddLine(out, "类别", Term(organisation.kind()), width);
  AddLine(out, "党组织代码", organisation.code(), width);
  AddLine(out, "成立日期", DateText(organisation.established_on()), width);
  AddLine(out, "撤销日期", DateText(organisation.dissolved_on()), width);
  std::vector<std::string> successors;
  for (const std::string& name : organisation.successors()) {
    successors.push_back(absl::StrCat(titles.Of(name), "（", BareId(name), "）"));
  }
  AddLine(out, "接续", absl::StrJoin(successors, "、"), width);
  for (const auto& outside : organisation.external_ids()) {
    AddLine(out, "系统外编号",
            absl::StrCat(outside.system(), " ", outside.id(), "，",
                         PeriodText(outside.valid_from(), outside.valid_to())),
            width);
  }
  AddLine(out, "上级党组织",
          organisation.subordination_parent().empty()
              ? "无"
              : titles.Of(organisation.subordination_parent()),
          width);
  AddLine(out, "属地/指导", absl::StrJoin(territorial, "、"), width);
  if (!organisation.affiliations().empty()) {
    Table table;
    table.AddColumn("上级", Align::kLeft, /*can_wrap=*/true);
    table.AddColumn("关系线");
    table.AddColumn("期间");
    table.AddColumn("文号", Align::kLeft, /*can_wrap=*/true);
    for (const auto& edge : organisation.affiliations()) {
      table.AddRow({titles.Of(edge.parent()), Term(edge.line()),
                    PeriodText(edge.valid_from(), edge.valid_to()), edge.document_number()});
    }
    absl::StrAppend(&out, "\n隶属和指导关系\n\n", table.Render(width));
  }
  return out;
}

absl::StatusOr<int> Show(Context& context) {
  registry::v1::GetOrganisationRequest request;
  ZHIBU_ASSIGN_OR_RETURN(*request.mutable_name(),
                         ResourceName(kOrganisations, context.args.Text("ORG")));
  SetAsOf(context, request);
  registry::v1::GetOrganisationResponse response;
  ZHIBU_RETURN_IF_ERROR(context.session.Call(
      context.session.registry(), &RegistryService::Stub::GetOrganisation, request, &response));
  if (context.json()) return PrintJson(context, response);
  context.io.out << OrganisationText(context, response.organisation());
  return kDone;
}

absl::StatusOr<int> FindOne(Context& context) {
  registry::v1::FindOrganisationRequest request;
  request.set_title(context.args.Text("title"));
  request.set_code(context.args.Text("code"));
  request.set_system(context.args.Text("system"));
  request.set_external_id(context.args.Text("external-id"));
  SetAsOf(context, request);
  registry::v1::FindOrganisationResponse response;
  ZHIBU_RETURN_IF_ERROR(context.session.Call(
      context.session.registry(), &RegistryService::Stub::FindOrganisation, request, &response));
  if (context.json()) return PrintJson(context, response);
  context.io.out << OrganisationText(context, response.organisation());
  return kDone;
}

std::string InstitutionText(Context& context, const registry::v1::Institution& institution) {
  std::set<std::string> names = {institution.keeper()};
  if (!institution.parent().empty()) names.insert(institution.parent());
  for (const auto& coverage : institution.coverages()) names.insert(coverage.organisation());
  const Titles titles(context, names);
  const int width = context.io.width;
  std::string out =
      absl::StrCat(institution.title(), "\n截至 ", FormatDate(DayShown(context)), "\n\n");
  AddLine(out, "编号", BareId(institution.name()), width);
  AddLine(out, "类别", Term(institution.kind()), width);
  AddLine(out, "性质", Term(institution.ownership()), width);
  AddLine(out, "信用代码", institution.credit_code(), width);
  if (!institution.parent().empty()) {
    AddLine(out, "所属学校", titles.Of(institution.parent()), width);
  }
  AddLine(out, "由谁登记", titles.Of(institution.keeper()), width);
  AddLine(out, "设立日期", DateText(institution.opened_on()), width);
  AddLine(out, "撤销日期", DateText(institution.closed_on()), width);
  if (!institution.coverages().empty()) {
    Table table;
    table.AddColumn("覆盖方式");
    table.AddColumn("党组织", Align::kLeft, /*can_wrap=*/true);
    table.AddColumn("期间");
    for (const auto& coverage : institution.coverages()) {
      table.AddRow({Term(coverage.rung()), titles.Of(coverage.organisation()),
                    PeriodText(coverage.valid_from(), coverage.valid_to())});
    }
    absl::StrAppend(&out, "\n党组织覆盖\n\n", table.Render(width));
  }
  return out;
}

absl::StatusOr<int> FindSchool(Context& context) {
  registry::v1::FindInstitutionRequest request;
  request.set_title(context.args.Text("title"));
  request.set_credit_code(context.args.Text("credit-code"));
  SetAsOf(context, request);
  registry::v1::FindInstitutionResponse response;
  ZHIBU_RETURN_IF_ERROR(context.session.Call(
      context.session.registry(), &RegistryService::Stub::FindInstitution, request, &response));
  if (context.json()) return PrintJson(context, response);
  context.io.out << InstitutionText(context, response.institution());
  return kDone;
}

absl::StatusOr<int> Posts(Context& context) {
  registry::v1::ListPostsRequest request;
  ZHIBU_ASSIGN_OR_RETURN(*request.mutable_root(), RootOf(context));
  request.set_line(LineOf(context.args, type::v1::LINE_SUBORDINATION));
  SetAsOf(context, request);
  registry::v1::ListPostsResponse all;
  ZHIBU_RETURN_IF_ERROR(context.session.CallPages(
      context.session.registry(), &RegistryService::Stub::ListPosts, request, &all));
  if (context.json()) return PrintJson(context, all);

  Table table;
  table.AddColumn("职务", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("所在组织或单位", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("任职人");
  table.AddColumn("专职");
  table.AddColumn("期间");
  table.AddColumn("编号", Align::kLeft, /*can_wrap=*/true);
  for (const auto& post : all.posts()) {
    table.AddRow({Term(post.kind()), BareId(post.seat()), BareId(post.holder()),
                  post.full_time() ? "专职" : "兼职",
                  PeriodText(post.valid_from(), post.valid_to()), BareId(post.name())});
  }
  context.io.out << "截至 " << FormatDate(DayShown(context)) << " · 共 " << all.posts_size()
                 << " 个职务\n\n"
                 << table.Render(context.io.width);
  return kDone;
}

std::string Count(bool has, int32_t count) { return has ? std::to_string(count) : "未登记"; }

absl::StatusOr<int> Institutions(Context& context) {
  registry::v1::ListInstitutionsRequest request;
  ZHIBU_ASSIGN_OR_RETURN(*request.mutable_root(), RootOf(context));
  request.set_line(LineOf(context.args, type::v1::LINE_SUBORDINATION));
  SetAsOf(context, request);
  registry::v1::ListInstitutionsResponse all;
  ZHIBU_RETURN_IF_ERROR(context.session.CallPages(
      context.session.registry(), &RegistryService::Stub::ListInstitutions, request, &all));
  if (context.json()) return PrintJson(context, all);

  const google::type::Date day = ToProto(DayShown(context));
  const auto holds = [&](const google::type::Date& from, const google::type::Date& to) {
    return DateText(from) <= DateText(day) &&
           (DateText(to).empty() || DateText(day) < DateText(to));
  };
  Table table;
  table.AddColumn("单位", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("类别", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("性质");
  table.AddColumn("在岗教职工", Align::kRight);
  table.AddColumn("在校学生", Align::kRight);
  table.AddColumn("覆盖方式");
  for (const auto& institution : all.institutions()) {
    std::string staff = "未登记", students = "未登记", coverage = "未覆盖";
    // Oldest first: the last one not after the day holds.
    for (const auto& count : institution.head_counts()) {
      if (DateText(count.counted_on()) > DateText(day)) continue;
      staff = Count(count.has_staff(), count.staff());
      students = Count(count.has_students(), count.students());
    }
    for (const auto& link : institution.coverages()) {
      if (holds(link.valid_from(), link.valid_to())) coverage = Term(link.rung());
    }
    table.AddRow({institution.title(), Term(institution.kind()), Term(institution.ownership()),
                  staff, students, coverage});
  }
  context.io.out << "截至 " << FormatDate(DayShown(context)) << " · 共 " << all.institutions_size()
                 << " 个单位\n\n"
                 << table.Render(context.io.width);
  return kDone;
}

}  // namespace

CommandGroup OrganisationCommands() {
  const Argument root{"ORG",
                      "从哪个党组织看起；不写则从最上级看起（需要全部组织的权限）",
                      /*required=*/false,
                      {}};
  const Option line = LineOption("subordination");
  return {"党组织",
          {
              {"org tree",
               "党组织树",
               {root},
               {line},
               "",
               {"zhibu org tree jyj-dw --line either", "zhibu org tree --as-of 2024-12-31"},
               Tree},
              {"org show",
               "一个党组织：类别、上级、历次隶属关系",
               {{"ORG", "党组织的编号", true, {}}},
               {},
               "",
               {"zhibu org show jyj-dw"},
               Show},
              {"org find",
               "按全称、党组织代码或系统外编号找一个党组织",
               {},
               {{"title", "TITLE", "全称"},
                {"code", "CODE", "党组织代码"},
                {"system", "SYSTEM", "系统外编号是哪个系统的"},
                {"external-id", "ID", "在那个系统里的编号"}},
               "三种条件写其中一种。按全称也能找到已经撤销的，并显示由谁接续。"
               "只知道名称的一部分，用 zhibu org search。",
               {"zhibu org find --title 中共示范县教育局委员会", "zhibu org find --code 001002"},
               FindOne},
              {"school find",
               "按全称或统一社会信用代码找一个学校等单位",
               {},
               {{"title", "TITLE", "全称"}, {"credit-code", "CODE", "统一社会信用代码"}},
               "两种条件写其中一种。",
               {"zhibu school find --title 示范县第一中学"},
               FindSchool},
              {"org posts",
               "党内职务和单位领导职务",
               {root},
               {line},
               "",
               {"zhibu org posts jyj-dw"},
               Posts},
              {"org institutions",
               "学校等单位：人数和党组织覆盖方式",
               {root},
               {line},
               "",
               {"zhibu org institutions jyj-dw --line either"},
               Institutions},
          }};
}

}  // namespace zhibu::cli
