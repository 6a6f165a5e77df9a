// The length of a text that somebody typed.
#ifndef ZHIBU_COMMON_BASE_TEXT_H_
#define ZHIBU_COMMON_BASE_TEXT_H_

#include "absl/strings/string_view.h"

namespace zhibu {

// Code points. The text is well-formed UTF-8, which protobuf guarantees for every string field.
int Characters(absl::string_view text);

// Whether the text has `least` to `most` characters and no control character, so that it fits a
// line of a form.
bool IsLine(absl::string_view text, int least, int most);

}  // namespace zhibu

#endif  // ZHIBU_COMMON_BASE_TEXT_H_
