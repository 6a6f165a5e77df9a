#include "common/base/title.h"

#include "gtest/gtest.h"
#include "zhibu/membership/v1/development_case.pb.h"
#include "zhibu/type/v1/line.pb.h"

namespace zhibu {
namespace {

TEST(Title, IsWhatTheContractSays) {
  EXPECT_EQ(TitleOf(type::v1::LINE_SUBORDINATION), "隶属");
  EXPECT_EQ(TitleOf(membership::v1::STEP_KIND_OATH), "入党宣誓");
}

TEST(Title, OfAValueOfANewerServiceIsItsNumber) {
  EXPECT_EQ(TitleOf(static_cast<type::v1::Line>(77)), "77");
}

}  // namespace
}  // namespace zhibu
