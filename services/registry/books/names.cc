#include "services/registry/books/names.h"

#include <optional>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/pinyin.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/base/text.h"
#include "services/registry/books/name_grams.h"
#include "services/registry/books/tables.h"
#include "services/registry/rules/dated.h"

namespace zhibu::registry {

absl::StatusOr<std::vector<std::string>> PerhapsTitled(const Reader& reader,
                                                       absl::string_view collection,
                                                       absl::string_view title) {
  // The initials are the same however a title is written: they have no blanks and no dots.
  const std::set<std::string> grams = GramsOf(InitialsOf(title));
  if (grams.empty()) {
    // Nothing in it is read, as in another script: its first character as it stands.
    std::vector<std::string> ids;
    ZHIBU_ASSIGN_OR_RETURN(const std::set<std::string> names,
                           Named(reader, CharactersOf(ComparedName(title)).at(0)));
    for (const std::string& name : names) {
      if (std::optional<std::string> id = IdOf(collection, name)) ids.push_back(*std::move(id));
    }
    return ids;
  }
  // Whoever has the title stands under every gram of it. Which is the rarest is not known before:
  // all are read to a limit, then further, until one of them ends.
  for (size_t limit = 64;; limit *= 4) {
    for (const std::string& gram : grams) {
      const std::string begin = absl::StrCat(
          Key(static_cast<uint8_t>(Table::kNames)).Text(gram).bytes(), collection, "/");
      std::vector<std::string> ids;
      bool all = true;
      ZHIBU_RETURN_IF_ERROR(
          reader.Scan(begin, PrefixEnd(begin), [&](absl::string_view key, absl::string_view) {
            all = ids.size() < limit;
            if (!all) return false;
            key.remove_prefix(begin.size());
            key.remove_suffix(1);  // the end of the text
            ids.emplace_back(key);
            return true;
          }));
      if (all) return ids;
    }
  }
}

absl::Status NameNotUnique(Call& call, const Reader& reader,
                           const std::vector<Namesake>& namesakes) {
  std::vector<Violation> findings;
  for (const Namesake& one : namesakes) {
    std::string superior = one.superior.empty() ? "没有上级" : absl::StrCat("上级：", one.superior);
    if (!one.superior.empty() && call.RequireScope(one.superior).ok()) {
      ZHIBU_ASSIGN_OR_RETURN(
          const std::optional<rows::OrganisationRow> row,
          FindOrganisation(reader, IdOf(kOrganisations, one.superior).value_or("")));
      if (row) superior = absl::StrCat("上级：", TitleOn(*row, DayNumber(one.day)));
    }
    findings.push_back(Unmet("NAME_NOT_UNIQUE", one.name,
                             absl::StrCat(one.title, "（", superior, one.ended ? "，已撤销" : "",
                                          "）：同名的不止一个，请按编号读取 ", one.name)));
  }
  return Refused(findings);
}

}  // namespace zhibu::registry
