// The county of survey report R2 (domain.md §8.1): its figures, with people and schools made up.
#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "services/cli/generate/counties.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::cli {
namespace {

using registry::v1::COVERAGE_RUNG_ATTACHED;
using registry::v1::COVERAGE_RUNG_INSTRUCTOR;
using registry::v1::COVERAGE_RUNG_JOINT;
using registry::v1::COVERAGE_RUNG_OWN;
using registry::v1::CoverageRung;
using registry::v1::INSTITUTION_KIND_JUNIOR_SCHOOL;
using registry::v1::INSTITUTION_KIND_NINE_YEAR_SCHOOL;
using registry::v1::INSTITUTION_KIND_PRIMARY_SCHOOL;
using registry::v1::INSTITUTION_KIND_SENIOR_SCHOOL;
using registry::v1::INSTITUTION_KIND_SPECIAL_SCHOOL;
using registry::v1::INSTITUTION_KIND_TEACHING_POINT;
using type::v1::ORGANISATION_KIND_BRANCH;
using type::v1::ORGANISATION_KIND_COMMITTEE;
using type::v1::ORGANISATION_KIND_GENERAL_BRANCH;
using type::v1::ORGANISATION_KIND_JOINT_BRANCH;
using type::v1::ORGANISATION_KIND_WORK_COMMITTEE;
using registry::v1::POST_KIND_CLERK;
using registry::v1::POST_KIND_DEPUTY_HEAD;
using registry::v1::POST_KIND_DEPUTY_SECRETARY;
using registry::v1::POST_KIND_DISCIPLINE_COMMISSIONER;
using registry::v1::POST_KIND_HEAD;
using registry::v1::POST_KIND_LEADING_MEMBER;
using registry::v1::POST_KIND_ORGANISATION_COMMISSIONER;
using registry::v1::POST_KIND_PUBLICITY_COMMISSIONER;
using registry::v1::POST_KIND_SECRETARY;
using registry::v1::PostKind;

constexpr char kCounty[] = "景澜县";
constexpr char kRoot[] = "xw";
constexpr char kBureau[] = "jyj-dw";  // 县委教育工委
constexpr int kAdmissions = 42;       // 教师, in three years
constexpr int kLeaders = 533;
constexpr int kLeadersWithPartyPosts = 161;
constexpr int kTeachingPoints = 60;
constexpr int kPointsJoint = 8;
constexpr int kPointsAttached = 20;  // with the joint ones 28; the other 32 have an instructor
constexpr int kSchoolsAttached = 3;
constexpr int kJointUnits = 5;  // at most, in one joint branch

// Schools of one sort: so many with an organisation of their own, the others with neighbours.
struct Sort {
  registry::v1::InstitutionKind kind;
  bool is_private;
  int own, shared;
  const char* title;
  int staff;
};
constexpr Sort kSorts[] = {
    // The first has the general branch with two branches of its own.
    {INSTITUTION_KIND_SENIOR_SCHOOL, false, 3, 0, "高级中学", 190},
    {INSTITUTION_KIND_SENIOR_SCHOOL, true, 2, 0, "实验高级中学", 96},
    {INSTITUTION_KIND_JUNIOR_SCHOOL, false, 12, 5, "初级中学", 74},
    {INSTITUTION_KIND_PRIMARY_SCHOOL, false, 10, 55, "小学", 38},
    {INSTITUTION_KIND_SPECIAL_SCHOOL, false, 0, 1, "特殊教育学校", 22},
    {INSTITUTION_KIND_NINE_YEAR_SCHOOL, true, 0, 2, "博文学校", 44},
};

struct School {
  const Sort* sort = nullptr;
  std::string id, title;
  std::string organisation;  // that covers and keeps it
  CoverageRung rung = COVERAGE_RUNG_OWN;
  int leaders = 0;
  // Members of the school's leading body who hold a party post, the head first if he does.
  MemberIds party_leaders;
  bool head_has_party_post = false;
};

std::vector<School> Schools(bool own) {
  std::vector<School> schools;
  for (const Sort& sort : kSorts) {
    const int count = own ? sort.own : sort.shared;
    for (int i = 0; i < count; ++i) {
      School school;
      school.sort = &sort;
      school.id = absl::StrFormat("%s-%02d", own ? "xx" : "lx", schools.size() + 1);
      const int number = i + 1 + (own ? 0 : sort.own);
      school.title = absl::StrCat(kCounty, TownshipName(number % 15), "第", number, sort.title);
      schools.push_back(school);
    }
  }
  return schools;
}

class R2 {
 public:
  R2(CountyBuilder& county, const GenerateOptions& options) : county_(county), options_(options) {}

  void Build() {
    county_.AddOrganisation({kRoot, absl::StrCat("中共", kCounty, "委员会"),
                             ORGANISATION_KIND_COMMITTEE, "", "", 1950});
    county_.AddOrganisation({kBureau, absl::StrCat("中共", kCounty, "委教育工作委员会"),
                             ORGANISATION_KIND_WORK_COMMITTEE, kRoot, "", 1984});
    // All its admissions are of teachers.
    county_.TellStories("lh-01-zb", membership::v1::PERSON_KIND_TEACHER);
    county_.AddQuotas({{kRoot, 40}, {kBureau, 30}});
    own_ = Schools(true);
    shared_ = Schools(false);
    AddGeneralBranch(&own_[0]);
    // One person is secretary and head in all branches but those of the other two public senior
    // schools: 24 of 29 branches and general branches.
    for (size_t i = 1; i < own_.size(); ++i) AddOwnBranch(&own_[i], i <= 2);
    AddJointBranches();
    AddTeachingPoints();
    AddLeaders();
    county_.AddCaseEvents();
  }

 private:
  BranchSpec NewSpec(const std::string& organisation, int teachers) {
    BranchSpec spec;
    spec.organisation = organisation;
    spec.committee = kBureau;
    spec.above = kRoot;
    spec.teachers = teachers;
    // 42 admissions over 42 branches: the 26 of schools, two of the general branch, 14 joint ones.
    spec.teacher_admissions = admissions_left_ > 0 ? 1 : 0;
    admissions_left_ -= spec.teacher_admissions;
    spec.admission_months = 36;
    spec.teacher_activists = 1 + branches_ % 2;
    spec.teacher_objects = branches_ % 6 == 0 ? 1 : 0;
    spec.teacher_applicants = branches_ % 4 == 0 ? 1 : 0;
    spec.activity_months = options_.activity_months;
    ++branches_;
    return spec;
  }

  // A party post of somebody in a school's leading body.
  void AddLeaderPost(School* school, const std::string& organisation, PostKind kind,
                     const std::string& member, bool head = false) {
    county_.AddPost(organisation, kind, member);
    if (head) {
      school->head_has_party_post = true;
      school->party_leaders.insert(school->party_leaders.begin(), member);
    } else {
      school->party_leaders.push_back(member);
    }
    ++leaders_with_posts_;
  }

  // 总支 with two branches: its secretary is not the principal, who is its deputy secretary.
  void AddGeneralBranch(School* school) {
    school->organisation = absl::StrCat(school->id, "-zz");
    county_.AddOrganisation({school->organisation,
                             absl::StrCat("中共", school->title, "总支部委员会"),
                             ORGANISATION_KIND_GENERAL_BRANCH, kBureau});
    for (int i = 1; i <= 2; ++i) {
      const std::string branch = absl::StrCat(school->id, "-", i, "-zb");
      county_.AddOrganisation({branch, absl::StrCat("中共", school->title, "第", i, "支部委员会"),
                               ORGANISATION_KIND_BRANCH, school->organisation});
      BranchSpec spec = NewSpec(branch, 29);
      spec.institutions = {school->id};
      spec.general = school->organisation;
      const MemberIds members = county_.AddBranch(spec);
      county_.AddCommittee(branch, members);
      county_.AddPost(branch, POST_KIND_CLERK, members[10]);
      if (i == 2) continue;
      const std::string& general = school->organisation;
      AddLeaderPost(school, general, POST_KIND_SECRETARY, members[5]);
      AddLeaderPost(school, general, POST_KIND_DEPUTY_SECRETARY, members[6], true);
      AddLeaderPost(school, general, POST_KIND_ORGANISATION_COMMISSIONER, members[7]);
      AddLeaderPost(school, general, POST_KIND_PUBLICITY_COMMISSIONER, members[8]);
      AddLeaderPost(school, general, POST_KIND_DISCIPLINE_COMMISSIONER, members[9]);
    }
  }

  void AddOwnBranch(School* school, bool two_persons) {
    school->organisation = absl::StrCat(school->id, "-zb");
    county_.AddOrganisation({school->organisation,
                             absl::StrCat("中共", school->title, "支部委员会"),
                             ORGANISATION_KIND_BRANCH, kBureau});
    BranchSpec spec = NewSpec(school->organisation, county_.dice().Between(17, 30));
    spec.institutions = {school->id};
    const MemberIds members = county_.AddBranch(spec);
    AddLeaderPost(school, school->organisation, POST_KIND_SECRETARY, members[0], !two_persons);
    if (two_persons) {
      AddLeaderPost(school, school->organisation, POST_KIND_DEPUTY_SECRETARY, members[4], true);
    }
    AddLeaderPost(school, school->organisation, POST_KIND_ORGANISATION_COMMISSIONER, members[1]);
    AddLeaderPost(school, school->organisation, POST_KIND_PUBLICITY_COMMISSIONER, members[2]);
    AddLeaderPost(school, school->organisation, POST_KIND_DISCIPLINE_COMMISSIONER, members[3]);
    if (branches_ % 2 == 0) county_.AddPost(school->organisation, POST_KIND_CLERK, members[8]);
  }

  // The schools that are left, three of them attached to others, with a few teaching points.
  void AddJointBranches() {
    const int joint_schools = static_cast<int>(shared_.size()) - kSchoolsAttached;
    const int branches = (joint_schools + kPointsJoint + kJointUnits - 1) / kJointUnits;
    for (int i = 0; i < branches; ++i) {
      joint_.push_back(absl::StrFormat("lh-%02d-zb", i + 1));
      county_.AddOrganisation({joint_.back(),
                               absl::StrCat("中共", kCounty, TownshipName(i), "学校联合支部委员会"),
                               ORGANISATION_KIND_JOINT_BRANCH, kBureau});
    }
    std::vector<std::vector<School*>> of_branch(joint_.size());
    for (int i = 0; i < static_cast<int>(shared_.size()); ++i) {
      School& school = shared_[static_cast<size_t>(i)];
      if (i < kSchoolsAttached) {
        school.rung = COVERAGE_RUNG_ATTACHED;
        school.organisation = own_[static_cast<size_t>(5 + i)].organisation;
        continue;
      }
      school.rung = COVERAGE_RUNG_JOINT;
      const size_t branch = static_cast<size_t>(i - kSchoolsAttached) % joint_.size();
      school.organisation = joint_[branch];
      of_branch[branch].push_back(&school);
    }
    for (size_t i = 0; i < joint_.size(); ++i) AddJointBranch(joint_[i], of_branch[i]);
  }

  // Its secretary is head of one of its schools; leaders of the others are commissioners, as far as
  // the county's number of leaders with party posts goes, and teachers for the rest.
  void AddJointBranch(const std::string& organisation, const std::vector<School*>& schools) {
    BranchSpec spec = NewSpec(organisation, county_.dice().Between(13, 19));
    for (const School* school : schools) spec.institutions.push_back(school->id);
    const MemberIds members = county_.AddBranch(spec);
    AddLeaderPost(schools[0], organisation, POST_KIND_SECRETARY, members[0], true);
    const PostKind kinds[] = {POST_KIND_ORGANISATION_COMMISSIONER, POST_KIND_PUBLICITY_COMMISSIONER,
                              POST_KIND_DISCIPLINE_COMMISSIONER};
    // Secretaries of the joint branches still to come are leaders, too.
    const int secretaries_to_come =
        static_cast<int>(std::end(joint_) - std::find(joint_.begin(), joint_.end(), organisation)) -
        1;
    for (size_t i = 0; i < std::size(kinds); ++i) {
      if (leaders_with_posts_ + secretaries_to_come < kLeadersWithPartyPosts) {
        AddLeaderPost(schools[1 + i % (schools.size() - 1)], organisation, kinds[i],
                      members[1 + i]);
      } else {
        county_.AddPost(organisation, kinds[i], members[1 + i]);
      }
    }
    if (branches_ % 3 == 0) county_.AddPost(organisation, POST_KIND_CLERK, members[9]);
  }

  // Points belong to primary schools. Small: fifty-eight of sixty have at most ten pupils.
  void AddTeachingPoints() {
    std::vector<const School*> primary;
    for (const std::vector<School>* list : {&own_, &shared_}) {
      for (const School& school : *list) {
        if (school.sort->kind == INSTITUTION_KIND_PRIMARY_SCHOOL) primary.push_back(&school);
      }
    }
    for (int i = 0; i < kTeachingPoints; ++i) {
      const School& school = *primary[static_cast<size_t>(i) % primary.size()];
      CoverageRung rung = COVERAGE_RUNG_INSTRUCTOR;
      std::string organisation = school.organisation;
      if (i < kPointsJoint) {
        // The joint branches with fewest schools are the last.
        rung = COVERAGE_RUNG_JOINT;
        organisation = joint_[joint_.size() - 1 - static_cast<size_t>(i)];
      } else if (i < kPointsJoint + kPointsAttached) {
        rung = COVERAGE_RUNG_ATTACHED;
      }
      county_.AddInstitution({absl::StrFormat("jxd-%02d", i + 1),
                              absl::StrCat(school.title, "第", i + 1, "教学点"),
                              INSTITUTION_KIND_TEACHING_POINT, false, registry::v1::PLACE_VILLAGE,
                              school.id, school.organisation, organisation, rung, i < 20 ? 2 : 1,
                              i < 2 ? 14 + i : county_.dice().Between(3, 10)});
    }
  }

  // 533 persons in the leading bodies of 90 schools: each a head, deputies and others.
  void AddLeaders() {
    std::vector<School*> schools;
    for (School& school : own_) schools.push_back(&school);
    for (School& school : shared_) schools.push_back(&school);
    const std::vector<int> sizes =
        county_.dice().Split(kLeaders, static_cast<int>(schools.size()), 0);
    for (size_t i = 0; i < schools.size(); ++i) {
      School& school = *schools[i];
      AddSchool(school);
      MemberIds leaders = school.party_leaders;
      if (!school.head_has_party_post) leaders.insert(leaders.begin(), county_.NewOutsider());
      while (static_cast<int>(leaders.size()) < sizes[i]) leaders.push_back(county_.NewOutsider());
      for (size_t k = 0; k < leaders.size(); ++k) {
        county_.AddPost(school.id,
                        k == 0   ? POST_KIND_HEAD
                        : k <= 2 ? POST_KIND_DEPUTY_HEAD
                                 : POST_KIND_LEADING_MEMBER,
                        leaders[k]);
      }
    }
  }

  void AddSchool(const School& school) {
    const bool senior = school.sort->kind == INSTITUTION_KIND_SENIOR_SCHOOL;
    const int staff = school.sort->staff + county_.dice().Between(-6, 10);
    const int students = staff * county_.dice().Between(11, 15);
    county_.AddInstitution({school.id, school.title, school.sort->kind, school.sort->is_private,
                            senior ? registry::v1::PLACE_COUNTY_TOWN : registry::v1::PLACE_TOWNSHIP,
                            "", school.organisation, school.organisation, school.rung, staff,
                            students, senior ? students : 0, senior ? students / 12 : 0});
  }

  CountyBuilder& county_;
  const GenerateOptions& options_;
  std::vector<School> own_, shared_;
  std::vector<std::string> joint_;
  int admissions_left_ = kAdmissions;
  int branches_ = 0;
  int leaders_with_posts_ = 0;
};

}  // namespace

std::string BuildR2(CountyBuilder& county, const GenerateOptions& options) {
  R2(county, options).Build();
  return kBureau;
}

}  // namespace zhibu::cli
