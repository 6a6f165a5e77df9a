// What is owed, as a table: for one organisation and for a subtree.

#ifndef ZHIBU_SERVICES_CLI_PROGRAM_OWED_TEXT_H_
#define ZHIBU_SERVICES_CLI_PROGRAM_OWED_TEXT_H_

#include <functional>
#include <string>
#include <vector>

#include "zhibu/activity/v1/activity_service.pb.h"
#include "zhibu/type/v1/owed_item.pb.h"

namespace zhibu::cli {

// Items of one organisation stand together and name it once. Ends with the rules.
std::string OwedText(const std::vector<type::v1::OwedItem>& items,
                     const std::function<std::string(const std::string&)>& title_of,
                     bool with_organisation, int width);

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_PROGRAM_OWED_TEXT_H_
