// What all services of this program share.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_PARTS_H_
#define ZHIBU_SERVICES_MEMBERSHIP_PARTS_H_

#include <utility>

#include "services/membership/books/personal_data.h"
#include "services/membership/books/tables.h"
#include "services/membership/data/fact_rules.pb.h"
#include "services/membership/data/transfer_rules.pb.h"
#include "services/membership/rules/rule_set.h"

namespace zhibu::membership {

// Immutable but for the tables' rows; held by each service, so that it lives as long as the last of
// them.
struct Parts {
  Parts(RuleSets sets, rules::TransferRules of_transfers, rules::FactRules of_facts,
        PersonalDataKeys personal_data_keys)
      : rule_sets(std::move(sets)),
        transfer_rules(std::move(of_transfers)),
        fact_rules(std::move(of_facts)),
        keys(std::move(personal_data_keys)) {}
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  const RuleSets rule_sets;
  const rules::TransferRules transfer_rules;
  const rules::FactRules fact_rules;
  const PersonalDataKeys keys;
  const Tables tables{&rule_sets, &keys, &fact_rules};
};

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_PARTS_H_
