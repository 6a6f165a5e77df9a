#include "services/registry/books/convert.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/copy_fields.h"
#include "common/base/resource_name.h"
#include "services/registry/rules/dated.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::registry {
namespace {

int32_t FirstDay(const google::type::Date& date) {
  return DayNumber(FromProto(date).value_or(kNoStart));
}
int32_t EndDay(const google::type::Date& date) {
  return DayNumber(FromProto(date).value_or(kNoEnd));
}
google::type::Date Date(int32_t day) { return ToProto(DayFromNumber(day)); }
bool Ends(int32_t day) { return day != DayNumber(kNoEnd); }

int64_t VersionOf(const std::string& etag) {
  int64_t version = 0;
  return absl::SimpleAtoi(etag, &version) ? version : 0;
}

std::string OrganisationId(const std::string& name) {
  return IdOf(kOrganisations, name).value_or("");
}

template <typename Dated>
void Add(google::protobuf::RepeatedPtrField<rows::DatedTextRow>& list, const std::string& text,
         const Dated& dated) {
  rows::DatedTextRow& stored = *list.Add();
  stored.set_text(text);
  stored.set_from(FirstDay(dated.valid_from()));
  stored.set_to(EndDay(dated.valid_to()));
}

template <typename Row, typename Dated>
void SetPeriod(const Row& row, Dated& dated) {
  *dated.mutable_valid_from() = Date(row.from());
  if (Ends(row.to())) *dated.mutable_valid_to() = Date(row.to());
}

// A request that sets an organisation up says one title, kind and code: they hold from its first
// day on.
void BeginLists(type::v1::CommitteeLevel level, rows::OrganisationRow& row) {
  if (row.titles().empty()) {
    rows::DatedTextRow& title = *row.add_titles();
    title.set_text(row.title());
    title.set_from(row.established());
    title.set_to(row.dissolved());
  }
  if (row.kinds().empty()) {
    rows::DatedKindRow& kind = *row.add_kinds();
    kind.set_kind(row.kind());
    kind.set_level(level);
    kind.set_from(row.established());
    kind.set_to(row.dissolved());
  }
  if (row.codes().empty() && !row.code().empty()) {
    rows::DatedTextRow& code = *row.add_codes();
    code.set_text(row.code());
    code.set_from(row.established());
    code.set_to(row.dissolved());
  }
}

void BeginLists(rows::InstitutionRow& row) {
  if (row.titles().empty()) SetTitle(row, row.opened(), row.title());
  if (row.kinds().empty()) SetKind(row, row.opened(), row.kind(), row.ownership());
}

// The counts have the same names on both sides; one that was not counted stays out.
template <typename From, typename To>
void CopyCounts(const From& from, To& to) {
  if (from.has_staff()) to.set_staff(from.staff());
  if (from.has_established_posts()) to.set_established_posts(from.established_posts());
  if (from.has_full_time_teachers()) to.set_full_time_teachers(from.full_time_teachers());
  if (from.has_students()) to.set_students(from.students());
  if (from.has_senior_students()) to.set_senior_students(from.senior_students());
  if (from.has_adult_students()) to.set_adult_students(from.adult_students());
}

}  // namespace

rows::OrganisationRow RowOf(const v1::Organisation& organisation) {
  rows::OrganisationRow row;
  row.set_id(OrganisationId(organisation.name()));
  row.set_title(organisation.title());
  row.set_kind(organisation.kind());
  row.set_code(organisation.code());
  row.set_established(FirstDay(organisation.established_on()));
  row.set_dissolved(EndDay(organisation.dissolved_on()));
  for (const v1::DatedTitle& title : organisation.titles()) {
    Add(*row.mutable_titles(), title.title(), title);
  }
  for (const v1::DatedCode& code : organisation.codes()) {
    Add(*row.mutable_codes(), code.code(), code);
  }
  for (const v1::DatedKind& kind : organisation.kinds()) {
    rows::DatedKindRow& stored = *row.add_kinds();
    stored.set_kind(kind.kind());
    stored.set_level(kind.level());
    stored.set_from(FirstDay(kind.valid_from()));
    stored.set_to(EndDay(kind.valid_to()));
  }
  for (const type::v1::ExternalId& external : organisation.external_ids()) {
    rows::ExternalIdRow& stored = *row.add_external_ids();
    stored.set_system(external.system());
    stored.set_id(external.id());
    stored.set_from(FirstDay(external.valid_from()));
    stored.set_to(EndDay(external.valid_to()));
  }
  for (const std::string& successor : organisation.successors()) {
    row.add_successors(OrganisationId(successor));
  }
  for (const v1::Affiliation& affiliation : organisation.affiliations()) {
    rows::EdgeRow& edge = *row.add_edges();
    edge.set_parent(OrganisationId(affiliation.parent()));
    edge.set_line(affiliation.line() == type::v1::LINE_UNSPECIFIED ? type::v1::LINE_SUBORDINATION
                                                                   : affiliation.line());
    edge.set_from(FirstDay(affiliation.valid_from()));
    edge.set_to(EndDay(affiliation.valid_to()));
    edge.set_document_number(affiliation.document_number());
    edge.set_authority(OrganisationId(affiliation.authority()));
    edge.set_reason(affiliation.reason());
  }
  row.set_version(VersionOf(organisation.etag()));
  BeginLists(organisation.level(), row);
  return row;
}

rows::InstitutionRow RowOf(const v1::Institution& institution) {
  rows::InstitutionRow row;
  row.set_id(IdOf(kInstitutions, institution.name()).value_or(""));
  row.set_title(institution.title());
  row.set_kind(institution.kind());
  row.set_ownership(institution.ownership());
  row.set_place(institution.place());
  row.set_parent(IdOf(kInstitutions, institution.parent()).value_or(""));
  row.set_credit_code(institution.credit_code());
  row.set_keeper(OrganisationId(institution.keeper()));
  row.set_opened(FirstDay(institution.opened_on()));
  row.set_closed(EndDay(institution.closed_on()));
  for (const v1::HeadCount& count : institution.head_counts()) {
    rows::HeadCountRow& stored = *row.add_head_counts();
    stored.set_counted_on(FirstDay(count.counted_on()));
    CopyCounts(count, stored);
  }
  for (const v1::Coverage& coverage : institution.coverages()) {
    rows::CoverageRow& stored = *row.add_coverages();
    stored.set_organisation(OrganisationId(coverage.organisation()));
    stored.set_rung(coverage.rung());
    stored.set_from(FirstDay(coverage.valid_from()));
    stored.set_to(EndDay(coverage.valid_to()));
  }
  for (const v1::DatedTitle& title : institution.titles()) {
    Add(*row.mutable_titles(), title.title(), title);
  }
  for (const v1::DatedInstitutionKind& kind : institution.kinds()) {
    rows::DatedInstitutionKindRow& stored = *row.add_kinds();
    stored.set_kind(kind.kind());
    stored.set_ownership(kind.ownership());
    stored.set_from(FirstDay(kind.valid_from()));
    stored.set_to(EndDay(kind.valid_to()));
  }
  row.set_version(VersionOf(institution.etag()));
  BeginLists(row);
  return row;
}

rows::PostRow RowOf(const v1::Post& post) {
  rows::PostRow row;
  row.set_id(IdOf(kPosts, post.name()).value_or(""));
  row.set_seat(post.seat());
  row.set_kind(post.kind());
  row.set_holder(IdOf(kPersons, post.holder()).value_or(""));
  if (post.has_full_time()) row.set_full_time(post.full_time());
  row.set_from(FirstDay(post.valid_from()));
  row.set_to(EndDay(post.valid_to()));
  row.set_version(VersionOf(post.etag()));
  row.set_election(IdOf(kElections, post.election()).value_or(""));
  if (post.has_appointed()) row.set_appointed(post.appointed());
  *row.mutable_corrections() = post.corrections();
  row.set_withdrawn(post.withdrawn());
  return row;
}

rows::OrganisationRow RowOf(const v1::OrganisationRecord& record) {
  return RowOf(Copied<v1::Organisation>(record));
}
rows::InstitutionRow RowOf(const v1::InstitutionRecord& record) {
  return RowOf(Copied<v1::Institution>(record));
}
rows::PostRow RowOf(const v1::PostRecord& record) { return RowOf(Copied<v1::Post>(record)); }

v1::Organisation ToContract(const rows::OrganisationRow& row) {
  v1::Organisation organisation;
  organisation.set_name(NameOf(kOrganisations, row.id()));
  organisation.set_title(row.title());
  organisation.set_kind(row.kind());
  organisation.set_code(row.code());
  *organisation.mutable_established_on() = Date(row.established());
  if (Ends(row.dissolved())) *organisation.mutable_dissolved_on() = Date(row.dissolved());
  for (const rows::EdgeRow& edge : row.edges()) {
    v1::Affiliation& affiliation = *organisation.add_affiliations();
    affiliation.set_parent(NameOf(kOrganisations, edge.parent()));
    affiliation.set_line(edge.line());
    *affiliation.mutable_valid_from() = Date(edge.from());
    if (Ends(edge.to())) *affiliation.mutable_valid_to() = Date(edge.to());
    affiliation.set_document_number(edge.document_number());
    if (!edge.authority().empty()) {
      affiliation.set_authority(NameOf(kOrganisations, edge.authority()));
    }
    affiliation.set_reason(edge.reason());
  }
  for (const rows::DatedTextRow& stored : row.titles()) {
    v1::DatedTitle& title = *organisation.add_titles();
    title.set_title(stored.text());
    SetPeriod(stored, title);
  }
  for (const rows::DatedKindRow& stored : row.kinds()) {
    v1::DatedKind& kind = *organisation.add_kinds();
    kind.set_kind(stored.kind());
    kind.set_level(stored.level());
    SetPeriod(stored, kind);
    organisation.set_level(stored.level());
  }
  for (const rows::DatedTextRow& stored : row.codes()) {
    v1::DatedCode& code = *organisation.add_codes();
    code.set_code(stored.text());
    SetPeriod(stored, code);
  }
  for (const rows::ExternalIdRow& stored : row.external_ids()) {
    type::v1::ExternalId& external = *organisation.add_external_ids();
    external.set_system(stored.system());
    external.set_id(stored.id());
    SetPeriod(stored, external);
  }
  for (const std::string& successor : row.successors()) {
    organisation.add_successors(NameOf(kOrganisations, successor));
  }
  organisation.set_etag(absl::StrCat(row.version()));
  return organisation;
}

v1::Institution ToContract(const rows::InstitutionRow& row) {
  v1::Institution institution;
  institution.set_name(NameOf(kInstitutions, row.id()));
  institution.set_title(row.title());
  institution.set_kind(row.kind());
  institution.set_ownership(row.ownership());
  institution.set_place(row.place() == v1::PLACE_UNSPECIFIED ? v1::PLACE_UNKNOWN : row.place());
  if (!row.parent().empty()) institution.set_parent(NameOf(kInstitutions, row.parent()));
  institution.set_credit_code(row.credit_code());
  institution.set_keeper(NameOf(kOrganisations, row.keeper()));
  *institution.mutable_opened_on() = Date(row.opened());
  if (Ends(row.closed())) *institution.mutable_closed_on() = Date(row.closed());
  for (const rows::HeadCountRow& stored : row.head_counts()) {
    v1::HeadCount& count = *institution.add_head_counts();
    *count.mutable_counted_on() = Date(stored.counted_on());
    CopyCounts(stored, count);
  }
  for (const rows::CoverageRow& stored : row.coverages()) {
    v1::Coverage& coverage = *institution.add_coverages();
    coverage.set_organisation(NameOf(kOrganisations, stored.organisation()));
    coverage.set_rung(stored.rung());
    *coverage.mutable_valid_from() = Date(stored.from());
    if (Ends(stored.to())) *coverage.mutable_valid_to() = Date(stored.to());
  }
  for (const rows::DatedTextRow& stored : row.titles()) {
    v1::DatedTitle& title = *institution.add_titles();
    title.set_title(stored.text());
    SetPeriod(stored, title);
  }
  for (const rows::DatedInstitutionKindRow& stored : row.kinds()) {
    v1::DatedInstitutionKind& kind = *institution.add_kinds();
    kind.set_kind(stored.kind());
    kind.set_ownership(stored.ownership());
    SetPeriod(stored, kind);
  }
  institution.set_etag(absl::StrCat(row.version()));
  return institution;
}

v1::Post ToContract(const rows::PostRow& row) {
  v1::Post post;
  post.set_name(NameOf(kPosts, row.id()));
  post.set_seat(row.seat());
  post.set_kind(row.kind());
  post.set_holder(NameOf(kPersons, row.holder()));
  if (row.has_full_time()) post.set_full_time(row.full_time());
  *post.mutable_valid_from() = Date(row.from());
  if (Ends(row.to())) *post.mutable_valid_to() = Date(row.to());
  post.set_etag(absl::StrCat(row.version()));
  if (!row.election().empty()) post.set_election(NameOf(kElections, row.election()));
  if (row.has_appointed()) post.set_appointed(row.appointed());
  *post.mutable_corrections() = row.corrections();
  post.set_withdrawn(row.withdrawn());
  return post;
}

v1::OrganisationRecord ToRecord(const rows::OrganisationRow& row) {
  return Copied<v1::OrganisationRecord>(ToContract(row));
}
v1::InstitutionRecord ToRecord(const rows::InstitutionRow& row) {
  return Copied<v1::InstitutionRecord>(ToContract(row));
}
v1::PostRecord ToRecord(const rows::PostRow& row) {
  return Copied<v1::PostRecord>(ToContract(row));
}

v1::Organisation AsOf(const rows::OrganisationRow& row, absl::CivilDay day) {
  v1::Organisation organisation = ToContract(row);
  const int32_t number = DayNumber(day);
  if (number < row.established() || number >= row.dissolved()) return organisation;
  organisation.set_title(TitleOn(row, number));
  organisation.set_code(CodeOn(row, number));
  organisation.set_kind(KindOn(row, number));
  const bool committee = organisation.kind() == type::v1::ORGANISATION_KIND_COMMITTEE ||
                         organisation.kind() == type::v1::ORGANISATION_KIND_WORK_COMMITTEE;
  const type::v1::CommitteeLevel level = LevelOn(row, number);
  organisation.set_level(committee && level == type::v1::COMMITTEE_LEVEL_UNSPECIFIED
                             ? type::v1::COMMITTEE_LEVEL_BASE
                             : level);
  std::vector<std::string> territorial;
  for (const rows::EdgeRow& edge : row.edges()) {
    if (number < edge.from() || number >= edge.to()) continue;
    if (edge.line() == type::v1::LINE_SUBORDINATION) {
      organisation.set_subordination_parent(NameOf(kOrganisations, edge.parent()));
    } else {
      territorial.push_back(NameOf(kOrganisations, edge.parent()));
    }
  }
  std::sort(territorial.begin(), territorial.end());
  for (const std::string& parent : territorial) organisation.add_territorial_parents(parent);
  return organisation;
}

v1::Institution AsOf(const rows::InstitutionRow& row, absl::CivilDay day) {
  v1::Institution institution = ToContract(row);
  const int32_t number = DayNumber(day);
  institution.set_title(TitleOn(row, number));
  institution.set_kind(KindOn(row, number));
  institution.set_ownership(OwnershipOn(row, number));
  return institution;
}

void SortDated(rows::OrganisationRow& row) {
  std::sort(row.mutable_edges()->begin(), row.mutable_edges()->end(),
            [](const rows::EdgeRow& a, const rows::EdgeRow& b) {
              return std::make_tuple(a.from(), a.line(), a.parent()) <
                     std::make_tuple(b.from(), b.line(), b.parent());
            });
}

void SortDated(rows::InstitutionRow& row) {
  std::sort(
      row.mutable_coverages()->begin(), row.mutable_coverages()->end(),
      [](const rows::CoverageRow& a, const rows::CoverageRow& b) { return a.from() < b.from(); });
}

}  // namespace zhibu::registry
