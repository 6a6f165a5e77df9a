// Reporting's store, fed event by event, without a server.
#ifndef ZHIBU_TESTS_SERVICES_REPORTING_BOOKS_H_
#define ZHIBU_TESTS_SERVICES_REPORTING_BOOKS_H_

#include <gtest/gtest.h>

#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/domain/shared_org_tree.h"
#include "common/rpc/organisation_mirror.h"
#include "common/store/commit_lane.h"
#include "common/store/rocks_store.h"
#include "google/protobuf/any.pb.h"
#include "services/reporting/books/ingest.h"
#include "tests/support/fake_clock.h"

namespace zhibu::reporting {

using Rows = std::map<std::string, std::string, std::less<>>;

// All rows of a store, to be read as often as a recount needs.
class RowsReader : public Reader {
 public:
  explicit RowsReader(Rows rows) : rows_(std::move(rows)) {}
  absl::StatusOr<std::optional<std::string>> Get(absl::string_view key) const override {
    auto it = rows_.find(std::string(key));
    if (it == rows_.end()) return std::optional<std::string>();
    return std::optional<std::string>(it->second);
  }
  absl::Status Scan(absl::string_view begin, absl::string_view end, Visit visit) const override {
    for (auto it = rows_.lower_bound(std::string(begin)); it != rows_.end() && it->first < end;
         ++it) {
      if (!visit(it->first, it->second)) break;
    }
    return absl::OkStatus();
  }

 private:
  const Rows rows_;
};

// Counts what is asked of another reader: an engine makes an iterator for each scan.
class CountingReader : public Reader {
 public:
  explicit CountingReader(const Reader* reader) : reader_(*reader) {}
  absl::StatusOr<std::optional<std::string>> Get(absl::string_view key) const override {
    ++gets;
    return reader_.Get(key);
  }
  absl::Status Scan(absl::string_view begin, absl::string_view end, Visit visit) const override {
    ++scans;
    return reader_.Scan(begin, end, [&](absl::string_view key, absl::string_view value) {
      ++rows;
      return visit(key, value);
    });
  }
  mutable int gets = 0, scans = 0, rows = 0;

 private:
  const Reader& reader_;
};

template <typename Event>
google::protobuf::Any Packed(const Event& event) {
  google::protobuf::Any any;
  any.PackFrom(event);
  return any;
}

class Books {
 public:
  Books() {
    auto store = OpenMemoryStore("reporting");
    EXPECT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    auto lane = CommitLane::Start(store_.get(), &clock_, &progress_, {}, [] {});
    EXPECT_TRUE(lane.ok()) << lane.status();
    lane_ = *std::move(lane);
  }

  // Applies the events in one transaction.
  absl::Status Apply(const std::vector<google::protobuf::Any>& events) {
    return Run(events, absl::OkStatus());
  }
  template <typename Event>
  void Apply(const Event& event) {
    const absl::Status status = Apply(std::vector<google::protobuf::Any>{Packed(event)});
    EXPECT_TRUE(status.ok()) << status;
  }
  // Applies them and lets the transaction fail at its end, so that all of it is undone.
  void ApplyInVain(const std::vector<google::protobuf::Any>& events) {
    EXPECT_EQ(Run(events, absl::AbortedError("in vain")).code(), absl::StatusCode::kAborted);
  }

  std::unique_ptr<Snapshot> TakeSnapshot() const { return store_->TakeSnapshot(); }

  // Everything from the mirrored organisations on: all that the events made.
  Rows AllRows() const {
    Rows rows;
    const Key first(SystemTable::kOrganisations);
    const absl::Status status = TakeSnapshot()->Scan(
        first, std::string(1, '\x7f'), [&](absl::string_view key, absl::string_view value) {
          rows.emplace(std::string(key), std::string(value));
          return true;
        });
    EXPECT_TRUE(status.ok()) << status;
    return rows;
  }

  const SharedOrgTree& tree() const { return tree_; }

 private:
  absl::Status Run(const std::vector<google::protobuf::Any>& events, const absl::Status& end) {
    std::promise<absl::Status> done;
    CommitLane::Job job;
    job.decide = [&](Txn& txn) -> absl::Status {
      for (const auto& event : events) {
        if (absl::Status status = ingest_.Apply(txn, event); !status.ok()) return status;
      }
      return end;
    };
    job.done = [&](const absl::Status& status, int64_t) { done.set_value(status); };
    EXPECT_TRUE(lane_->Submit(std::move(job)));
    return done.get_future().get();
  }

  FakeClock clock_{absl::CivilDay(2024, 7, 1)};
  Progress progress_;
  std::unique_ptr<Store> store_;
  SharedOrgTree tree_;
  OrganisationMirror mirror_{&tree_};
  Ingest ingest_{&mirror_};
  std::unique_ptr<CommitLane> lane_;  // stops first
};

}  // namespace zhibu::reporting

#endif  // ZHIBU_TESTS_SERVICES_REPORTING_BOOKS_H_
