#include "services/registry/offices/posts.h"

#include "common/store/feed.h"
#include "tests/services/registry/registry_fixture.h"

namespace zhibu::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Posts : public RegistryTest {
 protected:
  void SetUp() override {
    SetUpCounty();
    ASSERT_TRUE(Do(NewInstitution("school", "gb")).ok());
    ASSERT_TRUE(Do(NewInstitution("ours", "s1")).ok());
  }

  static v1::EndPostRequest EndOf(const std::string& id, google::type::Date valid_to,
                                  const std::string& etag = "1") {
    v1::EndPostRequest request;
    request.set_name("posts/" + id);
    request.set_etag(etag);
    *request.mutable_valid_to() = valid_to;
    return request;
  }
  static v1::ListPostsRequest In(const std::string& root, google::type::Date as_of = {}) {
    v1::ListPostsRequest request;
    if (!root.empty()) request.set_root(Org(root));
    if (as_of.year() != 0) *request.mutable_as_of() = as_of;
    return request;
  }
  // Ids, all pages.
  absl::StatusOr<std::vector<std::string>> List(v1::ListPostsRequest request,
                                                const std::string& token = kOwnerToken) {
    std::vector<std::string> ids;
    do {
      v1::ListPostsResponse response;
      ZHIBU_RETURN_IF_ERROR(Invoke(&Stub::ListPosts, stub_, request, &response, token));
      for (const auto& post : response.posts()) ids.push_back(post.name().substr(6));
      request.set_page_token(response.next_page_token());
    } while (!request.page_token().empty());
    return ids;
  }
};

TEST_F(Posts, AreAnsweredAsRecorded) {
  auto request = NewPost("p", Org("gb"), v1::POST_KIND_SECRETARY);
  request.mutable_post()->set_full_time(true);
  *request.mutable_post()->mutable_valid_to() = Date(2012);
  v1::CreatePostResponse response;
  ASSERT_TRUE(Write(&Stub::CreatePost, request, &response).ok());
  request.mutable_post()->set_name("posts/p");
  request.mutable_post()->set_etag("1");
  EXPECT_EQ(response.post().DebugString(), request.post().DebugString());
  EXPECT_EQ(response.revision(), 4);
  v1::ListPostsResponse listed;
  ASSERT_TRUE(Invoke(&Stub::ListPosts, stub_, In("", Date(2011)), &listed).ok());
  ASSERT_EQ(listed.posts_size(), 1);
  EXPECT_EQ(listed.posts(0).DebugString(), request.post().DebugString());
}

TEST_F(Posts, NameEveryFieldAtFault) {
  auto request = NewPost("", "persons/p1", v1::POST_KIND_UNSPECIFIED);
  request.mutable_post()->set_holder("p1");
  request.mutable_post()->clear_valid_from();
  EXPECT_THAT(ReasonsOf(Do(request)), ElementsAre("ID_INVALID", "NAME_INVALID", "KIND_REQUIRED",
                                                  "NAME_INVALID", "DATE_REQUIRED"));
}

TEST_F(Posts, AreRefusedTwice) {
  ASSERT_TRUE(Do(NewPost("p", Org("gb"), v1::POST_KIND_CLERK)).ok());
  EXPECT_THAT(Do(NewPost("p", Org("gb"), v1::POST_KIND_CLERK)),
              Refuses(absl::StatusCode::kAlreadyExists, std::string("POST_EXISTS")));
}

TEST_F(Posts, AreHeldWhereTheyBelong) {
  for (int kind = v1::POST_KIND_SECRETARY; kind <= v1::POST_KIND_LEADING_MEMBER; ++kind) {
    const auto post_kind = static_cast<v1::PostKind>(kind);
    const bool party = kind <= v1::POST_KIND_CLERK;
    const std::string id = absl::StrCat("p", kind);
    EXPECT_THAT(Do(NewPost(id, party ? Inst("school") : Org("gb"), post_kind)),
                IsRefused("SEAT_DOES_NOT_FIT"));
    EXPECT_TRUE(Do(NewPost(id, party ? Org("gb") : Inst("school"), post_kind)).ok()) << kind;
  }
}

TEST_F(Posts, AreHeldWhereThereIsASeatForAllTheirTime) {
  EXPECT_THAT(Do(NewPost("p", Org("nobody"), v1::POST_KIND_CLERK)), IsRefused("SEAT_NOT_THERE"));
  EXPECT_THAT(Do(NewPost("p", Inst("nothing"), v1::POST_KIND_HEAD)), IsRefused("SEAT_NOT_THERE"));
  // The organisation is there since 2000, the school since 2001.
  EXPECT_THAT(Do(NewPost("p", Org("gb"), v1::POST_KIND_CLERK, Date(1999))),
              IsRefused("PERIOD_INVALID"));
  EXPECT_THAT(Do(NewPost("p", Inst("school"), v1::POST_KIND_HEAD, Date(2000))),
              IsRefused("PERIOD_INVALID"));
  auto request = NewPost("p", Org("gb"), v1::POST_KIND_CLERK);
  *request.mutable_post()->mutable_valid_to() = Date(2010);
  EXPECT_THAT(Do(request), IsRefused("PERIOD_INVALID"));
}

TEST_F(Posts, OfASecretaryOrHeadAreHeldByOneAtATime) {
  for (const auto& [seat, kind] : {std::pair(Org("gb"), v1::POST_KIND_SECRETARY),
                                   std::pair(Inst("school"), v1::POST_KIND_HEAD)}) {
    const std::string id = kind == v1::POST_KIND_HEAD ? "h" : "s";
    ASSERT_TRUE(Do(NewPost(id + "1", seat, kind)).ok());
    auto earlier = NewPost(id + "0", seat, kind, Date(2005));
    EXPECT_THAT(Do(earlier), IsRefused("POST_TAKEN"));
    *earlier.mutable_post()->mutable_valid_to() = Date(2010);
    EXPECT_TRUE(Do(earlier).ok());
    EXPECT_THAT(Do(NewPost(id + "2", seat, kind, Date(2015))), IsRefused("POST_TAKEN"));
    ASSERT_TRUE(Do(EndOf(id + "1", Date(2015))).ok());
    EXPECT_TRUE(Do(NewPost(id + "2", seat, kind, Date(2015))).ok());
    // Nor does a corrected end run into the successor.
    EXPECT_THAT(Do(EndOf(id + "1", Date(2015, 1, 2), "2")), IsRefused("POST_TAKEN"));
    EXPECT_TRUE(Do(EndOf(id + "1", Date(2014), "2")).ok());
  }
  EXPECT_TRUE(Do(NewPost("d1", Org("gb"), v1::POST_KIND_DEPUTY_SECRETARY)).ok());
  EXPECT_TRUE(Do(NewPost("d2", Org("gb"), v1::POST_KIND_DEPUTY_SECRETARY)).ok());
}

TEST_F(Posts, EndOnADayAfterTheyBegan) {
  ASSERT_TRUE(Do(NewPost("p", Org("gb"), v1::POST_KIND_CLERK)).ok());
  EXPECT_THAT(Do(EndOf("p", Date(2010))), IsRefused("PERIOD_INVALID"));
  EXPECT_THAT(Do(EndOf("p", {})), IsMalformed("DATE_REQUIRED"));
  EXPECT_THAT(Do(EndOf("p", Date(2012), "")), IsMalformed("ETAG_REQUIRED"));
  EXPECT_THAT(Do(EndOf("p", Date(2012), "7")),
              Refuses(absl::StatusCode::kAborted, std::string("ETAG_STALE")));
  EXPECT_THAT(Do(EndOf("nothing", Date(2012))), IsNotThere());
  auto request = EndOf("p", Date(2012));
  request.set_validate_only(true);
  EXPECT_TRUE(Do(request).ok());
  EXPECT_THAT(*List(In("")), ElementsAre("p"));
  v1::EndPostResponse response;
  ASSERT_TRUE(Write(&Stub::EndPost, EndOf("p", Date(2012)), &response).ok());
  EXPECT_EQ(response.post().etag(), "2");
  EXPECT_THAT(*List(In("", Date(2011, 12, 31))), ElementsAre("p"));
  EXPECT_THAT(*List(In("", Date(2012))), IsEmpty());
}

TEST_F(Posts, AreListedOfOrganisationsAndWhatTheyKeep) {
  ASSERT_TRUE(Do(NewPost("p2", Inst("school"), v1::POST_KIND_HEAD)).ok());
  ASSERT_TRUE(Do(NewPost("p1", Org("b1"), v1::POST_KIND_SECRETARY)).ok());
  ASSERT_TRUE(Do(NewPost("p3", Org("s1"), v1::POST_KIND_SECRETARY)).ok());
  EXPECT_THAT(*List(In("gb")), ElementsAre("p1", "p2"));
  EXPECT_THAT(*List(In("town")), ElementsAre("p1", "p2", "p3"));
  EXPECT_THAT(*List(In("bureau")), IsEmpty());
  auto heads = In("");
  heads.add_kinds(v1::POST_KIND_HEAD);
  EXPECT_THAT(*List(heads), ElementsAre("p2"));
  ASSERT_TRUE(Do(MoveOf("gb", "bureau", Date(2020))).ok());
  EXPECT_THAT(*List(In("bureau")), ElementsAre("p1", "p2"));
  EXPECT_THAT(*List(In("bureau", Date(2019))), IsEmpty());
}

TEST_F(Posts, ArePagedOverOneSnapshotWhileWritesGoOn) {
  for (int i = 0; i < 7; ++i) {
    ASSERT_TRUE(Do(NewPost(absl::StrCat("p", i), Org("gb"), v1::POST_KIND_COMMITTEE_MEMBER)).ok());
  }
  for (const char* root : {"", "town"}) {
    auto request = In(root);
    request.set_page_size(2);
    std::vector<std::string> ids;
    do {
      v1::ListPostsResponse response;
      ASSERT_TRUE(Invoke(&Stub::ListPosts, stub_, request, &response).ok());
      for (const auto& post : response.posts()) ids.push_back(post.name().substr(6));
      request.set_page_token(response.next_page_token());
      ASSERT_TRUE(
          Do(NewPost(absl::StrCat("q", ++requests_), Org("gb"), v1::POST_KIND_CLERK, Date(2027)))
              .ok());
    } while (!request.page_token().empty());
    EXPECT_THAT(ids, ElementsAre("p0", "p1", "p2", "p3", "p4", "p5", "p6"));
  }
}

TEST_F(Posts, OfABatchAreAllRecordedOrNone) {
  v1::BatchCreatePostsRequest batch;
  *batch.add_requests() = NewPost("p1", Org("gb"), v1::POST_KIND_SECRETARY);
  *batch.add_requests() = NewPost("p2", Org("gb"), v1::POST_KIND_SECRETARY);
  *batch.add_requests() = NewPost("p3", Org("nobody"), v1::POST_KIND_SECRETARY);
  const absl::Status status = Do(batch);
  EXPECT_THAT(ReasonsOf(status), ElementsAre("POST_TAKEN", "SEAT_NOT_THERE"));
  EXPECT_EQ(FindingsOf(status)[0].subject(), "requests[1].post.valid_from");
  EXPECT_THAT(*List(In("")), IsEmpty());
  EXPECT_THAT(Do(v1::BatchCreatePostsRequest()), IsMalformed("BATCH_SIZE_INVALID"));
  batch.mutable_requests()->DeleteSubrange(1, 2);
  v1::BatchCreatePostsResponse response;
  ASSERT_TRUE(Write(&Stub::BatchCreatePosts, batch, &response).ok());
  EXPECT_THAT(response.names(), ElementsAre("posts/p1"));
  EXPECT_THAT(response.etags(), ElementsAre(GetPost("p1")->post().etag()));
}

TEST_F(Posts, AreSeenAndChangedOnlyInTheSeatsScope) {
  EXPECT_TRUE(Do(NewPost("o", Org("s1"), v1::POST_KIND_SECRETARY), kScopedToken).ok());
  EXPECT_TRUE(Do(NewPost("h", Inst("ours"), v1::POST_KIND_HEAD), kScopedToken).ok());
  EXPECT_THAT(Do(NewPost("x", Org("gb"), v1::POST_KIND_SECRETARY), kScopedToken), IsNotThere());
  // What is elsewhere and what is nowhere look alike.
  const absl::Status elsewhere = Do(NewPost("x", Inst("school"), v1::POST_KIND_HEAD), kScopedToken);
  const absl::Status nowhere = Do(NewPost("x", Inst("nothing"), v1::POST_KIND_HEAD), kScopedToken);
  EXPECT_THAT(elsewhere, IsNotThere());
  EXPECT_THAT(nowhere, IsNotThere());
  ASSERT_TRUE(Do(NewPost("t", Inst("school"), v1::POST_KIND_HEAD)).ok());
  EXPECT_THAT(Do(EndOf("t", Date(2012)), kScopedToken), IsNotThere());
  EXPECT_TRUE(Do(EndOf("h", Date(2012)), kScopedToken).ok());
  EXPECT_THAT(*List(In("scoped"), kScopedToken), ElementsAre("o"));
  EXPECT_THAT(List(In("gb"), kScopedToken).status(), IsNotThere());
}

TEST_F(Posts, AreListedOfTheirHolder) {
  auto head = NewPost("p2", Inst("school"), v1::POST_KIND_HEAD);
  head.mutable_post()->set_holder("persons/p2");
  ASSERT_TRUE(Do(head).ok());
  ASSERT_TRUE(Do(NewPost("p1", Org("b1"), v1::POST_KIND_SECRETARY)).ok());
  ASSERT_TRUE(Do(NewPost("p3", Org("s1"), v1::POST_KIND_SECRETARY)).ok());
  const auto of = [&](const std::string& holder, const std::string& root, int page_size = 0) {
    auto request = In(root);
    request.set_holder(holder);
    request.set_page_size(page_size);
    return List(request);
  };
  for (int size : {0, 1}) EXPECT_THAT(*of("persons/p1", "", size), ElementsAre("p1", "p3"));
  EXPECT_THAT(*of("persons/p1", "gb"), ElementsAre("p1"));
  EXPECT_THAT(*of("persons/p2", "gb"), ElementsAre("p2"));
  EXPECT_THAT(*of("persons/p2", "scoped"), IsEmpty());
  EXPECT_THAT(*of("persons/nobody", ""), IsEmpty());
  EXPECT_THAT(of("p1", "").status(), IsMalformed("NAME_INVALID"));
}

TEST_F(Posts, ArePutRightAndKeepWhatStood) {
  ASSERT_TRUE(Do(NewPost("p", Org("b1"), v1::POST_KIND_SECRETARY)).ok());
  auto request = CorrectionOf("p");
  request.mutable_post()->set_seat(Org("b2"));
  request.mutable_post()->set_holder("persons/p2");
  *request.mutable_post()->mutable_valid_from() = Date(2011);
  *request.mutable_post()->mutable_valid_to() = Date(2020);
  // Not in the mask: is not looked at.
  request.mutable_post()->set_kind(v1::POST_KIND_CLERK);
  for (const char* path : {"seat", "holder", "valid_from", "valid_to"}) {
    request.mutable_update_mask()->add_paths(path);
  }
  v1::CorrectPostResponse response;
  ASSERT_TRUE(Write(&Stub::CorrectPost, request, &response).ok());
  const v1::Post& post = response.post();
  EXPECT_EQ(post.kind(), v1::POST_KIND_SECRETARY);
  EXPECT_EQ(post.seat(), Org("b2"));
  ASSERT_EQ(post.corrections_size(), 1);
  EXPECT_EQ(post.corrections(0).correction().reason(), "录入有误");
  ASSERT_EQ(post.corrections(0).fields_size(), 4);
  EXPECT_EQ(post.corrections(0).fields(0).path(), "seat");
  EXPECT_EQ(post.corrections(0).fields(0).was(), "\"organisations/b1\"");
  EXPECT_EQ(GetPost("p")->post().DebugString(), post.DebugString());
  EXPECT_NE(post.etag(), request.post().etag());
  EXPECT_THAT(*List(In("b1", Date(2015))), IsEmpty());
  EXPECT_THAT(*List(In("b2", Date(2015))), ElementsAre("p"));
  EXPECT_THAT(*List(In("b2", Date(2010, 6, 1))), IsEmpty());
  auto of_before = In("", Date(2015));
  of_before.set_holder("persons/p1");
  EXPECT_THAT(*List(of_before), IsEmpty());
  // What it no longer takes is free.
  EXPECT_TRUE(Do(NewPost("next", Org("b1"), v1::POST_KIND_SECRETARY)).ok());
}

TEST_F(Posts, ThatAreWithdrawnNeverWere) {
  ASSERT_TRUE(Do(NewPost("p", Org("gb"), v1::POST_KIND_SECRETARY)).ok());
  ASSERT_TRUE(Do(NewPost("beside", Inst("school"), v1::POST_KIND_HEAD)).ok());
  EXPECT_EQ(GetPost("beside")->held_beside_size(), 1);
  auto request = CorrectionOf("p");
  request.set_withdraw(true);
  ASSERT_TRUE(Do(request).ok());
  for (const char* root : {"", "gb"}) {
    EXPECT_THAT(*List(In(root, Date(2015))), ElementsAre("beside"));
  }
  EXPECT_EQ(GetPost("beside")->held_beside_size(), 0);
  const auto withdrawn = GetPost("p");
  ASSERT_TRUE(withdrawn.ok());
  EXPECT_TRUE(withdrawn->post().withdrawn());
  EXPECT_EQ(withdrawn->held_beside_size(), 0);
  ASSERT_EQ(withdrawn->post().corrections_size(), 1);
  EXPECT_TRUE(withdrawn->post().corrections(0).withdrawn());
  EXPECT_GT(withdrawn->post().corrections(0).fields_size(), 3);
  // Its place is free, its id is not.
  EXPECT_EQ(ReasonOf(Do(NewPost("p", Org("gb"), v1::POST_KIND_SECRETARY))), "POST_EXISTS");
  EXPECT_TRUE(Do(NewPost("q", Org("gb"), v1::POST_KIND_SECRETARY)).ok());
  // Nor is it changed any more.
  EXPECT_THAT(Do(EndOf("p", Date(2012), withdrawn->post().etag())), IsRefused("ALREADY_WITHDRAWN"));
  auto again = CorrectionOf("p");
  again.set_withdraw(true);
  EXPECT_THAT(Do(again), IsRefused("ALREADY_WITHDRAWN"));
}

TEST_F(Posts, AreNotPutRightIntoWhatCannotBe) {
  ASSERT_TRUE(Do(NewPost("p", Org("b1"), v1::POST_KIND_SECRETARY)).ok());
  ASSERT_TRUE(Do(NewPost("other", Org("b2"), v1::POST_KIND_SECRETARY)).ok());
  const int64_t before = *JournalRevision(*server_.server().store().TakeSnapshot());
  const auto correct = [&](const char* path, auto change) {
    auto request = CorrectionOf("p");
    request.mutable_update_mask()->add_paths(path);
    change(request, *request.mutable_post());
    return Do(request);
  };
  EXPECT_THAT(correct("seat", [](auto&, auto& p) { p.set_seat(Org("b2")); }),
              IsRefused("POST_TAKEN"));
  EXPECT_THAT(correct("seat", [](auto&, auto& p) { p.set_seat(Org("nobody")); }),
              IsRefused("SEAT_NOT_THERE"));
  EXPECT_THAT(correct("seat", [](auto&, auto& p) { p.set_seat("b2"); }),
              IsMalformed("NAME_INVALID"));
  EXPECT_THAT(correct("kind", [](auto&, auto& p) { p.set_kind(v1::POST_KIND_HEAD); }),
              IsRefused("SEAT_DOES_NOT_FIT"));
  EXPECT_THAT(correct("holder", [](auto&, auto& p) { p.clear_holder(); }),
              IsMalformed("NAME_INVALID"));
  EXPECT_THAT(correct("valid_from", [](auto&, auto& p) { *p.mutable_valid_from() = Date(1999); }),
              IsRefused("PERIOD_INVALID"));
  EXPECT_THAT(correct("valid_to", [](auto&, auto& p) { *p.mutable_valid_to() = Date(2010); }),
              IsRefused("PERIOD_INVALID"));
  EXPECT_THAT(correct("kind",
                      [](auto&, auto& p) {
                        p.set_kind(v1::POST_KIND_SECRETARY);
                        p.set_holder("persons/p9");
                      }),
              IsRefused("NOTHING_TO_CORRECT"));
  EXPECT_THAT(correct("election", [](auto&, auto&) {}), IsMalformed("UPDATE_MASK_INVALID"));
  EXPECT_THAT(correct("holder", [](auto& r, auto&) { r.clear_update_mask(); }),
              IsMalformed("UPDATE_MASK_INVALID"));
  EXPECT_THAT(correct("holder", [](auto& r, auto&) { r.clear_correction(); }),
              IsMalformed("CORRECTION_REASON_INVALID"));
  EXPECT_THAT(correct("holder", [](auto& r, auto&) { r.set_withdraw(true); }),
              IsMalformed("WITHDRAWN_NEEDS_NO_FIELDS"));
  EXPECT_THAT(correct("holder", [](auto&, auto& p) { p.clear_etag(); }),
              IsMalformed("ETAG_REQUIRED"));
  EXPECT_THAT(correct("holder", [](auto&, auto& p) { p.set_etag("99"); }),
              Refuses(absl::StatusCode::kAborted, std::string("ETAG_STALE")));
  EXPECT_THAT(correct("holder", [](auto&, auto& p) { p.set_name("posts/nothing"); }), IsNotThere());
  auto elsewhere = CorrectionOf("p");
  elsewhere.set_withdraw(true);
  EXPECT_THAT(Do(elsewhere, kScopedToken), IsNotThere());
  elsewhere.set_validate_only(true);
  EXPECT_TRUE(Do(elsewhere).ok());
  EXPECT_EQ(*JournalRevision(*server_.server().store().TakeSnapshot()), before);
  EXPECT_EQ(GetPost("p")->post().corrections_size(), 0);
}

}  // namespace
}  // namespace zhibu::registry
