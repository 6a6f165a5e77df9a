#include "services/cli/program/set_field.h"

#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/base/civil.h"
#include "common/base/title.h"
#include "google/type/date.pb.h"

namespace zhibu::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

bool IsDate(const FieldDescriptor& field) {
  return field.message_type() == google::type::Date::descriptor();
}

absl::Status BadValue(const FieldDescriptor& field, absl::string_view wanted) {
  return absl::InvalidArgumentError(absl::StrCat(field.name(), " 需要", wanted));
}

absl::Status SetEnum(const FieldDescriptor& field, const std::string& value, Message& message) {
  const auto* found = field.enum_type()->FindValueByName(value);
  for (int i = 1; found == nullptr && i < field.enum_type()->value_count(); ++i) {
    const auto* one = field.enum_type()->value(i);
    if (TitleOf(*field.enum_type(), one->number()) == value) found = one;
  }
  if (found != nullptr) {
    message.GetReflection()->SetEnum(&message, &field, found);
    return absl::OkStatus();
  }
  std::vector<std::string> names;
  for (int i = 1; i < field.enum_type()->value_count(); ++i) {
    names.push_back(field.enum_type()->value(i)->name());
  }
  return BadValue(field, absl::StrCat("这些值之一：", absl::StrJoin(names, "、")));
}

absl::Status SetValue(const FieldDescriptor& field, const std::string& value, Message& message) {
  const Reflection& set = *message.GetReflection();
  int32_t number = 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      if (field.is_repeated()) {
        set.AddString(&message, &field, value);
      } else {
        set.SetString(&message, &field, value);
      }
      return absl::OkStatus();
    case FieldDescriptor::CPPTYPE_BOOL:
      if (value != "true" && value != "false") return BadValue(field, " true 或 false");
      set.SetBool(&message, &field, value == "true");
      return absl::OkStatus();
    case FieldDescriptor::CPPTYPE_INT32:
      if (!absl::SimpleAtoi(value, &number)) return BadValue(field, "一个整数");
      set.SetInt32(&message, &field, number);
      return absl::OkStatus();
    case FieldDescriptor::CPPTYPE_ENUM:
      return SetEnum(field, value, message);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (IsDate(field)) {
        const auto day = ParseDate(value);
        if (!day.ok()) return BadValue(field, "一个日期，例如 2026-11-23");
        set.MutableMessage(&message, &field)->CopyFrom(ToProto(*day));
        return absl::OkStatus();
      }
      return BadValue(field, absl::StrCat("写到里面的字段：", FieldList(*field.message_type())));
    default:
      return BadValue(field, "用 --detail 填写");
  }
}

// The element of a repeated message that the assignment is about: the last one, or a new one where
// that has the field already.
Message& Element(Message& message, const FieldDescriptor& field, absl::string_view inside) {
  const Reflection& reflection = *message.GetReflection();
  const int size = reflection.FieldSize(message, &field);
  if (size == 0) return *reflection.AddMessage(&message, &field);
  Message& last = *reflection.MutableRepeatedMessage(&message, &field, size - 1);
  const FieldDescriptor* said = field.message_type()->FindFieldByName(
      std::string(inside.substr(0, inside.find_first_of(".="))));
  const bool has =
      said != nullptr && !said->is_repeated() && last.GetReflection()->HasField(last, said);
  return has ? *reflection.AddMessage(&message, &field) : last;
}

}  // namespace

absl::Status SetField(const std::string& assignment, Message& message) {
  const size_t equals = assignment.find('=');
  if (equals == assignment.npos) {
    return absl::InvalidArgumentError("--set 写成 字段=值，例如 passed=true");
  }
  const std::string path = assignment.substr(0, equals);
  const size_t dot = path.find('.');
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(path.substr(0, dot));
  if (field == nullptr) {
    const std::string fields = FieldList(*message.GetDescriptor());
    return absl::InvalidArgumentError(absl::StrCat(
        "没有字段 ", path, "；",
        fields.empty() ? std::string("这个步骤没有要填的内容") : absl::StrCat("可以填：", fields)));
  }
  if (dot == path.npos) return SetValue(*field, assignment.substr(equals + 1), message);
  if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
    return absl::InvalidArgumentError(absl::StrCat(field->name(), " 里面没有字段"));
  }
  const std::string inside = assignment.substr(dot + 1);
  return SetField(inside, field->is_repeated()
                              ? Element(message, *field, inside)
                              : *message.GetReflection()->MutableMessage(&message, field));
}

std::string FieldList(const Descriptor& message) {
  std::vector<std::string> names;
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || IsDate(field)) {
      names.push_back(field.name());
      continue;
    }
    for (int j = 0; j < field.message_type()->field_count(); ++j) {
      names.push_back(absl::StrCat(field.name(), ".", field.message_type()->field(j)->name()));
    }
  }
  return absl::StrJoin(names, "、");
}

std::string DashedName(const FieldDescriptor& field) {
  return absl::StrReplaceAll(field.name(), {{"_", "-"}});
}

}  // namespace zhibu::cli
