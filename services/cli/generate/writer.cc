#include "services/cli/generate/writer.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "services/cli/terminal/csv.h"

namespace zhibu::cli {

absl::StatusOr<std::unique_ptr<FolderWriter>> FolderWriter::Create(const std::string& folder) {
  std::unique_ptr<FolderWriter> writer(new FolderWriter());
  writer->folder_ = folder;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  for (int i = 0; i < kFileKinds; ++i) {
    const FileSpec& spec = SpecOf(static_cast<FileKind>(i));
    const std::string path = (std::filesystem::path(folder) / spec.name).string();
    std::ofstream& file = writer->files_[i];
    file.open(path, std::ios::binary | std::ios::trunc);
    if (!file) return absl::UnavailableError(absl::StrCat("不能写文件：", path));
    std::vector<std::string> headers;
    for (const Column& column : spec.columns) headers.push_back(column.header);
    std::string head(kUtf8ByteOrderMark);
    AppendCsvRow(headers, &head);
    file.write(head.data(), static_cast<std::streamsize>(head.size()));
  }
  return writer;
}

std::vector<std::string> FolderWriter::NewRow(FileKind kind) {
  return std::vector<std::string>(SpecOf(kind).columns.size());
}

void FolderWriter::Add(FileKind kind, const std::vector<std::string>& fields) {
  line_.clear();
  AppendCsvRow(fields, &line_);
  files_[static_cast<int>(kind)].write(line_.data(), static_cast<std::streamsize>(line_.size()));
  ++rows_[static_cast<int>(kind)];
}

absl::Status FolderWriter::Close() {
  bool good = true;
  for (std::ofstream& file : files_) {
    file.close();
    good = good && file.good();
  }
  if (!good) return absl::UnavailableError(absl::StrCat("文件没有写完整，请检查磁盘：", folder_));
  return absl::OkStatus();
}

}  // namespace zhibu::cli
