#include "services/registry/books/tables.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/copy_fields.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/store/dispatch.h"
#include "common/store/keys.h"
#include "common/store/table.h"
#include "services/registry/books/convert.h"
#include "services/registry/books/ended_posts.h"
#include "services/registry/books/name_grams.h"
#include "zhibu/registry/v1/events.pb.h"

namespace zhibu::registry {
namespace {

Key KeyIn(Table table) { return Key(static_cast<uint8_t>(table)); }

Key KeyOfTerm(absl::string_view organisation, const google::type::Date& begun_on) {
  const int32_t begun = DayNumber(FromProto(begun_on).value_or(kNoStart));
  return KeyIn(Table::kTerms).Text(organisation).Number(-begun);
}

// The parent under which an organisation stands while it has none. Not a resource id.
constexpr char kNobody[] = "";

// The ids that follow `prefix` in its index.
absl::StatusOr<std::vector<std::string>> IdsUnder(const Reader& reader, const Key& prefix) {
  std::vector<std::string> ids;
  ZHIBU_RETURN_IF_ERROR(
      reader.Scan(prefix, prefix.End(), [&](absl::string_view key, absl::string_view) {
        key.remove_prefix(prefix.bytes().size());
        key.remove_suffix(1);  // the end of the text
        ids.emplace_back(key);
        return true;
      }));
  return ids;
}

template <typename Row>
absl::Status ScanFrom(const Reader& reader, Table table, absl::string_view after,
                      absl::FunctionRef<bool(const Row&)> visit) {
  const Key all = KeyIn(table);
  // Behind the row of `after` itself, whose key ends with 0x00.
  const std::string begin =
      after.empty() ? all.bytes() : PrefixEnd(KeyIn(table).Text(after).bytes());
  return ScanRows<Row>(reader, begin, all.End(),
                       [&](absl::string_view, const Row& row) { return visit(row); });
}

bool WasRoot(const rows::OrganisationRow& row) {
  int32_t first = row.dissolved();
  for (const rows::EdgeRow& edge : row.edges()) {
    if (edge.line() == type::v1::LINE_SUBORDINATION) first = std::min(first, edge.from());
  }
  return first > row.established();
}

void AddNameEntries(absl::string_view title, const std::string& name, std::set<std::string>& keys) {
  for (const std::string& gram : GramsOf(title)) {
    keys.insert(KeyIn(Table::kNames).Text(gram).Text(name).bytes());
  }
}

// The index entries that a row has.
std::set<std::string> EntriesOf(const rows::OrganisationRow& row) {
  std::set<std::string> keys;
  for (const rows::EdgeRow& edge : row.edges()) {
    keys.insert(KeyIn(Table::kOrganisationsBelow)
                    .Text(edge.parent())
                    .Number(edge.line())
                    .Text(row.id())
                    .bytes());
  }
  if (WasRoot(row)) {
    keys.insert(KeyIn(Table::kOrganisationsBelow)
                    .Text(kNobody)
                    .Number(type::v1::LINE_SUBORDINATION)
                    .Text(row.id())
                    .bytes());
  }
  for (const rows::DatedTextRow& code : row.codes()) {
    keys.insert(KeyIn(Table::kOrganisationsByCode).Text(code.text()).Text(row.id()).bytes());
  }
  for (const rows::DatedTextRow& title : row.titles()) {
    AddNameEntries(title.text(), NameOf(kOrganisations, row.id()), keys);
  }
  for (const rows::ExternalIdRow& external : row.external_ids()) {
    keys.insert(KeyIn(Table::kOrganisationsByExternal)
                    .Text(external.system())
                    .Text(external.id())
                    .Text(row.id())
                    .bytes());
  }
  return keys;
}
std::set<std::string> EntriesOf(const rows::InstitutionRow& row) {
  std::set<std::string> keys = {
      KeyIn(Table::kInstitutionsKept).Text(row.keeper()).Text(row.id()).bytes()};
  for (const rows::DatedTextRow& title : row.titles()) {
    AddNameEntries(title.text(), NameOf(kInstitutions, row.id()), keys);
  }
  for (const rows::CoverageRow& coverage : row.coverages()) {
    keys.insert(
        KeyIn(Table::kInstitutionsCovered).Text(coverage.organisation()).Text(row.id()).bytes());
  }
  if (!row.credit_code().empty()) {
    keys.insert(KeyIn(Table::kInstitutionsByCredit).Text(row.credit_code()).Text(row.id()).bytes());
  }
  return keys;
}
std::set<std::string> EntriesOf(const rows::PostRow& row) {
  if (row.withdrawn()) return {};
  return {KeyIn(Table::kPostsAtSeat).Text(row.seat()).Text(row.id()).bytes(),
          KeyIn(Table::kPostsOfHolder).Text(row.holder()).Text(row.id()).bytes()};
}

// Replaces the row and exactly those index entries that differ.
template <typename Row>
absl::Status Store(Txn& txn, Table table, const Row& row) {
  if (row.id().empty() || row.version() == 0) {
    return absl::DataLossError("an event that states no resource");
  }
  const Key key = KeyIn(table).Text(row.id());
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<Row> old, GetRow<Row>(txn, key));
  const std::set<std::string> entries = EntriesOf(row);
  const std::set<std::string> old_entries = old ? EntriesOf(*old) : std::set<std::string>();
  for (const std::string& entry : old_entries) {
    if (!entries.contains(entry)) txn.Delete(entry);
  }
  for (const std::string& entry : entries) {
    if (!old_entries.contains(entry)) PutRow(txn, entry, rows::IndexRow());
  }
  PutRow(txn, key, row);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::optional<rows::OrganisationRow>> FindOrganisation(const Reader& reader,
                                                                      absl::string_view id) {
  return GetRow<rows::OrganisationRow>(reader, KeyIn(Table::kOrganisations).Text(id));
}
absl::StatusOr<std::optional<rows::InstitutionRow>> FindInstitution(const Reader& reader,
                                                                    absl::string_view id) {
  return GetRow<rows::InstitutionRow>(reader, KeyIn(Table::kInstitutions).Text(id));
}
absl::StatusOr<std::optional<rows::PostRow>> FindPost(const Reader& reader, absl::string_view id) {
  return GetRow<rows::PostRow>(reader, KeyIn(Table::kPosts).Text(id));
}

absl::StatusOr<std::vector<std::string>> BelowOn(const Reader& reader, absl::string_view parent,
                                                 type::v1::Line line) {
  return IdsUnder(reader, KeyIn(Table::kOrganisationsBelow).Text(parent).Number(line));
}
absl::StatusOr<std::vector<std::string>> OnceRoots(const Reader& reader) {
  return BelowOn(reader, kNobody, type::v1::LINE_SUBORDINATION);
}
absl::StatusOr<std::vector<std::string>> WithCode(const Reader& reader, absl::string_view code) {
  return IdsUnder(reader, KeyIn(Table::kOrganisationsByCode).Text(code));
}
absl::StatusOr<std::vector<std::string>> WithExternalId(const Reader& reader,
                                                        absl::string_view system,
                                                        absl::string_view id) {
  return IdsUnder(reader, KeyIn(Table::kOrganisationsByExternal).Text(system).Text(id));
}
absl::StatusOr<std::vector<std::string>> KeptBy(const Reader& reader, absl::string_view keeper) {
  return IdsUnder(reader, KeyIn(Table::kInstitutionsKept).Text(keeper));
}
absl::StatusOr<std::vector<std::string>> CoveredBy(const Reader& reader,
                                                   absl::string_view organisation) {
  return IdsUnder(reader, KeyIn(Table::kInstitutionsCovered).Text(organisation));
}
absl::StatusOr<std::vector<std::string>> WithCreditCode(const Reader& reader,
                                                        absl::string_view credit_code) {
  return IdsUnder(reader, KeyIn(Table::kInstitutionsByCredit).Text(credit_code));
}
absl::StatusOr<std::vector<std::string>> AtSeat(const Reader& reader, absl::string_view seat) {
  return IdsUnder(reader, KeyIn(Table::kPostsAtSeat).Text(seat));
}

absl::Status ScanOrganisations(const Reader& reader,
                               absl::FunctionRef<bool(const rows::OrganisationRow&)> visit) {
  return ScanFrom<rows::OrganisationRow>(reader, Table::kOrganisations, "", visit);
}
absl::Status ScanInstitutions(const Reader& reader, absl::string_view after,
                              absl::FunctionRef<bool(const rows::InstitutionRow&)> visit) {
  return ScanFrom<rows::InstitutionRow>(reader, Table::kInstitutions, after, visit);
}
Key PostsKey() { return KeyIn(Table::kPosts); }

absl::Status Apply(Txn& txn, const v1::OrganisationChanged& event) {
  return Store(txn, Table::kOrganisations, RowOf(event.organisation()));
}
absl::Status Apply(Txn& txn, const v1::InstitutionChanged& event) {
  return Store(txn, Table::kInstitutions, RowOf(event.institution()));
}
absl::Status Apply(Txn& txn, const v1::PostChanged& event) {
  return Store(txn, Table::kPosts, RowOf(event.post()));
}
absl::Status Apply(Txn& txn, const v1::Reorganised& event) {
  const auto decision = Copied<v1::Reorganisation>(event.reorganisation());
  const std::string id = IdOf(kReorganisations, decision.name()).value_or("");
  if (id.empty()) return absl::DataLossError("an event that states no resource");
  PutRow(txn, KeyIn(Table::kReorganisations).Text(id), decision);
  const int32_t day = DayNumber(FromProto(decision.effective_on()).value_or(kNoStart));
  std::set<std::string> parties(decision.subjects().begin(), decision.subjects().end());
  for (const v1::Succession& succession : decision.successions())
    parties.insert(succession.to_organisation());
  for (const std::string& party : parties) {
    PutRow(txn,
           KeyIn(Table::kReorganisationsOf)
               .Text(IdOf(kOrganisations, party).value_or(""))
               .Number(-day)
               .Text(id),
           rows::IndexRow());
  }
  return absl::OkStatus();
}

absl::Status Apply(Txn& txn, const v1::ElectionRecorded& event) {
  const auto election = Copied<v1::Election>(event.election());
  const std::string id = IdOf(kElections, election.name()).value_or("");
  const std::string organisation = IdOf(kOrganisations, election.organisation()).value_or("");
  if (id.empty() || organisation.empty()) {
    return absl::DataLossError("an event that states no resource");
  }
  const auto place = [&](const v1::Election& one) {
    const int32_t day = DayNumber(FromProto(one.held_on()).value_or(kNoStart));
    return ElectionsOfKey(organisation).Number(-day).Text(id);
  };
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<v1::Election> before, FindElection(txn, id));
  ZHIBU_RETURN_IF_ERROR(NoteEndedPosts(txn, before ? &*before : nullptr, election));
  if (before && !SameElection(*before, election)) {
    // The term that it began is stated again where there still is one.
    txn.Delete(place(*before));
    const Key begun = KeyOfTerm(organisation, before->held_on());
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<v1::Term> term, GetRow<v1::Term>(txn, begun));
    if (term && term->election() == election.name()) txn.Delete(begun);
  }
  PutRow(txn, KeyIn(Table::kElections).Text(id), election);
  if (!election.withdrawn()) PutRow(txn, place(election), rows::IndexRow());
  return absl::OkStatus();
}

absl::Status Apply(Txn& txn, const v1::TermChanged& event) {
  const auto term = Copied<v1::Term>(event.term());
  const std::string organisation = IdOf(kOrganisations, term.organisation()).value_or("");
  if (organisation.empty()) return absl::DataLossError("an event that states no resource");
  PutRow(txn, KeyOfTerm(organisation, term.begun_on()), term);
  return absl::OkStatus();
}

absl::Status Apply(Txn& txn, const v1::FacilityChanged& event) {
  const auto facility = Copied<v1::Facility>(event.facility());
  const std::string id = IdOf(kFacilities, facility.name()).value_or("");
  if (id.empty()) return absl::DataLossError("an event that states no resource");
  const auto place = [&](const v1::Facility& one) {
    return KeyIn(Table::kFacilitiesOf).Text(one.holder()).Text(id);
  };
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<v1::Facility> before, FindFacility(txn, id));
  if (before) txn.Delete(place(*before));
  PutRow(txn, KeyIn(Table::kFacilities).Text(id), facility);
  if (!facility.withdrawn()) PutRow(txn, place(facility), rows::IndexRow());
  return absl::OkStatus();
}

absl::StatusOr<std::optional<v1::Facility>> FindFacility(const Reader& reader,
                                                         absl::string_view id) {
  return GetRow<v1::Facility>(reader, KeyIn(Table::kFacilities).Text(id));
}
absl::StatusOr<std::vector<std::string>> FacilitiesOf(const Reader& reader,
                                                      absl::string_view holder) {
  return IdsUnder(reader, KeyIn(Table::kFacilitiesOf).Text(holder));
}
absl::StatusOr<std::set<std::string>> Named(const Reader& reader, absl::string_view gram) {
  // The gram's text without the mark that ends it: longer ones begin so too.
  const std::string begin = absl::StrCat(KeyIn(Table::kNames).bytes(), gram);
  std::set<std::string> names;
  ZHIBU_RETURN_IF_ERROR(
      reader.Scan(begin, PrefixEnd(begin), [&](absl::string_view key, absl::string_view) {
        KeyParts parts(key);
        parts.Text();
        names.insert(parts.Text().value_or(""));
        return true;
      }));
  return names;
}

absl::StatusOr<std::optional<v1::Election>> FindElection(const Reader& reader,
                                                         absl::string_view id) {
  return GetRow<v1::Election>(reader, KeyIn(Table::kElections).Text(id));
}
absl::StatusOr<std::optional<v1::Term>> TermOn(const Reader& reader, absl::string_view organisation,
                                               absl::CivilDay day) {
  const Key all = KeyIn(Table::kTerms).Text(organisation);
  std::optional<v1::Term> found;
  ZHIBU_RETURN_IF_ERROR(ScanRows<v1::Term>(reader, Key(all).Number(-DayNumber(day)), all.End(),
                                           [&](absl::string_view, const v1::Term& term) {
                                             found = term;
                                             return false;
                                           }));
  return found;
}
absl::CivilDay DueOn(const v1::Term& term) {
  const auto& date =
      term.postponements().empty() ? term.due_on() : term.postponements().rbegin()->until();
  return FromProto(date).value_or(kNoEnd);
}
absl::StatusOr<std::vector<std::string>> PostsOfHolder(const Reader& reader,
                                                       absl::string_view person) {
  return IdsUnder(reader, KeyIn(Table::kPostsOfHolder).Text(person));
}
Key ElectionsOfKey(absl::string_view organisation) {
  return KeyIn(Table::kElectionsOf).Text(organisation);
}

absl::StatusOr<std::optional<v1::Reorganisation>> FindReorganisation(const Reader& reader,
                                                                     absl::string_view id) {
  return GetRow<v1::Reorganisation>(reader, KeyIn(Table::kReorganisations).Text(id));
}

absl::StatusOr<std::vector<std::string>> ReorganisationsOf(const Reader& reader,
                                                           absl::string_view organisation) {
  const Key prefix = KeyIn(Table::kReorganisationsOf).Text(organisation);
  std::vector<std::string> ids;
  ZHIBU_RETURN_IF_ERROR(
      reader.Scan(prefix, prefix.End(), [&](absl::string_view key, absl::string_view) {
        KeyParts parts(key);
        parts.Text();
        parts.Number();
        ids.push_back(parts.Text().value_or(""));
        return true;
      }));
  return ids;
}

absl::Status Apply(Txn& txn, const google::protobuf::Any& any) {
  return DispatchOwn(
      any, [&](const v1::OrganisationChanged& event) { return Apply(txn, event); },
      [&](const v1::InstitutionChanged& event) { return Apply(txn, event); },
      [&](const v1::PostChanged& event) { return Apply(txn, event); },
      [&](const v1::Reorganised& event) { return Apply(txn, event); },
      [&](const v1::ElectionRecorded& event) { return Apply(txn, event); },
      [&](const v1::TermChanged& event) { return Apply(txn, event); },
      [&](const v1::FacilityChanged& event) { return Apply(txn, event); });
}

}  // namespace zhibu::registry
