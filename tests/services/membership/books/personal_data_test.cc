#include "services/membership/books/personal_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "common/base/crypto.h"
#include "common/base/file.h"
#include "common/base/status.h"
#include "tests/services/membership/history.h"

namespace zhibu::membership {
namespace {

rows::PersonalData SomeData() {
  rows::PersonalData data;
  data.set_display_name("某某");
  data.set_id_number(GeneratedIdNumber(absl::CivilDay(1990, 1, 15), 7));
  data.set_birth(7319);
  return data;
}

TEST(PersonalData, OpensWhatItSealed) {
  const PersonalDataKeys keys({std::string(32, 'a')});
  const v1::Sealed sealed = keys.Seal("persons/li", SomeData());
  EXPECT_EQ(sealed.algorithm(), "AES-256-GCM");
  EXPECT_EQ(sealed.key_id(), keys.key_id());
  EXPECT_EQ(sealed.key_id().size(), 16u);
  EXPECT_EQ(sealed.nonce().size(), 12u);
  const auto opened = keys.Open("persons/li", sealed);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->SerializeAsString(), SomeData().SerializeAsString());
}

TEST(PersonalData, NeverSealsTheSameWayTwice) {
  const PersonalDataKeys keys({std::string(32, 'a')});
  const v1::Sealed one = keys.Seal("persons/li", SomeData());
  const v1::Sealed two = keys.Seal("persons/li", SomeData());
  EXPECT_NE(one.nonce(), two.nonce());
  EXPECT_NE(one.ciphertext(), two.ciphertext());
}

TEST(PersonalData, DoesNotOpenForAnotherPersonOrWhenChanged) {
  const PersonalDataKeys keys({std::string(32, 'a')});
  v1::Sealed sealed = keys.Seal("persons/li", SomeData());
  EXPECT_TRUE(absl::IsDataLoss(keys.Open("persons/wang", sealed).status()));
  (*sealed.mutable_ciphertext())[0] ^= 1;
  EXPECT_TRUE(absl::IsDataLoss(keys.Open("persons/li", sealed).status()));
}

TEST(PersonalData, SaysThatAnotherKeyIsNeeded) {
  const PersonalDataKeys keys({std::string(32, 'a')}), others({std::string(32, 'b')});
  const absl::Status status =
      others.Open("persons/li", keys.Seal("persons/li", SomeData())).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(status), "KEY_MISSING");
  EXPECT_NE(keys.IdNumberHash("1"), others.IdNumberHash("1"));
  EXPECT_EQ(keys.IdNumberHash("1"), PersonalDataKeys({std::string(32, 'a')}).IdNumberHash("1"));
}

TEST(PersonalData, OpensWhatAnOlderKeySealedAndSealsWithTheNewest) {
  const PersonalDataKeys before({std::string(32, 'a')});
  const PersonalDataKeys after({std::string(32, 'b'), std::string(32, 'a')});
  EXPECT_NE(before.key_id(), after.key_id());
  EXPECT_TRUE(after.Has(before.key_id()));
  EXPECT_FALSE(before.Has(after.key_id()));
  EXPECT_TRUE(after.Open("persons/li", before.Seal("persons/li", SomeData())).ok());
  const v1::Sealed anew = after.Seal("persons/li", SomeData());
  EXPECT_EQ(anew.key_id(), after.key_id());
  EXPECT_FALSE(before.Open("persons/li", anew).ok());
  // The indexes stay as they are.
  EXPECT_EQ(before.IdNumberHash("1"), after.IdNumberHash("1"));
  EXPECT_EQ(before.AlikeHash(SomeData()), after.AlikeHash(SomeData()));
}

TEST(PersonalData, TellsNamesAndBirthDatesApart) {
  const PersonalDataKeys keys({std::string(32, 'a')});
  rows::PersonalData same = SomeData(), namesake = SomeData(), later = SomeData();
  same.clear_id_number();
  namesake.set_display_name("某");
  later.set_birth(7320);
  EXPECT_EQ(keys.AlikeHash(same), keys.AlikeHash(SomeData()));
  EXPECT_NE(keys.AlikeHash(namesake), keys.AlikeHash(SomeData()));
  EXPECT_NE(keys.AlikeHash(later), keys.AlikeHash(SomeData()));
}

TEST(PersonalData, HashesNamesAsTheyAreComparedAndInitialsApartFromThem) {
  const PersonalDataKeys keys({std::string(32, 'a')});
  const PersonalDataKeys newer({std::string(32, 'b'), std::string(32, 'a')});
  EXPECT_EQ(keys.NameHash("某 某"), keys.NameHash("某某"));
  EXPECT_NE(keys.NameHash("某"), keys.NameHash("某某"));
  EXPECT_NE(keys.NameHash("mm"), keys.InitialsHash("mm"));
  EXPECT_NE(keys.NameHash("mm"), keys.IdNumberHash("mm"));
  // The indexes stay as they are when a newer key seals.
  EXPECT_EQ(keys.NameHash("某某"), newer.NameHash("某某"));
  EXPECT_EQ(keys.InitialsHash("mm"), newer.InitialsHash("mm"));
}

TEST(LoadOrMakeKeys, ReadsOneKeyALineNewestFirst) {
  const std::string path =
      (std::filesystem::path(::testing::TempDir()) / absl::StrCat("keys-", RandomId())).string();
  ASSERT_TRUE(
      WriteFile(path, absl::StrCat(std::string(64, 'b'), "\n\n", std::string(64, 'a'), "\n")).ok());
  EXPECT_THAT(*LoadOrMakeKeys(path),
              ::testing::ElementsAre(std::string(32, '\xbb'), std::string(32, '\xaa')));
  ASSERT_TRUE(WriteFile(path, "\n").ok());
  EXPECT_EQ(LoadOrMakeKeys(path).status().code(), absl::StatusCode::kFailedPrecondition);
  std::filesystem::remove(path);
}

TEST(LoadOrMakeKeys, MakesAKeyOnceThatOnlyItsOwnerMayRead) {
  const std::string path =
      (std::filesystem::path(::testing::TempDir()) / absl::StrCat("key-", RandomId())).string();
  const auto made = LoadOrMakeKeys(path);
  ASSERT_TRUE(made.ok()) << made.status();
  ASSERT_EQ(made->size(), 1u);
  EXPECT_EQ(made->front().size(), 32u);
  EXPECT_EQ(std::filesystem::status(path).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_EQ(*LoadOrMakeKeys(path), *made);
  ASSERT_TRUE(WriteFile(path, "not a key").ok());
  EXPECT_EQ(LoadOrMakeKeys(path).status().code(), absl::StatusCode::kFailedPrecondition);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace zhibu::membership
