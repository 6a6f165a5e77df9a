// Finding whoever has a full title (全称).
#ifndef ZHIBU_SERVICES_REGISTRY_BOOKS_NAMES_H_
#define ZHIBU_SERVICES_REGISTRY_BOOKS_NAMES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/rpc/call.h"
#include "common/store/store.h"

namespace zhibu::registry {

// Ids of the collection ("organisations"), by id, among which are all that on any day had a title
// that is compared like `title` (ComparedName), and others: the caller compares. Reads in
// proportion to the rarest pair of syllables in it, not to the books. Missed is a title that writes
// as one sign what `title` spells out (㈠, ①).
absl::StatusOr<std::vector<std::string>> PerhapsTitled(const Reader& reader,
                                                       absl::string_view collection,
                                                       absl::string_view title);

// One of several with the same title.
struct Namesake {
  std::string name;      // its resource name
  std::string title;     // as it is written
  std::string superior;  // resource name of the organisation above it or keeping it; may be empty
  absl::CivilDay day;    // on which it is looked at
  bool ended = false;
};

// FAILED_PRECONDITION "NAME_NOT_UNIQUE", a finding for each. All of them are in the caller's scope;
// a superior that is not is told by its name alone.
absl::Status NameNotUnique(Call& call, const Reader& reader,
                           const std::vector<Namesake>& namesakes);

}  // namespace zhibu::registry

#endif  // ZHIBU_SERVICES_REGISTRY_BOOKS_NAMES_H_
