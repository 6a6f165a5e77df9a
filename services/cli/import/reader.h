// Reads one file of the interchange folder: which column is which, and whether each field has the
// form that its column asks for. What needs more than one field or more than one row is check.h's.
#ifndef ZHIBU_SERVICES_CLI_IMPORT_READER_H_
#define ZHIBU_SERVICES_CLI_IMPORT_READER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "services/cli/import/columns.h"

namespace zhibu::cli {

// Something wrong in a file. The message says what would make it right and never repeats the field,
// which may be personal data.
struct RowError {
  std::string file;     // "人员.csv"
  int64_t line = 0;     // as an editor counts, from 1; 0 where the whole file is meant
  std::string column;   // the header; empty where the whole row is meant
  std::string reason;   // stable, such as "DATE_INVALID"; a server's finding keeps its own
  std::string message;  // in Chinese
};

// Collects errors; beyond `limit` they are only counted.
class RowErrors {
 public:
  explicit RowErrors(size_t limit = 1000) : limit_(limit) {}
  void Add(RowError error);
  const std::vector<RowError>& list() const { return list_; }
  size_t total() const { return total_; }

 private:
  const size_t limit_;
  std::vector<RowError> list_;
  size_t total_ = 0;
};

// One row with its fields in the order of FileSpec::columns, without surrounding spaces and in
// normal form: dates as 2026-11-23, nationality codes with two digits, activity kinds as ids, ID
// numbers and credit codes in upper case. Columns that the file does not have are empty.
struct Row {
  const FileSpec* spec = nullptr;
  int64_t line = 0;
  bool sound = true;  // every field has its form; only then do the accessors below hold
  std::vector<std::string> fields;

  const std::string& Text(int column) const { return fields[column]; }
  bool Has(int column) const { return !fields[column].empty(); }
  std::optional<absl::CivilDay> Date(int column) const;
  std::optional<int64_t> Number(int column) const;
  int Value(int column) const;  // of the word; 0 where there is none
  std::vector<std::string> List(int column) const;
};

// Visits every row in order, also those that are not sound. Everything wrong is added to `errors`:
// a header that is missing, unknown or twice ends the reading, as does a fault of the CSV itself.
void ReadRows(const FileSpec& spec, absl::string_view bytes, RowErrors* errors,
              absl::FunctionRef<void(const Row& row)> visit);

// "；" and ";" separate; spaces around the parts and empty parts are dropped.
std::vector<std::string> SplitList(absl::string_view text);

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_IMPORT_READER_H_
