#include "services/membership/books/person_pages.h"

#include <algorithm>
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
  absl::Status failed;
  const auto visit = [&](absl::string_view key, absl::string_view) {
    KeyParts parts(key);
    const std::string organisation = parts.Text().value_or("");
    const std::string id = parts.Text().value_or("");
    // The index also finds who was kept there once: everybody is judged where he or she is.
    const auto row = FindPerson(snapshot, id);
    failed = row.status();
    if (!failed.ok()) return false;
    if (!*row || (*row)->organisation_id() != organisation) return true;
    persons.more = static_cast<int>(persons.ids.size()) == page.size;
    if (persons.more) return false;
    persons.ids.push_back(id);
    persons.last = std::string(key);
    return true;
  };
  // The key after the last one that was looked at.
  const std::string after = page.position.empty() ? "" : page.position + '\0';
  for (const KeyRange& range : RangesOf(kPersonsByOrganisation, organisations)) {
    if (range.end <= after) continue;
    ZHIBU_RETURN_IF_ERROR(snapshot.Scan(std::max(range.begin, after), range.end, visit));
    ZHIBU_RETURN_IF_ERROR(failed);
    if (persons.more) break;
  }
  return persons;
}

}  // namespace zhibu::membership
