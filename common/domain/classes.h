// Which kinds of posts and institutions belong together: one classification for rules, counts and
// files.
#ifndef ZHIBU_COMMON_DOMAIN_CLASSES_H_
#define ZHIBU_COMMON_DOMAIN_CLASSES_H_

#include "zhibu/registry/v1/institution.pb.h"
#include "zhibu/registry/v1/post.pb.h"

namespace zhibu {

// Held in a party organisation (党内职务、党务工作岗位): from the secretary to the clerk. Every
// other post is held in an institution.
bool IsPartyPost(registry::v1::PostKind kind);

// Elected into a branch's or a committee's leadership (支部委员会、党委会成员): the party posts
// without the clerk (党务工作者), who is appointed.
bool IsCommitteePost(registry::v1::PostKind kind);

// A member of an institution's leadership (行政班子成员).
bool IsLeadingPost(registry::v1::PostKind kind);

// What kind of unit an institution is, as coverage and school statistics take it.
enum class UnitLevel {
  kOther,          // bureaus and other units, and what is not said
  kSchool,         // 中小学校: 小学 to 中等职业学校, 特殊教育学校 included
  kKindergarten,   // 幼儿园
  kTeachingPoint,  // 教学点: a part of a school
};
UnitLevel UnitLevelOf(registry::v1::InstitutionKind kind);

// UnitLevel::kSchool.
bool IsSchool(registry::v1::InstitutionKind kind);

// 高中阶段: has students old enough to apply for membership.
bool HasSeniorLevel(registry::v1::InstitutionKind kind);

}  // namespace zhibu

#endif  // ZHIBU_COMMON_DOMAIN_CLASSES_H_
