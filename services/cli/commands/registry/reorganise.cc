// zhibu org merge, split, dissolve: what a decision moves and what stands in its way; with --commit
// it is carried out.
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/civil.h"
#include "common/base/crypto.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "services/cli/program/groups.h"
#include "services/cli/program/output.h"
#include "services/cli/program/titles.h"
#include "services/cli/program/words.h"
#include "services/cli/terminal/table.h"
#include "zhibu/registry/v1/registry_service.grpc.pb.h"
#include "zhibu/registry/v1/reorganisation_service.grpc.pb.h"

namespace zhibu::cli {
namespace {

using registry::v1::Reorganisation;
using registry::v1::ReorganisationService;

// As it is today, with its etag.
absl::StatusOr<registry::v1::Organisation> ReadToday(Context& context, const std::string& name) {
  registry::v1::GetOrganisationRequest request;
  request.set_name(name);
  registry::v1::GetOrganisationResponse response;
  ZHIBU_RETURN_IF_ERROR(context.session.Call(context.session.registry(),
                                             &registry::v1::RegistryService::Stub::GetOrganisation,
                                             request, &response));
  return response.organisation();
}

// Fills what all decisions say. What a mere preview need not know yet is made up for it: the
// superior of `subject` approves, today.
template <typename Request>
absl::Status SetDecision(Context& context, const registry::v1::Organisation& subject,
                         Request& request) {
  const bool commit = context.args.Has("commit");
  registry::v1::Decision& decision = *request.mutable_decision();
  if (context.args.Has("authority")) {
    ZHIBU_ASSIGN_OR_RETURN(*decision.mutable_authority(),
                           ResourceName(kOrganisations, context.args.Text("authority")));
  } else {
    decision.set_authority(subject.subordination_parent());
  }
  decision.set_document_number(context.args.Text("document"));
  if (decision.document_number().empty()) {
    if (commit) return absl::InvalidArgumentError("办理时须用 --document 写明批准的文号");
    decision.set_document_number("（预览）");
  }
  const auto effective = context.args.Date("effective");
  if (!effective && commit) {
    return absl::InvalidArgumentError("办理时须用 --effective 写明生效日期");
  }
  *decision.mutable_effective_on() = ToProto(effective.value_or(context.io.clock->Today()));
  decision.set_reason(context.args.Text("reason"));
  request.set_reorganisation_id(context.args.Has("id") ? context.args.Text("id")
                                                       : absl::StrCat("d-", RandomId()));
  request.set_request_id(RandomId());
  request.set_validate_only(!commit);
  return absl::OkStatus();
}

template <typename Names>
std::string Listed(const Titles& titles, const Names& names, int count) {
  if (count == 0) return "";
  std::string text;
  for (const std::string& name : names) {
    absl::StrAppend(&text, text.empty() ? "" : "、", titles.Of(name));
  }
  if (names.size() < count) absl::StrAppend(&text, " 等");
  return text;
}

int Show(Context& context, const Reorganisation& decision, int64_t revision) {
  const registry::v1::ReorganisationEffects& effects = decision.effects();
  std::set<std::string> names(decision.subjects().begin(), decision.subjects().end());
  for (const auto& succession : decision.successions()) names.insert(succession.to_organisation());
  names.insert(effects.sub_organisation_names().begin(), effects.sub_organisation_names().end());
  names.insert(effects.institution_names().begin(), effects.institution_names().end());
  const Titles titles(context, names);
  const int width = context.io.width;
  std::string out = absl::StrCat(
      Term(decision.kind()), revision == 0 ? "：可以办理，没有写入（--commit 办理）" : "：已办理",
      "\n生效日期 ", DateText(decision.effective_on()), "\n\n");
  const std::set<std::string> ended(decision.ended().begin(), decision.ended().end());
  for (const std::string& subject : decision.subjects()) {
    std::string successors;
    for (const auto& succession : decision.successions()) {
      if (succession.from_organisation() != subject) continue;
      absl::StrAppend(&successors, successors.empty() ? "" : "、", titles.Of(succession.to_organisation()));
    }
    out += Paragraph(ended.contains(subject) ? "撤销" : "保留", 10, titles.Of(subject), width);
    if (!successors.empty()) out += Paragraph("接续", 10, successors, width);
  }
  Table table;
  table.AddColumn("随之变动");
  table.AddColumn("数目", Align::kRight);
  table.AddColumn("", Align::kLeft, /*can_wrap=*/true);
  std::string posts;
  for (const std::string& post : effects.post_names()) {
    absl::StrAppend(&posts, posts.empty() ? "" : "、", BareId(post));
  }
  table.AddRow({"下级党组织改隶", std::to_string(effects.sub_organisations()),
                Listed(titles, effects.sub_organisation_names(), effects.sub_organisations())});
  table.AddRow({"单位改由接续者覆盖", std::to_string(effects.institutions()),
                Listed(titles, effects.institution_names(), effects.institutions())});
  table.AddRow({"职务终止", std::to_string(effects.posts()), posts});
  table.AddRow({"人员转入接续者", std::to_string(effects.persons()),
                effects.persons() > 0 ? "由成员服务随后办理，zhibu org decision 查看进度" : ""});
  table.AddRow({"未办结的发展过程", std::to_string(effects.open_cases()), ""});
  absl::StrAppend(&out, "\n", table.Render(width));
  if (revision != 0) {
    absl::StrAppend(&out, "\n编号 ", BareId(decision.name()), "，修订号 ", revision, "\n");
  }
  context.io.out << out;
  return kDone;
}

template <typename Request, typename Response>
absl::StatusOr<int> Decide(Context& context,
                           grpc::Status (ReorganisationService::Stub::*method)(grpc::ClientContext*,
                                                                               const Request&,
                                                                               Response*),
                           const Request& request) {
  Response response;
  ZHIBU_RETURN_IF_ERROR(
      context.session.Call(context.session.registry(), method, request, &response));
  if (context.json()) return PrintJson(context, response);
  return Show(context, response.reorganisation(),
              request.validate_only() ? 0 : response.revision());
}

absl::StatusOr<int> Merge(Context& context) {
  registry::v1::MergeOrganisationsRequest request;
  ZHIBU_ASSIGN_OR_RETURN(*request.mutable_into(),
                         ResourceName(kOrganisations, context.args.Text("INTO")));
  if (!context.args.Has("merged")) {
    return absl::InvalidArgumentError("请用 --merged 写明被合并的党组织（可重复）");
  }
  registry::v1::Organisation first;
  for (const std::string& text : context.args.All("merged")) {
    ZHIBU_ASSIGN_OR_RETURN(const std::string name, ResourceName(kOrganisations, text));
    ZHIBU_ASSIGN_OR_RETURN(registry::v1::Organisation merged, ReadToday(context, name));
    registry::v1::OrganisationVersion& read = *request.add_merged();
    read.set_organisation(name);
    read.set_etag(merged.etag());
    if (request.merged_size() == 1) first = std::move(merged);
  }
  ZHIBU_RETURN_IF_ERROR(SetDecision(context, first, request));
  return Decide(context, &ReorganisationService::Stub::MergeOrganisations, request);
}

absl::StatusOr<int> Dissolve(Context& context) {
  registry::v1::DissolveOrganisationRequest request;
  ZHIBU_ASSIGN_OR_RETURN(const std::string name,
                         ResourceName(kOrganisations, context.args.Text("ORG")));
  ZHIBU_ASSIGN_OR_RETURN(const registry::v1::Organisation subject, ReadToday(context, name));
  request.mutable_organisation()->set_organisation(name);
  request.mutable_organisation()->set_etag(subject.etag());
  if (context.args.Has("successor")) {
    ZHIBU_ASSIGN_OR_RETURN(*request.mutable_successor(),
                           ResourceName(kOrganisations, context.args.Text("successor")));
  }
  request.set_end_posts(context.args.Has("end-posts"));
  ZHIBU_RETURN_IF_ERROR(SetDecision(context, subject, request));
  return Decide(context, &ReorganisationService::Stub::DissolveOrganisation, request);
}

absl::StatusOr<int> Split(Context& context) {
  registry::v1::SplitOrganisationRequest request;
  ZHIBU_ASSIGN_OR_RETURN(const std::string name,
                         ResourceName(kOrganisations, context.args.Text("ORG")));
  ZHIBU_ASSIGN_OR_RETURN(const registry::v1::Organisation subject, ReadToday(context, name));
  request.mutable_organisation()->set_organisation(name);
  request.mutable_organisation()->set_etag(subject.etag());
  std::map<std::string, registry::v1::SplitPart> parts;
  for (const std::string& give : context.args.All("give")) {
    const std::pair<std::string, std::string> item = absl::StrSplit(give, absl::MaxSplits('=', 1));
    ZHIBU_ASSIGN_OR_RETURN(const std::string to, ResourceName(kOrganisations, item.second));
    registry::v1::SplitPart& part = parts[to];
    part.set_organisation(to);
    if (IdOf(kOrganisations, item.first)) {
      part.add_sub_organisations(item.first);
    } else if (IdOf(kInstitutions, item.first)) {
      part.add_institutions(item.first);
    } else if (IdOf(kPersons, item.first)) {
      part.add_persons(item.first);
    } else {
      return absl::InvalidArgumentError(absl::StrCat(
          "“", give, "”须写成 organisations/id=接受的党组织、institutions/id=… 或 persons/id=…"));
    }
  }
  for (auto& [to, part] : parts) *request.add_parts() = std::move(part);
  request.set_remainder(name);
  if (context.args.Has("remainder")) {
    ZHIBU_ASSIGN_OR_RETURN(*request.mutable_remainder(),
                           ResourceName(kOrganisations, context.args.Text("remainder")));
  }
  ZHIBU_RETURN_IF_ERROR(SetDecision(context, subject, request));
  return Decide(context, &ReorganisationService::Stub::SplitOrganisation, request);
}

absl::StatusOr<int> ShowDecision(Context& context) {
  registry::v1::GetReorganisationRequest request;
  ZHIBU_ASSIGN_OR_RETURN(*request.mutable_name(),
                         ResourceName(kReorganisations, context.args.Text("DECISION")));
  registry::v1::GetReorganisationResponse response;
  ZHIBU_RETURN_IF_ERROR(context.session.Call(context.session.registry(),
                                             &ReorganisationService::Stub::GetReorganisation,
                                             request, &response));
  if (context.json()) return PrintJson(context, response);
  const Reorganisation& decision = response.reorganisation();
  std::set<std::string> names(decision.subjects().begin(), decision.subjects().end());
  for (const auto& succession : decision.successions()) names.insert(succession.to_organisation());
  names.insert(decision.authority());
  const Titles titles(context, names);
  const int width = context.io.width;
  std::string out = absl::StrCat(Term(decision.kind()), " · ", DateText(decision.effective_on()),
                                 " 生效 · 编号 ", BareId(decision.name()), "\n\n");
  const auto line = [&](absl::string_view label, const std::string& text) {
    if (!text.empty()) out += Paragraph(label, 14, text, width);
  };
  for (const std::string& subject : decision.subjects()) line("党组织", titles.Of(subject));
  for (const auto& succession : decision.successions()) line("去向", titles.Of(succession.to_organisation()));
  line("新名称", decision.title());
  line("批准机关", titles.Of(decision.authority()));
  line("文号", decision.document_number());
  line("事由", decision.reason());
  if (!decision.ended().empty()) {
    const bool done = response.persons_left() == 0 && response.open_cases_left() == 0;
    line("后续办理", done ? "已全部完成"
                          : absl::StrCat("进行中：还有 ", response.persons_left(), " 人、",
                                         response.open_cases_left(), " 个未办结的发展过程未转出"));
  }
  context.io.out << out;
  return kDone;
}

}  // namespace

CommandGroup ReorganisationCommands() {
  Option from{"merged", "ORG", "被合并的党组织（可重复）"};
  from.repeated = true;
  Option give{"give", "ITEM=ORG",
              "把一个下级党组织、单位或人员交给哪个党组织（可重复），如 institutions/s1=xx-zb"};
  give.repeated = true;
  const auto with_decision = [](std::vector<Option> options) {
    for (const Option& option : std::vector<Option>{
             {"authority", "ORG", "批准机关；预览时不写则为现在的上级"},
             {"document", "TEXT", "批准的文号；办理时必写"},
             {"effective", "DATE", "生效日期；预览时不写则为今天，办理时必写", ValueKind::kDate},
             {"reason", "TEXT", "事由，不写个人情况"},
             {"id", "ID", "这次调整的编号；不写则自动生成"},
             {"commit", "", "办理；不写则只预览，不写入", ValueKind::kFlag}}) {
      options.push_back(option);
    }
    return options;
  };
  const std::string details =
      "预览列出随之变动的下级党组织、单位、职务、人员和未办结的发展过程；有妨碍的全部列出，退出码为"
      " 1。"
      "新设接续的党组织同时办理时，用 zhibu call。";
  const Argument org{"ORG", "党组织的编号", true, {}};
  return {"党组织调整",
          {
              {"org merge",
               "合并：预览或办理",
               {{"INTO", "合并后保留的党组织", true, {}}},
               with_decision({from}),
               details,
               {"zhibu org merge zx-zb --merged xx-zb"},
               Merge},
              {"org split",
               "分设：预览或办理",
               {org},
               with_decision({give, {"remainder", "ORG", "其余归哪个党组织；不写则原组织保留"}}),
               details,
               {"zhibu org split zx-dzz --give organisations/zx-1zb=xx-dzz"},
               Split},
              {"org dissolve",
               "撤销：预览或办理",
               {org},
               with_decision({{"successor", "ORG", "由哪个党组织接续"},
                              {"end-posts", "", "其中的职务一并终止", ValueKind::kFlag}}),
               details,
               {"zhibu org dissolve xx-zb --successor zx-zb --end-posts"},
               Dissolve},
              {"org decision",
               "一次调整：依据、去向、后续办理的进度",
               {{"DECISION", "调整的编号", true, {}}},
               {},
               "",
               {"zhibu org decision d-0001"},
               ShowDecision},
          }};
}

}  // namespace zhibu::cli
