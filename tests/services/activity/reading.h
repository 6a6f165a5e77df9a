// A branch of seven full members, about which the tests of lists ask.
#ifndef ZHIBU_TESTS_SERVICES_ACTIVITY_READING_H_
#define ZHIBU_TESTS_SERVICES_ACTIVITY_READING_H_

#include <string>

#include "gtest/gtest.h"
#include "tests/services/activity/world.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::activity {

class Reading : public ::testing::Test {
 protected:
  Reading() {
    world_.Organisation("bureau", type::v1::ORGANISATION_KIND_COMMITTEE);
    world_.Organisation("branch", type::v1::ORGANISATION_KIND_BRANCH, "bureau");
    world_.FullMembers("branch", 7);
    world_.Settle();
  }
  void Held(const std::string& id, const std::string& kind, absl::CivilDay day) {
    ASSERT_TRUE(world_.Create(World::Row(id, "branch", kind, day)).ok());
  }

  World world_;
};

}  // namespace zhibu::activity

#endif  // ZHIBU_TESTS_SERVICES_ACTIVITY_READING_H_
