// The conditions on the persons whom a step names.

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/membership/rules/conditions.h"
#include "services/membership/rules/rule_checks.h"
#include "services/membership/rules/steps.h"

namespace zhibu::membership {
namespace {

using Found = std::vector<Unmet>;

absl::string_view PersonsField(const v1::Step& step) {
  return step.has_contact_assignment() ? "contact_assignment.contacts"
                                       : "introducer_determination.introducers";
}

Found PersonCount(const rules::PersonCount& rule, const Asked& asked) {
  const auto* persons = PersonsOf(*asked.step.step);
  if (persons == nullptr) return {};
  const std::set<std::string> different(persons->begin(), persons->end());
  const int count = static_cast<int>(different.size());
  if (count == persons->size() && count >= rule.at_least() && count <= rule.at_most()) return {};
  Unmet unmet;
  unmet.subject = std::string(PersonsField(*asked.step.step));
  unmet.values = {{"{at_least}", absl::StrCat(rule.at_least())},
                  {"{at_most}", absl::StrCat(rule.at_most())},
                  {"{named}", absl::StrCat(count)}};
  return {unmet};
}

// One Unmet for each person for whom `wrong(i)`.
template <typename Wrong>
Found EachPerson(const Asked& asked, Wrong wrong) {
  Found found;
  const auto* persons = PersonsOf(*asked.step.step);
  if (persons == nullptr) return found;
  for (int i = 0; i < persons->size(); ++i) {
    if (!wrong(i)) continue;
    Unmet unmet;
    unmet.subject = absl::StrCat(PersonsField(*asked.step.step), "[", i, "]");
    found.push_back(std::move(unmet));
  }
  return found;
}

Found FullMembers(const rules::FullMembers&, const Asked& asked) {
  const std::vector<NamedPerson>& named = asked.facts.named;
  return EachPerson(asked, [&](size_t i) {
    return i >= named.size() || !named[i].registered || named[i].stage != v1::STAGE_FULL;
  });
}

Found NotTheApplicant(const rules::NotTheApplicant&, const Asked& asked) {
  return EachPerson(
      asked, [&](int i) { return PersonsOf(*asked.step.step)->Get(i) == asked.facts.person; });
}

Found RightsIntact(const rules::RightsIntact&, const Asked& asked) {
  const std::vector<NamedPerson>& named = asked.facts.named;
  return EachPerson(asked, [&](size_t i) { return i < named.size() && named[i].rights_suspended; });
}

Problem NamesNobody(const rules::Rule& rule) {
  return OnlyOf(rule, {v1::STEP_KIND_CONTACT_ASSIGNMENT, v1::STEP_KIND_INTRODUCER_DETERMINATION},
                "only steps 5 and 9 name persons");
}

}  // namespace

std::vector<ConditionForm> PersonConditions() {
  return {
      {.condition = rules::Rule::kPersonCount,
       .placeholders = {"{at_least}", "{at_most}", "{named}"},
       .problem = [](const rules::Rule& rule) -> Problem {
         const rules::PersonCount& count = rule.person_count();
         if (count.at_least() < 1 || count.at_most() < count.at_least()) {
           return "at_least and at_most are not a range";
         }
         return NamesNobody(rule);
       },
       .find_unmet = Ask<&rules::Rule::person_count, PersonCount>},
      {.condition = rules::Rule::kFullMembers,
       .problem = NamesNobody,
       .add_needs = [](const rules::Rule& rule, Needs& needs) { needs.persons = true; },
       .find_unmet = Ask<&rules::Rule::full_members, FullMembers>},
      {.condition = rules::Rule::kNotTheApplicant,
       .problem = NamesNobody,
       .find_unmet = Ask<&rules::Rule::not_the_applicant, NotTheApplicant>},
      {.condition = rules::Rule::kRightsIntact,
       .problem = NamesNobody,
       .add_needs = [](const rules::Rule& rule, Needs& needs) { needs.persons = true; },
       .find_unmet = Ask<&rules::Rule::rights_intact, RightsIntact>},
  };
}

}  // namespace zhibu::membership
