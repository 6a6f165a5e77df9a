#include "services/activity/records/kinds.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/domain/citation.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::activity {
namespace {

absl::StatusOr<std::optional<v1::ActivityKind>> ToContract(const ActivityKind& known) {
  v1::ActivityKind kind;
  kind.set_id(known.id);
  kind.set_title(known.title);
  for (const std::string& name : known.organisation_kinds) {
    type::v1::OrganisationKind value;
    if (type::v1::OrganisationKind_Parse(absl::StrCat("ORGANISATION_KIND_", name), &value)) {
      kind.add_organisation_kinds(value);
    }
  }
  kind.set_max_study_hours(known.max_study_hours);
  if (!known.citation.document.empty()) *kind.mutable_citation() = CitationToProto(known.citation);
  return std::optional<v1::ActivityKind>(std::move(kind));
}

}  // namespace

absl::Status KindList::List(Call& call, const v1::ListActivityKindsRequest& request, const Reader&,
                            v1::ListActivityKindsResponse* response) const {
  ZHIBU_ASSIGN_OR_RETURN(const Page page, pages_->Open(request, call.caller()));
  return FillPage(*pages_, page, kinds_.kinds, response, response->mutable_kinds(), ToContract);
}

}  // namespace zhibu::activity
