#include "services/registry/books/ended_posts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "common/base/civil.h"
#include "common/store/rocks_store.h"
#include "services/registry/books/tables.h"
#include "zhibu/registry/v1/events.pb.h"

namespace zhibu::registry {
namespace {

using ::testing::ElementsAre;

google::type::Date Date(int year) { return ToProto(absl::CivilDay(year, 1, 1)); }

// A branch in which s is secretary, and an election that fills his place in 2024.
class EndedPosts : public ::testing::Test {
 protected:
  EndedPosts()
      : store_(OpenMemoryStore("registry").value()), empty_(store_->TakeSnapshot()), txn_(*empty_) {
    v1::OrganisationChanged branch;
    branch.mutable_organisation()->set_name("organisations/b");
    branch.mutable_organisation()->set_etag("1");
    *branch.mutable_organisation()->mutable_established_on() = Date(2000);
    Must(Apply(txn_, branch));
    election_.set_name("elections/e");
    election_.set_organisation("organisations/b");
    election_.set_kind(v1::ELECTION_KIND_TERM);
    *election_.mutable_held_on() = Date(2024);
    election_.add_posts("posts/e-1");
    election_.set_etag("1");
  }
  static void Must(const absl::Status& status) { ASSERT_TRUE(status.ok()) << status; }
  void Post(const std::string& id, int from, std::optional<int> to,
            v1::PostKind kind = v1::POST_KIND_SECRETARY) {
    v1::PostChanged event;
    event.mutable_post()->set_name("posts/" + id);
    event.mutable_post()->set_seat("organisations/b");
    event.mutable_post()->set_kind(kind);
    event.mutable_post()->set_holder("persons/p");
    event.mutable_post()->set_etag("1");
    *event.mutable_post()->mutable_valid_from() = Date(from);
    if (to) *event.mutable_post()->mutable_valid_to() = Date(*to);
    if (id == "e-1") event.mutable_post()->set_election("elections/e");
    Must(Apply(txn_, event));
  }
  void Stated() {
    v1::ElectionRecorded event;
    *event.mutable_election() = election_;
    Must(Apply(txn_, event));
  }
  // "id year of its end", with "since" behind those that were recorded later.
  std::vector<std::string> Without() {
    const auto election = FindElection(txn_, "e");
    const auto posts = PostsWithout(txn_, "b", &**election);
    std::vector<std::string> all;
    for (const PostBefore& post : *posts) {
      all.push_back(absl::StrCat(post.row.id(), " ", DayFromNumber(post.row.to()).year(),
                                 post.since ? " since" : ""));
    }
    return all;
  }
  const std::string open_ = absl::StrCat(kNoEnd.year());

  const std::unique_ptr<Store> store_;
  const std::unique_ptr<Snapshot> empty_;
  Txn txn_;
  v1::ElectionRecord election_;
};

TEST_F(EndedPosts, HaveTheEndThatTheyHad) {
  Post("s", 2010, std::nullopt);
  Post("m", 2010, 2026, v1::POST_KIND_COMMITTEE_MEMBER);
  Post("left", 2010, 2024, v1::POST_KIND_COMMITTEE_MEMBER);
  Post("clerk", 2010, std::nullopt, v1::POST_KIND_CLERK);
  Stated();
  Post("s", 2010, 2024);
  Post("m", 2010, 2024, v1::POST_KIND_COMMITTEE_MEMBER);
  Post("e-1", 2024, std::nullopt);
  Post("later", 2012, std::nullopt, v1::POST_KIND_COMMITTEE_MEMBER);
  EXPECT_THAT(Without(), ElementsAre("clerk " + open_, "later " + open_ + " since", "left 2024",
                                     "m 2026", "s " + open_));
  // An end that was put right since is not its own.
  Post("m", 2010, 2023, v1::POST_KIND_COMMITTEE_MEMBER);
  EXPECT_THAT(Without(), ElementsAre("clerk " + open_, "later " + open_ + " since", "left 2024",
                                     "m 2023 since", "s " + open_));
  // A decision about it changes nothing of that; being withdrawn, it ended nothing.
  election_.set_etag("2");
  election_.mutable_decision()->set_approved(true);
  Stated();
  EXPECT_EQ(Without()[4], "s " + open_);
  EXPECT_TRUE(*txn_.Get(Key(static_cast<uint8_t>(Table::kEndedPosts)).Text("e")));
  election_.set_withdrawn(true);
  Stated();
  EXPECT_FALSE(*txn_.Get(Key(static_cast<uint8_t>(Table::kEndedPosts)).Text("e")));
}

TEST_F(EndedPosts, OfAJournalThatStatesThemFirstAreThoseOfTheDay) {
  Post("s", 2010, 2024);
  Post("m", 2010, 2023, v1::POST_KIND_COMMITTEE_MEMBER);
  Post("e-1", 2024, std::nullopt);
  Stated();
  EXPECT_FALSE(*txn_.Get(Key(static_cast<uint8_t>(Table::kEndedPosts)).Text("e")));
  EXPECT_THAT(Without(), ElementsAre("m 2023", "s " + open_));
}

}  // namespace
}  // namespace zhibu::registry
