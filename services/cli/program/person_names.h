// Display names of persons, whom lists of cases know by their id alone.

#ifndef ZHIBU_SERVICES_CLI_PROGRAM_PERSON_NAMES_H_
#define ZHIBU_SERVICES_CLI_PROGRAM_PERSON_NAMES_H_

#include <map>
#include <set>
#include <string>

#include "services/cli/program/session.h"

namespace zhibu::cli {

class PersonNames {
 public:
  // Asks membership for these ("persons/...") one by one. More than some hundred are a matter for a
  // spreadsheet, and show without names.
  PersonNames(Context& context, const std::set<std::string>& persons);

  // Empty where it is not known.
  std::string Of(const std::string& person) const;

 private:
  std::map<std::string, std::string> names_;
};

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_PROGRAM_PERSON_NAMES_H_
