#include "common/domain/text_file.h"

#include <gtest/gtest.h>

#include "common/domain/cadence.pb.h"

namespace zhibu {
namespace {

constexpr char kText[] = "# two rules\nrules { id: \"a\" }\nrules {\n  id: \"b\"\n}\n";

TEST(TextFile, SaysOnWhichLineAFieldStands) {
  TextFile file("data.textproto");
  domain::CadenceCatalogue data;
  ASSERT_TRUE(file.Parse(kText, data).ok());
  EXPECT_EQ(data.rules_size(), 2);
  EXPECT_EQ(file.Fault("rules", 0, "wrong").message(), "data.textproto:2: wrong");
  EXPECT_EQ(file.Fault("rules", 1, "wrong").message(), "data.textproto:3: wrong");
  EXPECT_EQ(file.Fault("", -1, "wrong").message(), "data.textproto: wrong");
  EXPECT_EQ(file.Fault("", -1, "wrong").code(), absl::StatusCode::kInvalidArgument);
}

TEST(TextFile, NamesAFieldThatTheTextDoesNotHave) {
  TextFile file("data.textproto");
  domain::CadenceCatalogue data;
  ASSERT_TRUE(file.Parse("", data).ok());
  EXPECT_EQ(file.Fault("rules", 0, "at least one").message(),
            "data.textproto: rules: at least one");
}

TEST(TextFile, RefusesWhatIsNotTextOfTheMessageWithTheFirstLineAtFault) {
  TextFile file("data.textproto");
  domain::CadenceCatalogue data;
  const absl::Status status = file.Parse("rules { id: \"a\" }\nrule {}\nnothing {}\n", data);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message().find("data.textproto:2: "), 0u) << status;
}

}  // namespace
}  // namespace zhibu
