// The county of survey report R1 (domain.md §8.1): its figures, with people and schools made up.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "services/cli/generate/counties.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::cli {
namespace {

using registry::v1::COVERAGE_RUNG_OWN;
using registry::v1::INSTITUTION_KIND_EDUCATION_BUREAU;
using registry::v1::INSTITUTION_KIND_JUNIOR_SCHOOL;
using registry::v1::INSTITUTION_KIND_NINE_YEAR_SCHOOL;
using registry::v1::INSTITUTION_KIND_OTHER;
using registry::v1::INSTITUTION_KIND_PRIMARY_SCHOOL;
using registry::v1::INSTITUTION_KIND_SENIOR_SCHOOL;
using registry::v1::INSTITUTION_KIND_VOCATIONAL_SCHOOL;
using type::v1::ORGANISATION_KIND_BRANCH;
using type::v1::ORGANISATION_KIND_COMMITTEE;
using registry::v1::PLACE_COUNTY_TOWN;
using registry::v1::PLACE_TOWNSHIP;

constexpr char kCounty[] = "青岚县";
constexpr char kRoot[] = "xw";         // 县委
constexpr char kBureau[] = "jyj-dw";   // 教育局党委
constexpr char kSchool[] = "zz-dw";    // 职教中心党委
constexpr int kTeacherMembers = 1994;  // 教师党员
constexpr int kTeacherActivists = 192;
constexpr int kTownships = 12;
constexpr int kTownshipSchools = 79;

// The county-direct part: 13 organisations right under the bureau's committee, of them two
// branches of schools, one of a private one.
struct Direct {
  const char* id;
  const char* unit;
  registry::v1::InstitutionKind kind;
  bool is_private;
  int teachers, retired, teacher_admissions, student_admissions, student_activists;
  int staff, students;
};
constexpr Direct kDirect[] = {
    {"yz", "第一高级中学", INSTITUTION_KIND_SENIOR_SCHOOL, false, 32, 0, 17, 2, 64, 286, 3680},
    {"yy", "育英高级中学", INSTITUTION_KIND_SENIOR_SCHOOL, true, 11, 0, 4, 0, 16, 118, 1260},
    {"jg", "教育局机关", INSTITUTION_KIND_EDUCATION_BUREAU, false, 27, 0, 0, 0, 0, 46, 0},
    {"jx", "教师进修学校", INSTITUTION_KIND_OTHER, false, 16, 0, 0, 0, 0, 38, 0},
    {"jy", "教学研究室", INSTITUTION_KIND_OTHER, false, 15, 0, 0, 0, 0, 29, 0},
    {"zb", "招生考试办公室", INSTITUTION_KIND_OTHER, false, 11, 0, 0, 0, 0, 16, 0},
    {"dj", "电化教育馆", INSTITUTION_KIND_OTHER, false, 10, 0, 0, 0, 0, 18, 0},
    {"zx", "学生资助管理中心", INSTITUTION_KIND_OTHER, false, 9, 0, 0, 0, 0, 12, 0},
    {"hq", "教育后勤服务中心", INSTITUTION_KIND_OTHER, false, 10, 0, 0, 0, 0, 19, 0},
    {"sn", "青少年活动中心", INSTITUTION_KIND_OTHER, false, 9, 0, 0, 0, 0, 21, 0},
    {"tw", "体育卫生与艺术教育站", INSTITUTION_KIND_OTHER, false, 9, 0, 0, 0, 0, 14, 0},
    // Of the retired, kept by a few teachers in service; it has no unit of its own.
    {"lt", "离退休教师", INSTITUTION_KIND_OTHER, false, 8, 38, 0, 0, 0, 0, 0},
};
// The branches of the vocational school: its committee has no members outside them.
struct VocationalBranch {
  const char* id;
  const char* title;
  int teachers, teacher_admissions, student_admissions, student_activists;
};
constexpr VocationalBranch kVocational[] = {
    {"zz-1-zb", "行政党支部", 34, 5, 0, 0},
    {"zz-2-zb", "文化课教师党支部", 35, 6, 0, 0},
    {"zz-3-zb", "专业课与学生党支部", 33, 7, 2, 42},
};

}  // namespace

std::string BuildR1(CountyBuilder& county, const GenerateOptions& options) {
  Dice& dice = county.dice();
  county.TellStories("zz-1-zb", membership::v1::PERSON_KIND_STUDENT);
  county.AddOrganisation(
      {kRoot, absl::StrCat("中共", kCounty, "委员会"), ORGANISATION_KIND_COMMITTEE, "", "", 1950});
  county.AddOrganisation({kBureau, absl::StrCat("中共", kCounty, "教育局委员会"),
                          ORGANISATION_KIND_COMMITTEE, kRoot, "", 1984});

  // 192 teacher activists, every eighth of them a development object, over all branches in turn.
  constexpr int kBranches = static_cast<int>(std::size(kDirect)) +
                            static_cast<int>(std::size(kVocational)) + kTownshipSchools;
  int branch = 0;
  const auto on_the_way = [&](BranchSpec* spec) {
    const int activists =
        kTeacherActivists / kBranches + (branch < kTeacherActivists % kBranches ? 1 : 0);
    spec->teacher_objects = branch % 4 == 0 ? 1 : 0;
    spec->teacher_activists = activists - spec->teacher_objects;
    spec->teacher_applicants = branch % 3 == 0 ? 1 : 0;
    spec->activity_months = options.activity_months;
    ++branch;
  };
  std::vector<std::string> last_members;  // of the bureau's branches: without a post
  std::vector<std::string> next_to_last;  // the same branches
  int others = 0;                         // teacher members outside the townships

  for (const Direct& direct : kDirect) {
    const std::string organisation = absl::StrCat(direct.id, "-zb");
    const std::string unit = direct.id;
    const bool has_unit = direct.staff > 0;
    county.AddOrganisation({organisation, absl::StrCat("中共", kCounty, direct.unit, "支部委员会"),
                            ORGANISATION_KIND_BRANCH, kBureau});
    BranchSpec spec;
    spec.organisation = organisation;
    if (has_unit) spec.institutions = {unit};
    spec.committee = kBureau;
    spec.above = kRoot;
    spec.teachers = direct.teachers;
    spec.retired = direct.retired;
    spec.teacher_admissions = direct.teacher_admissions;
    spec.student_admissions = direct.student_admissions;
    on_the_way(&spec);
    spec.student_objects = direct.student_activists / 10;
    spec.student_activists = direct.student_activists - spec.student_objects;
    spec.student_applicants = direct.student_activists / 8;
    others += spec.teachers + spec.teacher_admissions;
    const MemberIds members = county.AddBranch(spec);
    county.AddCommittee(organisation, members);
    if (direct.retired == 0 && members.size() > 10) {
      last_members.push_back(members.back());
      next_to_last.push_back(members[members.size() - 2]);
    }
    if (!has_unit) continue;
    county.AddInstitution({unit, absl::StrCat(kCounty, direct.unit), direct.kind, direct.is_private,
                           PLACE_COUNTY_TOWN, "", organisation, organisation, COVERAGE_RUNG_OWN,
                           direct.staff, direct.students, direct.students,
                           direct.student_activists * 5});
    county.AddPost(unit, registry::v1::POST_KIND_HEAD, members[0]);
    county.AddPost(unit, registry::v1::POST_KIND_DEPUTY_HEAD, members[1]);
    county.AddPost(unit, registry::v1::POST_KIND_DEPUTY_HEAD, county.NewOutsider());
  }

  county.AddOrganisation({kSchool, absl::StrCat("中共", kCounty, "职业技术教育中心委员会"),
                          ORGANISATION_KIND_COMMITTEE, kBureau});
  MemberIds first_members;
  int vocational_activists = 0;
  for (const VocationalBranch& vocational : kVocational) {
    county.AddOrganisation({vocational.id,
                            absl::StrCat("中共", kCounty, "职业技术教育中心", vocational.title),
                            ORGANISATION_KIND_BRANCH, kSchool});
    BranchSpec spec;
    spec.organisation = vocational.id;
    spec.institutions = {"zz"};
    spec.committee = kSchool;
    spec.above = kBureau;
    spec.teachers = vocational.teachers;
    spec.teacher_admissions = vocational.teacher_admissions;
    spec.student_admissions = vocational.student_admissions;
    on_the_way(&spec);
    spec.student_objects = vocational.student_activists / 10;
    spec.student_activists = vocational.student_activists - spec.student_objects;
    others += spec.teachers + spec.teacher_admissions;
    vocational_activists += vocational.student_activists;
    const MemberIds members = county.AddBranch(spec);
    county.AddCommittee(vocational.id, members);
    if (first_members.empty()) first_members = members;
  }
  // The committee's posts are held by members of the first branch behind its own.
  county.AddCommittee(kSchool, MemberIds(first_members.begin() + 4, first_members.begin() + 12));
  county.AddInstitution({"zz", absl::StrCat(kCounty, "职业技术教育中心"),
                         INSTITUTION_KIND_VOCATIONAL_SCHOOL, false, PLACE_COUNTY_TOWN, "", kSchool,
                         kSchool, COVERAGE_RUNG_OWN, 214, 2540, 2540, vocational_activists * 6});
  // 党委: secretary and principal are two persons.
  county.AddPost("zz", registry::v1::POST_KIND_HEAD, first_members[5]);
  county.AddPost("zz", registry::v1::POST_KIND_DEPUTY_HEAD, first_members[6]);

  // One transfer received, one whose letter has expired, one under way to another county, one that
  // waits for the bureau. None leaves the county: its figures stay.
  if (last_members.size() >= 4) {
    county.AddTransfer(last_members[0], "zz-1-zb", "", 40, 38, 30);
    county.AddTransfer(last_members[1], "zz-2-zb", "", 35, 33, -1);
    county.AddTransfer(last_members[2], "", "中共邻县第三中学支部委员会", 6, 4, -1);
    county.AddTransfer(last_members[3], "zz-1-zb", "", 3, -1, -1);
  }

  // Townships have none of their own: their admissions use the county's.
  county.AddQuotas({{kRoot, 60}, {kBureau, 40}, {kSchool, 16}});

  // Memberships to which something happened: one stopped and restored, one out of contact, one
  // away, one in correction, one whose rights are suspended, one excused. All are members today.
  if (next_to_last.size() >= 4) {
    using namespace membership::v1;  // NOLINT: the kinds of facts
    county.AddFact(next_to_last[0], MEMBERSHIP_FACT_KIND_CONTACT_LOST, 500);
    county.AddFact(next_to_last[0], MEMBERSHIP_FACT_KIND_STOPPED, 300, kBureau, "第二十四条");
    county.AddFact(next_to_last[0], MEMBERSHIP_FACT_KIND_RESTORED, 20, kBureau, "第二十四条");
    county.AddFact(next_to_last[1], MEMBERSHIP_FACT_KIND_MOBILE_OUT, 250);
    county.AddFact(next_to_last[1], MEMBERSHIP_FACT_KIND_CONTACT_LOST, 170);
    county.AddFact(next_to_last[2], MEMBERSHIP_FACT_KIND_CORRECTION_BEGUN, 90, "", "第三十条", 180);
    county.AddFact(next_to_last[3], MEMBERSHIP_FACT_KIND_RIGHTS_SUSPENDED, 60, kBureau, "第五条");
    county.AddFact(next_to_last[3], MEMBERSHIP_FACT_KIND_EXCUSED, 60, "", "支部决议");
  }

  // Township schools: subordinate to their township's committee, guided by the bureau's.
  for (int i = 0; i < kTownships; ++i) {
    county.AddOrganisation({absl::StrFormat("xz-%02d-dw", i + 1),
                            absl::StrCat("中共", kCounty, TownshipName(i), "委员会"),
                            ORGANISATION_KIND_COMMITTEE, kRoot, "", 1984});
  }
  const std::vector<int> sizes = dice.Split(kTeacherMembers - others, kTownshipSchools, 9);
  static constexpr struct {
    const char* title;
    registry::v1::InstitutionKind kind;
  } kSchools[] = {
      {"中心小学", INSTITUTION_KIND_PRIMARY_SCHOOL},
      {"初级中学", INSTITUTION_KIND_JUNIOR_SCHOOL},
      {"第二小学", INSTITUTION_KIND_PRIMARY_SCHOOL},
      {"第三小学", INSTITUTION_KIND_PRIMARY_SCHOOL},
      {"第二初级中学", INSTITUTION_KIND_JUNIOR_SCHOOL},
      {"九年一贯制学校", INSTITUTION_KIND_NINE_YEAR_SCHOOL},
      {"第四小学", INSTITUTION_KIND_PRIMARY_SCHOOL},
  };
  for (int i = 0; i < kTownshipSchools; ++i) {
    const int township = i % kTownships;
    const auto& school = kSchools[i / kTownships];
    const std::string unit = absl::StrFormat("xx-%02d", i + 1);
    const std::string organisation = absl::StrCat(unit, "-zb");
    const std::string title = absl::StrCat(kCounty, TownshipName(township), school.title);
    const std::string committee = absl::StrFormat("xz-%02d-dw", township + 1);
    county.AddOrganisation({organisation, absl::StrCat("中共", title, "支部委员会"),
                            ORGANISATION_KIND_BRANCH, committee, kBureau});
    const int staff = 2 * sizes[static_cast<size_t>(i)] + dice.Between(14, 30);
    county.AddInstitution({unit, title, school.kind, false, PLACE_TOWNSHIP, "", organisation,
                           organisation, COVERAGE_RUNG_OWN, staff, staff * dice.Between(11, 16)});
    BranchSpec spec;
    spec.organisation = organisation;
    spec.institutions = {unit};
    spec.committee = committee;
    spec.above = kRoot;
    spec.teachers = sizes[static_cast<size_t>(i)];
    on_the_way(&spec);
    const MemberIds members = county.AddBranch(spec);
    county.AddCommittee(organisation, members);
    // In two schools of three one person is secretary and head (一肩挑).
    county.AddPost(unit, registry::v1::POST_KIND_HEAD,
                   i % 3 == 0 ? county.NewOutsider() : members[0]);
    county.AddPost(unit, registry::v1::POST_KIND_DEPUTY_HEAD, members[1]);
  }
  county.AddCaseEvents();
  return kBureau;
}

}  // namespace zhibu::cli
