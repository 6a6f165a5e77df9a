#include "services/reporting/books/reading.h"

#include <optional>
#include <utility>

#include "common/base/resource_name.h"
#include "common/rpc/organisation_mirror.h"
#include "common/store/keys.h"
#include "common/store/rows.pb.h"
#include "common/store/table.h"

namespace zhibu::reporting {

type::v1::Line LineOf(type::v1::Line line) {
  return line == type::v1::LINE_UNSPECIFIED ? type::v1::LINE_SUBORDINATION : line;
}

void CheckRoot(absl::string_view root, Violations& wrong) {
  const std::optional<std::string> id = IdOf(kOrganisations, root);
  wrong.Require(id && IsResourceId(*id), "NAME_INVALID", "root",
                "root 须为 organisations/{organisation}");
}

absl::StatusOr<rpc::MirroredOrganisation> FindRoot(const Reader& reader, absl::string_view root) {
  ZHIBU_ASSIGN_OR_RETURN(std::optional<rpc::MirroredOrganisation> row,
                         OrganisationMirror::Find(reader, IdOf(kOrganisations, root).value_or("")));
  if (!row) return NotFound(root, "root");
  return *std::move(row);
}

absl::Status FillRevisions(const Reader& reader,
                           google::protobuf::Map<std::string, int64_t>* revisions) {
  for (const char* source : kSources) {
    ZHIBU_ASSIGN_OR_RETURN(
        const std::optional<store::Followed> cursor,
        GetRow<store::Followed>(reader, Key(SystemTable::kFollowed).Text(source)));
    (*revisions)[source] = cursor ? cursor->revision() : 0;
  }
  return absl::OkStatus();
}

}  // namespace zhibu::reporting
