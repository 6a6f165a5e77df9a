// zhibu post, facility: show, correct, withdraw; zhibu election correct, withdraw: what was
// recorded in error is put right.
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "services/cli/program/correcting.h"
#include "services/cli/program/groups.h"
#include "services/cli/program/output.h"
#include "services/cli/program/titles.h"
#include "services/cli/program/words.h"
#include "services/cli/terminal/table.h"
#include "zhibu/registry/v1/election_service.grpc.pb.h"
#include "zhibu/registry/v1/facility_service.grpc.pb.h"
#include "zhibu/registry/v1/registry_service.grpc.pb.h"

namespace zhibu::cli {
namespace {

using registry::v1::Election;
using registry::v1::ElectionService;
using registry::v1::Facility;
using registry::v1::FacilityService;
using registry::v1::Post;
using registry::v1::RegistryService;

void AddLine(std::string& out, absl::string_view label, const std::string& text, int width) {
  if (!text.empty()) out += Paragraph(label, 14, text, width);
}

// The one that the command names.
template <typename Stub, typename Request, typename Response>
absl::Status Get(Context& context, const char* collection, const std::string& argument,
                 grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                 Response* response) {
  Request request;
  ZHIBU_ASSIGN_OR_RETURN(*request.mutable_name(),
                         ResourceName(collection, context.args.Text(argument)));
  if constexpr (requires { request.mutable_as_of(); }) {
    if (const auto day = context.args.Date("as-of")) *request.mutable_as_of() = ToProto(*day);
  }
  return context.session.Call(context.session.registry(), method, request, response);
}

template <typename Stub, typename Request, typename Response>
absl::StatusOr<int> Send(Context& context,
                         grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                      Response*),
                         const std::string& name, const Request& request) {
  Response response;
  ZHIBU_RETURN_IF_ERROR(
      context.session.Call(context.session.registry(), method, request, &response));
  if (context.json()) return PrintJson(context, response);
  context.io.out << CorrectedText(name, request, response);
  return kDone;
}

std::string PeriodOf(const google::type::Date& from, const google::type::Date& to, bool withdrawn) {
  return absl::StrCat(PeriodText(from, to), withdrawn ? "（误录作废）" : "");
}

std::string YesNo(bool said, bool yes, const char* if_yes, const char* if_no) {
  return said ? (yes ? if_yes : if_no) : "";
}

absl::StatusOr<int> ShowPost(Context& context) {
  registry::v1::GetPostResponse response;
  ZHIBU_RETURN_IF_ERROR(Get(context, kPosts, "POST", &RegistryService::Stub::GetPost, &response));
  if (context.json()) return PrintJson(context, response);
  const Post& post = response.post();
  std::set<std::string> names = {post.seat()};
  for (const Post& beside : response.held_beside()) names.insert(beside.seat());
  AddAuthorities(post.corrections(), names);
  const Titles titles(context, names);
  const int width = context.io.width;
  std::string out = absl::StrCat(titles.Of(post.seat()), " ", Term(post.kind()), "\n\n");
  AddLine(out, "编号", BareId(post.name()), width);
  AddLine(out, "任职人", BareId(post.holder()), width);
  AddLine(out, "期间", PeriodOf(post.valid_from(), post.valid_to(), post.withdrawn()), width);
  AddLine(out, "专职", YesNo(post.has_full_time(), post.full_time(), "专职", "兼职"), width);
  AddLine(out, "产生方式", YesNo(post.has_appointed(), post.appointed(), "上级任命", "选举"),
          width);
  AddLine(out, "选举", BareId(post.election()), width);
  if (!response.held_beside().empty()) {
    Table table;
    table.AddColumn("同时担任");
    table.AddColumn("所在组织或单位", Align::kLeft, /*can_wrap=*/true);
    table.AddColumn("编号", Align::kLeft, /*can_wrap=*/true);
    for (const Post& beside : response.held_beside()) {
      table.AddRow({Term(beside.kind()), titles.Of(beside.seat()), BareId(beside.name())});
    }
    absl::StrAppend(&out, "\n", table.Render(width));
  }
  context.io.out << out << CorrectionsText(post.corrections(), titles, width);
  return kDone;
}

absl::StatusOr<int> ShowFacility(Context& context) {
  registry::v1::GetFacilityResponse response;
  ZHIBU_RETURN_IF_ERROR(
      Get(context, kFacilities, "FACILITY", &FacilityService::Stub::GetFacility, &response));
  if (context.json()) return PrintJson(context, response);
  const Facility& facility = response.facility();
  std::set<std::string> names = {facility.holder()};
  AddAuthorities(facility.corrections(), names);
  const Titles titles(context, names);
  const int width = context.io.width;
  std::string out = absl::StrCat(facility.title(), "\n\n");
  AddLine(out, "编号", BareId(facility.name()), width);
  AddLine(out, "类别", Term(facility.kind()), width);
  AddLine(out, "属于", titles.Of(facility.holder()), width);
  AddLine(out, "评定办法", facility.scheme(), width);
  if (facility.rating() > 0) AddLine(out, "星级", absl::StrCat(facility.rating(), " 星"), width);
  AddLine(out, "依据", facility.evidence(), width);
  AddLine(out, "期间", PeriodOf(facility.valid_from(), facility.valid_to(), facility.withdrawn()),
          width);
  context.io.out << out << CorrectionsText(facility.corrections(), titles, width);
  return kDone;
}

using Fields = std::vector<std::string>;

const Fields& OfPosts() {
  static const auto& fields =
      *new Fields{"seat", "kind", "holder", "full_time", "valid_from", "valid_to", "appointed"};
  return fields;
}
const Fields& OfFacilities() {
  static const auto& fields = *new Fields{"holder", "kind",     "title",      "scheme",
                                          "rating", "evidence", "valid_from", "valid_to"};
  return fields;
}
const Fields& OfElections() {
  static const auto& fields = *new Fields{"kind", "held_on", "ballots", "decision"};
  return fields;
}

absl::StatusOr<int> ChangePost(Context& context, bool withdraw) {
  registry::v1::GetPostResponse found;
  ZHIBU_RETURN_IF_ERROR(Get(context, kPosts, "POST", &RegistryService::Stub::GetPost, &found));
  registry::v1::CorrectPostRequest request;
  request.set_withdraw(withdraw);
  ZHIBU_RETURN_IF_ERROR(FillCorrected(context, found.post(), withdraw ? Fields() : OfPosts(),
                                      *request.mutable_post(), request));
  return Send(context, &RegistryService::Stub::CorrectPost, found.post().name(), request);
}

absl::StatusOr<int> ChangeFacility(Context& context, bool withdraw) {
  registry::v1::GetFacilityResponse found;
  ZHIBU_RETURN_IF_ERROR(
      Get(context, kFacilities, "FACILITY", &FacilityService::Stub::GetFacility, &found));
  registry::v1::CorrectFacilityRequest request;
  request.set_withdraw(withdraw);
  ZHIBU_RETURN_IF_ERROR(FillCorrected(context, found.facility(),
                                      withdraw ? Fields() : OfFacilities(),
                                      *request.mutable_facility(), request));
  return Send(context, &FacilityService::Stub::CorrectFacility, found.facility().name(), request);
}

absl::StatusOr<int> ChangeElection(Context& context, bool withdraw) {
  registry::v1::GetElectionResponse found;
  ZHIBU_RETURN_IF_ERROR(
      Get(context, kElections, "ELECTION", &ElectionService::Stub::GetElection, &found));
  registry::v1::CorrectElectionRequest request;
  request.set_withdraw(withdraw);
  ZHIBU_RETURN_IF_ERROR(FillCorrected(context, found.election(),
                                      withdraw ? Fields() : OfElections(),
                                      *request.mutable_election(), request));
  return Send(context, &ElectionService::Stub::CorrectElection, found.election().name(), request);
}

constexpr char kWithdrawn[] = "误录的从一开始就不算，名册和统计里都没有；按编号仍然可以查看。";

}  // namespace

std::vector<Command> RegistryCorrections() {
  const Argument post{"POST", "职务的编号；zhibu org posts 列出", true, {}};
  const Argument facility{"FACILITY", "阵地或品牌的编号；zhibu org facilities 列出", true, {}};
  const Argument election{"ELECTION", "选举的编号；zhibu election list 列出", true, {}};
  std::vector<Option> of_election = CorrectOptions();
  of_election.push_back(FieldsFileOption());
  return {
      {"post show",
       "一个职务，同一个人同时担任的职务，和更正",
       {post},
       {},
       "",
       {"zhibu post show zw-0001"},
       ShowPost},
      {"post correct",
       "更正一个登记有误的职务",
       {post},
       CorrectOptions(),
       "选举产生的只能更正 full_time 和 appointed，其余的随选举更正。\n\n" +
           CorrectableText(OfPosts()),
       {"zhibu post correct zw-0001 --set valid_from=2026-03-01 --reason 日期录错",
        "zhibu post correct zw-0001 --set kind=副书记 --set full_time=true --reason 录错"},
       [](Context& context) { return ChangePost(context, false); }},
      {"post withdraw",
       "作废一个误录的职务",
       {post},
       WithdrawOptions(),
       kWithdrawn,
       {"zhibu post withdraw zw-0001 --reason 重复登记"},
       [](Context& context) { return ChangePost(context, true); }},
      {"facility show",
       "一处阵地或一个品牌，和更正",
       {facility},
       {},
       "",
       {"zhibu facility show zd-0001"},
       ShowFacility},
      {"facility correct",
       "更正登记有误的阵地或品牌",
       {facility},
       CorrectOptions(),
       CorrectableText(OfFacilities()),
       {"zhibu facility correct zd-0001 --set rating=4 --reason 星级录错"},
       [](Context& context) { return ChangeFacility(context, false); }},
      {"facility withdraw",
       "作废误录的阵地或品牌",
       {facility},
       WithdrawOptions(),
       kWithdrawn,
       {"zhibu facility withdraw zd-0001 --reason 重复登记"},
       [](Context& context) { return ChangeFacility(context, true); }},
      {"election correct",
       "更正一次登记有误的选举，连同由它产生的职务和任期",
       {election},
       std::move(of_election),
       "票数和候选人写在 --file 里，如 {\"ballots\": [{\"body\": \"BALLOT_BODY_MEMBERS\", "
       "\"seats\": 1, …}]}；zhibu election show 选举编号 --json 是现在的内容。\n\n" +
           CorrectableText(OfElections()),
       {"zhibu election correct xj-0001 --set held_on=2026-03-02 --reason 日期录错",
        "zhibu election correct xj-0001 --file 票数.json --reason 票数录错"},
       [](Context& context) { return ChangeElection(context, false); }},
      {"election withdraw",
       "作废一次误录的选举，连同由它产生的职务和任期",
       {election},
       WithdrawOptions(),
       kWithdrawn,
       {"zhibu election withdraw xj-0001 --reason 录到了别的支部"},
       [](Context& context) { return ChangeElection(context, true); }},
  };
}

}  // namespace zhibu::cli
