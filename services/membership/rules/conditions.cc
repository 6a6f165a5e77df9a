#include "services/membership/rules/conditions.h"

#include <map>

#include "common/base/civil.h"

namespace zhibu::membership {
namespace {

using Forms = std::map<rules::Rule::ConditionCase, ConditionForm>;

Forms AllForms() {
  Forms forms;
  for (const auto& rows :
       {TimeConditions(), PersonConditions(), BodyConditions(), CourseConditions()}) {
    for (const ConditionForm& row : rows) forms[row.condition] = row;
  }
  return forms;
}

}  // namespace

const ConditionForm* FormOf(rules::Rule::ConditionCase condition) {
  static const Forms* const forms = new Forms(AllForms());
  const auto found = forms->find(condition);
  return found == forms->end() ? nullptr : &found->second;
}

Unmet MetFrom(absl::CivilDay earliest, std::vector<std::pair<std::string, std::string>> values) {
  Unmet unmet;
  unmet.subject = "date";
  unmet.values = std::move(values);
  unmet.values.emplace_back("{earliest}", FormatDate(earliest));
  unmet.earliest = earliest;
  return unmet;
}

}  // namespace zhibu::membership
