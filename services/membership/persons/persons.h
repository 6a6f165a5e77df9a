// Registering persons and showing them.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_PERSONS_PERSONS_H_
#define ZHIBU_SERVICES_MEMBERSHIP_PERSONS_PERSONS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/base/status.h"
#include "common/domain/shared_org_tree.h"
#include "common/rpc/call.h"
#include "common/rpc/paging.h"
#include "common/store/store.h"
#include "common/store/txn.h"
#include "services/membership/books/tables.h"
#include "zhibu/membership/v1/membership_service.pb.h"

namespace zhibu::membership {

// The bodies of the methods on persons. Thread-safe; what it is given must outlive it.
class Persons {
 public:
  Persons(const RuleSets* rule_sets, const rules::FactRules* fact_rules,
          const PersonalDataKeys* keys, const Tables* tables, const SharedOrgTree* tree,
          Pages* pages)
      : rule_sets_(*rule_sets),
        fact_rules_(*fact_rules),
        keys_(*keys),
        tables_(*tables),
        tree_(*tree),
        pages_(*pages) {}

  absl::Status Create(Call& call, const v1::CreatePersonRequest& request, Txn& txn,
                      v1::CreatePersonResponse* response) const;
  absl::Status BatchCreate(Call& call, const v1::BatchCreatePersonsRequest& request, Txn& txn,
                           v1::BatchCreatePersonsResponse* response) const;
  absl::Status Update(Call& call, const v1::UpdatePersonRequest& request, Txn& txn,
                      v1::UpdatePersonResponse* response) const;
  absl::Status Get(Call& call, const v1::GetPersonRequest& request, const Reader& reader,
                   v1::GetPersonResponse* response) const;
  absl::Status BatchGet(Call& call, const v1::BatchGetPersonsRequest& request, const Reader& reader,
                        v1::BatchGetPersonsResponse* response) const;
  absl::Status List(Call& call, const v1::ListPersonsRequest& request, const Reader& reader,
                    v1::ListPersonsResponse* response) const;

  // Whether the search is a reading of personal data: then it is SearchByIdNumber, which journals
  // who asked, else Search.
  static bool IsByIdNumber(const v1::SearchPersonsRequest& request);
  absl::Status Search(Call& call, const v1::SearchPersonsRequest& request, const Reader& reader,
                      v1::SearchPersonsResponse* response) const;
  absl::Status SearchByIdNumber(Call& call, const v1::SearchPersonsRequest& request, Txn& txn,
                                v1::SearchPersonsResponse* response) const;

 private:
  struct Problems {
    std::vector<Violation> malformed, refused;
  };
  // Registers one, unless it adds to `problems`. A status that is not OK ends the call.
  absl::Status Register(Call& call, const v1::CreatePersonRequest& request,
                        const std::string& prefix, Txn& txn, Problems& problems) const;

  // The person as the search answers it; nullopt where the person is not kept in its subtree on the
  // day, or not seen by the caller.
  absl::StatusOr<std::optional<v1::Person>> Found(Call& call,
                                                  const v1::SearchPersonsRequest& request,
                                                  absl::CivilDay day, const Reader& reader,
                                                  const std::string& id) const;

  // Refuses an organisation that is not one on the day or has ended since without a successor;
  // where it has one, the event follows it.
  absl::Status PlaceAmongOrganisations(Call& call, const std::string& organisation,
                                       absl::CivilDay day, const std::string& prefix,
                                       const Reader& reader, v1::PersonChanged& event,
                                       std::vector<Violation>& refused) const;

  const RuleSets& rule_sets_;
  const rules::FactRules& fact_rules_;
  const PersonalDataKeys& keys_;
  const Tables& tables_;
  const SharedOrgTree& tree_;
  Pages& pages_;
};

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_PERSONS_PERSONS_H_
