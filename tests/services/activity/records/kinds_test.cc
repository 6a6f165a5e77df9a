// The catalogue, through the API.
#include "services/activity/records/kinds.h"

#include "gmock/gmock.h"
#include "tests/services/activity/reading.h"

namespace zhibu::activity {
namespace {

TEST_F(Reading, TellsTheKindsThatThereAre) {
  v1::ListActivityKindsRequest request;
  v1::ListActivityKindsResponse response;
  std::vector<std::string> ids;
  request.set_page_size(2);
  do {
    response.Clear();
    ASSERT_TRUE(
        Invoke(&v1::ActivityService::Stub::ListActivityKinds, world_.stub(), request, &response)
            .ok());
    for (const v1::ActivityKind& kind : response.kinds()) {
      ids.push_back(kind.id());
      EXPECT_FALSE(kind.title().empty());
      EXPECT_GT(kind.organisation_kinds_size(), 0) << kind.id();
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(ids, ::testing::IsSupersetOf({"branch-meeting", "committee-meeting", "party-class",
                                            "theme-day", "group-meeting"}));
}

}  // namespace
}  // namespace zhibu::activity
