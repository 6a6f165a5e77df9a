#include "services/membership/cases/previews.h"

#include <memory>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/status.h"
#include "common/store/table.h"
#include "services/membership/books/convert.h"
#include "services/membership/books/person_pages.h"
#include "services/membership/books/reading.h"
#include "services/membership/data/load_rule_sets.h"
#include "services/membership/rules/preview.h"

namespace zhibu::membership {
namespace {

constexpr char kField[] = "rule_set";
constexpr size_t kMostBytes = 262144;

absl::Status RuleSetUnsound(absl::string_view why) {
  return Malformed(kField, "RULE_SET_UNSOUND", absl::StrCat("规则集不能用来判定：", why));
}

// The sets in force with the one of `text`, under the overlays that change the set of its id.
absl::StatusOr<RuleSets> SetsWith(const RuleSets& now, const std::string& text) {
  if (text.empty() || text.size() > kMostBytes) return RuleSetUnsound("须为 1–262144 字节的文本");
  auto parsed = ParseRuleSet(text, kField);
  if (!parsed.ok()) return RuleSetUnsound(parsed.status().message());
  if (const RuleSet* before = now.Find((*parsed)->id()); before != nullptr) {
    parsed = ParseRuleSet(text, kField, before->overlays());
    if (!parsed.ok()) return RuleSetUnsound(parsed.status().message());
  }
  auto sets = WithRuleSet(now, *std::move(parsed));
  if (!sets.ok()) return RuleSetUnsound(sets.status().message());
  return sets;
}

void ToProto(const Verdict& verdict, google::protobuf::RepeatedPtrField<std::string>* reasons,
             google::type::Date* (v1::ChangedVerdict::*earliest)(), v1::ChangedVerdict& changed) {
  reasons->Assign(verdict.reasons.begin(), verdict.reasons.end());
  if (verdict.earliest) *(changed.*earliest)() = zhibu::ToProto(*verdict.earliest);
}

}  // namespace

absl::Status Previews::PreviewPerson(const RuleSets& then, absl::CivilDay on, const Reader& reader,
                                     const std::string& person_id,
                                     v1::PreviewRuleSetResponse* response) const {
  std::vector<std::pair<CaseName, rows::CaseRow>> open;
  const Key range = Key(kCaseTable).Text(person_id);
  ZHIBU_RETURN_IF_ERROR(ScanRows<rows::CaseRow>(
      reader, range, range.End(), [&](absl::string_view key, const rows::CaseRow& row) {
        KeyParts parts(key);
        parts.Text();
        if (!row.progress().closed()) {
          open.push_back({{person_id, parts.Text().value_or("")}, row});
        }
        return true;
      }));
  if (open.empty()) return absl::OkStatus();
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PersonRow> person,
                         FindPerson(reader, person_id));
  if (!person) return absl::DataLossError("a case of nobody");
  ZHIBU_ASSIGN_OR_RETURN(const rows::PersonalData data,
                         keys_.Open(NameOf(kPersons, person_id), person->personal_data()));
  for (const auto& [name, row] : open) {
    CaseFacts facts;
    facts.progress = &row.progress();
    facts.stages = &row.stages();
    if (data.has_birth()) facts.birth = DayFromNumber(data.birth());
    response->set_cases(response->cases() + 1);
    for (const ChangedStep& step :
         ChangedSteps(rule_sets_, then, facts, person->affiliations(), on)) {
      v1::ChangedVerdict& changed = *response->add_changed();
      changed.set_development_case(FullName(name));
      changed.set_kind(step.kind);
      ToProto(step.now, changed.mutable_reasons_now(), &v1::ChangedVerdict::mutable_earliest_now,
              changed);
      ToProto(step.then, changed.mutable_reasons_then(), &v1::ChangedVerdict::mutable_earliest_then,
              changed);
    }
  }
  return absl::OkStatus();
}

absl::Status Previews::Preview(Call& call, const v1::PreviewRuleSetRequest& request, const Reader&,
                               v1::PreviewRuleSetResponse* response) const {
  ZHIBU_ASSIGN_OR_RETURN(const RuleSets then, SetsWith(rule_sets_, request.rule_set()));
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay on, call.AsOf(request));
  ZHIBU_ASSIGN_OR_RETURN(const Page page, pages_.Open(request, call.caller()));
  response->set_revision(page.revision);
  ZHIBU_ASSIGN_OR_RETURN(const PersonsPage persons,
                         PersonsOf(tree_, page, request.root(), request.line(), call.today()));
  for (const std::string& id : persons.ids) {
    ZHIBU_RETURN_IF_ERROR(PreviewPerson(then, on, *page.snapshot, id, response));
  }
  if (persons.more) response->set_next_page_token(pages_.NextToken(page, persons.last));
  return absl::OkStatus();
}

}  // namespace zhibu::membership
