// A file system that fails on demand, and loses what was not synced.
#ifndef ZHIBU_TESTS_SUPPORT_FAILING_ENV_H_
#define ZHIBU_TESTS_SUPPORT_FAILING_ENV_H_

#include <rocksdb/env.h>

#include <atomic>
#include <map>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "common/base/mutex.h"

namespace zhibu {

// The machine's own files, written through a switch. Thread-safe.
class FailingEnv : public rocksdb::EnvWrapper {
 public:
  FailingEnv() : EnvWrapper(rocksdb::Env::Default()) {}

  // After `bytes` more of files whose name ends so, the disk is full: a write that does not fit is
  // written as far as it fits and fails, as a real one would be.
  void DiskFullAfter(int64_t bytes, const std::string& name_ends = "");
  // Every sync from now on fails.
  void FailSyncs() { fail_syncs_ = true; }
  void Heal();

  // From now on nothing reaches the disk and everything fails.
  void CutPower() { power_cut_ = true; }
  // Once the store is closed: takes from every file what had not been synced when the power was
  // cut, but for `torn_bytes` of it.
  void LoseWhatWasNotSynced(int torn_bytes);

  int syncs() const { return syncs_; }

  rocksdb::Status NewWritableFile(const std::string& name,
                                  std::unique_ptr<rocksdb::WritableFile>* file,
                                  const rocksdb::EnvOptions& options) override;
  rocksdb::Status ReopenWritableFile(const std::string& name,
                                     std::unique_ptr<rocksdb::WritableFile>* file,
                                     const rocksdb::EnvOptions& options) override;
  rocksdb::Status RenameFile(const std::string& from, const std::string& to) override;
  rocksdb::Status DeleteFile(const std::string& name) override;

 private:
  friend class FailingFile;
  // How many of `size` bytes fit.
  size_t Fits(const std::string& name, size_t size);

  std::atomic<bool> fail_syncs_ = false;
  std::atomic<bool> power_cut_ = false;
  std::atomic<int> syncs_ = 0;
  Mutex mutex_;
  bool full_ ABSL_GUARDED_BY(mutex_) = false;
  int64_t room_ ABSL_GUARDED_BY(mutex_) = 0;
  std::string name_ends_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, uint64_t> synced_ ABSL_GUARDED_BY(mutex_);
};

// Copies the files of a folder into another environment, in which tests may change them.
void CopyFolder(rocksdb::Env* from, const std::string& source, rocksdb::Env* to,
                const std::string& target);

}  // namespace zhibu

#endif  // ZHIBU_TESTS_SUPPORT_FAILING_ENV_H_
