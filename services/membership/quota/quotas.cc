#include "services/membership/quota/quotas.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/store/table.h"
#include "services/membership/books/quota_tables.h"
#include "services/membership/books/reading.h"
#include "services/membership/books/subtree.h"
#include "services/membership/rules/forecast.h"
#include "services/membership/rules/quota.h"
#include "zhibu/membership/v1/events.pb.h"

namespace zhibu::membership {
namespace {

v1::Quota Shown(const std::string& organisation_id, int32_t year, const rows::QuotaRow& row) {
  v1::Quota quota;
  quota.set_organisation(NameOf(kOrganisations, organisation_id));
  quota.set_year(year);
  quota.set_allocated(row.allocated());
  quota.set_handed_down(row.handed_down());
  quota.set_used(row.used());
  quota.set_remaining(Remaining(row));
  quota.set_etag(absl::StrCat(row.version()));
  return quota;
}

absl::Status CheckEtag(const std::optional<rows::QuotaRow>& row, const std::string& etag,
                       absl::string_view field, const std::string& organisation) {
  return RequireEtag(etag, row ? std::optional<int64_t>(row->version()) : std::nullopt,
                     organisation, field);
}

// What `giver` ("" for outside) gave it, less what it took back.
absl::StatusOr<int32_t> GivenBefore(const Reader& reader, const std::string& giver,
                                    const std::string& receiver_id, int32_t year) {
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<v1::QuotaEntry> entries,
                         QuotaEntriesOf(reader, receiver_id, year));
  int32_t given = 0;
  for (const v1::QuotaEntry& entry : entries) {
    const bool received = entry.to_organisation() == NameOf(kOrganisations, receiver_id);
    if (received && entry.from_organisation() == giver) given += entry.number();
  }
  return given;
}

}  // namespace

absl::Status Quotas::Allocate(Call& call, const v1::AllocateQuotaRequest& request, Txn& txn,
                              v1::AllocateQuotaResponse* response) const {
  const v1::QuotaEntry& entry = request.entry();
  const int32_t year = request.year();
  const std::vector<Violation> wrong = CheckAllocationForm(year, entry);
  if (!wrong.empty()) return Malformed(wrong);
  const std::string to = *IdOf(kOrganisations, entry.to_organisation());
  const std::string from = IdOf(kOrganisations, entry.from_organisation()).value_or("");
  // Who gives decides.
  ZHIBU_RETURN_IF_ERROR(
      call.RequireScope(from.empty() ? entry.to_organisation() : entry.from_organisation()));
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::QuotaRow> receiver, FindQuota(txn, to, year));
  std::optional<rows::QuotaRow> giver;
  if (!from.empty()) {
    ZHIBU_ASSIGN_OR_RETURN(giver, FindQuota(txn, from, year));
  }
  ZHIBU_RETURN_IF_ERROR(CheckEtag(receiver, request.etag(), "etag", entry.to_organisation()));
  ZHIBU_RETURN_IF_ERROR(
      CheckEtag(giver, request.from_etag(), "from_etag", entry.from_organisation()));

  AllocationFacts facts;
  facts.receiver = receiver.value_or(rows::QuotaRow());
  facts.giver = giver.value_or(rows::QuotaRow());
  ZHIBU_ASSIGN_OR_RETURN(facts.given_before, GivenBefore(txn, entry.from_organisation(), to, year));
  std::optional<std::string> parent;
  tree_.Read([&](const OrgTree& tree) {
    facts.receiver_there = tree.ExistsOn(to, call.today());
    const absl::CivilDay day = std::min(call.today(), tree.LastDayOf(to));
    facts.above = from != to && tree.Within(to, from, type::v1::LINE_SUBORDINATION, day);
    parent = tree.ParentOn(to, day);
    return 0;
  });
  if (parent) {
    ZHIBU_ASSIGN_OR_RETURN(const auto above,
                           FindNearestQuota(tree_, txn, *parent, call.today(), year));
    facts.ledger_above = above.has_value();
  }
  const std::vector<Violation> refused = CheckAllocation(entry, facts);
  if (!refused.empty()) return Refused(refused);

  v1::QuotaChanged event;
  event.set_year(year);
  *event.mutable_entry() = entry;
  ZHIBU_RETURN_IF_ERROR(parts_.tables.Record(txn, event));
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::QuotaRow> after, FindQuota(txn, to, year));
  *response->mutable_quota() = Shown(to, year, after.value());
  if (from.empty()) return absl::OkStatus();
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::QuotaRow> left, FindQuota(txn, from, year));
  *response->mutable_from_quota() = Shown(from, year, left.value());
  return absl::OkStatus();
}

absl::StatusOr<int32_t> Quotas::ApprovalsIn(const Reader& reader,
                                            const std::string& organisation_id, int32_t year,
                                            absl::CivilDay today) const {
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> persons,
                         PersonsEverAt(reader, organisation_id));
  int32_t approvals = 0;
  for (const std::string& id : persons) {
    const Key cases = Key(kCaseTable).Text(id);
    std::optional<rows::CaseRow> open;  // one at most; an older one may wait for the archive
    ZHIBU_RETURN_IF_ERROR(ScanRows<rows::CaseRow>(
        reader, cases, cases.End(), [&](absl::string_view, const rows::CaseRow& row) {
          if (!row.progress().closed() && !row.progress().concluded() &&
              row.organisation_id() == organisation_id) {
            open = row;
          }
          return !open;
        }));
    if (!open || FindDone(open->progress(), v1::STEP_KIND_ADMISSION_APPROVAL) != nullptr) continue;
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PersonRow> person, FindPerson(reader, id));
    if (!person) return absl::DataLossError("a case of nobody");
    ZHIBU_ASSIGN_OR_RETURN(const rows::PersonalData data,
                           parts_.keys.Open(NameOf(kPersons, id), person->personal_data()));
    std::optional<absl::CivilDay> birth;
    if (data.has_birth()) birth = DayFromNumber(data.birth());
    // What has not been recorded until today is not done before today.
    absl::CivilDay from = today;
    for (const rows::StepDone& done : open->progress().done()) {
      from = std::max(from, DayFromNumber(done.day()));
    }
    const Forecast forecast = ForecastCase(parts_.rule_sets, open->progress(), open->stages(),
                                           person->affiliations(), birth, {}, from);
    approvals += std::any_of(forecast.days.begin(), forecast.days.end(), [&](const auto& day) {
      return day.kind == v1::STEP_KIND_ADMISSION_APPROVAL && day.earliest.year() == year;
    });
  }
  return approvals;
}

absl::StatusOr<int32_t> Quotas::ForecastUse(const Reader& reader,
                                            const std::string& organisation_id, int32_t year,
                                            absl::CivilDay today) const {
  if (year < today.year()) return 0;
  const std::vector<SubtreeNode> nodes = tree_.Read([&](const OrgTree& tree) {
    return tree.SubtreeOn(organisation_id, type::v1::LINE_SUBORDINATION, today);
  });
  int32_t use = 0;
  for (const SubtreeNode& node : nodes) {
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<NearestQuota> nearest,
                           FindNearestQuota(tree_, reader, node.id, today, year));
    if (!nearest || nearest->organisation_id != organisation_id) continue;
    ZHIBU_ASSIGN_OR_RETURN(const int32_t approvals, ApprovalsIn(reader, node.id, year, today));
    use += approvals;
  }
  return use;
}

absl::Status Quotas::Get(Call& call, const v1::GetQuotaRequest& request, const Reader& reader,
                         v1::GetQuotaResponse* response) const {
  const std::optional<std::string> id = IdOf(kOrganisations, request.organisation());
  if (!id) return NotFound(request.organisation());
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::QuotaRow> row,
                         FindQuota(reader, *id, request.year()));
  if (!row) return NotFound(absl::StrCat(request.organisation(), "/quotas/", request.year()));
  *response->mutable_quota() = Shown(*id, request.year(), *row);
  ZHIBU_ASSIGN_OR_RETURN(const int32_t use, ForecastUse(reader, *id, request.year(), call.today()));
  response->mutable_quota()->set_forecast_use(use);
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<v1::QuotaEntry> entries,
                         QuotaEntriesOf(reader, *id, request.year()));
  for (const v1::QuotaEntry& entry : entries) *response->add_entries() = entry;
  return absl::OkStatus();
}

absl::Status Quotas::List(Call& call, const v1::ListQuotasRequest& request, const Reader&,
                          v1::ListQuotasResponse* response) const {
  ZHIBU_ASSIGN_OR_RETURN(const Page page, pages_.Open(request, call.caller()));
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> organisations,
                         OrganisationsOf(tree_, *page.snapshot, kQuotaTable, request.root(),
                                         request.line(), call.today()));
  std::vector<KeyRange> ranges;
  for (const std::string& id : organisations) {
    ranges.push_back(Under(Key(kQuotaTable).Text(id).Number(request.year())));
  }
  const auto make = [&](absl::string_view key,
                        absl::string_view value) -> absl::StatusOr<std::optional<v1::Quota>> {
    rows::QuotaRow row;
    if (!row.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
      return absl::DataLossError("a stored row cannot be read");
    }
    return Shown(KeyParts(key).Text().value_or(""), request.year(), row);
  };
  return FillPage(pages_, page, ranges, response, response->mutable_quotas(), make);
}

}  // namespace zhibu::membership
