// Comma-separated values as RFC 4180 has them, in UTF-8: what clerks save from a spreadsheet and
// what they open in one.

#ifndef ZHIBU_SERVICES_CLI_TERMINAL_CSV_H_
#define ZHIBU_SERVICES_CLI_TERMINAL_CSV_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace zhibu::cli {

inline constexpr size_t kMaxCsvFieldBytes = 64 * 1024;  // of the value, without its quotes
inline constexpr size_t kMaxCsvRowBytes = 1024 * 1024;  // as written, without its line end

// A place in a file, both from 1. `column` counts characters (code points), as an editor does, and
// not the byte order mark.
struct CsvPosition {
  int64_t line = 1;
  int64_t column = 1;
};

struct CsvField {
  std::string value;  // unquoted; line ends inside quotes kept as they are
  CsvPosition at;     // its first character, the opening quote where there is one
};

struct CsvRow {
  int64_t number = 0;  // 0 is the header, records count from 1; empty lines are not counted
  int64_t line = 1;    // the line it starts on
  std::vector<CsvField> fields;
};

// Gets each row in order; what it returns other than OK ends the reading and is ReadCsv's answer.
using CsvRowVisitor = absl::FunctionRef<absl::Status(const CsvRow& row)>;

// Reads `bytes`, a whole file, holding one row at a time. A byte order mark is skipped, lines end
// in CRLF or LF, empty lines are skipped. The first row is the header and fixes the number of
// fields.
//
// Errors are INVALID_ARGUMENT "line L, column C: reason", with the place as CsvErrorPosition gives
// it: an empty file, a quote not closed, text behind a closing quote, a quote in an unquoted field,
// a carriage return alone, a NUL, bytes that are not UTF-8, a field or a row over its limit, more
// or fewer fields than the header. No message repeats what stands in the file: it may be personal
// data. Rows before the error have been visited.
absl::Status ReadCsv(absl::string_view bytes, CsvRowVisitor visit);

// As above, but a row whose number of fields differs from the header's goes to `bad_row`, with the
// error, instead of ending the reading: so all such rows can be told at once. (The other errors
// still end it, since what follows them cannot be told apart.)
absl::Status ReadCsv(
    absl::string_view bytes, CsvRowVisitor visit,
    absl::FunctionRef<absl::Status(const CsvRow& row, const absl::Status& error)> bad_row);

// Where an error of ReadCsv is; nothing for other statuses.
std::optional<CsvPosition> CsvErrorPosition(const absl::Status& status);

// Put before the first row, it makes spreadsheet programs on Windows read the file as UTF-8.
inline constexpr absl::string_view kUtf8ByteOrderMark = "\xEF\xBB\xBF";

// Appends one row, ended by CRLF, with quotes only where needed. ReadCsv reads back the same
// fields.
void AppendCsvRow(const std::vector<std::string>& fields, std::string* out);

// As AppendCsvRow, for files a person will open in a spreadsheet program: a field that such a
// program would take for a formula (it starts with = + - @, narrow or full-width, a tab or a
// carriage return) gets a ' in front. Not for files that are imported again: the ' stays, also
// before a negative number.
void AppendSpreadsheetCsvRow(const std::vector<std::string>& fields, std::string* out);

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_TERMINAL_CSV_H_
