// Data files in text format, with the lines of what they say.
#ifndef ZHIBU_COMMON_DOMAIN_TEXT_FILE_H_
#define ZHIBU_COMMON_DOMAIN_TEXT_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"

namespace zhibu {

// One file and where its fields stand.
class TextFile {
 public:
  // `name` is what errors call it.
  explicit TextFile(absl::string_view name) : name_(name) {}

  // INVALID_ARGUMENT "name:line: …" where the text is not one of `data`.
  absl::Status Parse(absl::string_view text, google::protobuf::Message& data);

  // INVALID_ARGUMENT "name:line: message" for the place of this field of what was parsed; `index`
  // is -1 for a single field. Where the text does not have it, the field stands in the place of the
  // line; with an empty `field` the fault is the whole file's.
  absl::Status Fault(absl::string_view field, int index, absl::string_view message) const;

 private:
  const std::string name_;
  const google::protobuf::Descriptor* descriptor_ = nullptr;
  google::protobuf::TextFormat::ParseInfoTree places_;
};

}  // namespace zhibu

#endif  // ZHIBU_COMMON_DOMAIN_TEXT_FILE_H_
