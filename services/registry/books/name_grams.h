// Finding titles by a part of them, in characters or in pinyin initials (拼音首字母).
#ifndef ZHIBU_SERVICES_REGISTRY_BOOKS_NAME_GRAMS_H_
#define ZHIBU_SERVICES_REGISTRY_BOOKS_NAME_GRAMS_H_

#include <set>
#include <string>

#include "absl/strings/string_view.h"

namespace zhibu::registry {

// What the index holds for a title: every two characters that stand together, and the last one
// alone; the same of its initials.
std::set<std::string> GramsOf(absl::string_view title);

// The beginning of the grams under which every title stands that contains `query`: its first two
// characters, or its only one.
std::string FirstGram(absl::string_view query);

// Whether the title contains `query`, in characters or, where the query is of letters and digits
// alone, in initials.
bool Contains(absl::string_view title, absl::string_view query);

}  // namespace zhibu::registry

#endif  // ZHIBU_SERVICES_REGISTRY_BOOKS_NAME_GRAMS_H_
