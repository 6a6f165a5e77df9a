// Counties and provinces of any size, for trying what many records do. Nobody's figures.
#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "services/cli/generate/counties.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::cli {
namespace {

using type::v1::ORGANISATION_KIND_BRANCH;
using type::v1::ORGANISATION_KIND_COMMITTEE;

constexpr int64_t kBranchesOfDistrict = 20;  // 学区党委
constexpr int64_t kDistrictsOfCounty = 12;
// Codes have three digits a level, so a single county of many branches has larger districts.
constexpr int64_t kMostDistricts = 900;
constexpr int64_t kCountiesOfCity = 10;

// Branches to come, shared by the levels: each takes the next ones.
class Scale {
 public:
  Scale(CountyBuilder& county, const GenerateOptions& options)
      : county_(county),
        options_(options),
        left_((options.members + options.branch_members - 1) / options.branch_members) {}

  bool done() const { return left_ == 0; }

  // A county's committee, under it the bureau's, the school districts' and the schools' branches.
  // `whole`: it takes all that are left.
  void AddCounty(const std::string& id, const std::string& name, const std::string& parent,
                 bool whole) {
    const int64_t districts = whole ? kMostDistricts : kDistrictsOfCounty;
    const int64_t branches =
        std::max(kBranchesOfDistrict, whole ? (left_ + districts - 1) / districts : 0);
    const std::string bureau = absl::StrCat(id, "-jyj");
    county_.AddOrganisation(
        {id, absl::StrCat("中共", name, "委员会"), ORGANISATION_KIND_COMMITTEE, parent, "", 1950});
    county_.AddOrganisation({bureau, absl::StrCat("中共", name, "教育局委员会"),
                             ORGANISATION_KIND_COMMITTEE, id, "", 1984});
    for (int64_t i = 0; i < districts && !done(); ++i) {
      const std::string district = absl::StrFormat("%s-%02d", id, i + 1);
      const std::string title = absl::StrCat(name, TownshipName(static_cast<int>(i)));
      county_.AddOrganisation({district, absl::StrCat("中共", title, "学区委员会"),
                               ORGANISATION_KIND_COMMITTEE, bureau, "", 1988});
      for (int64_t k = 0; k < branches && !done(); ++k) {
        AddSchool(absl::StrFormat("%s-%02d", district, k + 1),
                  absl::StrCat(title, "第", k + 1, "小学"), district, bureau);
      }
    }
  }

 private:
  void AddSchool(const std::string& unit, const std::string& title, const std::string& district,
                 const std::string& bureau) {
    --left_;
    const std::string organisation = absl::StrCat(unit, "-zb");
    county_.AddOrganisation({organisation, absl::StrCat("中共", title, "支部委员会"),
                             ORGANISATION_KIND_BRANCH, district});
    const int staff = options_.branch_members * 2 + county_.dice().Between(5, 25);
    county_.AddInstitution({unit, title, registry::v1::INSTITUTION_KIND_PRIMARY_SCHOOL, false,
                            registry::v1::PLACE_TOWNSHIP, "", organisation, organisation,
                            registry::v1::COVERAGE_RUNG_OWN, staff, staff * 14});
    BranchSpec spec;
    spec.organisation = organisation;
    spec.institutions = {unit};
    spec.committee = district;
    spec.above = bureau;
    // Four in a hundred members were admitted lately; as many are on the way.
    spec.teacher_admissions = 1;
    spec.teachers = options_.branch_members - spec.teacher_admissions;
    spec.admission_months = 36;
    spec.teacher_activists = 1;
    spec.teacher_objects = left_ % 5 == 0 ? 1 : 0;
    spec.teacher_applicants = left_ % 3 == 0 ? 1 : 0;
    spec.activity_months = options_.activity_months;
    const MemberIds members = county_.AddBranch(spec);
    county_.AddCommittee(organisation, members);
    county_.AddPost(unit, registry::v1::POST_KIND_HEAD, members[0]);
  }

  CountyBuilder& county_;
  const GenerateOptions& options_;
  int64_t left_;
};

}  // namespace

std::string TownshipName(int index) {
  static const auto* const kFirst = new std::vector<std::string>(
      absl::StrSplit("白杨 石桥 柳河 青山 双塔 红旗 大王 清泉 东岭 西川 南湖 北坡", ' '));
  static const auto* const kSecond = new std::vector<std::string>{"镇", "乡"};
  const size_t i = static_cast<size_t>(index);
  return absl::StrCat(i < kFirst->size()       ? ""
                      : i < 2 * kFirst->size() ? "新"
                                               : "上",
                      (*kFirst)[i % kFirst->size()], (*kSecond)[i % 3 == 2 ? 1 : 0]);
}

std::string BuildCounty(CountyBuilder& county, const GenerateOptions& options) {
  Scale scale(county, options);
  scale.AddCounty("x01", "示例县", "", true);
  return "x01";
}

std::string BuildProvince(CountyBuilder& county, const GenerateOptions& options) {
  Scale scale(county, options);
  county.AddOrganisation({"sw", "中共示例省委员会", ORGANISATION_KIND_COMMITTEE, "", "", 1949});
  for (int city = 1; !scale.done(); ++city) {
    const std::string id = absl::StrFormat("s%02d", city);
    const std::string name = absl::StrCat("第", city, "市");
    county.AddOrganisation(
        {id, absl::StrCat("中共", name, "委员会"), ORGANISATION_KIND_COMMITTEE, "sw", "", 1949});
    for (int i = 1; i <= kCountiesOfCity && !scale.done(); ++i) {
      scale.AddCounty(absl::StrFormat("%s-x%02d", id, i), absl::StrCat(name, "第", i, "县"), id,
                      false);
    }
  }
  return "sw";
}

}  // namespace zhibu::cli
