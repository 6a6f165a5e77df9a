#include "services/registry/books/advisories.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/clock.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/store/keys.h"
#include "common/store/table.h"
#include "services/registry/books/member_counts.h"
#include "services/registry/books/tables.h"
#include "services/registry/rules/dated.h"

namespace zhibu::registry {
namespace {

Key OpenKey(absl::string_view organisation_id) {
  return Key(static_cast<uint8_t>(Table::kOpenAdvisories)).Text(organisation_id);
}
Key ClosedKey(absl::string_view organisation_id) {
  return Key(static_cast<uint8_t>(Table::kClosedAdvisories)).Text(organisation_id);
}

// What it covers jointly on the day.
struct Units {
  int count = 0;
  std::set<v1::Ownership> ownerships;
};
absl::StatusOr<Units> JointUnits(const Reader& reader, const std::string& id, int32_t day) {
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> covered, CoveredBy(reader, id));
  Units units;
  for (const std::string& institution : covered) {
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::InstitutionRow> row,
                           FindInstitution(reader, institution));
    if (!row) return absl::DataLossError("an index names an institution that is not there");
    const bool joint = std::any_of(
        row->coverages().begin(), row->coverages().end(), [&](const rows::CoverageRow& coverage) {
          return coverage.organisation() == id && coverage.rung() == v1::COVERAGE_RUNG_JOINT &&
                 PeriodOf(coverage).Has(day);
        });
    if (!joint) continue;
    ++units.count;
    units.ownerships.insert(OwnershipOn(*row, day));
  }
  return units;
}

absl::StatusOr<int> Commissioners(const Reader& reader, const std::string& id, int32_t day) {
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                         AtSeat(reader, NameOf(kOrganisations, id)));
  int commissioners = 0;
  for (const std::string& post : ids) {
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PostRow> row, FindPost(reader, post));
    if (!row) return absl::DataLossError("an index names a post that is not there");
    commissioners += row->kind() >= v1::POST_KIND_ORGANISATION_COMMISSIONER &&
                     row->kind() <= v1::POST_KIND_COMMITTEE_MEMBER && PeriodOf(*row).Has(day);
  }
  return commissioners;
}

// Whether the threshold is for an organisation with such units.
bool IsFor(const norms::Threshold& norm, const Units& units) {
  return norm.ownership() == v1::OWNERSHIP_UNSPECIFIED ||
         units.ownerships == std::set<v1::Ownership>{norm.ownership()};
}

// The number found where the threshold is passed; else nullopt.
absl::StatusOr<std::optional<int>> Found(const Reader& reader, const std::string& id, int32_t day,
                                         const norms::Threshold& norm, const Units& units) {
  ZHIBU_ASSIGN_OR_RETURN(const rows::MemberCountRow counts, CountsOf(reader, id));
  const int full = counts.full_members(), members = full + counts.probationary_members();
  const auto only_if = [](bool passed, int found) {
    return passed ? std::optional<int>(found) : std::nullopt;
  };
  switch (norm.kind()) {
    case v1::ADVISORY_KIND_TOO_FEW_MEMBERS:
      return only_if(full < norm.number(), full);
    case v1::ADVISORY_KIND_TOO_MANY_MEMBERS:
      return only_if(members > norm.number(), members);
    case v1::ADVISORY_KIND_TOO_MANY_UNITS:
      return only_if(units.count > norm.number(), units.count);
    case v1::ADVISORY_KIND_COMMITTEE_MISSING: {
      if (full < norm.number()) return std::optional<int>();
      ZHIBU_ASSIGN_OR_RETURN(const int commissioners, Commissioners(reader, id, day));
      return only_if(commissioners == 0, full);
    }
    default:
      return std::optional<int>();
  }
}

std::string MessageOf(const v1::Advisory& advisory) {
  switch (advisory.kind()) {
    case v1::ADVISORY_KIND_TOO_FEW_MEMBERS:
      return absl::StrCat("正式党员 ", advisory.found(), " 名，不足 ", advisory.norm(),
                          " 名：宜合并、联合组建或挂靠");
    case v1::ADVISORY_KIND_TOO_MANY_MEMBERS:
      return absl::StrCat("党员 ", advisory.found(), " 名，超过 ", advisory.norm(),
                          " 名：宜分设，或升格为党总支");
    case v1::ADVISORY_KIND_TOO_MANY_UNITS:
      return absl::StrCat("联合党支部覆盖 ", advisory.found(), " 个单位，一般不超过 ",
                          advisory.norm(), " 个");
    case v1::ADVISORY_KIND_COMMITTEE_MISSING:
      return absl::StrCat("正式党员 ", advisory.found(), " 名，达到 ", advisory.norm(),
                          " 名而没有支部委员会，应选举产生");
    default:
      return "";
  }
}

absl::StatusOr<std::vector<v1::Advisory>> Under(const Reader& reader, const Key& range) {
  std::vector<v1::Advisory> advisories;
  ZHIBU_RETURN_IF_ERROR(ScanRows<v1::Advisory>(
      reader, range, range.End(), [&](absl::string_view, const v1::Advisory& advisory) {
        advisories.push_back(advisory);
        return true;
      }));
  return advisories;
}

}  // namespace

absl::Status RefreshAdvisories(Txn& txn, const Norms& norms, absl::string_view organisation_id) {
  const std::string id(organisation_id);
  const absl::CivilDay today = ChinaDate(txn.now());
  const int32_t day = DayNumber(today);
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::OrganisationRow> row, FindOrganisation(txn, id));
  std::map<int, v1::Advisory> now;
  if (row && LifeOf(*row).Has(day)) {
    const std::vector<const norms::Threshold*> thresholds =
        norms.ThresholdsOf(KindOn(*row, day), today);
    Units units;
    if (std::any_of(thresholds.begin(), thresholds.end(), [](const norms::Threshold* norm) {
          return norm->kind() == v1::ADVISORY_KIND_TOO_MANY_UNITS ||
                 norm->ownership() != v1::OWNERSHIP_UNSPECIFIED;
        })) {
      ZHIBU_ASSIGN_OR_RETURN(units, JointUnits(txn, id, day));
    }
    std::set<v1::AdvisoryKind> looked_at;
    for (const norms::Threshold* norm : thresholds) {
      if (!IsFor(*norm, units) || !looked_at.insert(norm->kind()).second) continue;
      ZHIBU_ASSIGN_OR_RETURN(const std::optional<int> found, Found(txn, id, day, *norm, units));
      if (!found) continue;
      v1::Advisory& advisory = now[norm->kind()];
      advisory.set_organisation(NameOf(kOrganisations, id));
      advisory.set_kind(norm->kind());
      *advisory.mutable_opened_on() = ToProto(today);
      advisory.set_found(*found);
      advisory.set_norm(norm->number());
      *advisory.mutable_citation() = norm->basis().citation();
      advisory.set_message(MessageOf(advisory));
    }
  }
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<v1::Advisory> before, OpenAdvisories(txn, id));
  for (v1::Advisory old : before) {
    const auto still = now.find(old.kind());
    if (still != now.end()) {
      *still->second.mutable_opened_on() = old.opened_on();
      continue;
    }
    txn.Delete(OpenKey(id).Number(old.kind()));
    // What came and went within a day was the books being filled.
    if (FromProto(old.opened_on()).value_or(kNoStart) >= today) continue;
    *old.mutable_closed_on() = ToProto(today);
    const int32_t opened = DayNumber(FromProto(old.opened_on()).value_or(kNoStart));
    PutRow(txn, ClosedKey(id).Number(opened).Number(old.kind()), old);
  }
  for (const auto& [kind, advisory] : now) PutRow(txn, OpenKey(id).Number(kind), advisory);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<v1::Advisory>> OpenAdvisories(const Reader& reader,
                                                         absl::string_view organisation_id) {
  return Under(reader, OpenKey(organisation_id));
}
absl::StatusOr<std::vector<v1::Advisory>> ClosedAdvisories(const Reader& reader,
                                                           absl::string_view organisation_id) {
  return Under(reader, ClosedKey(organisation_id));
}

}  // namespace zhibu::registry
