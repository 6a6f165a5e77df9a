#include "common/store/dispatch.h"

#include <string>

#include "gmock/gmock.h"
#include "google/type/date.pb.h"
#include "gtest/gtest.h"
#include "zhibu/type/v1/citation.pb.h"
#include "zhibu/type/v1/finding.pb.h"

namespace zhibu {
namespace {

using google::protobuf::Any;
using testing::HasSubstr;

Any Packed(const google::protobuf::Message& message) {
  Any any;
  any.PackFrom(message);
  return any;
}

Any ADate(int year) {
  google::type::Date date;
  date.set_year(year);
  return Packed(date);
}

TEST(Dispatch, GivesAnEventToTheOneHandlerOfItsType) {
  int year = 0;
  std::string article;
  const auto apply = [&](const Any& event) {
    return DispatchFollowed(
        event,
        [&](const google::type::Date& date) {
          year = date.year();
          return absl::OkStatus();
        },
        [&](const type::v1::Citation& citation) -> absl::Status {
          article = citation.article();
          return absl::AbortedError("as the handler answers");
        });
  };
  EXPECT_TRUE(apply(ADate(2026)).ok());
  EXPECT_EQ(year, 2026);
  EXPECT_EQ(article, "");
  type::v1::Citation citation;
  citation.set_article("第十条");
  EXPECT_EQ(apply(Packed(citation)).code(), absl::StatusCode::kAborted);
  EXPECT_EQ(article, "第十条");
  EXPECT_EQ(year, 2026);
}

TEST(Dispatch, RefusesWhatIsNotTheMessageItSaysItIs) {
  Any event = ADate(2026);
  event.set_value("\xff");
  int calls = 0;
  const auto count = [&](const google::type::Date&) {
    ++calls;
    return absl::OkStatus();
  };
  EXPECT_TRUE(absl::IsDataLoss(DispatchFollowed(event, count)));
  EXPECT_TRUE(absl::IsDataLoss(DispatchOwn(event, count)));
  EXPECT_EQ(calls, 0);
}

TEST(Dispatch, PassesOverWhatNobodyTakesAndSaysSoOnce) {
  const Any event = Packed(type::v1::Finding());
  const auto date = [](const google::type::Date&) -> absl::Status {
    return absl::InternalError("not of this type");
  };
  const int64_t before = PassedOver()["zhibu.type.v1.Finding"];
  testing::internal::CaptureStderr();
  EXPECT_TRUE(DispatchFollowed(event, date).ok());
  EXPECT_TRUE(DispatchFollowed(event, date).ok());
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_EQ(PassedOver()["zhibu.type.v1.Finding"], before + 2);
  EXPECT_THAT(log, HasSubstr("zhibu.type.v1.Finding"));
  EXPECT_EQ(log.find('\n'), log.size() - 1) << "one line for the type";
}

TEST(Dispatch, KnowsEveryEventOfTheOwnFeed) {
  int years = 0;
  const auto add = [&](const google::type::Date& date) {
    years += date.year();
    return absl::OkStatus();
  };
  EXPECT_TRUE(DispatchOwn(ADate(7), add).ok());
  EXPECT_EQ(years, 7);
  EXPECT_TRUE(absl::IsDataLoss(DispatchOwn(Packed(type::v1::Findings()), add)));
  EXPECT_EQ(PassedOver().count("zhibu.type.v1.Findings"), 0u);
}

TEST(EventTypeOf, IsTheNameWhateverStandsBefore) {
  Any event;
  for (const char* url : {"type.googleapis.com/a.b.C", "a.b.C", "x/y/a.b.C"}) {
    event.set_type_url(url);
    EXPECT_EQ(EventTypeOf(event), "a.b.C");
  }
}

}  // namespace
}  // namespace zhibu
