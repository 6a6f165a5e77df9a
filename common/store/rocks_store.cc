#include "common/store/rocks_store.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/log.h"
#include "common/base/mutex.h"
#include "common/base/status.h"
#include "common/store/anchor.h"
#include "common/store/feed.h"
#include "common/store/keys.h"
#include "common/store/log_check.h"
#include "common/store/rows.pb.h"

namespace zhibu {
namespace {

// Raise together with a migration; a store with a higher number is refused.
constexpr int kFormatVersion = 1;

rocksdb::Slice ToSlice(absl::string_view s) { return rocksdb::Slice(s.data(), s.size()); }
absl::string_view ToView(const rocksdb::Slice& s) { return absl::string_view(s.data(), s.size()); }

// The engine's own words name files of the server: they go to the log, not to the caller.
absl::Status FromRocks(const rocksdb::Status& status) {
  if (status.ok()) return absl::OkStatus();
  if (status.IsIncomplete()) return NotCached();
  Log(Severity::kError, "store", {{"error", status.ToString()}});
  if (status.IsCorruption()) {
    return Failure(absl::StatusCode::kDataLoss, "STORE_DAMAGED",
                   "数据文件损坏，无法读取；请停止服务，从备份恢复");
  }
  if (status.IsNoSpace()) {
    return Failure(absl::StatusCode::kUnavailable, "DISK_FULL",
                   "磁盘空间不足，暂时不能写入；腾出空间后请用同一请求号重试");
  }
  return Failure(absl::StatusCode::kUnavailable, "STORE_FAILED", "存储读写失败，请稍后重试");
}

// What the engine says of itself goes to our log, from warnings on. Its own file in the data folder
// would be one more thing to write there: where the disk is full, Debian's build aborts over it.
class EngineLog : public rocksdb::Logger {
 public:
  EngineLog() : Logger(rocksdb::InfoLogLevel::WARN_LEVEL) {}
  using Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    char line[500];
    std::vsnprintf(line, sizeof line, format, arguments);
    Log(Severity::kWarning, "store engine", {{"said", line}});
  }
};

class RocksSnapshot : public Snapshot {
 public:
  RocksSnapshot(rocksdb::DB* db, std::shared_ptr<const rocksdb::Snapshot> snapshot, ReadTier tier)
      : db_(db), snapshot_(std::move(snapshot)) {
    options_.snapshot = snapshot_.get();
    if (tier == ReadTier::kCacheOnly) options_.read_tier = rocksdb::kBlockCacheTier;
  }

  absl::StatusOr<std::optional<std::string>> Get(absl::string_view key) const override {
    std::optional<std::string> value(std::in_place);
    const rocksdb::Status status = db_->Get(options_, ToSlice(key), &*value);
    if (status.IsNotFound()) return std::optional<std::string>();
    if (!status.ok()) return FromRocks(status);
    return value;
  }

  absl::Status Scan(absl::string_view begin, absl::string_view end, Visit visit) const override {
    rocksdb::ReadOptions options = options_;
    const rocksdb::Slice upper = ToSlice(end);
    options.iterate_upper_bound = &upper;
    // The journal is read from end to end and not again: it must not push the rows out of memory.
    options.fill_cache = begin.empty() || begin[0] != static_cast<char>(SystemTable::kJournal);
    const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(options));
    for (it->Seek(ToSlice(begin)); it->Valid(); it->Next()) {
      if (!visit(ToView(it->key()), ToView(it->value()))) break;
    }
    return FromRocks(it->status());
  }

 private:
  rocksdb::DB* const db_;
  const std::shared_ptr<const rocksdb::Snapshot> snapshot_;
  rocksdb::ReadOptions options_;
};

class RocksStore : public Store {
 public:
  RocksStore(std::unique_ptr<rocksdb::Env> env, std::unique_ptr<rocksdb::DB> db)
      : env_(std::move(env)), db_(std::move(db)) {}

  // From now on the anchor follows every commit.
  void Tie(std::unique_ptr<Anchor> anchor) { anchor_ = std::move(anchor); }

  std::unique_ptr<Snapshot> TakeSnapshot(ReadTier tier) const override {
    return std::make_unique<RocksSnapshot>(db_.get(), Latest(), tier);
  }

  absl::Status CommitSynced(const WriteSet& writes) override {
    rocksdb::WriteBatch batch;
    for (const auto& [key, value] : writes) {
      const rocksdb::Status status =
          value ? batch.Put(ToSlice(key), ToSlice(*value)) : batch.Delete(ToSlice(key));
      if (!status.ok()) return FromRocks(status);
    }
    rocksdb::WriteOptions options;
    options.sync = true;
    const rocksdb::Status status = db_->Write(options, &batch);
    if (anchor_ != nullptr && status.ok()) {
      int64_t head = 0;
      const auto it = writes.find(HeadKey());
      if (it != writes.end() && it->second && absl::SimpleAtoi(*it->second, &head)) {
        anchor_->Advance(head);
      }
    }
    MutexLock lock(&mutex_);
    latest_.reset();
    return FromRocks(status);
  }

 private:
  // The engine's snapshot of the newest state, shared by all who ask between two commits: making
  // and releasing one takes the engine's own mutex, which the writer needs.
  std::shared_ptr<const rocksdb::Snapshot> Latest() const {
    MutexLock lock(&mutex_);
    if (latest_ == nullptr) {
      latest_ = std::shared_ptr<const rocksdb::Snapshot>(
          db_->GetSnapshot(),
          [db = db_.get()](const rocksdb::Snapshot* snapshot) { db->ReleaseSnapshot(snapshot); });
    }
    return latest_;
  }

  std::unique_ptr<rocksdb::Env> env_;  // null where the environment is not ours
  std::unique_ptr<rocksdb::DB> db_;    // closed before its environment
  std::unique_ptr<Anchor> anchor_;     // the writer's; null where there is none
  mutable Mutex mutex_;
  mutable std::shared_ptr<const rocksdb::Snapshot> latest_ ABSL_GUARDED_BY(mutex_);
};

rocksdb::Options DbOptions(const RocksOptions& options) {
  rocksdb::Options db;
  db.create_if_missing = true;
  if (options.env != nullptr) db.env = options.env;
  // A torn tail is a batch that was never acknowledged; damage anywhere else must not open silently
  // with less than was acknowledged, which is what RocksDB's default (point in time) would do.
  db.wal_recovery_mode = options.read_only
                             ? rocksdb::WALRecoveryMode::kSkipAnyCorruptedRecords
                             : rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  db.paranoid_checks = !options.read_only;
  // A log that was closed and is gone, or is shorter than it was, is an error.
  db.track_and_verify_wals_in_manifest = true;
  db.info_log = std::make_shared<EngineLog>();
  // A buffer grows as it is filled, so one that idles costs nothing: larger ones are written to the
  // disk, and rewritten there by compaction, less often.
  db.write_buffer_size = std::max<size_t>(options.memory_bytes / 4, size_t{1} << 20);
  db.max_write_buffer_number = 2;
  db.max_background_jobs = 2;
  // Filters and indexes are held by open files, so all of a province's stay open.
  db.max_open_files = 1024;
  db.max_total_wal_size = 4 * db.write_buffer_size;
  // Most look-ups of a write miss: a new request id, a new row. A filter spares them the skip list.
  db.memtable_prefix_bloom_size_ratio = 0.02;
  db.memtable_whole_key_filtering = true;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(options.memory_bytes / 2, /*num_shard_bits=*/2);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  // Not in the cache: where they do not fit beside the data, every look-up reads its filter and its
  // index again.
  table.cache_index_and_filter_blocks = false;
  db.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return db;
}

// A store belongs to one service and one format; the first opening says which.
absl::Status CheckFormat(Store& store, absl::string_view service, bool read_only) {
  const Key key = Key(SystemTable::kMeta).Text("format");
  auto value = store.TakeSnapshot()->Get(key);
  if (!value.ok()) return value.status();
  store::StoreFormat format;
  if (!*value) {
    if (read_only) return absl::OkStatus();
    format.set_service(std::string(service));
    format.set_version(kFormatVersion);
    return store.CommitSynced({{key.bytes(), format.SerializeAsString()}});
  }
  if (!format.ParseFromString(**value)) return absl::DataLossError("store format row is damaged");
  if (!service.empty() && format.service() != service) {
    return Failure(absl::StatusCode::kFailedPrecondition, "STORE_OF_ANOTHER_SERVICE",
                   absl::StrCat("该数据目录属于服务 ", format.service(), "，不是 ", service));
  }
  if (format.version() > kFormatVersion) {
    return Failure(absl::StatusCode::kFailedPrecondition, "STORE_FORMAT_NEWER",
                   absl::StrCat("该数据目录的格式版本 ", format.version(), " 比本程序支持的 ",
                                kFormatVersion, " 新，请使用新版程序"));
  }
  return absl::OkStatus();
}

absl::Status Damaged(const std::string& file, absl::string_view what) {
  return Failure(absl::StatusCode::kDataLoss, "STORE_DAMAGED",
                 absl::StrCat("数据文件损坏：", file, "，", what, "；请从备份恢复"));
}

// What RocksDB would open over in silence: a log that lost its end to damage, and a folder whose
// CURRENT is gone, which it would take for an empty store.
absl::Status CheckFiles(rocksdb::Env* env, const std::string& path) {
  std::vector<std::string> names;
  if (!env->GetChildren(path, &names).ok()) return absl::OkStatus();  // not there yet
  bool has_current = false, has_data = false;
  for (const std::string& name : names) {
    has_current = has_current || name == "CURRENT";
    const bool write_ahead = absl::EndsWith(name, ".log");
    has_data = has_data || write_ahead || absl::EndsWith(name, ".sst");
    if (!write_ahead && !absl::StartsWith(name, "MANIFEST-")) continue;
    std::string bytes;
    const std::string file = absl::StrCat(path, "/", name);
    if (!rocksdb::ReadFileToString(env, file, &bytes).ok()) return Damaged(file, "无法读取");
    if (const std::optional<size_t> at = DamageInLog(bytes)) {
      return Damaged(file, absl::StrCat("位置 ", *at));
    }
  }
  if (has_data && !has_current) return Damaged(path + "/CURRENT", "文件缺失");
  return absl::OkStatus();
}

absl::Status FromOpening(const rocksdb::Status& opened, const std::string& path) {
  if (opened.IsIOError() && opened.ToString().find("lock") != std::string::npos) {
    return Failure(absl::StatusCode::kFailedPrecondition, "STORE_IN_USE",
                   absl::StrCat("数据目录正被另一个进程使用：", path));
  }
  return FromRocks(opened);
}

// A table file that the manifest does not name is what a crash left of one being written, and its
// rows stand elsewhere too; or the manifest lost its end, and they do not. Every commit writes the
// journal, from which nothing is ever deleted, so the journal's rows tell which.
absl::Status CheckUnlisted(rocksdb::DB& db, const rocksdb::Options& options,
                           const std::string& path) {
  std::vector<rocksdb::LiveFileMetaData> listed;
  db.GetLiveFilesMetaData(&listed);
  std::set<std::string> known;
  for (const rocksdb::LiveFileMetaData& file : listed) {
    known.insert(std::string(absl::StripPrefix(file.name, "/")));
  }
  std::vector<std::string> names;
  if (!options.env->GetChildren(path, &names).ok()) return absl::OkStatus();
  const std::string begin = JournalKey(0);
  for (const std::string& name : names) {
    if (!absl::EndsWith(name, ".sst") || known.count(name) > 0) continue;
    const std::string file = absl::StrCat(path, "/", name);
    rocksdb::SstFileReader reader(options);
    if (!reader.Open(file).ok()) continue;  // was never finished
    const std::unique_ptr<rocksdb::Iterator> row(reader.NewIterator(rocksdb::ReadOptions()));
    for (row->Seek(begin);
         row->Valid() && row->key()[0] == static_cast<char>(SystemTable::kJournal); row->Next()) {
      std::string value;
      if (db.Get(rocksdb::ReadOptions(), row->key(), &value).IsNotFound()) {
        return Damaged(absl::StrCat(path, "/MANIFEST"), absl::StrCat("没有列出 ", name));
      }
    }
  }
  return absl::OkStatus();
}

// The head against the anchor, before anything is opened for writing: opening deletes what the
// manifest does not name.
absl::Status CheckNothingLost(const RocksOptions& options, const std::string& path,
                              const std::string& anchor) {
  std::optional<int64_t> expected;
  if (!anchor.empty()) {
    ZHIBU_ASSIGN_OR_RETURN(expected, Anchor::Read(anchor));
  }
  rocksdb::Options db = DbOptions(options);
  int64_t head = 0;
  if (db.env->FileExists(path + "/CURRENT").ok()) {
    rocksdb::DB* raw = nullptr;
    const rocksdb::Status opened = rocksdb::DB::OpenForReadOnly(db, path, &raw);
    if (!opened.ok()) return FromOpening(opened, path);
    const std::unique_ptr<rocksdb::DB> look(raw);
    ZHIBU_RETURN_IF_ERROR(CheckUnlisted(*look, db, path));
    std::string value;
    const rocksdb::Status read = look->Get(rocksdb::ReadOptions(), HeadKey(), &value);
    if (!read.ok() && !read.IsNotFound()) return FromRocks(read);
    if (read.ok() && !absl::SimpleAtoi(value, &head)) return Damaged(path, "日志末端无法读取");
  }
  if (!expected || *expected <= head) return absl::OkStatus();
  return Failure(
      absl::StatusCode::kDataLoss, "STORE_LOST_REVISIONS",
      absl::StrCat("数据目录 ", path, " 曾写到第 ", *expected, " 号修订，现在只到第 ", head,
                   " 号：丢失了已确认的登记。请从较新的备份恢复；确认只有这份数据时，删除 ", anchor,
                   " 后再启动，并重建其他服务的数据"));
}

absl::StatusOr<std::unique_ptr<Store>> Open(const std::string& path, absl::string_view service,
                                            const RocksOptions& options, const std::string& anchor,
                                            std::unique_ptr<rocksdb::Env> env) {
  rocksdb::DB* raw = nullptr;
  const rocksdb::Options db = DbOptions(options);
  const absl::Status files = CheckFiles(db.env, path);
  if (!files.ok() && !options.read_only) return files;
  // Where a file is damaged, verifying goes on to tell which revision it was.
  const absl::Status lost = CheckNothingLost(options, path, anchor);
  if (!lost.ok() && files.ok()) return lost;
  if (!options.read_only) db.env->CreateDirIfMissing(path);  // else the engine complains of it
  const rocksdb::Status opened = options.read_only ? rocksdb::DB::OpenForReadOnly(db, path, &raw)
                                                   : rocksdb::DB::Open(db, path, &raw);
  if (!opened.ok()) return FromOpening(opened, path);
  auto store = std::make_unique<RocksStore>(std::move(env), std::unique_ptr<rocksdb::DB>(raw));
  ZHIBU_RETURN_IF_ERROR(CheckFormat(*store, service, options.read_only));
  if (!files.ok()) {
    // Past the damage, so that it can be told which revision is lost. Where the journal itself does
    // not show it, its end is what was lost.
    feed::v1::Record last_good;
    if (VerifyJournal(*store->TakeSnapshot(ReadTier::kAll), &last_good).ok()) {
      return Failure(absl::StatusCode::kDataLoss, "STORE_DAMAGED",
                     absl::StrCat("变更流在第 ", last_good.revision() + 1, " 号修订处损坏：",
                                  files.message()));
    }
  }
  if (!anchor.empty() && !options.read_only) {
    ZHIBU_ASSIGN_OR_RETURN(const int64_t head, JournalRevision(*store->TakeSnapshot(ReadTier::kAll)));
    ZHIBU_ASSIGN_OR_RETURN(std::unique_ptr<Anchor> tied, Anchor::Open(anchor, head));
    store->Tie(std::move(tied));
  }
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> OpenRocksStore(const std::string& path,
                                                      absl::string_view service,
                                                      const RocksOptions& options) {
  const std::string anchor = options.env == nullptr ? Anchor::PathFor(path) : "";
  return Open(path, service, options, anchor, nullptr);
}

absl::StatusOr<std::unique_ptr<Store>> OpenMemoryStore(absl::string_view service) {
  std::unique_ptr<rocksdb::Env> env(rocksdb::NewMemEnv(rocksdb::Env::Default()));
  RocksOptions options;
  options.env = env.get();
  return Open("/store", service, options, "", std::move(env));
}

}  // namespace zhibu
