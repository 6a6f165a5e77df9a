#include "services/cli/terminal/csv.h"

#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/cli/terminal/utf8.h"

namespace zhibu::cli {
namespace {

constexpr absl::string_view kPositionPayload = "zhibu/csv-position";

absl::Status ErrorAt(CsvPosition at, absl::string_view reason) {
  absl::Status status = absl::InvalidArgumentError(
      absl::StrCat("line ", at.line, ", column ", at.column, ": ", reason));
  status.SetPayload(kPositionPayload, absl::Cord(absl::StrCat(at.line, ":", at.column)));
  return status;
}

// Takes rows off the front of a file.
class Reader {
 public:
  explicit Reader(absl::string_view bytes) : rest_(bytes) {
    if (absl::StartsWith(rest_, kUtf8ByteOrderMark)) rest_.remove_prefix(kUtf8ByteOrderMark.size());
  }

  bool AtEnd() const { return rest_.empty(); }
  CsvPosition at() const { return at_; }

  void SkipEmptyLines() {
    while (AtLineEnd()) TakeLineEnd();
  }

  // Reads the next row; the reader stands behind its line end afterwards, and `row_end` is where
  // the row's last field ended.
  absl::Status ReadRow(CsvRow* row, CsvPosition* row_end) {
    row->fields.clear();
    row->line = at_.line;
    row_start_ = at_;
    row_bytes_ = 0;
    while (true) {
      row->fields.push_back({"", at_});
      absl::Status status =
          NextIs('"') ? ReadQuoted(&row->fields.back()) : ReadUnquoted(&row->fields.back());
      if (!status.ok()) return status;
      *row_end = at_;
      if (!NextIs(',')) break;
      status = Take(nullptr);
      if (!status.ok()) return status;
    }
    if (!AtEnd()) TakeLineEnd();
    return absl::OkStatus();
  }

 private:
  bool NextIs(char c) const { return !rest_.empty() && rest_[0] == c; }
  bool AtLineEnd() const { return NextIs('\n') || absl::StartsWith(rest_, "\r\n"); }

  void TakeLineEnd() {
    rest_.remove_prefix(NextIs('\r') ? 2 : 1);
    at_ = {at_.line + 1, 1};
  }

  // Takes one character, into `field` if there is one.
  absl::Status Take(CsvField* field) {
    const CodePoint point = DecodeUtf8(rest_);
    if (!point.valid) {
      return ErrorAt(at_, "not UTF-8; save the file again as \"CSV UTF-8\"");
    }
    if (point.value == 0) return ErrorAt(at_, "a NUL byte; this is not a text file");
    row_bytes_ += point.length;
    if (row_bytes_ > kMaxCsvRowBytes) {
      return ErrorAt(row_start_,
                     absl::StrCat("the row is longer than ", kMaxCsvRowBytes, " bytes"));
    }
    if (field != nullptr) {
      if (field->value.size() + point.length > kMaxCsvFieldBytes) {
        return ErrorAt(field->at,
                       absl::StrCat("the field is longer than ", kMaxCsvFieldBytes, " bytes"));
      }
      field->value.append(rest_.data(), point.length);
    }
    rest_.remove_prefix(point.length);
    ++at_.column;
    if (point.value == '\n') at_ = {at_.line + 1, 1};
    return absl::OkStatus();
  }

  absl::Status ReadUnquoted(CsvField* field) {
    while (!AtEnd() && !NextIs(',') && !AtLineEnd()) {
      if (NextIs('"')) {
        return ErrorAt(at_, "a quote inside a field that does not start with one");
      }
      if (NextIs('\r')) return ErrorAt(at_, "a carriage return without a line feed");
      absl::Status status = Take(field);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status ReadQuoted(CsvField* field) {
    absl::Status status = Take(nullptr);
    while (status.ok()) {
      if (AtEnd()) return ErrorAt(field->at, "the quote that opens here is never closed");
      if (!NextIs('"')) {
        status = Take(field);
        continue;
      }
      status = Take(nullptr);
      if (!status.ok() || !NextIs('"')) break;
      status = Take(field);  // "" inside quotes is one quote
    }
    if (!status.ok()) return status;
    if (!AtEnd() && !NextIs(',') && !AtLineEnd()) {
      return ErrorAt(at_, "text behind the closing quote");
    }
    return absl::OkStatus();
  }

  absl::string_view rest_;
  CsvPosition at_;
  CsvPosition row_start_;
  size_t row_bytes_ = 0;
};

void AppendField(absl::string_view field, std::string* out) {
  // Leading and trailing spaces are quoted too: some programs strip them otherwise.
  const bool quote = field.find_first_of(",\"\r\n") != absl::string_view::npos ||
                     absl::StartsWith(field, " ") || absl::EndsWith(field, " ");
  if (!quote) {
    absl::StrAppend(out, field);
    return;
  }
  out->push_back('"');
  for (const char c : field) {
    if (c == '"') out->push_back('"');
    out->push_back(c);
  }
  out->push_back('"');
}

bool LooksLikeFormula(absl::string_view field) {
  for (const absl::string_view start :
       {"=", "+", "-", "@", "\t", "\r", "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"}) {
    if (absl::StartsWith(field, start)) return true;
  }
  return false;
}

}  // namespace

absl::Status ReadCsv(absl::string_view bytes, CsvRowVisitor visit) {
  return ReadCsv(bytes, visit, [](const CsvRow&, const absl::Status& error) { return error; });
}

absl::Status ReadCsv(
    absl::string_view bytes, CsvRowVisitor visit,
    absl::FunctionRef<absl::Status(const CsvRow& row, const absl::Status& error)> bad_row) {
  Reader reader(bytes);
  CsvRow row;
  size_t columns = 0;
  for (reader.SkipEmptyLines(); !reader.AtEnd(); reader.SkipEmptyLines(), ++row.number) {
    CsvPosition row_end;
    absl::Status status = reader.ReadRow(&row, &row_end);
    if (!status.ok()) return status;
    if (row.number == 0) columns = row.fields.size();
    if (row.fields.size() == columns) {
      status = visit(row);
    } else {
      const CsvPosition at = row.fields.size() > columns ? row.fields[columns].at : row_end;
      status = bad_row(row, ErrorAt(at, absl::StrCat("the row has ", row.fields.size(),
                                                     " fields, the header ", columns)));
    }
    if (!status.ok()) return status;
  }
  if (row.number == 0) return ErrorAt({1, 1}, "the file is empty: it has no header row");
  return absl::OkStatus();
}

std::optional<CsvPosition> CsvErrorPosition(const absl::Status& status) {
  const auto payload = status.GetPayload(kPositionPayload);
  if (!payload.has_value()) return std::nullopt;
  const std::string text(*payload);
  const std::pair<std::string, std::string> parts = absl::StrSplit(text, ':');
  CsvPosition at;
  if (!absl::SimpleAtoi(parts.first, &at.line) || !absl::SimpleAtoi(parts.second, &at.column)) {
    return std::nullopt;
  }
  return at;
}

void AppendCsvRow(const std::vector<std::string>& fields, std::string* out) {
  if (fields.size() == 1 && fields[0].empty()) {
    absl::StrAppend(out, "\"\"");  // a bare empty line would be skipped by the reader
  }
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out->push_back(',');
    AppendField(fields[i], out);
  }
  absl::StrAppend(out, "\r\n");
}

void AppendSpreadsheetCsvRow(const std::vector<std::string>& fields, std::string* out) {
  std::vector<std::string> safe = fields;
  for (std::string& field : safe) {
    if (LooksLikeFormula(field)) field.insert(0, "'");
  }
  AppendCsvRow(safe, out);
}

}  // namespace zhibu::cli
