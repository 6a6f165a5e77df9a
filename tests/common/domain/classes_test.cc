#include "common/domain/classes.h"

#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace zhibu {
namespace {

using namespace registry::v1;
using testing::UnorderedElementsAre;

// The kinds that are of the class, of all values there are.
template <typename Kind>
std::set<int> Of(bool (*in)(Kind), const google::protobuf::EnumDescriptor* kinds) {
  std::set<int> found;
  for (int i = 0; i < kinds->value_count(); ++i) {
    if (in(static_cast<Kind>(kinds->value(i)->number()))) found.insert(kinds->value(i)->number());
  }
  return found;
}

TEST(Posts, AreOfThePartyOrLeadAnInstitutionAndNeverBoth) {
  const std::set<int> committee = Of(IsCommitteePost, PostKind_descriptor());
  EXPECT_THAT(committee, UnorderedElementsAre(
                             POST_KIND_SECRETARY, POST_KIND_DEPUTY_SECRETARY,
                             POST_KIND_ORGANISATION_COMMISSIONER, POST_KIND_PUBLICITY_COMMISSIONER,
                             POST_KIND_DISCIPLINE_COMMISSIONER, POST_KIND_COMMITTEE_MEMBER));
  std::set<int> party = committee;
  party.insert(POST_KIND_CLERK);
  EXPECT_EQ(Of(IsPartyPost, PostKind_descriptor()), party);
  EXPECT_THAT(
      Of(IsLeadingPost, PostKind_descriptor()),
      UnorderedElementsAre(POST_KIND_HEAD, POST_KIND_DEPUTY_HEAD, POST_KIND_LEADING_MEMBER));
  // Every post that there is, is of one of the two.
  EXPECT_EQ(party.size() + 3 + 1, static_cast<size_t>(PostKind_descriptor()->value_count()));
}

TEST(Institutions, AreSchoolsKindergartensTeachingPointsOrOther) {
  EXPECT_THAT(Of(IsSchool, InstitutionKind_descriptor()),
              UnorderedElementsAre(
                  INSTITUTION_KIND_PRIMARY_SCHOOL, INSTITUTION_KIND_JUNIOR_SCHOOL,
                  INSTITUTION_KIND_SENIOR_SCHOOL, INSTITUTION_KIND_COMPLETE_SECONDARY_SCHOOL,
                  INSTITUTION_KIND_NINE_YEAR_SCHOOL, INSTITUTION_KIND_SPECIAL_SCHOOL,
                  INSTITUTION_KIND_VOCATIONAL_SCHOOL));
  EXPECT_EQ(UnitLevelOf(INSTITUTION_KIND_KINDERGARTEN), UnitLevel::kKindergarten);
  EXPECT_EQ(UnitLevelOf(INSTITUTION_KIND_TEACHING_POINT), UnitLevel::kTeachingPoint);
  for (const auto kind : {INSTITUTION_KIND_UNSPECIFIED, INSTITUTION_KIND_EDUCATION_BUREAU,
                          INSTITUTION_KIND_OTHER, static_cast<InstitutionKind>(99)}) {
    EXPECT_EQ(UnitLevelOf(kind), UnitLevel::kOther) << kind;
  }
}

TEST(Institutions, HaveASeniorLevelInThreeKindsOfSchool) {
  EXPECT_THAT(Of(HasSeniorLevel, InstitutionKind_descriptor()),
              UnorderedElementsAre(INSTITUTION_KIND_SENIOR_SCHOOL,
                                   INSTITUTION_KIND_COMPLETE_SECONDARY_SCHOOL,
                                   INSTITUTION_KIND_VOCATIONAL_SCHOOL));
}

}  // namespace
}  // namespace zhibu
