// Quotas of admission (发展党员名额): what may be given, and what is left. Pure.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_RULES_QUOTA_H_
#define ZHIBU_SERVICES_MEMBERSHIP_RULES_QUOTA_H_

#include <cstdint>
#include <vector>

#include "common/base/status.h"
#include "services/membership/books/rows.pb.h"
#include "zhibu/membership/v1/quota.pb.h"

namespace zhibu::membership {

// allocated − handed down − used; negative where more was approved than was given.
int32_t Remaining(const rows::QuotaRow& ledger);

// Everything about an allocation that is wrong whatever the books say; subjects as in
// AllocateQuotaRequest.
std::vector<Violation> CheckAllocationForm(int32_t year, const v1::QuotaEntry& entry);

// What an allocation rests on.
struct AllocationFacts {
  rows::QuotaRow receiver;   // default where it has no ledger yet
  rows::QuotaRow giver;      // default where it has none, or the number comes from outside
  int32_t given_before = 0;  // by this giver to this receiver in the year, less what was taken back
  bool receiver_there = true;  // it exists today
  bool above = true;           // the giver is above the receiver on the line of subordination
  bool ledger_above = false;   // an organisation above the receiver has a ledger of the year
};

// Every unmet condition of an allocation of sound form.
std::vector<Violation> CheckAllocation(const v1::QuotaEntry& entry, const AllocationFacts& facts);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_RULES_QUOTA_H_
