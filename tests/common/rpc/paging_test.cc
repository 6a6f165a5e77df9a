#include "common/rpc/paging.h"

#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/rpc/desk.h"
#include "tests/support/fake_clock.h"
#include "tests/support/map_store.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu {
namespace {

using absl::StatusCode;
using registry::v1::ListOrganisationsRequest;
using registry::v1::ListOrganisationsResponse;

class Paging : public testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < 25; ++i) Create(i);
  }
  void Create(int i) {
    ASSERT_TRUE(desk_.Create(DeskServer::Creating(absl::StrCat("o", 100 + i))).ok());
  }
  absl::StatusOr<ListOrganisationsResponse> List(const ListOrganisationsRequest& request) {
    ListOrganisationsResponse response;
    absl::Status status = Invoke(&registry::v1::RegistryService::Stub::ListOrganisations,
                                 desk_.stub(), request, &response);
    if (!status.ok()) return status;
    return response;
  }
  // A token that begins a second page.
  ListOrganisationsRequest SecondPage() {
    ListOrganisationsRequest request;
    request.set_page_size(5);
    request.set_page_token(List(request)->next_page_token());
    EXPECT_FALSE(request.page_token().empty());
    return request;
  }
  void ExpectInvalid(const ListOrganisationsRequest& request) {
    const absl::Status status = List(request).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(ReasonOf(status), "PAGE_TOKEN_INVALID");
  }
  DeskServer desk_;
};

TEST_F(Paging, ShowsEveryRowOnceWhateverIsWrittenMeanwhile) {
  for (int size : {1, 4, 5, 24, 25, 26}) {
    ListOrganisationsRequest request;
    request.set_page_size(size);
    std::vector<std::string> names;
    int64_t revision = 0;
    do {
      const auto page = List(request);
      ASSERT_TRUE(page.ok()) << page.status();
      EXPECT_LE(page->organisations_size(), size);
      if (revision == 0) revision = page->revision();
      EXPECT_EQ(page->revision(), revision);
      for (const auto& node : page->organisations()) names.push_back(node.organisation().name());
      request.set_page_token(page->next_page_token());
      // Between, before and behind what was shown.
      ASSERT_TRUE(desk_
                      .Create(DeskServer::Creating(
                          absl::StrCat("o", 100 + names.size() % 25, "x", size, "-", names.size())))
                      .ok());
    } while (!request.page_token().empty());
    EXPECT_EQ(names.size(), static_cast<size_t>(revision));
    EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
    EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
  }
}

TEST(FoundOnce, IsAskedForTheFirstPageAloneUntilItIsLetGoOf) {
  MapStore store;
  FakeClock clock{absl::CivilDay(2026, 11, 23)};
  Pages pages(&store, &clock);
  int asked = 0;
  // The next page of the query that `request` is; as many entries as `size`.
  const auto turn = [&](ListOrganisationsRequest& request, size_t size) {
    Page page = *pages.Open(request);
    const auto found = *FoundOnce<int32_t>(page, [&]() -> absl::StatusOr<std::vector<int32_t>> {
      ++asked;
      return std::vector<int32_t>(size, 7);
    });
    EXPECT_EQ(found->size(), size);
    request.set_page_token(pages.NextToken(page, "x"));
  };
  ListOrganisationsRequest small, large;
  large.set_root("organisations/large");
  turn(small, 10);
  turn(small, 10);
  EXPECT_EQ(asked, 1);
  clock.Advance(absl::Seconds(1));
  turn(large, Pages::kMaxFound - 10);
  turn(small, 10);
  turn(large, Pages::kMaxFound - 10);
  EXPECT_EQ(asked, 2) << "both are kept";
  // One more entry than there is room for: the one not used for longest is found anew, and its
  // snapshot is still there.
  clock.Advance(absl::Seconds(1));
  ListOrganisationsRequest third;
  third.set_root("organisations/third");
  turn(third, 1);
  EXPECT_EQ(asked, 3);
  turn(third, 1);
  EXPECT_EQ(asked, 3);
  turn(small, 10);
  turn(large, Pages::kMaxFound - 10);
  EXPECT_EQ(asked, 5);
}

TEST_F(Paging, TakesASizeThatIsTooLargeAsTheMostAndRefusesANegativeOne) {
  ListOrganisationsRequest request;
  request.set_page_size(-1);
  const absl::Status status = List(request).status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(status), "PAGE_SIZE_INVALID");
  MapStore store;
  FakeClock clock{absl::CivilDay(2026, 11, 23)};
  Pages pages(&store, &clock);
  for (const auto& [given, taken] :
       {std::pair{0, 100}, {1, 1}, {999, 999}, {1000, 1000}, {1001, 1000}, {2000000000, 1000}}) {
    request.set_page_size(given);
    EXPECT_EQ(pages.Open(request)->size, taken) << given;
  }
}

// Rows of the sizes (in bytes of text) that a test puts under one key each.
class Filling : public testing::Test {
 protected:
  Filling() : pages_(&store_, &clock_) {}
  // In the place of those that were there.
  void Put(const std::vector<size_t>& sizes) {
    WriteSet writes;
    for (size_t i = 0; i < 20; ++i) writes[KeyAt(i)] = std::nullopt;
    for (size_t i = 0; i < sizes.size(); ++i) {
      writes[KeyAt(i)] = std::string(sizes[i], 'x');
    }
    ASSERT_TRUE(store_.CommitSynced(writes).ok());
  }
  static std::string KeyAt(size_t i) { return Key(0x10).Number(static_cast<int64_t>(i)).bytes(); }
  // The sizes of the rows on each page.
  template <typename Turn>
  std::vector<std::vector<size_t>> Turned(Turn turn) {
    std::vector<std::vector<size_t>> shown;
    ListOrganisationsRequest request;
    request.set_page_size(3);
    do {
      absl::StatusOr<Page> page = pages_.Open(request);
      ListOrganisationsResponse response;
      EXPECT_TRUE(turn(*page, &response).ok());
      EXPECT_LT(shown.size(), 20u);
      std::vector<size_t>& sizes = shown.emplace_back();
      for (const auto& node : response.organisations()) {
        sizes.push_back(node.organisation().title().size());
      }
      request.set_page_token(response.next_page_token());
    } while (!request.page_token().empty() && shown.size() < 20);
    return shown;
  }
  static absl::StatusOr<std::optional<registry::v1::OrganisationNode>> Row(absl::string_view text) {
    std::optional<registry::v1::OrganisationNode> row;
    if (!text.empty()) {
      row.emplace().mutable_organisation()->set_title(std::string(text));
    }
    return row;
  }
  std::vector<std::vector<size_t>> OverKeys(const std::vector<KeyRange>& ranges) {
    return Turned([&](const Page& page, ListOrganisationsResponse* response) {
      return FillPage(pages_, page, ranges, response, response->mutable_organisations(),
                      [](absl::string_view, absl::string_view value) { return Row(value); });
    });
  }
  std::vector<std::vector<size_t>> OverFound(const std::vector<size_t>& sizes) {
    return Turned([&](Page& page, ListOrganisationsResponse* response) -> absl::Status {
      const auto found =
          *FoundOnce<size_t>(page, [&]() -> absl::StatusOr<std::vector<size_t>> { return sizes; });
      return FillPage(pages_, page, *found, response, response->mutable_organisations(),
                      [](size_t size) { return Row(std::string(size, 'x')); });
    });
  }
  MapStore store_;
  FakeClock clock_{absl::CivilDay(2026, 11, 23)};
  Pages pages_;
};

using Shown = std::vector<std::vector<size_t>>;

TEST_F(Filling, EndsWithTheRowsAndSaysNothingOfANextPageThen) {
  for (const auto& [sizes, shown] : std::vector<std::pair<std::vector<size_t>, Shown>>{
           {{}, {{}}},
           {{1, 2, 3}, {{1, 2, 3}}},
           {{1, 2, 3, 4}, {{1, 2, 3}, {4}}},
           // What is passed over is on no page and begins none.
           {{0, 1, 0, 2, 3, 0, 0}, {{1, 2, 3}}},
           {{0, 1, 0, 2, 3, 0, 4}, {{1, 2, 3}, {4}}},
       }) {
    EXPECT_EQ(OverFound(sizes), shown);
    Put(sizes);
    EXPECT_EQ(OverKeys({Under(Key(0x10))}), shown);
  }
}

TEST_F(Filling, EndsBeforeTheClientsLimitOfAnAnswer) {
  const size_t mib = size_t{1} << 20;
  // Two of these are too many; one that is too large by itself is shown by itself.
  const std::vector<size_t> sizes = {2 * mib, 2 * mib, 5, 4 * mib, 7, 8, 9, 10};
  const Shown shown = {{2 * mib}, {2 * mib, 5}, {4 * mib}, {7, 8, 9}, {10}};
  Put(sizes);
  EXPECT_EQ(OverKeys({Under(Key(0x10))}), shown);
  EXPECT_EQ(OverFound(sizes), shown);
}

TEST_F(Filling, GoesThroughItsRangesInOrder) {
  Put({1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  const std::vector<KeyRange> ranges = {
      {KeyAt(1), KeyAt(3)}, {KeyAt(4), KeyAt(4)}, {KeyAt(5), KeyAt(9)}};
  EXPECT_EQ(OverKeys(ranges), (Shown{{2, 3, 6}, {7, 8, 9}}));
}

TEST_F(Filling, PassesOnWhatFails) {
  Put({1, 2});
  ListOrganisationsRequest request;
  const Page page = *pages_.Open(request);
  ListOrganisationsResponse response;
  const auto fail = [](auto&&...) -> absl::StatusOr<std::optional<registry::v1::OrganisationNode>> {
    return absl::DataLossError("x");
  };
  EXPECT_EQ(
      FillPage(pages_, page, {Under(Key(0x10))}, &response, response.mutable_organisations(), fail)
          .code(),
      StatusCode::kDataLoss);
  EXPECT_EQ(
      FillPage(pages_, page, std::vector<int>{1}, &response, response.mutable_organisations(), fail)
          .code(),
      StatusCode::kDataLoss);
}

TEST_F(Paging, MayChangeItsSizeFromPageToPage) {
  auto request = SecondPage();
  request.set_page_size(20);
  const auto page = List(request);
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->organisations_size(), 20);
  EXPECT_EQ(page->next_page_token(), "");
}

TEST_F(Paging, RefusesATokenChangedAnywhere) {
  const auto request = SecondPage();
  for (size_t i = 0; i < request.page_token().size(); ++i) {
    auto changed = request;
    char& c = (*changed.mutable_page_token())[i];
    c = c == 'A' ? 'B' : 'A';
    if (changed.page_token() == request.page_token()) continue;
    // Where the mark of the process is hit, it is a token of another one.
    const absl::Status status = List(changed).status();
    EXPECT_THAT(ReasonOf(status), testing::AnyOf("PAGE_TOKEN_INVALID", "PAGE_TOKEN_EXPIRED"))
        << "character " << i;
  }
  for (const char* token : {"x", "////", "!", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}) {
    auto changed = request;
    changed.set_page_token(token);
    ExpectInvalid(changed);
  }
}

TEST_F(Paging, RefusesATokenOfAnotherQuery) {
  auto request = SecondPage();
  request.add_kinds(type::v1::OrganisationKind(1));
  ExpectInvalid(request);
  request = SecondPage();
  request.set_line(type::v1::LINE_TERRITORIAL);
  ExpectInvalid(request);
}

TEST_F(Paging, SaysThatATokenFromBeforeARestartExpired) {
  DeskServer other;
  ListOrganisationsResponse response;
  const auto list = &registry::v1::RegistryService::Stub::ListOrganisations;
  ListOrganisationsRequest request = SecondPage();
  const absl::Status status = Invoke(list, other.stub(), request, &response);
  EXPECT_EQ(status.code(), StatusCode::kAborted);
  EXPECT_EQ(ReasonOf(status), "PAGE_TOKEN_EXPIRED");
  // Of another query it is a fault of the client's in any case.
  request.set_line(type::v1::LINE_TERRITORIAL);
  EXPECT_EQ(ReasonOf(Invoke(list, other.stub(), request, &response)), "PAGE_TOKEN_INVALID");
}

TEST_F(Paging, LetsATokenExpire) {
  const auto request = SecondPage();
  desk_.clock().Advance(absl::Minutes(9));
  EXPECT_TRUE(List(request).ok());
  desk_.clock().Advance(absl::Minutes(9));
  EXPECT_TRUE(List(request).ok()) << "using it keeps it";
  desk_.clock().Advance(absl::Minutes(11));
  const absl::Status status = List(request).status();
  EXPECT_EQ(status.code(), StatusCode::kAborted);
  EXPECT_EQ(ReasonOf(status), "PAGE_TOKEN_EXPIRED");
}

TEST_F(Paging, LetsACallersIdlestGoWhereItHasTooMany) {
  const auto oldest = SecondPage();
  for (int i = 0; i < 64; ++i) {
    desk_.clock().Advance(absl::Seconds(1));
    SecondPage();
  }
  EXPECT_EQ(ReasonOf(List(oldest).status()), "PAGE_TOKEN_EXPIRED");
  EXPECT_TRUE(List(SecondPage()).ok());
}

// Many callers at once, over a store of nothing.
class Sharing : public testing::Test {
 protected:
  Sharing() : pages_(&store_, &clock_) {}
  // The token of a second page, later than the one before.
  std::string Begin(const std::string& caller) {
    clock_.Advance(absl::Milliseconds(1));
    return pages_.NextToken(*pages_.Open(ListOrganisationsRequest(), caller), "x");
  }
  bool Lives(const std::string& token) {
    ListOrganisationsRequest request;
    request.set_page_token(token);
    return pages_.Open(request).ok();
  }
  MapStore store_;
  FakeClock clock_{absl::CivilDay(2026, 11, 23)};
  Pages pages_;
};

TEST_F(Sharing, LeavesACallersTokenAloneHoweverMuchAnotherPages) {
  const std::string nightly = Begin("nightly");
  for (size_t i = 0; i < 3 * Pages::kMaxHeldByCaller; ++i) Begin("screens");
  EXPECT_TRUE(Lives(nightly));
}

TEST_F(Sharing, TakesFromWhoHoldsTheMostWhereAllTogetherHoldTooMany) {
  const std::string first = Begin("modest");
  std::string greedy;
  for (size_t caller = 0; caller * Pages::kMaxHeldByCaller <= Pages::kMaxHeld; ++caller) {
    for (size_t i = 0; i < Pages::kMaxHeldByCaller; ++i) {
      const std::string token = Begin(absl::StrCat("screens-", caller));
      if (greedy.empty()) greedy = token;
    }
  }
  EXPECT_TRUE(Lives(first));
  EXPECT_FALSE(Lives(greedy)) << "the oldest of one that holds the most";
  EXPECT_TRUE(Lives(Begin("another")));
}

}  // namespace
}  // namespace zhibu
