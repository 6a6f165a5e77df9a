// zhibu member exceptions: the steps that were taken by leave of somebody above (例外).
#include "services/cli/commands/membership/exceptions.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "services/cli/program/groups.h"
#include "services/cli/program/output.h"
#include "services/cli/program/person_names.h"
#include "services/cli/program/subtree.h"
#include "services/cli/program/titles.h"
#include "services/cli/program/words.h"
#include "services/cli/terminal/table.h"
#include "zhibu/membership/v1/membership_service.grpc.pb.h"

namespace zhibu::cli {
namespace {

using membership::v1::ExceptedStep;

std::string PersonOf(const ExceptedStep& excepted) {
  const auto parts = ParseCaseName(excepted.development_case());
  return parts ? NameOf(kPersons, parts->person_id) : "";
}

// The rules from which the step departs: those of its findings whose condition was excepted.
std::vector<type::v1::Finding> DepartsFrom(const membership::v1::RecordedStep& recorded) {
  std::vector<type::v1::Finding> rules;
  for (const type::v1::Finding& finding : recorded.warnings()) {
    const auto& conditions = recorded.proof().conditions();
    const bool excepted = std::any_of(
        conditions.begin(), conditions.end(), [&](const membership::v1::Condition& condition) {
          return condition.verdict() == membership::v1::VERDICT_EXCEPTED &&
                 condition.code() == finding.code() && condition.reason() == finding.reason();
        });
    if (excepted) rules.push_back(finding);
  }
  return rules;
}

// Several things share a column, one above the other: seven would be too narrow to read.
std::string ExceptionTable(Context& context, const std::vector<ExceptedStep>& exceptions,
                           const std::string& root) {
  std::set<std::string> persons, authorities;
  for (const ExceptedStep& excepted : exceptions) {
    persons.insert(PersonOf(excepted));
    authorities.insert(excepted.recorded().step().exception().authority());
  }
  const PersonNames names(context, persons);
  const Titles titles(context, authorities, root);
  Table table;
  table.AddColumn("步骤", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("人员、档案");
  table.AddColumn("不符合");
  table.AddColumn("批准机关、文号", Align::kLeft, /*can_wrap=*/true);
  table.AddColumn("理由", Align::kLeft, /*can_wrap=*/true);
  std::set<std::string> citations;
  for (const ExceptedStep& excepted : exceptions) {
    const membership::v1::RecordedStep& recorded = excepted.recorded();
    const membership::v1::ExceptionGrant& grant = recorded.step().exception();
    std::vector<std::string> rules;
    for (const type::v1::Finding& rule : DepartsFrom(recorded)) {
      rules.push_back(absl::StrCat(rule.code(), "\n", rule.citation().article()));
      citations.insert(absl::StrCat(rule.code(), " ", CitationWords(rule.citation())));
    }
    const auto parts = ParseCaseName(excepted.development_case());
    table.AddRow({absl::StrCat(DateText(recorded.step().date()), "\n",
                               static_cast<int>(recorded.kind()), " ", Term(recorded.kind())),
                  absl::StrCat(names.Of(PersonOf(excepted)), "\n",
                               parts ? absl::StrCat(parts->person_id, "/", parts->case_id) : ""),
                  absl::StrJoin(rules, "\n"),
                  absl::StrCat(titles.Of(grant.authority()), "\n", grant.document_number()),
                  grant.reason()});
  }
  std::string out = table.Render(context.io.width);
  if (!citations.empty()) out += "\n依据\n";
  for (const std::string& citation : citations) {
    out += Paragraph("  ", 2, citation, context.io.width);
  }
  return out;
}

absl::StatusOr<int> Exceptions(Context& context) {
  membership::v1::ListExceptionsRequest request;
  ZHIBU_RETURN_IF_ERROR(SetSubtree(context, request));
  membership::v1::ListExceptionsResponse all;
  ZHIBU_RETURN_IF_ERROR(context.session.CallPages(
      context.session.membership(), &membership::v1::MembershipService::Stub::ListExceptions,
      request, &all));
  if (context.json()) return PrintJson(context, all);
  std::vector<ExceptedStep> exceptions(all.exceptions().begin(), all.exceptions().end());
  std::set<std::string> persons;
  for (const ExceptedStep& excepted : exceptions) persons.insert(PersonOf(excepted));
  context.io.out << "经批准例外办理的步骤 · 关系线：" << Term(request.line()) << " · 共 "
                 << exceptions.size() << " 步，" << persons.size() << " 人\n\n";
  if (exceptions.empty()) {
    context.io.out << "没有例外办理的步骤。\n";
    return kDone;
  }
  // As one reads a register: by day, not by the organisations' ids.
  const auto day = [](const ExceptedStep& excepted) {
    return DateText(excepted.recorded().step().date());
  };
  std::stable_sort(exceptions.begin(), exceptions.end(),
                   [&](const ExceptedStep& a, const ExceptedStep& b) { return day(a) < day(b); });
  context.io.out << ExceptionTable(context, exceptions, request.root());
  return kDone;
}

}  // namespace

std::string GrantText(const membership::v1::ExceptionGrant& grant, const Titles& titles, int indent,
                      int width) {
  return Paragraph(std::string(static_cast<size_t>(indent), ' '), indent,
                   absl::StrCat("例外批准：", titles.Of(grant.authority()), "，",
                                grant.document_number(), "，", grant.reason()),
                   width);
}

Command ExceptionsCommand() {
  return {
      "member exceptions",
      "例外：不符合规定、经有权的党组织批准办理的步骤",
      {{"ORG", "党组织的编号；不写则为全部（需要全部组织的权限）", false, {}}},
      {LineOption("subordination")},
      "按日期列出步骤、不符合的规定及其条款、批准机关、文号和理由。办理时用 zhibu member record "
      "的 --exception-by 等选项写明。",
      {"zhibu member exceptions jyj-dw", "zhibu member exceptions jyj-dw --json"},
      Exceptions};
}

}  // namespace zhibu::cli
