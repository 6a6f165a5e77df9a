#ifndef ZHIBU_COMMON_BASE_VERSION_H_
#define ZHIBU_COMMON_BASE_VERSION_H_

namespace zhibu {

// The suite's version, as answered by GetHead and `zhibu --version`.
inline constexpr char kVersion[] = "0.1.0";

}  // namespace zhibu

#endif  // ZHIBU_COMMON_BASE_VERSION_H_
