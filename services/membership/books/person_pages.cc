#include "services/membership/books/person_pages.h"

#include <optional>

#include "common/base/status.h"
#include "services/membership/books/reading.h"
#include "services/membership/books/subtree.h"

namespace zhibu::membership {

absl::StatusOr<PersonsPage> PersonsOf(const SharedOrgTree& tree, const Page& page,
                                      absl::string_view root, type::v1::Line line,
                                      absl::CivilDay day) {
  const Snapshot& snapshot = *page.snapshot;
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> organisations,
                         OrganisationsOf(tree, snapshot, kPersonsByOrganisation, root, line, day));
  PersonsPage persons;
  const auto visit = [&](const std::string& organisation,
                         absl::string_view key) -> absl::StatusOr<bool> {
    KeyParts parts(key);
    parts.Text();
    const std::string id = parts.Text().value_or("");
    // The index also finds who was kept there once: everybody is judged where he or she is.
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PersonRow> row, FindPerson(snapshot, id));
    if (!row || row->organisation_id() != organisation) return true;
    persons.more = static_cast<int>(persons.ids.size()) == page.size;
    if (persons.more) return false;
    persons.ids.push_back(id);
    persons.last = std::string(key);
    return true;
  };
  ZHIBU_RETURN_IF_ERROR(
      ScanOrganisations(snapshot, kPersonsByOrganisation, organisations, page.position, visit));
  return persons;
}

}  // namespace zhibu::membership
