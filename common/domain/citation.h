// Where a rule comes from (依据). Whoever is refused or warned is shown the document and its
// article.

#ifndef ZHIBU_COMMON_DOMAIN_CITATION_H_
#define ZHIBU_COMMON_DOMAIN_CITATION_H_

#include <string>

#include "absl/status/statusor.h"
#include "zhibu/type/v1/citation.pb.h"

namespace zhibu {

struct Citation {
  std::string document;     // without 《》; a year in brackets at its end says which version
  std::string article;      // as printed, such as "第五条"; empty where the number was not seen
  char mark = 'U';          // 'C' confirmed (may refuse), 'S' secondary (warns), 'U' unconfirmed
  std::string source;       // where the text can be read
  std::string verified_on;  // ISO date of the last comparison with the text; empty: never
};

// As a clerk expects to read it: 《中国共产党发展党员工作细则》（2014）第五条. The year stands
// outside the title marks, every other bracket (as in 工作条例（试行）) belongs to the title. Empty
// for an empty document.
std::string CitationText(const Citation& citation);

// INVALID_ARGUMENT, naming the field, if there is no document, no mark, or a date of verification
// that is not one.
absl::StatusOr<Citation> CitationFromProto(const type::v1::Citation& proto);

// A mark other than 'C', 'S' and 'U' becomes MARK_UNSPECIFIED.
type::v1::Citation CitationToProto(const Citation& citation);

}  // namespace zhibu

#endif  // ZHIBU_COMMON_DOMAIN_CITATION_H_
