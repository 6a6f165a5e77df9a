// Structured log lines: one JSON object a line on standard error. No personal data goes in: callers
// pass resource names, methods, codes and numbers, never names or numbers of persons.
#ifndef ZHIBU_COMMON_BASE_LOG_H_
#define ZHIBU_COMMON_BASE_LOG_H_

#include <initializer_list>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace zhibu {

enum class Severity { kInfo, kWarning, kError };

// A key and its value, already text.
using LogField = std::pair<absl::string_view, std::string>;

// Writes {"time":…,"severity":…,"message":…,fields…} in one write, so that lines of several threads
// never mix.
void Log(Severity severity, absl::string_view message, std::initializer_list<LogField> fields = {});

// `text` as a JSON string, quotes included.
std::string JsonString(absl::string_view text);

}  // namespace zhibu

#endif  // ZHIBU_COMMON_BASE_LOG_H_
