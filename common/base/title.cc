#include "common/base/title.h"

#include "zhibu/type/v1/title.pb.h"

namespace zhibu {

std::string TitleOf(const google::protobuf::EnumDescriptor& type, int value) {
  const auto* known = type.FindValueByNumber(value);
  std::string title;
  if (known != nullptr) title = known->options().GetExtension(type::v1::title);
  return title.empty() ? std::to_string(value) : title;
}

}  // namespace zhibu
