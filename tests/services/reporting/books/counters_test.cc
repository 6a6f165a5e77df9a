// What a read of the counters says, and what it costs. That they are right after any history is
// recount_property_test.cc's.
#include "services/reporting/books/counters.h"

#include "absl/strings/str_cat.h"
#include "tests/services/reporting/books.h"
#include "tests/services/reporting/facts.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::reporting {
namespace {

const std::string kHeld = "activities.theme-day";

class CountsTest : public testing::Test {
 protected:
  CountsTest() {
    books_.Apply(OrganisationFact("root", type::v1::ORGANISATION_KIND_COMMITTEE));
    books_.Apply(OrganisationFact("b", type::v1::ORGANISATION_KIND_BRANCH,
                                  {{"root"}, {"guide", type::v1::LINE_TERRITORIAL}}));
    books_.Apply(OrganisationFact("guide", type::v1::ORGANISATION_KIND_COMMITTEE, {{"root"}}));
  }
  void Hold(CivilDay day) {
    events_.push_back(Packed(ActivityFact(absl::StrCat("a", next_++), "b", "theme-day", day)));
    if (events_.size() < 200) return;
    Flush();
  }
  void Flush() {
    const absl::Status status = books_.Apply(events_);
    ASSERT_TRUE(status.ok()) << status;
    events_.clear();
  }

  Books books_;
  std::vector<google::protobuf::Any> events_;
  int next_ = 0;
};

TEST_F(CountsTest, TellsDaysMonthsAndYearsApartAtTheirEnds) {
  const std::vector<CivilDay> ends = {
      CivilDay(2022, 12, 31), CivilDay(2023, 1, 1),   CivilDay(2023, 1, 31), CivilDay(2023, 2, 1),
      CivilDay(2023, 2, 28),  CivilDay(2023, 12, 31), CivilDay(2024, 1, 1),  CivilDay(2024, 2, 29)};
  for (const CivilDay day : ends) Hold(day);
  Flush();
  std::vector<CivilDay> asked;
  for (const CivilDay day : ends) {
    asked.push_back(day);
    asked.push_back(day - 1);
  }
  const auto counts = Counts::Read(*books_.TakeSnapshot(), "root", asked);
  ASSERT_TRUE(counts.ok()) << counts.status();
  for (size_t i = 0; i < ends.size(); ++i) {
    const auto until = static_cast<int64_t>(i) + 1;
    EXPECT_EQ(counts->On(Of::kSubordination, kHeld, ends[i]), until) << FormatDate(ends[i]);
    EXPECT_EQ(counts->Between(Of::kSubordination, kHeld, ends[i], ends[i] + 1), 1);
    EXPECT_EQ(counts->Between(Of::kSubordination, kHeld, ends[0], ends[i] + 1), until);
  }
  EXPECT_EQ(counts->Between(Of::kSubordination, kHeld, ends[1], ends[1]), 0);
  EXPECT_EQ(counts->On(Of::kSubordination, "activities.visit", ends[0]), 0);
  EXPECT_EQ(counts->On(Of::kItself, kHeld, ends[0]), 0);
}

TEST_F(CountsTest, CountsWhatIsBelowOnBothLinesOnce) {
  // The branch is below the root directly, and by way of its guide on the other line.
  const CivilDay day(2024, 5, 1);
  Hold(day);
  Flush();
  const auto counts = Counts::Read(*books_.TakeSnapshot(), "root", {day});
  ASSERT_TRUE(counts.ok()) << counts.status();
  EXPECT_EQ(counts->On(Of::kSubordination, kHeld, day), 1);
  EXPECT_EQ(counts->On(Of::kTerritorial, kHeld, day), 1);
  EXPECT_EQ(counts->On(Of::kEither, kHeld, day), 1);
}

TEST_F(CountsTest, CostsNoMoreForALongHistory) {
  const CivilDay end(2024, 6, 30);
  for (CivilDay day = CivilDay(2018, 1, 1); day <= end; ++day) Hold(day);
  Flush();
  const std::unique_ptr<Snapshot> snapshot = books_.TakeSnapshot();
  const CountingReader reader(snapshot.get());
  const auto counts = Counts::Read(reader, "root", {end, AddMonths(end, -1), AddMonths(end, -12)});
  ASSERT_TRUE(counts.ok()) << counts.status();
  EXPECT_EQ(counts->On(Of::kSubordination, kHeld, end), end - CivilDay(2018, 1, 1) + 1);
  // Over the years, the months of two years, and the days of two neighbouring months and of one.
  EXPECT_LE(reader.scans, 2 * 4);
  // Two measures of activities, each below on both lines, and a few of organisations.
  EXPECT_LE(reader.rows, 2 * 3 * (7 + 24 + 62 + 31) + 40);
  EXPECT_EQ(reader.gets, 0);
}

}  // namespace
}  // namespace zhibu::reporting
