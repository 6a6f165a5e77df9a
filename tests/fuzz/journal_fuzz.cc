// What a follower and verify read: records of a feed, and the logs of a store.
#include <string>

#include "common/store/feed.h"
#include "common/store/log_check.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/map_store.h"
#include "zhibu/feed/v1/feed.pb.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace zhibu;
  const absl::string_view bytes = Bytes(data, size);
  if (const auto at = DamageInLog(bytes)) ZHIBU_FUZZ_CHECK(*at < size);
  // No answer of another service is believed without its chain.
  feed::v1::WatchResponse response;
  if (response.ParseFromArray(data, static_cast<int>(size))) {
    feed::v1::Record previous;
    previous.set_hash(NoHash());
    for (const auto& record : response.records()) {
      if (!CheckLink(previous, record).ok()) break;
      previous = record;
    }
  }
  // A journal with a row of any bytes is told to be broken there, or is whole.
  MapStore store;
  feed::v1::Record first;
  first.set_hash(NoHash());
  feed::v1::Content content;
  content.set_revision(1);
  first = ChainRecord(first, content);
  const bool head_only = size > 0 && data[0] % 2 == 0;
  WriteSet writes;
  writes[JournalKey(1)] = first.SerializeAsString();
  writes[HeadKey()] = head_only ? std::string(bytes) : "2";
  if (!head_only) writes[JournalKey(2)] = std::string(bytes);
  ZHIBU_FUZZ_CHECK(store.CommitSynced(writes).ok());
  const absl::Status verified = VerifyJournal(*store.TakeSnapshot(ReadTier::kAll));
  ZHIBU_FUZZ_CHECK(verified.ok() || verified.code() == absl::StatusCode::kDataLoss);
  (void)JournalHead(*store.TakeSnapshot(ReadTier::kAll));
  return 0;
}
