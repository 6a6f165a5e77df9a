// Titles of organisations and institutions, which other services know by their id alone.

#ifndef ZHIBU_SERVICES_CLI_PROGRAM_TITLES_H_
#define ZHIBU_SERVICES_CLI_PROGRAM_TITLES_H_

#include <map>
#include <set>
#include <string>

#include "services/cli/program/session.h"

namespace zhibu::cli {

class Titles {
 public:
  // Asks the registry for these ("organisations/...", "institutions/..."), all of them `root`,
  // below it or kept there (empty: anywhere), on the date of --as-of. What it does not tell, for
  // whatever reason, shows as the id: a table with ids is better than none because another service
  // is down.
  Titles(Context& context, const std::set<std::string>& names, const std::string& root = "");

  // The title, or the id where there is none.
  std::string Of(const std::string& name) const;

 private:
  std::map<std::string, std::string> titles_;
};

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_PROGRAM_TITLES_H_
