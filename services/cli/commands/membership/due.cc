// zhibu due: what falls due.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "services/cli/program/groups.h"
#include "services/cli/program/output.h"
#include "services/cli/program/person_names.h"
#include "services/cli/program/titles.h"
#include "services/cli/program/words.h"
#include "services/cli/terminal/table.h"
#include "zhibu/membership/v1/membership_service.grpc.pb.h"

namespace zhibu::cli {
namespace {

using membership::v1::DueItem;
using membership::v1::MembershipService;

std::string PersonOf(const DueItem& item) {
  const auto parts = ParseCaseName(item.development_case());
  return parts ? NameOf(kPersons, parts->person_id) : item.person();
}

// Whether its date is the first possible day and no deadline.
bool IsPossible(const DueItem& item) {
  return item.kind() == membership::v1::DUE_KIND_OBJECT_POSSIBLE;
}

// How it stands on `today`.
std::string Standing(const DueItem& item, absl::CivilDay today) {
  const absl::StatusOr<absl::CivilDay> due = FromProto(item.due_on());
  if (!due.ok()) return "";
  if (IsPossible(item)) {
    return *due <= today ? "可以办理" : absl::StrCat(*due - today, " 天后可办");
  }
  if (*due < today) return absl::StrCat("超期 ", today - *due, " 天");
  return *due == today ? "今天到期" : absl::StrCat("还有 ", *due - today, " 天");
}

std::string DueText(Context& context, const std::vector<DueItem>& items, const std::string& root,
                    absl::CivilDay today) {
  std::set<std::string> persons, organisations;
  for (const DueItem& item : items) {
    if (!PersonOf(item).empty()) persons.insert(PersonOf(item));
    organisations.insert(item.organisation());
  }
  const PersonNames names(context, persons);
  const Titles titles(context, organisations, root);
  Table table;
  table.AddColumn("到期日");
  table.AddColumn("状况");
  table.AddColumn("事项");
  table.AddColumn("人员");
  table.AddColumn("办理的党组织", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("档案", Align::kLeft, /*can_wrap=*/true);
  std::map<std::string, std::string> citations;  // what → why
  for (const DueItem& item : items) {
    const auto parts = ParseCaseName(item.development_case());
    table.AddRow({DateText(item.due_on()), Standing(item, today), Term(item.kind()),
                  names.Of(PersonOf(item)), titles.Of(item.organisation()),
                  parts ? absl::StrCat(parts->person_id, "/", parts->case_id)
                        : item.transfer() + BareId(item.person())});
    const std::string why = CitationWords(item.citation());
    if (!why.empty()) citations[Term(item.kind())] = why;
  }
  std::string out = table.Render(context.io.width);
  if (!citations.empty()) out += "\n依据\n";
  for (const auto& [what, why] : citations) {
    out += Paragraph(absl::StrCat("  ", what, "："), 22, why, context.io.width);
  }
  return out;
}

// What is asked of ListDue and of CountDue alike.
template <typename Request>
absl::StatusOr<Request> Asked(const Context& context, absl::CivilDay until) {
  Request request;
  if (context.args.Has("ORG")) {
    ZHIBU_ASSIGN_OR_RETURN(*request.mutable_root(),
                           ResourceName(kOrganisations, context.args.Text("ORG")));
  }
  request.set_line(LineOf(context.args, type::v1::LINE_SUBORDINATION));
  *request.mutable_until() = ToProto(until);
  return request;
}

absl::StatusOr<int> Count(Context& context, absl::CivilDay until) {
  ZHIBU_ASSIGN_OR_RETURN(const auto request,
                         Asked<membership::v1::CountDueRequest>(context, until));
  membership::v1::CountDueResponse response;
  ZHIBU_RETURN_IF_ERROR(context.session.Call(
      context.session.membership(), &MembershipService::Stub::CountDue, request, &response));
  if (context.json()) return PrintJson(context, response);
  Table table;
  table.AddColumn("事项");
  table.AddColumn("项数", Align::kRight);
  table.AddColumn("其中超期", Align::kRight);
  int64_t due = 0, overdue = 0, possible = 0;
  for (const membership::v1::DueCount& count : response.counts()) {
    const bool deadline = count.kind() != membership::v1::DUE_KIND_OBJECT_POSSIBLE;
    (deadline ? due : possible) += count.due();
    overdue += count.overdue();
    table.AddRow({Term(count.kind()), absl::StrCat(count.due()),
                  deadline ? absl::StrCat(count.overdue()) : "—"});
  }
  context.io.out << "到期事项 · 至 " << FormatDate(until) << " · 有期限的 " << due
                 << " 项（其中超期 " << overdue << " 项），可以办理的 " << possible << " 项\n\n";
  if (response.counts().empty()) {
    context.io.out << "这段时间没有到期的事项。\n";
    return kDone;
  }
  context.io.out << table.Render(context.io.width);
  return kDone;
}

absl::StatusOr<int> Due(Context& context) {
  const absl::CivilDay today = context.io.clock->Today();
  const absl::CivilDay until = context.args.Date("until").value_or(today + 30);
  if (context.args.Has("count")) return Count(context, until);
  ZHIBU_ASSIGN_OR_RETURN(const auto request, Asked<membership::v1::ListDueRequest>(context, until));
  membership::v1::ListDueResponse all;
  ZHIBU_RETURN_IF_ERROR(context.session.CallPages(
      context.session.membership(), &MembershipService::Stub::ListDue, request, &all));
  if (context.json()) return PrintJson(context, all);

  // Deadlines first: what may be done already for a year must not push them off the screen.
  std::vector<DueItem> items(all.items().begin(), all.items().end());
  const auto possible = std::stable_partition(
      items.begin(), items.end(), [](const DueItem& item) { return !IsPossible(item); });
  const size_t deadlines = possible - items.begin();
  context.io.out << "到期事项 · 至 " << FormatDate(until) << " · 有期限的 " << deadlines
                 << " 项，可以办理的 " << items.size() - deadlines << " 项\n\n";
  if (items.empty()) {
    context.io.out << "这段时间没有到期的事项。\n";
    return kDone;
  }
  const size_t limit = context.args.Number("limit", 0);
  const size_t left_out = limit > 0 && limit < items.size() ? items.size() - limit : 0;
  items.resize(items.size() - left_out);
  context.io.out << DueText(context, items, request.root(), today);
  if (left_out > 0) context.io.out << "\n另有 " << left_out << " 项没有列出。\n";
  return kDone;
}

}  // namespace

Command DueCommand() {
  return {"due",
          "到期事项：谈话、考察、支部大会、审批、转正、归档",
          {{"ORG", "党组织的编号；不写则为全部（需要全部组织的权限）", false, {}}},
          {{"until", "DATE", "到哪一天为止；默认 30 天之内", ValueKind::kDate},
           LineOption("subordination"),
           {"limit", "N", "最多列出 N 项；默认全部", ValueKind::kNumber},
           {"count", "", "只统计各类事项的项数和超期项数，不逐项列出", ValueKind::kFlag}},
          "已经超期的也列出。“可以确定为发展对象”是最早可办的日期，不是期限，列在后面。",
          {"zhibu due jyj-dw", "zhibu due jyj-dw --until 2026-12-31", "zhibu due jyj-dw --count"},
          Due};
}

}  // namespace zhibu::cli
