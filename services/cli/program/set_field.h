// Fills a field of a message from words, such as "vote.in_favour=9".

#ifndef ZHIBU_SERVICES_CLI_PROGRAM_SET_FIELD_H_
#define ZHIBU_SERVICES_CLI_PROGRAM_SET_FIELD_H_

#include <string>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace zhibu::cli {

// "FIELD=VALUE" with the contract's field names, dots into messages; a repeated field gets one more
// value, a repeated message one more element where the last one has that field already. Takes text,
// whole numbers, true/false, enum names or their Chinese terms, and dates. INVALID_ARGUMENT naming
// the fields there are.
absl::Status SetField(const std::string& assignment, google::protobuf::Message& message);

// "vote.entitled、vote.present": every field that SetField takes. Empty where there is none.
std::string FieldList(const google::protobuf::Descriptor& message);

// "admission-meeting".
std::string DashedName(const google::protobuf::FieldDescriptor& field);

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_PROGRAM_SET_FIELD_H_
