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
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> organisations,
                         OrganisationsOf(tree_, snapshot, kExceptionTable, request.root(),
                                         request.line(), call.today()));
  const auto make = [&](absl::string_view key,
                        absl::string_view) -> absl::StatusOr<std::optional<v1::ExceptedStep>> {
    KeyParts parts(key);
    parts.Text();
    CaseName name;
    name.person_id = parts.Text().value_or("");
    name.case_id = parts.Text().value_or("");
    const int64_t sequence = parts.Number().value_or(0);
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::StepRow> row,
                           GetRow<rows::StepRow>(snapshot, StepsKey(name).Number(sequence)));
    if (!row) return absl::DataLossError("an index names no step");
    v1::ExceptedStep excepted;
    excepted.set_development_case(FullName(name));
    *excepted.mutable_recorded() = row->recorded();
    return excepted;
  };
  return FillPage(pages_, page, RangesOf(kExceptionTable, organisations), response,
                  response->mutable_exceptions(), make);
}

}  // namespace zhibu::membership
