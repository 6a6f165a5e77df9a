#include "common/rpc/request_check.h"

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"

namespace zhibu {
namespace {

using google::protobuf::FieldDescriptor;

// Empty, or the path of the first field at fault.
std::string FindUnknownEnum(const google::protobuf::Message& message) {
  const auto* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const bool repeated = field->is_repeated();
    const int count = repeated ? reflection->FieldSize(message, field) : 1;
    auto place = [&](int i) {
      return repeated ? absl::StrCat(field->name(), "[", i, "]") : field->name();
    };
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
      for (int i = 0; i < count; ++i) {
        const int value = repeated ? reflection->GetRepeatedEnumValue(message, field, i)
                                   : reflection->GetEnumValue(message, field);
        if (field->enum_type()->FindValueByNumber(value) == nullptr) return place(i);
      }
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field->is_map()) {
      for (int i = 0; i < count; ++i) {
        const std::string inner =
            FindUnknownEnum(repeated ? reflection->GetRepeatedMessage(message, field, i)
                                     : reflection->GetMessage(message, field));
        if (!inner.empty()) return absl::StrCat(place(i), ".", inner);
      }
    }
  }
  return "";
}

}  // namespace

absl::Status CheckEnums(const google::protobuf::Message& request) {
  const std::string field = FindUnknownEnum(request);
  if (field.empty()) return absl::OkStatus();
  return Malformed(field, "ENUM_VALUE_UNKNOWN", absl::StrCat("枚举值未知：", field));
}

absl::Status CheckRequestId(absl::string_view request_id) {
  bool ok = !request_id.empty() && request_id.size() <= 64;
  for (char c : request_id) {
    ok = ok && (absl::ascii_isalnum(c) || c == '.' || c == '_' || c == ':' || c == '-');
  }
  if (ok) return absl::OkStatus();
  return Malformed("request_id", "REQUEST_ID_INVALID",
                   "request_id 必填，1–64 个字符，只含字母、数字和 . _ : -");
}

}  // namespace zhibu
