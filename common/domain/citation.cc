#include "common/domain/citation.h"

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/civil.h"

namespace zhibu {
namespace {

constexpr absl::string_view kOpen = "（";
constexpr absl::string_view kClose = "）";

// Whether the text ends in （yyyy）; if so, where that begins.
size_t TrailingYear(absl::string_view text) {
  const size_t length = kOpen.size() + 4 + kClose.size();
  if (text.size() <= length || !absl::EndsWith(text, kClose)) return text.size();
  const size_t begin = text.size() - length;
  if (text.substr(begin, kOpen.size()) != kOpen) return text.size();
  for (const char c : text.substr(begin + kOpen.size(), 4)) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return text.size();
  }
  return begin;
}

}  // namespace

std::string CitationText(const Citation& citation) {
  if (citation.document.empty()) return "";
  const absl::string_view document = citation.document;
  const size_t year = TrailingYear(document);
  return absl::StrCat("《", document.substr(0, year), "》", document.substr(year),
                      citation.article);
}

absl::StatusOr<Citation> CitationFromProto(const type::v1::Citation& proto) {
  if (proto.document().empty()) return absl::InvalidArgumentError("citation.document is empty");
  if (!proto.verified_on().empty()) {
    const auto verified = ParseDate(proto.verified_on());
    if (!verified.ok() || FormatDate(*verified) != proto.verified_on()) {
      return absl::InvalidArgumentError("citation.verified_on is not a date such as 2026-11-23");
    }
  }
  Citation citation;
  switch (proto.mark()) {
    case type::v1::MARK_CONFIRMED:
      citation.mark = 'C';
      break;
    case type::v1::MARK_SECONDARY:
      citation.mark = 'S';
      break;
    case type::v1::MARK_UNCONFIRMED:
      citation.mark = 'U';
      break;
    default:
      return absl::InvalidArgumentError("citation.mark is not given");
  }
  citation.document = proto.document();
  citation.article = proto.article();
  citation.source = proto.source();
  citation.verified_on = proto.verified_on();
  return citation;
}

type::v1::Citation CitationToProto(const Citation& citation) {
  type::v1::Citation proto;
  proto.set_document(citation.document);
  proto.set_article(citation.article);
  proto.set_mark(citation.mark == 'C'   ? type::v1::MARK_CONFIRMED
                 : citation.mark == 'S' ? type::v1::MARK_SECONDARY
                 : citation.mark == 'U' ? type::v1::MARK_UNCONFIRMED
                                        : type::v1::MARK_UNSPECIFIED);
  proto.set_source(citation.source);
  proto.set_verified_on(citation.verified_on);
  return proto;
}

}  // namespace zhibu
