#include "common/rpc/paging.h"

#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/rpc/desk.h"
#include "tests/support/fake_clock.h"
#include "tests/support/map_store.h"

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

TEST_F(Paging, RefusesASizeOutOfRange) {
  for (int size : {-1, 1001}) {
    ListOrganisationsRequest request;
    request.set_page_size(size);
    const absl::Status status = List(request).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(ReasonOf(status), "PAGE_SIZE_INVALID");
  }
  EXPECT_EQ(List({})->organisations_size(), 25) << "no size means a hundred";
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
    const absl::Status status = List(changed).status();
    EXPECT_EQ(ReasonOf(status), "PAGE_TOKEN_INVALID") << "character " << i;
  }
  for (const char* token : {"x", "////", "!", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}) {
    auto changed = request;
    changed.set_page_token(token);
    ExpectInvalid(changed);
  }
}

TEST_F(Paging, RefusesATokenOfAnotherQuery) {
  auto request = SecondPage();
  request.add_kinds(registry::v1::OrganisationKind(1));
  ExpectInvalid(request);
  request = SecondPage();
  request.set_line(type::v1::LINE_TERRITORIAL);
  ExpectInvalid(request);
}

TEST_F(Paging, RefusesATokenOfAnotherProcess) {
  DeskServer other;
  ListOrganisationsResponse response;
  const absl::Status status = Invoke(&registry::v1::RegistryService::Stub::ListOrganisations,
                                     other.stub(), SecondPage(), &response);
  EXPECT_EQ(ReasonOf(status), "PAGE_TOKEN_INVALID");
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

TEST_F(Paging, LetsTheOldestGoWhereThereAreTooMany) {
  const auto oldest = SecondPage();
  for (int i = 0; i < 64; ++i) {
    desk_.clock().Advance(absl::Seconds(1));
    SecondPage();
  }
  EXPECT_EQ(ReasonOf(List(oldest).status()), "PAGE_TOKEN_EXPIRED");
  EXPECT_TRUE(List(SecondPage()).ok());
}

}  // namespace
}  // namespace zhibu
