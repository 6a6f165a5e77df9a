#include "common/domain/id_number.h"

#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace zhibu {
namespace {

// The example printed in GB 11643-1999 itself.
constexpr char kStandardExample[] = "11010519491231002X";

// A number of nobody: region codes 990000 to 990099 are not assigned.
std::string Generated(absl::string_view birth, absl::string_view sequence) {
  const std::string first = absl::StrCat("990001", birth, sequence);
  return absl::StrCat(first, std::string(1, IdCheckCharacter(first)));
}

TEST(ParseIdNumber, ReadsTheExampleOfTheStandard) {
  const auto id = ParseIdNumber(kStandardExample);
  ASSERT_TRUE(id.ok()) << id.status();
  EXPECT_EQ(id->number, kStandardExample);
  EXPECT_EQ(id->region, "110105");
  EXPECT_EQ(id->birth, absl::CivilDay(1949, 12, 31));
  EXPECT_EQ(id->sex, Sex::kFemale);
}

TEST(ParseIdNumber, AcceptsLowerCaseX) {
  const auto id = ParseIdNumber("11010519491231002x");
  ASSERT_TRUE(id.ok()) << id.status();
  EXPECT_EQ(id->number, kStandardExample);
}

TEST(ParseIdNumber, TakesSexFromTheSequence) {
  EXPECT_EQ(ParseIdNumber(Generated("19800229", "001"))->sex, Sex::kMale);
  EXPECT_EQ(ParseIdNumber(Generated("19800229", "010"))->sex, Sex::kFemale);
}

TEST(ParseIdNumber, RefusesEverySingleWrongCharacter) {
  const std::string good = Generated("19850617", "123");
  ASSERT_TRUE(ParseIdNumber(good).ok());
  for (size_t i = 0; i < good.size(); ++i) {
    for (char c : std::string("0123456789Xx ")) {
      if (c == good[i] || absl::ascii_toupper(c) == good[i]) continue;
      std::string bad = good;
      bad[i] = c;
      EXPECT_FALSE(ParseIdNumber(bad).ok()) << "position " << i << ", character " << c;
    }
  }
}

TEST(ParseIdNumber, RefusesExchangedNeighbours) {
  const std::string good = Generated("19850617", "123");
  for (size_t i = 0; i + 1 < good.size(); ++i) {
    if (good[i] == good[i + 1]) continue;
    std::string bad = good;
    std::swap(bad[i], bad[i + 1]);
    EXPECT_FALSE(ParseIdNumber(bad).ok()) << "position " << i;
  }
}

TEST(ParseIdNumber, RefusesBirthDatesThatDoNotExist) {
  for (const char* birth : {"19850230", "19001301", "18991231", "22000101", "20230229"}) {
    EXPECT_EQ(ParseIdNumber(Generated(birth, "123")).status().message(),
              "the birth date in the ID number does not exist")
        << birth;
  }
}

TEST(ParseIdNumber, NeverRepeatsTheNumberInAnError) {
  const std::string good = Generated("19850617", "123");
  std::set<std::string> bad = {good.substr(1), good + "0", "X" + good.substr(1),
                               Generated("19850230", "123")};
  std::string wrong_check = good;
  wrong_check.back() = wrong_check.back() == '1' ? '2' : '1';
  bad.insert(wrong_check);
  for (const std::string& text : bad) {
    const auto id = ParseIdNumber(text);
    ASSERT_EQ(id.status().code(), absl::StatusCode::kInvalidArgument);
    for (size_t i = 0; i + 3 <= text.size(); ++i) {
      EXPECT_EQ(id.status().message().find(text.substr(i, 3)), absl::string_view::npos);
    }
  }
}

TEST(IdCheckCharacter, ReachesEveryCheckCharacter) {
  std::set<char> seen;
  for (int sequence = 100; sequence < 200; ++sequence) {
    seen.insert(IdCheckCharacter(absl::StrCat("99000119850617", sequence)));
  }
  EXPECT_EQ(seen.size(), 11u);
  EXPECT_EQ(IdCheckCharacter("11010519491231002"), 'X');
}

TEST(IdCheckCharacter, IsNulForAnythingButSeventeenDigits) {
  EXPECT_EQ(IdCheckCharacter(""), '\0');
  EXPECT_EQ(IdCheckCharacter("1101051949123100"), '\0');
  EXPECT_EQ(IdCheckCharacter("1101051949123100X"), '\0');
}

TEST(MaskIdNumber, CoversTheBirthDate) {
  EXPECT_EQ(MaskIdNumber(kStandardExample), "110105********002X");
}

TEST(MaskIdNumber, CoversAnUnexpectedTextWhole) {
  EXPECT_EQ(MaskIdNumber("1234567"), "*******");
  EXPECT_EQ(MaskIdNumber(""), "");
}

}  // namespace
}  // namespace zhibu
