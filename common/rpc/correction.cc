#include "common/rpc/correction.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/text.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/json_util.h"

namespace zhibu {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// The message with this one field of what it has.
std::unique_ptr<Message> Alone(const Message& message, const FieldDescriptor* field) {
  std::unique_ptr<Message> alone(message.New());
  alone->CopyFrom(message);
  std::vector<const FieldDescriptor*> present;
  message.GetReflection()->ListFields(message, &present);
  for (const FieldDescriptor* other : present) {
    if (other != field) message.GetReflection()->ClearField(alone.get(), other);
  }
  return alone;
}

// The field's value in ProtoJSON, with its name as in the contract: `{"valid_from":{…}}` without
// what stands around the value. Empty where it has none.
std::string JsonOf(const Message& message, const FieldDescriptor* field) {
  const auto& reflection = *message.GetReflection();
  const bool there = field->is_repeated() ? reflection.FieldSize(message, field) > 0
                                          : reflection.HasField(message, field);
  if (!there) return "";
  const std::unique_ptr<Message> alone = Alone(message, field);
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(*alone, &json, options).ok()) return "";
  const size_t begin = json.find(':') + 1;
  return json.substr(begin, json.size() - begin - 1);
}

// What a correction itself may not be about.
bool IsContent(const FieldDescriptor* field) {
  return field->name() != "name" && field->name() != "etag" && field->name() != "corrections" &&
         field->name() != "withdrawn" && field->name() != "sequence";
}

void WriteDown(const Message& stored, const FieldDescriptor* field,
               type::v1::RecordedCorrection& recorded) {
  type::v1::CorrectedField& was = *recorded.add_fields();
  was.set_path(std::string(field->name()));
  was.set_was(JsonOf(stored, field));
}

}  // namespace

void CheckCorrection(const type::v1::Correction& correction,
                     const google::protobuf::FieldMask& mask, bool withdraw,
                     std::initializer_list<absl::string_view> correctable, Violations& wrong) {
  wrong.Require(IsLine(correction.reason(), 1, 200), "CORRECTION_REASON_INVALID",
                "correction.reason", "更正须写明原因，1–200 个字，不写个人信息");
  wrong.Require(
      correction.authority().empty() || IdOf(kOrganisations, correction.authority()).has_value(),
      "NAME_INVALID", "correction.authority", "党组织须写成 organisations/{编号}");
  wrong.Require(IsLine(correction.document_number(), 0, 100), "DOCUMENT_NUMBER_INVALID",
                "correction.document_number", "文号不超过 100 个字");
  if (withdraw) {
    wrong.Require(mask.paths().empty(), "WITHDRAWN_NEEDS_NO_FIELDS", "update_mask",
                  "整条误录作废时，update_mask 须留空");
    return;
  }
  wrong.Require(!mask.paths().empty(), "UPDATE_MASK_INVALID", "update_mask",
                "请在 update_mask 中列出要更正的字段");
  for (const std::string& path : mask.paths()) {
    if (std::find(correctable.begin(), correctable.end(), path) == correctable.end()) {
      wrong.Add("UPDATE_MASK_INVALID", "update_mask", absl::StrCat("字段 ", path, " 不能更正"));
    }
  }
}

type::v1::RecordedCorrection Correct(const Call& call, const type::v1::Correction& correction,
                                     const google::protobuf::FieldMask& mask, bool withdraw,
                                     absl::string_view subject, const Message& given,
                                     Message* stored) {
  type::v1::RecordedCorrection recorded;
  recorded.set_subject(std::string(subject));
  *recorded.mutable_correction() = correction;
  *recorded.mutable_recorded_on() = ToProto(call.today());
  recorded.set_actor(call.caller());
  recorded.set_withdrawn(withdraw);
  const auto& descriptor = *stored->GetDescriptor();
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const FieldDescriptor* const field = descriptor.field(i);
    if (withdraw) {
      if (IsContent(field) && !JsonOf(*stored, field).empty()) WriteDown(*stored, field, recorded);
      continue;
    }
    if (std::find(mask.paths().begin(), mask.paths().end(), field->name()) == mask.paths().end()) {
      continue;
    }
    const std::string was = JsonOf(*stored, field), is = JsonOf(given, field);
    if (was == is) continue;
    WriteDown(*stored, field, recorded);
    stored->GetReflection()->ClearField(stored, field);
    stored->MergeFrom(*Alone(given, field));
  }
  return recorded;
}

absl::Status NothingToCorrect(absl::string_view subject) {
  return Refused(subject, "NOTHING_TO_CORRECT", "与已登记的内容相同，没有可更正之处");
}

}  // namespace zhibu
