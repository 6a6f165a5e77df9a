// The index of the steps that stand by an exception (例外).
#ifndef ZHIBU_SERVICES_MEMBERSHIP_BOOKS_EXCEPTION_INDEX_H_
#define ZHIBU_SERVICES_MEMBERSHIP_BOOKS_EXCEPTION_INDEX_H_

#include "common/base/resource_name.h"
#include "common/store/txn.h"
#include "services/membership/books/rows.pb.h"
#include "zhibu/membership/v1/development_case.pb.h"

namespace zhibu::membership {

// Whether the step was accepted though a condition was not met that allows exceptions.
bool IsExcepted(const v1::RecordedStep& recorded);

// The index lies where the case lies. `row`: the case; its excepted steps are put under, or deleted
// from, its organisation.
void PutExceptions(Txn& txn, const CaseName& name, const rows::CaseRow& row);
void DeleteExceptions(Txn& txn, const CaseName& name, const rows::CaseRow& row);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_BOOKS_EXCEPTION_INDEX_H_
