#include "tests/support/failing_env.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/match.h"

namespace zhibu {
namespace {

using rocksdb::Slice;
using rocksdb::Status;

}  // namespace

class FailingFile : public rocksdb::WritableFileWrapper {
 public:
  FailingFile(FailingEnv* env, std::string name, std::unique_ptr<rocksdb::WritableFile> file)
      : WritableFileWrapper(file.get()),
        env_(env),
        name_(std::move(name)),
        file_(std::move(file)) {}

  using WritableFileWrapper::Append;
  Status Append(const Slice& data) override {
    if (env_->power_cut_) return Status::IOError("power is off");
    const size_t fits = env_->Fits(name_, data.size());
    if (fits < data.size()) {
      (void)file_->Append(Slice(data.data(), fits));
      return Status::NoSpace("no space left on device");
    }
    return file_->Append(data);
  }
  Status Append(const Slice& data, const rocksdb::DataVerificationInfo&) override {
    return Append(data);
  }
  Status Sync() override {
    return Synced([this] { return file_->Sync(); });
  }
  Status Fsync() override {
    return Synced([this] { return file_->Fsync(); });
  }

 private:
  template <typename F>
  Status Synced(const F& sync) {
    if (env_->power_cut_) return Status::IOError("power is off");
    if (env_->fail_syncs_) return Status::IOError("fsync failed");
    const uint64_t size = file_->GetFileSize();
    const Status status = sync();
    ++env_->syncs_;
    if (status.ok()) {
      MutexLock lock(&env_->mutex_);
      env_->synced_[name_] = size;
    }
    return status;
  }

  FailingEnv* const env_;
  const std::string name_;
  const std::unique_ptr<rocksdb::WritableFile> file_;
};

void FailingEnv::DiskFullAfter(int64_t bytes, const std::string& name_ends) {
  MutexLock lock(&mutex_);
  full_ = true;
  room_ = bytes;
  name_ends_ = name_ends;
}

void FailingEnv::Heal() {
  fail_syncs_ = false;
  power_cut_ = false;
  MutexLock lock(&mutex_);
  full_ = false;
}

size_t FailingEnv::Fits(const std::string& name, size_t size) {
  MutexLock lock(&mutex_);
  if (!full_ || !absl::EndsWith(name, name_ends_)) return size;
  const size_t fits = std::min<size_t>(size, static_cast<size_t>(std::max<int64_t>(room_, 0)));
  room_ -= static_cast<int64_t>(fits);
  return fits;
}

void FailingEnv::LoseWhatWasNotSynced(int torn_bytes) {
  MutexLock lock(&mutex_);
  for (const auto& [name, synced] : synced_) {
    std::error_code error;
    const uint64_t size = std::filesystem::file_size(name, error);
    if (error) continue;  // deleted since
    std::filesystem::resize_file(name, std::min<uint64_t>(size, synced + torn_bytes), error);
  }
}

Status FailingEnv::NewWritableFile(const std::string& name,
                                   std::unique_ptr<rocksdb::WritableFile>* file,
                                   const rocksdb::EnvOptions& options) {
  if (power_cut_) return Status::IOError("power is off");
  std::unique_ptr<rocksdb::WritableFile> real;
  const Status status = target()->NewWritableFile(name, &real, options);
  if (!status.ok()) return status;
  {
    MutexLock lock(&mutex_);
    synced_[name] = 0;
  }
  *file = std::make_unique<FailingFile>(this, name, std::move(real));
  return status;
}

Status FailingEnv::ReopenWritableFile(const std::string& name,
                                      std::unique_ptr<rocksdb::WritableFile>* file,
                                      const rocksdb::EnvOptions& options) {
  if (power_cut_) return Status::IOError("power is off");
  std::unique_ptr<rocksdb::WritableFile> real;
  const Status status = target()->ReopenWritableFile(name, &real, options);
  if (status.ok()) *file = std::make_unique<FailingFile>(this, name, std::move(real));
  return status;
}

Status FailingEnv::RenameFile(const std::string& from, const std::string& to) {
  if (power_cut_) return Status::IOError("power is off");
  {
    MutexLock lock(&mutex_);
    auto it = synced_.find(from);
    if (it != synced_.end()) {
      synced_[to] = it->second;
      synced_.erase(from);
    }
  }
  return target()->RenameFile(from, to);
}

Status FailingEnv::DeleteFile(const std::string& name) {
  if (power_cut_) return Status::IOError("power is off");
  return target()->DeleteFile(name);
}

void CopyFolder(rocksdb::Env* from, const std::string& source, rocksdb::Env* to,
                const std::string& target) {
  auto must = [](const Status& status) {
    if (status.ok()) return;
    std::fprintf(stderr, "copying a store: %s\n", status.ToString().c_str());
    std::abort();
  };
  must(to->CreateDirIfMissing(target));
  std::vector<std::string> names;
  must(from->GetChildren(source, &names));
  for (const std::string& name : names) {
    if (name == "." || name == ".." || name == "LOCK") continue;
    std::string bytes;
    must(rocksdb::ReadFileToString(from, source + "/" + name, &bytes));
    must(rocksdb::WriteStringToFile(to, bytes, target + "/" + name));
  }
}

}  // namespace zhibu
