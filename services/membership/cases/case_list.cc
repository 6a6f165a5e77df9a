// The part of cases.h that lists cases.

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/store/table.h"
#include "services/membership/books/numbers.h"
#include "services/membership/books/person_pages.h"
#include "services/membership/books/reading.h"
#include "services/membership/books/visible.h"
#include "services/membership/cases/cases.h"
#include "services/membership/rules/progress.h"
#include "services/membership/rules/story.h"

namespace zhibu::membership {
namespace {

template <typename Wanted, typename Value>
bool Wants(const Wanted& wanted, Value value) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

// How a case stands today.
v1::DevelopmentCase Shown(const RuleSets& rule_sets, const CaseName& name, const rows::CaseRow& row,
                          absl::CivilDay today) {
  v1::DevelopmentCase shown;
  shown.set_name(FullName(name));
  shown.set_organisation(NameOf(kOrganisations, row.organisation_id()));
  shown.set_stage(SaidStage(StageOn(row.stages(), today)));
  shown.set_state(StateOf(row.progress()));
  for (const v1::StepKind kind : NextSteps(rule_sets, row.progress(), today)) {
    shown.add_next_steps(kind);
  }
  if (const auto end = ProbationEnd(row.progress())) {
    *shown.mutable_probation_ends() = ToProto(*end);
  }
  shown.set_etag(absl::StrCat(row.version()));
  return shown;
}

}  // namespace

absl::Status Cases::List(Call& call, const v1::ListCasesRequest& request, const Reader&,
                         v1::ListCasesResponse* response) const {
  ZHIBU_ASSIGN_OR_RETURN(const Page page, pages_.Open(request, call.caller()));
  const Snapshot& snapshot = *page.snapshot;
  response->set_revision(page.revision);
  std::vector<std::string> persons;
  if (!request.person().empty()) {
    ZHIBU_ASSIGN_OR_RETURN(const VisiblePerson person,
                           FindVisiblePerson(call, snapshot, request.person(), "person", {}));
    persons.push_back(person.id);
  } else {
    ZHIBU_RETURN_IF_ERROR(call.RequireScope(request.root()));
    ZHIBU_ASSIGN_OR_RETURN(PersonsPage found,
                           PersonsOf(tree_, page, request.root(), request.line(), call.today()));
    persons = std::move(found.ids);
    if (found.more) response->set_next_page_token(pages_.NextToken(page, found.last));
  }
  for (const std::string& id : persons) {
    const Key range = Key(kCaseTable).Text(id);
    ZHIBU_RETURN_IF_ERROR(ScanRows<rows::CaseRow>(
        snapshot, range, range.End(), [&](absl::string_view key, const rows::CaseRow& row) {
          KeyParts parts(key);
          parts.Text();
          v1::DevelopmentCase shown =
              Shown(rule_sets_, {id, parts.Text().value_or("")}, row, call.today());
          if (Wants(request.stages(), shown.stage()) && Wants(request.states(), shown.state())) {
            *response->add_cases() = std::move(shown);
          }
          return true;
        }));
  }
  return absl::OkStatus();
}

}  // namespace zhibu::membership
