// Where the data that ship with the programs are: rule sets, catalogues, calendars.
#ifndef ZHIBU_COMMON_BASE_DATA_FOLDER_H_
#define ZHIBU_COMMON_BASE_DATA_FOLDER_H_

#include <string>

#include "absl/strings/string_view.h"

namespace zhibu {

// "<folder of this program>/../share/zhibu/<name>": the same in a build folder, in an image and
// where it is installed.
std::string DataFolder(absl::string_view name);

}  // namespace zhibu

#endif  // ZHIBU_COMMON_BASE_DATA_FOLDER_H_
