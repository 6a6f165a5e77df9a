#include "common/base/copy_fields.h"

#include <vector>

#include "google/protobuf/descriptor.h"

namespace zhibu {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

bool SameKind(const FieldDescriptor& one, const FieldDescriptor& other) {
  return one.type() == other.type() && one.is_repeated() == other.is_repeated() &&
         one.message_type() == other.message_type() && one.enum_type() == other.enum_type();
}

void CopyOne(const Message& from, const FieldDescriptor* source, Message* to,
             const FieldDescriptor* target) {
  const Reflection& read = *from.GetReflection();
  const Reflection& write = *to->GetReflection();
  switch (source->cpp_type()) {
#define ZHIBU_COPY(CPPTYPE, Name)                              \
  case FieldDescriptor::CPPTYPE_##CPPTYPE:                     \
    write.Set##Name(to, target, read.Get##Name(from, source)); \
    break
    ZHIBU_COPY(INT32, Int32);
    ZHIBU_COPY(INT64, Int64);
    ZHIBU_COPY(UINT32, UInt32);
    ZHIBU_COPY(UINT64, UInt64);
    ZHIBU_COPY(DOUBLE, Double);
    ZHIBU_COPY(FLOAT, Float);
    ZHIBU_COPY(BOOL, Bool);
    ZHIBU_COPY(STRING, String);
#undef ZHIBU_COPY
    case FieldDescriptor::CPPTYPE_ENUM:
      write.SetEnumValue(to, target, read.GetEnumValue(from, source));
      break;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      write.MutableMessage(to, target)->CopyFrom(read.GetMessage(from, source));
      break;
  }
}

void CopyAll(const Message& from, const FieldDescriptor* source, Message* to,
             const FieldDescriptor* target) {
  const Reflection& read = *from.GetReflection();
  const Reflection& write = *to->GetReflection();
  write.ClearField(to, target);
  for (int i = 0; i < read.FieldSize(from, source); ++i) {
    switch (source->cpp_type()) {
#define ZHIBU_COPY(CPPTYPE, Name)                                         \
  case FieldDescriptor::CPPTYPE_##CPPTYPE:                                \
    write.Add##Name(to, target, read.GetRepeated##Name(from, source, i)); \
    break
      ZHIBU_COPY(INT32, Int32);
      ZHIBU_COPY(INT64, Int64);
      ZHIBU_COPY(UINT32, UInt32);
      ZHIBU_COPY(UINT64, UInt64);
      ZHIBU_COPY(DOUBLE, Double);
      ZHIBU_COPY(FLOAT, Float);
      ZHIBU_COPY(BOOL, Bool);
      ZHIBU_COPY(STRING, String);
#undef ZHIBU_COPY
      case FieldDescriptor::CPPTYPE_ENUM:
        write.AddEnumValue(to, target, read.GetRepeatedEnumValue(from, source, i));
        break;
      case FieldDescriptor::CPPTYPE_MESSAGE:
        write.AddMessage(to, target)->CopyFrom(read.GetRepeatedMessage(from, source, i));
        break;
    }
  }
}

}  // namespace

void CopyFields(const Message& from, Message* to) {
  std::vector<const FieldDescriptor*> present;
  from.GetReflection()->ListFields(from, &present);
  for (const FieldDescriptor* source : present) {
    const FieldDescriptor* const target = to->GetDescriptor()->FindFieldByName(source->name());
    if (target == nullptr || !SameKind(*source, *target)) continue;
    if (source->is_repeated()) {
      CopyAll(from, source, to, target);
    } else {
      CopyOne(from, source, to, target);
    }
  }
}

}  // namespace zhibu
