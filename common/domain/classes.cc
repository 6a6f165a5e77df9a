#include "common/domain/classes.h"

namespace zhibu {

using registry::v1::InstitutionKind;
using registry::v1::PostKind;

// Written out value by value: a kind that is added later belongs to no class until somebody says
// so.

bool IsPartyPost(PostKind kind) {
  return IsCommitteePost(kind) || kind == registry::v1::POST_KIND_CLERK;
}

bool IsCommitteePost(PostKind kind) {
  switch (kind) {
    case registry::v1::POST_KIND_SECRETARY:
    case registry::v1::POST_KIND_DEPUTY_SECRETARY:
    case registry::v1::POST_KIND_ORGANISATION_COMMISSIONER:
    case registry::v1::POST_KIND_PUBLICITY_COMMISSIONER:
    case registry::v1::POST_KIND_DISCIPLINE_COMMISSIONER:
    case registry::v1::POST_KIND_COMMITTEE_MEMBER:
      return true;
    default:
      return false;
  }
}

bool IsLeadingPost(PostKind kind) {
  switch (kind) {
    case registry::v1::POST_KIND_HEAD:
    case registry::v1::POST_KIND_DEPUTY_HEAD:
    case registry::v1::POST_KIND_LEADING_MEMBER:
      return true;
    default:
      return false;
  }
}

UnitLevel UnitLevelOf(InstitutionKind kind) {
  switch (kind) {
    case registry::v1::INSTITUTION_KIND_PRIMARY_SCHOOL:
    case registry::v1::INSTITUTION_KIND_JUNIOR_SCHOOL:
    case registry::v1::INSTITUTION_KIND_SENIOR_SCHOOL:
    case registry::v1::INSTITUTION_KIND_COMPLETE_SECONDARY_SCHOOL:
    case registry::v1::INSTITUTION_KIND_NINE_YEAR_SCHOOL:
    case registry::v1::INSTITUTION_KIND_SPECIAL_SCHOOL:
    case registry::v1::INSTITUTION_KIND_VOCATIONAL_SCHOOL:
      return UnitLevel::kSchool;
    case registry::v1::INSTITUTION_KIND_KINDERGARTEN:
      return UnitLevel::kKindergarten;
    case registry::v1::INSTITUTION_KIND_TEACHING_POINT:
      return UnitLevel::kTeachingPoint;
    default:
      return UnitLevel::kOther;
  }
}

bool IsSchool(InstitutionKind kind) { return UnitLevelOf(kind) == UnitLevel::kSchool; }

bool HasSeniorLevel(InstitutionKind kind) {
  return kind == registry::v1::INSTITUTION_KIND_SENIOR_SCHOOL ||
         kind == registry::v1::INSTITUTION_KIND_COMPLETE_SECONDARY_SCHOOL ||
         kind == registry::v1::INSTITUTION_KIND_VOCATIONAL_SCHOOL;
}

}  // namespace zhibu
