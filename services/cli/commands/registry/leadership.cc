// zhibu org matrix, vacancies, facilities; zhibu election list, show, term: who leads, how elected,
// and what a school or branch has.
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "services/cli/program/correcting.h"
#include "services/cli/program/groups.h"
#include "services/cli/program/output.h"
#include "services/cli/program/subtree.h"
#include "services/cli/program/titles.h"
#include "services/cli/program/words.h"
#include "services/cli/terminal/table.h"
#include "zhibu/registry/v1/election_service.grpc.pb.h"
#include "zhibu/registry/v1/facility_service.grpc.pb.h"
#include "zhibu/registry/v1/leadership_service.grpc.pb.h"
#include "zhibu/registry/v1/registry_service.grpc.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::cli {
namespace {

using registry::v1::ElectionService;
using registry::v1::FacilityService;
using registry::v1::LeadershipService;
using registry::v1::RegistryService;

std::string Number(int n) { return std::to_string(n); }

template <typename Posts>
std::string Holders(const Posts& posts) {
  std::string text;
  for (const auto& post : posts) {
    absl::StrAppend(&text, text.empty() ? "" : "、", BareId(post.holder()),
                    post.full_time() ? "（专职）" : "");
  }
  return text;
}

absl::StatusOr<int> Matrix(Context& context) {
  registry::v1::ListPostMatrixRequest request;
  ZHIBU_RETURN_IF_ERROR(SetSubtree(context, request));
  registry::v1::ListPostMatrixResponse all;
  ZHIBU_RETURN_IF_ERROR(context.session.CallPages(
      context.session.registry(), &LeadershipService::Stub::ListPostMatrix, request, &all));
  if (context.json()) return PrintJson(context, all);
  // Titles and kinds of the same subtree.
  registry::v1::ListOrganisationsRequest tree;
  ZHIBU_RETURN_IF_ERROR(SetSubtree(context, tree));
  registry::v1::ListOrganisationsResponse organisations;
  ZHIBU_RETURN_IF_ERROR(context.session.CallPages(
      context.session.registry(), &RegistryService::Stub::ListOrganisations, tree, &organisations));
  std::map<std::string, registry::v1::Organisation> known;
  for (auto& node : *organisations.mutable_organisations()) {
    known[node.organisation().name()] = std::move(*node.mutable_organisation());
  }
  Table table;
  table.AddColumn("党组织", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("书记");
  table.AddColumn("副书记", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("委员", Align::kRight);
  table.AddColumn("校长（园长、主任）", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("一肩挑");
  std::map<int, std::pair<int, int>> shares;  // by kind: one person, with a secretary
  std::set<std::string> citations;
  for (const auto& row : all.rows()) {
    const auto& organisation = known[row.organisation()];
    if (row.has_secretary()) {
      auto& [one, of] = shares[organisation.kind()];
      one += row.one_shoulder();
      ++of;
    }
    std::string together = row.one_shoulder() ? "是" : "否";
    if (!row.has_secretary() || row.heads().empty()) together = "";
    if (row.verdict() == registry::v1::ONE_SHOULDER_VERDICT_SHOULD_BE_SEPARATE) {
      together = "是，应分设";
    } else if (row.verdict() == registry::v1::ONE_SHOULDER_VERDICT_USUALLY_TOGETHER) {
      together = "否，一般合一";
    }
    if (row.verdict() != registry::v1::ONE_SHOULDER_VERDICT_NO_RULE) {
      citations.insert(CitationWords(row.citation()));
    }
    table.AddRow({organisation.title().empty() ? BareId(row.organisation()) : organisation.title(),
                  row.has_secretary() ? BareId(row.secretary().holder()) : "空缺",
                  Holders(row.deputies()), Number(row.commissioners_size()), Holders(row.heads()),
                  together});
  }
  SubtreeHeading(context, "班子", all.rows_size(), "个党组织");
  context.io.out << table.Render(context.io.width);
  Table ratios;
  ratios.AddColumn("书记、校长一肩挑（分母：有书记的党组织）");
  ratios.AddColumn("比例", Align::kRight);
  for (const auto& [kind, share] : shares) {
    ratios.AddRow({Term(static_cast<type::v1::OrganisationKind>(kind)),
                   RatioText(share.first, share.second)});
  }
  if (!shares.empty()) context.io.out << "\n" << ratios.Render(context.io.width);
  for (const std::string& citation : citations) {
    context.io.out << "\n" << Paragraph("依据：", 6, citation, context.io.width);
  }
  return kDone;
}

absl::StatusOr<int> Vacancies(Context& context) {
  registry::v1::ListVacanciesRequest request;
  ZHIBU_RETURN_IF_ERROR(SetSubtree(context, request));
  registry::v1::ListVacanciesResponse all;
  ZHIBU_RETURN_IF_ERROR(context.session.CallPages(
      context.session.registry(), &LeadershipService::Stub::ListVacancies, request, &all));
  if (context.json()) return PrintJson(context, all);
  std::set<std::string> names;
  for (const auto& vacancy : all.vacancies()) names.insert(vacancy.organisation());
  const Titles titles(context, names, request.root());
  Table table;
  table.AddColumn("党组织", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("空缺");
  table.AddColumn("现有", Align::kRight);
  table.AddColumn("至少", Align::kRight);
  table.AddColumn("依据", Align::kLeft, /*can_wrap=*/true);
  for (const auto& vacancy : all.vacancies()) {
    table.AddRow({titles.Of(vacancy.organisation()), Term(vacancy.kind()), Number(vacancy.found()),
                  Number(vacancy.needed()), CitationWords(vacancy.citation())});
  }
  SubtreeHeading(context, "班子空缺", all.vacancies_size(), "项");
  context.io.out << table.Render(context.io.width);
  return kDone;
}

struct FacilityChoice {
  const char* choice;
  registry::v1::FacilityKind kind;
};
constexpr FacilityChoice kFacilities[] = {
    {"room", registry::v1::FACILITY_KIND_ACTIVITY_ROOM},
    {"board", registry::v1::FACILITY_KIND_NOTICE_BOARD},
    {"library", registry::v1::FACILITY_KIND_LIBRARY},
    {"broadcast", registry::v1::FACILITY_KIND_BROADCAST_STATION},
    {"exhibition", registry::v1::FACILITY_KIND_EXHIBITION_ROOM},
    {"brand", registry::v1::FACILITY_KIND_BRAND},
    {"star", registry::v1::FACILITY_KIND_STAR_RATING},
    {"model", registry::v1::FACILITY_KIND_MODEL_SCHOOL},
};

absl::StatusOr<int> Facilities(Context& context) {
  registry::v1::ListFacilitiesRequest request;
  ZHIBU_RETURN_IF_ERROR(SetSubtree(context, request));
  for (const std::string& choice : context.args.All("facility")) {
    for (const FacilityChoice& one : kFacilities) {
      if (choice == one.choice) request.add_kinds(one.kind);
    }
  }
  registry::v1::ListFacilitiesResponse all;
  ZHIBU_RETURN_IF_ERROR(context.session.CallPages(
      context.session.registry(), &FacilityService::Stub::ListFacilities, request, &all));
  if (context.json()) return PrintJson(context, all);
  std::set<std::string> holders;
  for (const auto& facility : all.facilities()) holders.insert(facility.holder());
  const Titles titles(context, holders, request.root());
  Table table;
  table.AddColumn("类别");
  table.AddColumn("名称", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("单位或党组织", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("起");
  table.AddColumn("依据", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("编号", Align::kLeft, /*can_wrap=*/true);
  for (const auto& facility : all.facilities()) {
    std::string title = facility.title();
    if (facility.rating() > 0) absl::StrAppend(&title, "，", facility.rating(), " 星");
    if (!facility.scheme().empty()) absl::StrAppend(&title, "（", facility.scheme(), "）");
    table.AddRow({Term(facility.kind()), title, titles.Of(facility.holder()),
                  DateText(facility.valid_from()), facility.evidence(), BareId(facility.name())});
  }
  SubtreeHeading(context, "阵地与品牌", all.facilities_size(), "项");
  context.io.out << table.Render(context.io.width);
  return kDone;
}

std::string DecisionText(const registry::v1::Election& election) {
  if (!election.has_decision()) {
    return election.kind() == registry::v1::ELECTION_KIND_OPENING ? "" : "未登记批复";
  }
  const auto& decision = election.decision();
  return absl::StrCat(decision.approved() ? "批准 " : "备案 ", DateText(decision.date()), " ",
                      decision.document_number());
}

std::string TermText(const registry::v1::Term& term, int width) {
  std::string due = DateText(term.due_on());
  for (const auto& postponement : term.postponements()) {
    absl::StrAppend(&due, "，经 ", postponement.document_number(), " 改为 ",
                    DateText(postponement.until()));
  }
  return absl::StrCat(Paragraph("本届起始", 10, DateText(term.begun_on()), width),
                      Paragraph("任期届满", 10, due, width),
                      Paragraph("提醒换届", 10, DateText(term.remind_from()) + " 起", width),
                      Paragraph("依据", 10, CitationWords(term.citation()), width));
}

absl::StatusOr<int> ShowTerm(Context& context) {
  registry::v1::GetTermRequest request;
  ZHIBU_ASSIGN_OR_RETURN(*request.mutable_organisation(),
                         ResourceName(kOrganisations, context.args.Text("ORG")));
  registry::v1::GetTermResponse response;
  ZHIBU_RETURN_IF_ERROR(context.session.Call(context.session.registry(),
                                             &ElectionService::Stub::GetTerm, request, &response));
  if (context.json()) return PrintJson(context, response);
  const Titles titles(context, {request.organisation()});
  const int width = context.io.width;
  context.io.out << titles.Of(request.organisation()) << " 本届任期\n\n"
                 << TermText(response.term(), width)
                 << Paragraph("换届选举", 10, BareId(response.term().election()), width);
  return kDone;
}

absl::StatusOr<int> Elections(Context& context) {
  registry::v1::ListElectionsRequest request;
  ZHIBU_ASSIGN_OR_RETURN(*request.mutable_organisation(),
                         ResourceName(kOrganisations, context.args.Text("ORG")));
  registry::v1::ListElectionsResponse all;
  ZHIBU_RETURN_IF_ERROR(context.session.CallPages(
      context.session.registry(), &ElectionService::Stub::ListElections, request, &all));
  if (context.json()) return PrintJson(context, all);
  const Titles titles(context, {request.organisation()});
  Table table;
  table.AddColumn("日期");
  table.AddColumn("类别");
  table.AddColumn("编号");
  table.AddColumn("选出", Align::kRight);
  table.AddColumn("批复", Align::kLeft, /*can_wrap=*/true);
  for (const auto& election : all.elections()) {
    table.AddRow({DateText(election.held_on()), Term(election.kind()), BareId(election.name()),
                  election.posts().empty() ? "" : absl::StrCat(election.posts_size(), " 名"),
                  DecisionText(election)});
  }
  context.io.out << titles.Of(request.organisation()) << " 历次选举 · 共 " << all.elections_size()
                 << " 次\n\n";
  if (all.has_term()) context.io.out << TermText(all.term(), context.io.width) << "\n";
  context.io.out << table.Render(context.io.width);
  return kDone;
}

void AppendBallot(const registry::v1::Ballot& ballot, int number, int width, std::string& out) {
  const bool members = ballot.body() == registry::v1::BALLOT_BODY_MEMBERS;
  absl::StrAppend(&out, "\n第 ", number, " 次投票：", members ? "党员大会" : "委员会全体会议",
                  ballot.run_off() ? "（再次投票）" : "", "，应选 ", ballot.seats(), " 名\n");
  Table counts;
  for (const char* column : {"应到", "实到", "发出选票", "收回", "有效票", "废票"}) {
    counts.AddColumn(column, Align::kRight);
  }
  counts.AddRow({Number(ballot.should_attend()), Number(ballot.present()), Number(ballot.issued()),
                 Number(ballot.returned()), Number(ballot.valid_ballots()), Number(ballot.void_ballots())});
  Table candidates;
  candidates.AddColumn("候选人");
  candidates.AddColumn("职务");
  candidates.AddColumn("得票", Align::kRight);
  candidates.AddColumn("占应到", Align::kRight);
  candidates.AddColumn("结果");
  for (const auto& candidate : ballot.candidates()) {
    candidates.AddRow({BareId(candidate.person()), Term(candidate.post()),
                       Number(candidate.votes()),
                       RatioText(candidate.votes(), ballot.should_attend()),
                       candidate.elected() ? "当选" : "未当选"});
  }
  absl::StrAppend(&out, counts.Render(width), "\n", candidates.Render(width));
}

absl::StatusOr<int> ShowElection(Context& context) {
  registry::v1::GetElectionRequest request;
  ZHIBU_ASSIGN_OR_RETURN(*request.mutable_name(),
                         ResourceName(kElections, context.args.Text("ELECTION")));
  registry::v1::GetElectionResponse response;
  ZHIBU_RETURN_IF_ERROR(context.session.Call(
      context.session.registry(), &ElectionService::Stub::GetElection, request, &response));
  if (context.json()) return PrintJson(context, response);
  const registry::v1::Election& election = response.election();
  const int width = context.io.width;
  std::set<std::string> names = {election.organisation(), election.decision().authority()};
  AddAuthorities(election.corrections(), names);
  const Titles titles(context, names);
  std::string out =
      absl::StrCat(titles.Of(election.organisation()), " ", Term(election.kind()), "\n",
                   DateText(election.held_on()), " · 编号 ", BareId(election.name()),
                   election.withdrawn() ? " · 误录作废" : "", "\n");
  for (int i = 0; i < election.ballots_size(); ++i) {
    AppendBallot(election.ballots(i), i + 1, width, out);
  }
  std::string posts;
  for (const std::string& post : election.posts()) {
    absl::StrAppend(&posts, posts.empty() ? "" : "、", BareId(post));
  }
  out += "\n";
  if (!posts.empty()) out += Paragraph("任职编号", 10, posts, width);
  std::string decision = DecisionText(election);
  if (election.has_decision()) {
    absl::StrAppend(&decision, "，", titles.Of(election.decision().authority()));
  }
  if (!decision.empty()) out += Paragraph("上级批复", 10, decision, width);
  if (!election.warnings().empty()) out += "\n提醒（不妨碍登记）\n";
  for (const auto& warning : election.warnings()) out += FindingText(warning, 4, width);
  out += CorrectionsText(election.corrections(), titles, width);
  context.io.out << out;
  return kDone;
}

CommandGroup OwnCommands() {
  const Argument org{"ORG", "党组织的编号；不写：全部", false, {}};
  const Option line = LineOption("subordination");
  Option kind{
      "facility", "FACILITY",
      "只列出这一类（可重复）：room 活动室，board 宣传栏，library 图书室，broadcast 广播站，"
      "exhibition 展室，brand 品牌，star 星级，model 示范校",
      ValueKind::kChoice};
  for (const FacilityChoice& one : kFacilities) kind.choices.push_back(one.choice);
  kind.repeated = true;
  return {"班子、换届和阵地",
          {
              {"org matrix",
               "班子一览：书记、副书记、校长，一肩挑及其分母",
               {org},
               {line},
               "",
               {"zhibu org matrix jyj-dw --line either", "zhibu org matrix --as-of 2025-12-31"},
               Matrix},
              {"org vacancies",
               "班子空缺：书记、委员会、专职副书记",
               {org},
               {line},
               "",
               {"zhibu org vacancies jyj-dw"},
               Vacancies},
              {"org facilities",
               "阵地与品牌：活动室、宣传栏、图书室、品牌、星级、示范校",
               {org},
               {line, kind},
               "",
               {"zhibu org facilities jyj-dw --facility room --facility brand"},
               Facilities},
              {"election list",
               "一个党组织的任期和历次选举",
               {{"ORG", "党组织的编号", true, {}}},
               {},
               "",
               {"zhibu election list jyj-dw"},
               Elections},
              {"election show",
               "一次选举：票数、当选、批复",
               {{"ELECTION", "选举的编号", true, {}}},
               {},
               "",
               {"zhibu election show xj-0001"},
               ShowElection},
              {"election term",
               "一个党组织的本届任期：起始、届满、延期",
               {{"ORG", "党组织的编号", true, {}}},
               {},
               "",
               {"zhibu election term jyj-dw"},
               ShowTerm},
          }};
}

}  // namespace

CommandGroup LeadershipCommands() {
  CommandGroup group = OwnCommands();
  for (Command& command : RegistryCorrections()) group.commands.push_back(std::move(command));
  return group;
}

}  // namespace zhibu::cli
