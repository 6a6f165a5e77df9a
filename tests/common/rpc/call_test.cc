#include "common/rpc/call.h"

#include "common/base/civil.h"
#include "common/base/status.h"
#include "gtest/gtest.h"
#include "zhibu/registry/v1/registry_service.pb.h"

namespace zhibu {
namespace {

using absl::CivilDay;

constexpr CivilDay kToday(2026, 11, 23);

class DayOfTest : public testing::Test {
 protected:
  google::type::Date Date(int year, int month, int day) {
    google::type::Date date;
    date.set_year(year);
    date.set_month(month);
    date.set_day(day);
    return date;
  }
  const MethodInfo method_;
  const Principal principal_;
  const SharedOrgTree tree_;
  const Call call_{method_, principal_, tree_, kToday, absl::InfiniteFuture()};
};

TEST_F(DayOfTest, IsTodayWhereTheRequestHasNone) {
  registry::v1::GetOrganisationRequest request;
  EXPECT_EQ(call_.AsOf(request).value(), kToday);
  *request.mutable_as_of() = Date(2024, 2, 29);
  EXPECT_EQ(call_.AsOf(request).value(), CivilDay(2024, 2, 29));
}

TEST_F(DayOfTest, RefusesADateThatIsGivenAndIsNone) {
  for (const google::type::Date& date :
       {Date(0, 0, 0), Date(2026, 11, 0), Date(2026, 0, 0), Date(0, 11, 23), Date(2026, 2, 29),
        Date(1899, 12, 31), Date(2200, 1, 1), Date(2026, 13, 1), ToProto(kNoEnd)}) {
    const absl::Status status = call_.DayOf(true, date, "period.from").status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << date.ShortDebugString();
    EXPECT_EQ(ReasonOf(status), "DATE_INVALID");
    EXPECT_EQ(FindingsOf(status).at(0).subject(), "period.from");
  }
  EXPECT_EQ(call_.DayOf(true, Date(1900, 1, 1), "x").value(), CivilDay(1900, 1, 1));
  EXPECT_EQ(call_.DayOf(true, Date(2199, 12, 31), "x").value(), CivilDay(2199, 12, 31));
}

}  // namespace
}  // namespace zhibu
