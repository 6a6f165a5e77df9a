// What the contract calls the values of its enums (zhibu.type.v1.title): the one table of words.
#ifndef ZHIBU_COMMON_BASE_TITLE_H_
#define ZHIBU_COMMON_BASE_TITLE_H_

#include <string>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/generated_enum_reflection.h"

namespace zhibu {

// The Chinese term of a value. A value that this program does not know (a newer service's), or that
// has no title, is its number.
std::string TitleOf(const google::protobuf::EnumDescriptor& type, int value);

template <typename Enum>
std::string TitleOf(Enum value) {
  return TitleOf(*google::protobuf::GetEnumDescriptor<Enum>(), static_cast<int>(value));
}

}  // namespace zhibu

#endif  // ZHIBU_COMMON_BASE_TITLE_H_
