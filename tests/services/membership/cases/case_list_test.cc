#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/services/membership/history.h"
#include "tests/services/membership/world.h"

namespace zhibu::membership {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

const absl::CivilDay kStart(2022, 3, 1);

class CaseListTest : public ::testing::Test {
 protected:
  CaseListTest() {
    for (const char* id : {"an", "bo", "ci"}) EXPECT_TRUE(world_.CreatePerson(id).ok());
    world_.WalkTo("persons/an/cases/c1", kStart, v1::STEP_KIND_CULTIVATION_INSPECTION);
    v1::CaseEvent gone;
    gone.set_kind(v1::CASE_EVENT_KIND_WITHDRAWN);
    *gone.mutable_date() = ToProto(absl::CivilDay(2023, 3, 1));
    EXPECT_TRUE(world_.Beside("persons/an/cases/c1", gone).ok());
    world_.WalkTo("persons/an/cases/c2", absl::CivilDay(2023, 4, 1), v1::STEP_KIND_TALK);
    world_.WalkTo("persons/bo/cases/c1", kStart, v1::STEP_KIND_CULTIVATION_INSPECTION);
  }
  // All pages of it.
  std::vector<std::string> Names(v1::ListCasesRequest request) {
    std::vector<std::string> names;
    do {
      v1::ListCasesResponse response;
      const absl::Status status =
          Invoke(&v1::MembershipService::Stub::ListCases, world_.stub(), request, &response);
      EXPECT_TRUE(status.ok()) << status;
      if (!status.ok()) break;
      for (const v1::DevelopmentCase& one : response.cases()) {
        names.push_back(one.name());
        EXPECT_THAT(one.steps(), IsEmpty());
        EXPECT_EQ(one.etag(), world_.Case(one.name()).etag());
        EXPECT_EQ(one.state(), world_.Case(one.name()).state());
        EXPECT_EQ(one.stage(), world_.Case(one.name()).stage());
      }
      request.set_page_token(response.next_page_token());
    } while (!request.page_token().empty());
    return names;
  }
  World world_;
};

TEST_F(CaseListTest, TellsAPersonsCases) {
  v1::ListCasesRequest request;
  request.set_person("persons/an");
  EXPECT_THAT(Names(request), ElementsAre("persons/an/cases/c1", "persons/an/cases/c2"));
  request.add_states(v1::CASE_STATE_OPEN);
  EXPECT_THAT(Names(request), ElementsAre("persons/an/cases/c2"));
  request.set_person("persons/ci");
  EXPECT_THAT(Names(request), IsEmpty());
}

TEST_F(CaseListTest, TellsThoseOfASubtreeByPages) {
  v1::ListCasesRequest request;
  for (const int size : {0, 1, 2}) {
    request.set_page_size(size);
    EXPECT_THAT(Names(request), UnorderedElementsAre("persons/an/cases/c1", "persons/an/cases/c2",
                                                     "persons/bo/cases/c1"));
  }
  request.add_stages(v1::STAGE_ACTIVIST);
  EXPECT_THAT(Names(request), ElementsAre("persons/bo/cases/c1"));
}

TEST_F(CaseListTest, TellsAStrangerNothing) {
  v1::ListCasesRequest request;
  v1::ListCasesResponse response;
  request.set_person("persons/nobody");
  const absl::Status unknown =
      Invoke(&v1::MembershipService::Stub::ListCases, world_.stub(), request, &response);
  EXPECT_TRUE(absl::IsNotFound(unknown)) << unknown;
}

}  // namespace
}  // namespace zhibu::membership
