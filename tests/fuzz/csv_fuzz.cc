// CSV files: no crash, errors with a place, and what is read can be written and read again.
#include <algorithm>
#include <string>
#include <vector>

#include "services/cli/terminal/csv.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using zhibu::cli::CsvRow;
  const absl::string_view bytes = zhibu::Bytes(data, size);
  const int64_t lines = std::count(bytes.begin(), bytes.end(), '\n') + 1;
  std::vector<std::vector<std::string>> rows;
  const absl::Status status = zhibu::cli::ReadCsv(bytes, [&](const CsvRow& row) {
    ZHIBU_FUZZ_CHECK(row.number == static_cast<int64_t>(rows.size()));
    ZHIBU_FUZZ_CHECK(row.line >= 1 && row.line <= lines);
    ZHIBU_FUZZ_CHECK(rows.empty() || row.fields.size() == rows[0].size());
    auto& fields = rows.emplace_back();
    for (const auto& field : row.fields) {
      ZHIBU_FUZZ_CHECK(field.value.size() <= zhibu::cli::kMaxCsvFieldBytes);
      fields.push_back(field.value);
    }
    return absl::OkStatus();
  });
  if (!status.ok()) {
    const auto at = zhibu::cli::CsvErrorPosition(status);
    ZHIBU_FUZZ_CHECK(status.code() == absl::StatusCode::kInvalidArgument);
    ZHIBU_FUZZ_CHECK(at && at->line >= 1 && at->line <= lines && at->column >= 1);
    return 0;
  }
  // As files are written: a mark of one's own, or a value that begins with one would be taken for
  // it.
  std::string written(zhibu::cli::kUtf8ByteOrderMark);
  for (const auto& row : rows) zhibu::cli::AppendCsvRow(row, &written);
  size_t next = 0;
  const absl::Status again = zhibu::cli::ReadCsv(written, [&](const CsvRow& row) {
    ZHIBU_FUZZ_CHECK(next < rows.size() && row.fields.size() == rows[next].size());
    for (size_t i = 0; i < row.fields.size(); ++i) {
      ZHIBU_FUZZ_CHECK(row.fields[i].value == rows[next][i]);
    }
    ++next;
    return absl::OkStatus();
  });
  ZHIBU_FUZZ_CHECK(again.ok() && next == rows.size());
  return 0;
}
