// The tables as they are, and as the feed alone makes them.
#ifndef ZHIBU_TESTS_SERVICES_MEMBERSHIP_BOOKS_FOLD_H_
#define ZHIBU_TESTS_SERVICES_MEMBERSHIP_BOOKS_FOLD_H_

#include <map>
#include <string>

#include "common/store/feed.h"
#include "services/membership/books/tables.h"
#include "tests/services/membership/world.h"

namespace zhibu::membership {

using Rows = std::map<std::string, std::string>;

inline Rows Dump(const Reader& reader, absl::string_view from) {
  Rows rows;
  EXPECT_TRUE(reader
                  .Scan(from, std::string(1, '\xFF'),
                        [&](absl::string_view key, absl::string_view value) {
                          rows[std::string(key)] = std::string(value);
                          return true;
                        })
                  .ok());
  return rows;
}

// Where the services' own tables begin.
inline constexpr absl::string_view kFirstTable = "\x10";

// By the feed from its beginning, in an empty store.
inline Rows Folded(World& world, const Reader& snapshot) {
  const auto records = ReadJournal(snapshot, 0, 1000000, 1 << 30);
  EXPECT_TRUE(records.ok());
  auto fresh = OpenMemoryStore("membership");
  EXPECT_TRUE(fresh.ok());
  const auto empty = (*fresh)->TakeSnapshot();
  Txn txn(*empty);
  const PersonalDataKeys keys(world.keys());
  const Tables tables(&ShippedRuleSets(), &keys, &ShippedFactRules());
  for (const auto& record : *records) {
    feed::v1::Content content;
    EXPECT_TRUE(content.ParseFromString(record.content()));
    txn.BeginJob(record.revision(), RecordedAt(content));
    for (const auto& event : content.events()) {
      const absl::Status status = tables.Apply(txn, event);
      EXPECT_TRUE(status.ok()) << status;
    }
  }
  return Dump(txn, kFirstTable);
}

}  // namespace zhibu::membership

#endif  // ZHIBU_TESTS_SERVICES_MEMBERSHIP_BOOKS_FOLD_H_
