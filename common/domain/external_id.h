// The ids by which outside systems know things of these books.
#ifndef ZHIBU_COMMON_DOMAIN_EXTERNAL_ID_H_
#define ZHIBU_COMMON_DOMAIN_EXTERNAL_ID_H_

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "common/base/resource_name.h"

namespace zhibu {

// Whether the system is written as an id of ours and the id has 1–100 visible ASCII characters.
inline bool IsExternalId(absl::string_view system, absl::string_view id) {
  return IsResourceId(system) && !id.empty() && id.size() <= 100 &&
         std::all_of(id.begin(), id.end(), absl::ascii_isgraph);
}
// What EXTERNAL_ID_INVALID says.
inline constexpr char kExternalIdForm[] =
    "外部系统须写小写英文代号，编号须为 1–100 个可见的 ASCII 字符";

}  // namespace zhibu

#endif  // ZHIBU_COMMON_DOMAIN_EXTERNAL_ID_H_
