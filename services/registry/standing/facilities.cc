#include "services/registry/standing/facilities.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/copy_fields.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/rpc/correction.h"
#include "services/registry/books/subtree.h"
#include "services/registry/books/tables.h"
#include "services/registry/rules/dated.h"
#include "services/registry/rules/facility_form.h"
#include "zhibu/registry/v1/events.pb.h"

namespace zhibu::registry {
namespace {

Period PeriodOf(const v1::Facility& facility) {
  return {DayNumber(FromProto(facility.valid_from()).value_or(kNoStart)),
          DayNumber(FromProto(facility.valid_to()).value_or(kNoEnd))};
}

int64_t VersionOf(const v1::Facility& facility) {
  int64_t version = 0;
  return absl::SimpleAtoi(facility.etag(), &version) ? version : 0;
}

// The life of the holder, in scope; nullopt where it is not there. NOT_FOUND out of scope.
absl::StatusOr<std::optional<Period>> HolderInScope(Call& call, const Reader& reader,
                                                    const std::string& holder) {
  if (const std::optional<std::string> id = IdOf(kOrganisations, holder)) {
    ZHIBU_RETURN_IF_ERROR(call.RequireScope(holder));
    ZHIBU_ASSIGN_OR_RETURN(const auto row, FindOrganisation(reader, *id));
    return row ? std::optional<Period>(LifeOf(*row)) : std::nullopt;
  }
  ZHIBU_ASSIGN_OR_RETURN(const auto row,
                         FindInstitution(reader, IdOf(kInstitutions, holder).value_or("")));
  if (!row) {
    ZHIBU_RETURN_IF_ERROR(call.RequireScope(""));
    return std::optional<Period>();
  }
  if (!call.RequireScope(NameOf(kOrganisations, row->keeper())).ok()) return NotFound(holder);
  return std::optional<Period>(LifeOf(*row));
}

// One that is changed, in scope and as the caller read it. `field` is the etag's.
absl::StatusOr<v1::Facility> ForChange(Call& call, const Reader& reader, const std::string& name,
                                       absl::string_view etag, absl::string_view field) {
  ZHIBU_ASSIGN_OR_RETURN(std::optional<v1::Facility> facility,
                         FindFacility(reader, IdOf(kFacilities, name).value_or("")));
  if (!facility || absl::IsNotFound(HolderInScope(call, reader, facility->holder()).status())) {
    return NotFound(name);
  }
  ZHIBU_RETURN_IF_ERROR(zhibu::RequireEtag(etag, VersionOf(*facility), name, field));
  if (facility->withdrawn()) return AlreadyWithdrawn(name);
  return *std::move(facility);
}

absl::Status Store(Txn& txn, const v1::Facility& facility) {
  v1::FacilityChanged event;
  CopyFields(facility, event.mutable_facility());
  ZHIBU_RETURN_IF_ERROR(Apply(txn, event));
  txn.Emit(event);
  return absl::OkStatus();
}

void JudgePeriod(const v1::Facility& facility, const std::optional<Period>& life,
                 absl::string_view at, Violations& out) {
  if (!life) {
    AddViolation(out, "HOLDER_NOT_THERE", absl::StrCat(at, ".holder"),
                 absl::StrCat("没有 ", facility.holder(), "，请先登记"));
    return;
  }
  const Period period = PeriodOf(facility);
  if (period.empty()) {
    AddViolation(out, "PERIOD_INVALID", absl::StrCat(at, ".valid_to"), "结束日期须晚于开始日期");
  } else if (!life->Has(period.from)) {
    AddViolation(
        out, "PERIOD_INVALID", absl::StrCat(at, ".valid_from"),
        absl::StrCat("须在 ", facility.holder(), " 存续期间之内（", PeriodText(*life), "）"));
  }
}

}  // namespace

absl::StatusOr<std::string> Facilities::Take(Call& call, Txn& txn,
                                             const v1::CreateFacilityRequest& request,
                                             const std::string& prefix, Verdict& verdict) const {
  const std::string name = NameOf(kFacilities, request.facility_id());
  const std::string at = absl::StrCat(prefix, "facility");
  Violations form, refused;
  CheckId(request.facility_id(), absl::StrCat(at, "_id"), form);
  CheckForm(request.facility(), at, form);
  if (!form.empty()) {
    verdict.form.insert(verdict.form.end(), form.begin(), form.end());
    return name;
  }
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<Period> life,
                         HolderInScope(call, txn, request.facility().holder()));
  JudgePeriod(request.facility(), life, at, refused);
  ZHIBU_ASSIGN_OR_RETURN(const auto old, FindFacility(txn, request.facility_id()));
  if (old) {
    AddViolation(refused, "FACILITY_EXISTS", absl::StrCat(at, "_id"),
                 absl::StrCat(request.facility_id(), " 已经登记"));
  }
  if (!refused.empty()) {
    verdict.refused.insert(verdict.refused.end(), refused.begin(), refused.end());
    return name;
  }
  v1::Facility facility = request.facility();
  facility.set_name(name);
  facility.set_etag(absl::StrCat(kFirstVersion));
  facility.clear_corrections();
  facility.clear_withdrawn();
  ZHIBU_RETURN_IF_ERROR(Store(txn, facility));
  return name;
}

absl::Status Facilities::Create(Call& call, const v1::CreateFacilityRequest& request, Txn& txn,
                                v1::CreateFacilityResponse* response) const {
  Verdict verdict;
  ZHIBU_ASSIGN_OR_RETURN(const std::string name, Take(call, txn, request, "", verdict));
  ZHIBU_RETURN_IF_ERROR(OneRow(verdict, name, "FACILITY_EXISTS"));
  ZHIBU_ASSIGN_OR_RETURN(const auto facility, FindFacility(txn, request.facility_id()));
  *response->mutable_facility() = *facility;
  return absl::OkStatus();
}

absl::Status Facilities::BatchCreate(Call& call, const v1::BatchCreateFacilitiesRequest& request,
                                     Txn& txn, v1::BatchCreateFacilitiesResponse* response) const {
  return TakeBatch(request, response,
                   [&](const v1::CreateFacilityRequest& row, const std::string& prefix,
                       Verdict& verdict) { return Take(call, txn, row, prefix, verdict); });
}

absl::Status Facilities::End(Call& call, const v1::EndFacilityRequest& request, Txn& txn,
                             v1::EndFacilityResponse* response) const {
  Violations form;
  CheckName(kFacilities, request.name(), "name", form);
  RequireEtag(request.etag(), "etag", form);
  CheckDate(request.valid_to(), true, "valid_to", form);
  if (!form.empty()) return Malformed(form);
  ZHIBU_ASSIGN_OR_RETURN(v1::Facility facility,
                         ForChange(call, txn, request.name(), request.etag(), "etag"));
  *facility.mutable_valid_to() = request.valid_to();
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<Period> life,
                         HolderInScope(call, txn, facility.holder()));
  Violations refused;
  JudgePeriod(facility, life, "facility", refused);
  if (!refused.empty()) return Refused(refused);
  facility.set_etag(absl::StrCat(VersionOf(facility) + 1));
  ZHIBU_RETURN_IF_ERROR(Store(txn, facility));
  *response->mutable_facility() = std::move(facility);
  return absl::OkStatus();
}

absl::Status Facilities::Correct(Call& call, const v1::CorrectFacilityRequest& request, Txn& txn,
                                 v1::CorrectFacilityResponse* response) const {
  const v1::Facility& given = request.facility();
  Violations form = FormOfCorrection(
      request, given, kFacilities, "facility",
      {"holder", "kind", "title", "scheme", "rating", "evidence", "valid_from", "valid_to"});
  if (!form.empty()) return Malformed(form);
  ZHIBU_ASSIGN_OR_RETURN(v1::Facility facility,
                         ForChange(call, txn, given.name(), given.etag(), "facility.etag"));
  const type::v1::RecordedCorrection recorded = zhibu::Correct(
      call, request.correction(), request.update_mask(), request.withdraw(), "", given, &facility);
  if (request.withdraw()) {
    facility.set_withdrawn(true);
  } else {
    CheckForm(facility, "facility", form);
    if (!form.empty()) return Malformed(form);
    if (recorded.fields().empty()) return NothingToCorrect(given.name());
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<Period> life,
                           HolderInScope(call, txn, facility.holder()));
    Violations refused;
    JudgePeriod(facility, life, "facility", refused);
    if (!refused.empty()) return Refused(refused);
  }
  *facility.add_corrections() = recorded;
  facility.set_etag(absl::StrCat(VersionOf(facility) + 1));
  ZHIBU_RETURN_IF_ERROR(Store(txn, facility));
  *response->mutable_facility() = std::move(facility);
  return absl::OkStatus();
}

absl::Status Facilities::Get(Call& call, const v1::GetFacilityRequest& request,
                             const Reader& reader, v1::GetFacilityResponse* response) const {
  Violations form;
  CheckName(kFacilities, request.name(), "name", form);
  if (!form.empty()) return Malformed(form);
  ZHIBU_ASSIGN_OR_RETURN(const auto facility,
                         FindFacility(reader, *IdOf(kFacilities, request.name())));
  if (!facility || !HolderInScope(call, reader, facility->holder()).ok()) {
    return NotFound(request.name());
  }
  *response->mutable_facility() = *facility;
  return absl::OkStatus();
}

absl::Status Facilities::List(Call& call, const v1::ListFacilitiesRequest& request, const Reader&,
                              v1::ListFacilitiesResponse* response) const {
  Violations form;
  if (!request.root().empty()) CheckName(kOrganisations, request.root(), "root", form);
  if (!form.empty()) return Malformed(form);
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay day, call.AsOf(request));
  ZHIBU_ASSIGN_OR_RETURN(Page page, pages_.Open(request, call.caller()));
  const Snapshot& snapshot = *page.snapshot;
  const auto find = [&]() -> absl::StatusOr<std::vector<std::string>> {
    ZHIBU_ASSIGN_OR_RETURN(const std::vector<SubtreeNode> nodes,
                           ReadSubtree(snapshot, IdOf(kOrganisations, request.root()).value_or(""),
                                       request.line(), day));
    ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> kept, KeptBy(snapshot, nodes));
    std::vector<std::string> ids;
    const auto add = [&](const std::string& holder) -> absl::Status {
      ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> held, FacilitiesOf(snapshot, holder));
      ids.insert(ids.end(), held.begin(), held.end());
      return absl::OkStatus();
    };
    for (const SubtreeNode& node : nodes) {
      ZHIBU_RETURN_IF_ERROR(add(NameOf(kOrganisations, node.id)));
    }
    for (const std::string& id : kept) ZHIBU_RETURN_IF_ERROR(add(NameOf(kInstitutions, id)));
    std::sort(ids.begin(), ids.end());
    return ids;
  };
  ZHIBU_ASSIGN_OR_RETURN(const auto ids, FoundOnce<std::string>(page, find));
  return FillPage(
      pages_, page, *ids, response, response->mutable_facilities(),
      [&](const std::string& id) -> absl::StatusOr<std::optional<v1::Facility>> {
        ZHIBU_ASSIGN_OR_RETURN(std::optional<v1::Facility> facility, FindFacility(snapshot, id));
        if (!facility) return absl::DataLossError("an index names a facility that is not there");
        const auto& kinds = request.kinds();
        const bool of_kind =
            kinds.empty() || std::find(kinds.begin(), kinds.end(), facility->kind()) != kinds.end();
        if (!of_kind || !PeriodOf(*facility).Has(DayNumber(day))) return std::nullopt;
        return facility;
      });
}

}  // namespace zhibu::registry
