#include "services/cli/import/assemble.h"

#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "services/cli/import/messages.h"

namespace zhibu::cli {
namespace {

// `parents[i]`: places of the parents of the i-th.
std::vector<size_t> ParentsFirst(const std::vector<std::vector<size_t>>& parents) {
  std::vector<size_t> order;
  std::vector<char> seen(parents.size(), 0);
  // A stack of its own: a chain in a file may be as long as the file.
  std::vector<std::pair<size_t, size_t>> path;  // item, next parent to look at
  for (size_t i = 0; i < parents.size(); ++i) {
    if (seen[i]) continue;
    seen[i] = 1;
    path.push_back({i, 0});
    while (!path.empty()) {
      auto& [item, next] = path.back();
      if (next == parents[item].size()) {
        order.push_back(item);
        path.pop_back();
        continue;
      }
      const size_t parent = parents[item][next++];
      if (!seen[parent]) {
        seen[parent] = 1;
        path.push_back({parent, 0});
      }
    }
  }
  return order;
}

template <typename Item>
Assembled<Item> InOrder(Assembled<Item> all, const std::vector<std::vector<size_t>>& parents) {
  Assembled<Item> ordered;
  for (const size_t i : ParentsFirst(parents)) {
    ordered.items.push_back(std::move(all.items[i]));
    ordered.origins.push_back(std::move(all.origins[i]));
  }
  return ordered;
}

}  // namespace

void ReadChecked(const Folder& folder, FileKind kind, absl::FunctionRef<void(const Row&)> visit) {
  RowErrors known_to_be_none;
  if (const std::string* bytes = folder.Find(kind)) {
    ReadRows(SpecOf(kind), *bytes, &known_to_be_none, visit);
  }
}

Assembled<registry::v1::CreateOrganisationRequest> AssembleOrganisations(const Folder& folder) {
  Assembled<registry::v1::CreateOrganisationRequest> all;
  absl::flat_hash_map<std::string, size_t> places;
  ReadChecked(folder, FileKind::kOrganisations, [&](const Row& row) {
    places[row.Text(organisation_columns::kId)] = all.items.size();
    all.items.push_back(OrganisationOf(row));
    all.origins.push_back({NameOf(kOrganisations, all.items.back().organisation_id()),
                           FileKind::kOrganisations,
                           row.line,
                           {}});
  });
  std::vector<std::vector<size_t>> parents(all.items.size());
  ReadChecked(folder, FileKind::kAffiliations, [&](const Row& row) {
    const size_t child = places.at(row.Text(affiliation_columns::kOrganisation));
    registry::v1::Organisation& organisation = *all.items[child].mutable_organisation();
    all.origins[child].parts.push_back(
        {absl::StrCat("organisation.affiliations[", organisation.affiliations_size(), "]"),
         FileKind::kAffiliations, row.line});
    *organisation.add_affiliations() = AffiliationOf(row);
    const auto parent = places.find(row.Text(affiliation_columns::kParent));
    if (parent != places.end()) parents[child].push_back(parent->second);
  });
  return InOrder(std::move(all), parents);
}

Assembled<registry::v1::CreateInstitutionRequest> AssembleInstitutions(const Folder& folder) {
  Assembled<registry::v1::CreateInstitutionRequest> all;
  absl::flat_hash_map<std::string, size_t> places;
  ReadChecked(folder, FileKind::kInstitutions, [&](const Row& row) {
    places[row.Text(institution_columns::kId)] = all.items.size();
    all.items.push_back(InstitutionOf(row));
    all.origins.push_back({NameOf(kInstitutions, all.items.back().institution_id()),
                           FileKind::kInstitutions,
                           row.line,
                           {}});
  });
  std::vector<std::vector<size_t>> parents(all.items.size());
  for (size_t i = 0; i < all.items.size(); ++i) {
    const auto id = IdOf(kInstitutions, all.items[i].institution().parent());
    const auto parent = id ? places.find(*id) : places.end();
    if (parent != places.end()) parents[i].push_back(parent->second);
  }
  ReadChecked(folder, FileKind::kHeadCounts, [&](const Row& row) {
    const size_t i = places.at(row.Text(head_count_columns::kInstitution));
    registry::v1::Institution& institution = *all.items[i].mutable_institution();
    all.origins[i].parts.push_back(
        {absl::StrCat("institution.head_counts[", institution.head_counts_size(), "]"),
         FileKind::kHeadCounts, row.line});
    *institution.add_head_counts() = HeadCountOf(row);
  });
  ReadChecked(folder, FileKind::kCoverages, [&](const Row& row) {
    const size_t i = places.at(row.Text(coverage_columns::kInstitution));
    registry::v1::Institution& institution = *all.items[i].mutable_institution();
    all.origins[i].parts.push_back(
        {absl::StrCat("institution.coverages[", institution.coverages_size(), "]"),
         FileKind::kCoverages, row.line});
    *institution.add_coverages() = CoverageOf(row);
  });
  return InOrder(std::move(all), parents);
}

}  // namespace zhibu::cli
