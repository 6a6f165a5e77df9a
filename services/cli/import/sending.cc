#include "services/cli/import/sending.h"

#include "absl/strings/str_cat.h"
#include "services/cli/import/assemble.h"

namespace zhibu::cli {
namespace {

// A batch leaves when it has so many bytes: servers take 8 MiB.
constexpr size_t kMaxBatchBytes = 2 << 20;

}  // namespace

bool IsAboutRows(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kNotFound:
      return true;
    default:
      return false;
  }
}

FileResult& Sending::ResultOf(FileKind kind) {
  for (FileResult& file : result_->files) {
    if (file.kind == kind) return file;
  }
  return result_->files.emplace_back(FileResult{kind});
}

void Sending::Progress(FileKind kind, int64_t rows) {
  if (!Has(kind)) return;
  int64_t& done = done_[static_cast<int>(kind)];
  done += rows;
  if (progress_) progress_({SpecOf(kind).name, done, ResultOf(kind).rows, ""});
}

void Sending::WaitsFor(const std::string& service) {
  if (progress_) progress_({"", 0, 0, service});
}

bool Sending::IsFull(size_t rows, size_t bytes) const {
  return rows >= static_cast<size_t>(options_.batch_rows) || bytes >= kMaxBatchBytes;
}

void Sending::NoteRevision(const char* service, int64_t revision) {
  int64_t& newest = result_->revisions[service];
  newest = std::max(newest, revision);
}

absl::Status Sending::Refuse(std::vector<RowError> errors) {
  const std::string first = errors[0].file;
  for (RowError& error : errors) errors_->Add(std::move(error));
  return absl::FailedPreconditionError(absl::StrCat(
      "“", first,
      "”中有一批没有被接受，该批没有写入任何内容；改正后重新导入即可，已导入的不会重复"));
}

absl::Status Sending::SendOne(
    const Row& row,
    absl::FunctionRef<absl::StatusOr<int64_t>(ImportApi&, const std::string&, const Row&)> send,
    absl::FunctionRef<std::string(const Row&)> name) {
  const FileKind kind = row.spec->kind;
  const absl::StatusOr<int64_t> revision = send(api_, api_.services().token, row);
  if (!revision.ok() && IsAboutRows(revision.status())) {
    return Refuse(revision.status(), {Origin{name(row), kind, row.line, {}}});
  }
  ZHIBU_RETURN_IF_ERROR(revision.status());
  if (*revision == 0) AlreadyThere(kind, 1);
  NoteRevision("membership", *revision);
  Progress(kind, 1);
  return absl::OkStatus();
}

absl::Status Sending::SendEach(
    FileKind kind,
    absl::FunctionRef<absl::StatusOr<int64_t>(ImportApi&, const std::string&, const Row&)> send,
    absl::FunctionRef<std::string(const Row&)> name) {
  absl::Status status;
  ReadChecked(folder_, kind, [&](const Row& row) {
    if (status.ok()) status = SendOne(row, send, name);
  });
  return status;
}

}  // namespace zhibu::cli
