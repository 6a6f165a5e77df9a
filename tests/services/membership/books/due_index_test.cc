#include "services/membership/books/due_index.h"

#include <gtest/gtest.h>

#include "common/base/civil.h"
#include "common/store/rocks_store.h"
#include "services/membership/books/numbers.h"

namespace zhibu::membership {
namespace {

constexpr char kOrg[] = "zb";
const absl::CivilDay kDay(2026, 9, 30);

class DueIndexTest : public ::testing::Test {
 protected:
  void Put(absl::CivilDay day, int64_t revision, const char* organisation = kOrg) {
    Txn txn(*snapshot_);
    txn.BeginJob(revision, absl::UnixEpoch());
    Dues dues;
    dues.Add()->set_day(DayNumber(day));
    index_.Replace(txn, organisation, DueSubject::OfCase({"li", "c"}), Dues(), dues);
    EXPECT_EQ(txn.writes().size(), 1u);
  }
  const std::unique_ptr<Store> store_ = OpenMemoryStore("membership").value();
  const std::unique_ptr<Snapshot> snapshot_ = store_->TakeSnapshot();
  const DueIndex index_;
};

TEST_F(DueIndexTest, KnowsNoBoundBeforeAReaderFoundOne) {
  EXPECT_EQ(index_.NothingBefore(kOrg, 5), kNoStart);
  Put(kDay, 5);
  EXPECT_EQ(index_.NothingBefore(kOrg, 5), kNoStart) << "older rows may lie before it";
}

TEST_F(DueIndexTest, RemembersWhatAReaderFoundForLaterStores) {
  index_.FoundNothingBefore(kOrg, kDay, 5);
  EXPECT_EQ(index_.NothingBefore(kOrg, 5), kDay);
  EXPECT_EQ(index_.NothingBefore(kOrg, 9), kDay);
  EXPECT_EQ(index_.NothingBefore(kOrg, 4), kNoStart) << "rows of then may be deleted since";
  EXPECT_EQ(index_.NothingBefore("other", 5), kNoStart);
}

TEST_F(DueIndexTest, LowersTheBoundBeforeTheRowIsCommitted) {
  index_.FoundNothingBefore(kOrg, kDay, 5);
  Put(kDay + 3, 6);
  EXPECT_EQ(index_.NothingBefore(kOrg, 6), kDay);
  Put(kDay - 3, 6);
  EXPECT_EQ(index_.NothingBefore(kOrg, 6), kDay - 3);
  Put(kDay - 9, 7, "other");
  EXPECT_EQ(index_.NothingBefore(kOrg, 7), kDay - 3);
}

TEST_F(DueIndexTest, DoesNotBelieveAReaderOfAnOldStore) {
  Put(kDay, 6);
  index_.FoundNothingBefore(kOrg, kDay + 9, 5);  // before that row
  EXPECT_EQ(index_.NothingBefore(kOrg, 6), kNoStart);
  index_.FoundNothingBefore(kOrg, kDay, 6);
  EXPECT_EQ(index_.NothingBefore(kOrg, 6), kDay);
  index_.FoundNothingBefore(kOrg, kDay + 9, 8);
  index_.FoundNothingBefore(kOrg, kDay, 7);  // true, but the newer bound is the better one
  EXPECT_EQ(index_.NothingBefore(kOrg, 8), kDay + 9);
}

// A transfer and a case may have one id, and one person may have both.
TEST_F(DueIndexTest, KeepsMembershipCaseAndTransferApart) {
  rows::DueRow due;
  due.set_kind(v1::DUE_KIND_CONVERSION);
  due.set_day(DayNumber(kDay));
  const DueSubject subjects[] = {DueSubject::OfMembership("li"), DueSubject::OfCase({"li", "x"}),
                                 DueSubject::OfTransfer("li", "x")};
  std::string last;
  for (const DueSubject& subject : subjects) {
    const Key key = DueKey(kOrg, subject, due);
    EXPECT_LT(last, key.bytes()) << "in this order, each with a key of its own";
    last = key.bytes();
    const std::optional<DueKeyParts> parts = ParseDueKey(key);
    ASSERT_TRUE(parts.has_value());
    EXPECT_EQ(parts->organisation_id, kOrg);
    EXPECT_EQ(parts->day, kDay);
    EXPECT_EQ(parts->subject.kind, subject.kind);
    EXPECT_EQ(parts->subject.person_id, subject.person_id);
    EXPECT_EQ(parts->subject.id, subject.id);
    EXPECT_EQ(parts->due_kind, v1::DUE_KIND_CONVERSION);
  }
}

TEST_F(DueIndexTest, ReadsNoOtherKey) {
  EXPECT_FALSE(ParseDueKey("").has_value());
  EXPECT_FALSE(ParseDueKey(Key(kDueTable).Text(kOrg).Day(kDay)).has_value());
  EXPECT_FALSE(
      ParseDueKey(Key(kDueTable).Text(kOrg).Day(kDay).Text("li").Number(4).Text("").Number(1))
          .has_value())
      << "there is no fourth kind of subject";
}

}  // namespace
}  // namespace zhibu::membership
