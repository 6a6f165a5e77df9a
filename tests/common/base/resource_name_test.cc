#include "common/base/resource_name.h"

#include "gtest/gtest.h"

namespace zhibu {
namespace {

TEST(IsResourceId, AcceptsLowerCaseLettersDigitsAndHyphensAfterALetter) {
  for (const char* id : {"a", "party-branch-1", "x9", "a-"}) EXPECT_TRUE(IsResourceId(id)) << id;
  EXPECT_TRUE(IsResourceId(std::string(63, 'a')));
}

TEST(IsResourceId, RefusesEverythingElse) {
  for (const char* id : {"", "1a", "-a", "A", "aB", "a_b", "a.b", "a/b", "a b", "党", "a\n"}) {
    EXPECT_FALSE(IsResourceId(id)) << id;
  }
  EXPECT_FALSE(IsResourceId(std::string(64, 'a')));
  EXPECT_FALSE(IsResourceId(absl::string_view("a\0b", 3)));  // a key's text must not contain it
}

TEST(IdOf, TakesTheIdOutOfAName) {
  EXPECT_EQ(IdOf(kOrganisations, "organisations/x"), "x");
  EXPECT_EQ(IdOf(kOrganisations, NameOf(kOrganisations, "no-1")), "no-1");
}

TEST(IdOf, RefusesNamesOfAnotherForm) {
  for (const char* name : {"", "organisations", "organisations/", "organisation/x", "persons/x",
                           "organisations/x/y", "organisationsx", "/organisations/x",
                           "organisations//x", "organisations/-", "organisations/X"}) {
    EXPECT_EQ(IdOf(kOrganisations, name), std::nullopt) << name;
  }
}

TEST(ParseCaseName, TakesBothIds) {
  const auto name = ParseCaseName("persons/p-1/cases/c-1");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->person_id, "p-1");
  EXPECT_EQ(name->case_id, "c-1");
}

TEST(ParseCaseName, RefusesNamesOfAnotherForm) {
  for (const char* name :
       {"", "persons/p-1", "persons/p-1/cases/", "persons//cases/c", "persons/p/case/c",
        "person/p/cases/c", "persons/p/cases/c/", "persons/P/cases/c"}) {
    EXPECT_FALSE(ParseCaseName(name)) << name;
  }
}

}  // namespace
}  // namespace zhibu
