#include "services/membership/exceptions.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "common/store/table.h"
#include "services/membership/subtree.h"

namespace zhibu::membership {
namespace {

Key ExceptionKey(const CaseName& name, const rows::CaseRow& row, int32_t sequence) {
  return Key(kExceptionTable)
      .Text(row.organisation_id())
      .Text(name.person_id)
      .Text(name.case_id)
      .Number(sequence);
}

}  // namespace

bool IsExcepted(const v1::RecordedStep& recorded) {
  const auto& conditions = recorded.proof().conditions();
  return std::any_of(conditions.begin(), conditions.end(), [](const v1::Condition& condition) {
    return condition.verdict() == v1::VERDICT_EXCEPTED;
  });
}

void PutExceptions(Txn& txn, const CaseName& name, const rows::CaseRow& row) {
  for (int32_t sequence : row.excepted()) txn.Put(ExceptionKey(name, row, sequence), "");
}

void DeleteExceptions(Txn& txn, const CaseName& name, const rows::CaseRow& row) {
  for (int32_t sequence : row.excepted()) txn.Delete(ExceptionKey(name, row, sequence));
}

absl::Status Exceptions::List(Call& call, const v1::ListExceptionsRequest& request, const Reader&,
                              v1::ListExceptionsResponse* response) const {
  ZHIBU_ASSIGN_OR_RETURN(const Page page, pages_.Open(request));
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
