#include "services/membership/books/exception_index.h"

#include <algorithm>

#include "common/store/keys.h"
#include "services/membership/books/numbers.h"

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

}  // namespace zhibu::membership
