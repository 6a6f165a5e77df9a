#include "services/membership/cases/exceptions.h"

#include <optional>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "common/store/table.h"
#include "services/membership/books/reading.h"
#include "services/membership/books/subtree.h"

namespace zhibu::membership {
absl::Status Exceptions::List(Call& call, const v1::ListExceptionsRequest& request, const Reader&,
                              v1::ListExceptionsResponse* response) const {
  ZHIBU_ASSIGN_OR_RETURN(const Page page, pages_.Open(request, call.caller()));
  const Snapshot& snapshot = *page.snapshot;
  response->set_revision(page.revision);
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> organisations,
                         OrganisationsOf(tree_, snapshot, kExceptionTable, request.root(),
                                         request.line(), call.today()));
  std::vector<std::string> keys;
  bool more = false;
  const auto visit = [&](const std::string&, absl::string_view key) -> absl::StatusOr<bool> {
    more = static_cast<int>(keys.size()) == page.size;
    if (!more) keys.push_back(std::string(key));
    return !more;
  };
  ZHIBU_RETURN_IF_ERROR(
      ScanOrganisations(snapshot, kExceptionTable, organisations, page.position, visit));
  for (const std::string& key : keys) {
    KeyParts parts(key);
    parts.Text();
    CaseName name;
    name.person_id = parts.Text().value_or("");
    name.case_id = parts.Text().value_or("");
    const int64_t sequence = parts.Number().value_or(0);
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::StepRow> row,
                           GetRow<rows::StepRow>(snapshot, StepsKey(name).Number(sequence)));
    if (!row) return absl::DataLossError("an index names no step");
    v1::ExceptedStep& excepted = *response->add_exceptions();
    excepted.set_development_case(FullName(name));
    *excepted.mutable_recorded() = row->recorded();
  }
  if (more) response->set_next_page_token(pages_.NextToken(page, keys.back()));
  return absl::OkStatus();
}

}  // namespace zhibu::membership
