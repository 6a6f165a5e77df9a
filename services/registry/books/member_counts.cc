#include "services/registry/books/member_counts.h"

#include <optional>
#include <set>
#include <string>

#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/store/dispatch.h"
#include "common/store/keys.h"
#include "common/store/table.h"
#include "services/registry/books/tables.h"
#include "zhibu/membership/v1/events.pb.h"
#include "zhibu/membership/v1/reveal.pb.h"

namespace zhibu::registry {
namespace {

using membership::v1::Stage;

Key KeyIn(Table table, absl::string_view id) { return Key(static_cast<uint8_t>(table)).Text(id); }

bool OnTheWay(int stage) {
  return stage >= membership::v1::STAGE_APPLICANT && stage <= membership::v1::STAGE_PROBATIONARY;
}

void Count(const rows::MemberRow& member, int sign, rows::MemberCountRow& counts) {
  const int stage = member.stage();
  counts.set_persons(counts.persons() + sign);
  if (stage == membership::v1::STAGE_FULL) counts.set_full_members(counts.full_members() + sign);
  if (stage == membership::v1::STAGE_PROBATIONARY) {
    counts.set_probationary_members(counts.probationary_members() + sign);
  }
  if (OnTheWay(stage)) counts.set_open_cases(counts.open_cases() + sign);
}

absl::StatusOr<rows::MemberCountRow> CountsAt(const Reader& reader, const Key& key) {
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::MemberCountRow> row,
                         GetRow<rows::MemberCountRow>(reader, key));
  return row.value_or(rows::MemberCountRow());
}

absl::Status Add(Txn& txn, const rows::MemberRow& member, int sign) {
  const auto change = [&](const Key& key) -> absl::Status {
    ZHIBU_ASSIGN_OR_RETURN(rows::MemberCountRow counts, CountsAt(txn, key));
    Count(member, sign, counts);
    PutRow(txn, key, counts);
    return absl::OkStatus();
  };
  ZHIBU_RETURN_IF_ERROR(change(KeyIn(Table::kMemberCounts, member.organisation())));
  if (member.institution().empty()) return absl::OkStatus();
  return change(KeyIn(Table::kMemberCountsAtInstitutions, member.institution()));
}

bool Same(const rows::MemberRow& a, const rows::MemberRow& b) {
  return a.organisation() == b.organisation() && a.institution() == b.institution() &&
         a.stage() == b.stage();
}

// Puts `now` in the place of what was known of the person; nullopt: the person leaves all counts.
absl::Status Replace(Txn& txn, absl::string_view person, const std::optional<rows::MemberRow>& now,
                     absl::FunctionRef<absl::Status(absl::string_view)> changed) {
  const Key key = KeyIn(Table::kMembers, person);
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::MemberRow> before,
                         GetRow<rows::MemberRow>(txn, key));
  if (before && now && Same(*before, *now)) return absl::OkStatus();
  std::set<std::string> organisations;
  if (before) {
    ZHIBU_RETURN_IF_ERROR(Add(txn, *before, -1));
    organisations.insert(before->organisation());
  }
  if (now) {
    ZHIBU_RETURN_IF_ERROR(Add(txn, *now, +1));
    organisations.insert(now->organisation());
    PutRow(txn, key, *now);
  } else {
    txn.Delete(key);
  }
  for (const std::string& organisation : organisations) {
    ZHIBU_RETURN_IF_ERROR(changed(organisation));
  }
  return absl::OkStatus();
}

template <typename Stages>
int LastStage(const Stages& stages) {
  return stages.empty() ? 0 : stages.Get(stages.size() - 1).stage();
}

}  // namespace

absl::StatusOr<rows::MemberCountRow> CountsOf(const Reader& reader,
                                              absl::string_view organisation_id) {
  return CountsAt(reader, KeyIn(Table::kMemberCounts, organisation_id));
}
absl::StatusOr<rows::MemberCountRow> CountsAtInstitution(const Reader& reader,
                                                         absl::string_view institution_id) {
  return CountsAt(reader, KeyIn(Table::kMemberCountsAtInstitutions, institution_id));
}

absl::Status ApplyMembership(Txn& txn, const google::protobuf::Any& event,
                             absl::FunctionRef<absl::Status(absl::string_view)> changed) {
  // The stages that an event of a case states are the person's.
  const auto move_on = [&](absl::string_view name, int stage) -> absl::Status {
    const std::optional<CaseName> of = ParseCaseName(name);
    if (!of) return absl::DataLossError("an event of a case without a name in the feed");
    ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::MemberRow> row,
                           GetRow<rows::MemberRow>(txn, KeyIn(Table::kMembers, of->person_id)));
    if (!row) return absl::DataLossError("a case of a person who was not in the feed");
    row->set_stage(stage);
    return Replace(txn, of->person_id, row, changed);
  };
  return DispatchFollowed(
      event,
      [&](const membership::v1::PersonChanged& person) {
        const std::string id = IdOf(kPersons, person.name()).value_or("");
        const auto& kept = person.affiliations();
        // Who left for an organisation outside these books is counted nowhere in them.
        if (!kept.empty() && kept.rbegin()->has_valid_to()) {
          return Replace(txn, id, std::nullopt, changed);
        }
        rows::MemberRow row;
        row.set_organisation(IdOf(kOrganisations, person.organisation()).value_or(""));
        row.set_institution(IdOf(kInstitutions, person.institution()).value_or(""));
        row.set_stage(LastStage(person.stages()));
        return Replace(txn, id, row, changed);
      },
      [&](const membership::v1::StepRecorded& step) {
        return move_on(step.name(), LastStage(step.stages()));
      },
      [&](const membership::v1::CaseEventRecorded& beside) {
        return move_on(beside.name(), LastStage(beside.stages()));
      },
      [&](const membership::v1::PersonMerged& merged) {
        return Replace(txn, IdOf(kPersons, merged.dropped()).value_or(""), std::nullopt, changed);
      });
}

}  // namespace zhibu::registry
