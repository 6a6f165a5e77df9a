#include "services/membership/service.h"

#include <optional>
#include <utility>

#include "common/base/civil.h"
#include "common/base/status.h"
#include "common/rpc/organisation_mirror.h"
#include "common/rpc/paging.h"
#include "common/rpc/rpcs.h"
#include "common/store/dispatch.h"
#include "common/store/table.h"
#include "services/membership/books/convert.h"
#include "services/membership/books/personal_index.h"
#include "services/membership/books/numbers.h"
#include "services/membership/books/successions.h"
#include "services/membership/cases/case_events.h"
#include "services/membership/cases/cases.h"
#include "services/membership/cases/due_list.h"
#include "services/membership/cases/exceptions.h"
#include "services/membership/cases/previews.h"
#include "services/membership/cases/proofs.h"
#include "services/membership/data/load_fact_rules.h"
#include "services/membership/data/load_rule_sets.h"
#include "services/membership/data/load_transfer_rules.h"
#include "services/membership/facts/fact_book.h"
#include "services/membership/parts.h"
#include "services/membership/persons/persons.h"
#include "services/membership/privacy/duplicates.h"
#include "services/membership/privacy/reveals.h"
#include "services/membership/quota/quotas.h"
#include "services/membership/transfers/transfers.h"
#include "services/membership/transfers/unit_transfers.h"
#include "zhibu/membership/v1/case_event_service.pb.h"
#include "zhibu/membership/v1/membership_fact_service.pb.h"
#include "zhibu/membership/v1/membership_service.pb.h"
#include "zhibu/membership/v1/privacy_service.pb.h"
#include "zhibu/membership/v1/quota_service.pb.h"
#include "zhibu/membership/v1/rule_service.pb.h"
#include "zhibu/membership/v1/transfer_service.pb.h"
#include "zhibu/registry/v1/events.pb.h"

namespace zhibu::membership {
namespace {

// Body: ListRuleSets.
class RuleSetList {
 public:
  // Both must outlive it.
  RuleSetList(const RuleSets* rule_sets, Pages* pages) : rule_sets_(*rule_sets), pages_(*pages) {}
  absl::Status List(Call& call, const v1::ListRuleSetsRequest& request, const Reader&,
                    v1::ListRuleSetsResponse* response) const {
    ZHIBU_ASSIGN_OR_RETURN(const Page page, pages_.Open(request, call.caller()));
    const auto make = [&](const auto& set) -> absl::StatusOr<std::optional<v1::RuleSetSummary>> {
      return SummaryOf(*set, request.rules());
    };
    return FillPage(pages_, page, rule_sets_.all(), response, response->mutable_rule_sets(), make);
  }

 private:
  const RuleSets& rule_sets_;
  Pages& pages_;
};

// The first person with an ID number tells whether the oldest key, by which the indexes are made,
// is there; every person before that, whether those who sealed are.
absl::Status CheckKeys(const Reader& reader, const PersonalDataKeys& keys) {
  const Key persons(kPersonTable);
  bool fit = true;
  absl::Status failed;
  ZHIBU_RETURN_IF_ERROR(ScanRows<rows::PersonRow>(
      reader, persons, persons.End(), [&](absl::string_view key, const rows::PersonRow& row) {
        fit = keys.Has(row.personal_data().key_id());
        if (!fit) return false;
        const std::string id = KeyParts(key).Text().value_or("");
        const auto data = keys.Open(NameOf(kPersons, id), row.personal_data());
        failed = data.status();
        if (!data.ok() || data->id_number().empty() || !row.merged_into().empty()) {
          return data.ok();
        }
        const auto owner = OwnerOfIdNumber(reader, keys, data->id_number());
        failed = owner.status();
        fit = owner.ok() && *owner == id;
        return false;
      }));
  ZHIBU_RETURN_IF_ERROR(failed);
  if (fit) return absl::OkStatus();
  return Failure(absl::StatusCode::kFailedPrecondition, "KEY_OF_ANOTHER_STORE",
                 "密钥文件不是写入这份数据时所用的那一个，请换回原来的密钥文件");
}

}  // namespace

std::vector<const google::protobuf::ServiceDescriptor*> MembershipContracts() {
  return {v1::CreatePersonRequest::descriptor()->file()->service(0),
          v1::RevealPersonRequest::descriptor()->file()->service(0),
          v1::ForecastCaseRequest::descriptor()->file()->service(0),
          v1::RecordCaseEventRequest::descriptor()->file()->service(0),
          v1::RecordMembershipFactRequest::descriptor()->file()->service(0),
          v1::ListUnitTransfersRequest::descriptor()->file()->service(0),
          v1::AllocateQuotaRequest::descriptor()->file()->service(0)};
}

absl::StatusOr<std::vector<std::unique_ptr<grpc::Service>>> BuildMembership(
    Server& server, MembershipOptions options) {
  ZHIBU_ASSIGN_OR_RETURN(RuleSets rule_sets,
                         LoadRuleSets({options.rule_sets_folder, options.rule_sets_overlay_folder,
                                       options.calendars_folder}));
  ZHIBU_ASSIGN_OR_RETURN(rules::TransferRules transfer_rules,
                         LoadTransferRules(options.transfer_rules_file));
  ZHIBU_ASSIGN_OR_RETURN(rules::FactRules fact_rules, LoadFactRules(options.fact_rules_file));
  auto parts = std::make_shared<const Parts>(std::move(rule_sets), std::move(transfer_rules),
                                             std::move(fact_rules), PersonalDataKeys(options.keys));
  const std::unique_ptr<Snapshot> snapshot = server.store().TakeSnapshot();
  ZHIBU_RETURN_IF_ERROR(CheckKeys(*snapshot, parts->keys));
  auto mirror = std::make_shared<OrganisationMirror>(&server.tree());
  ZHIBU_RETURN_IF_ERROR(mirror->Load(*snapshot));
  auto worker = std::make_shared<UnitTransferWorker>(&server.store(), &server.lane(), parts,
                                                     options.unit_transfer_batch);
  // The follower, which has the worker, outlives every job of its own.
  const auto follow = [mirror, worker](Txn& txn,
                                       const google::protobuf::Any& event) -> absl::Status {
    return DispatchFollowed(
        event,
        [&](const registry::v1::OrganisationChanged& changed) {
          return mirror->Apply(txn, changed);
        },
        [&](const registry::v1::Reorganised& decision) {
          txn.OnCommit([waking = worker.get()] { waking->Wake(); });
          return NoteUnitTransfer(txn, decision);
        });
  };
  ZHIBU_RETURN_IF_ERROR(server.Follow("registry", options.registry, follow));
  // An answer may hold a name, and once in a while an ID number that somebody had to read.
  server.SealAnswers(
      {[parts](absl::string_view context, absl::string_view plain) {
         return parts->keys.SealText(context, plain).SerializeAsString();
       },
       [parts](absl::string_view context, absl::string_view bytes) -> absl::StatusOr<std::string> {
         v1::Sealed sealed;
         if (!sealed.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
           return absl::DataLossError("a remembered answer cannot be read");
         }
         return parts->keys.OpenText(context, sealed);
       }});
  // The bodies, each with what it needs.
  const RuleSets* const sets = &parts->rule_sets;
  const PersonalDataKeys* const keys = &parts->keys;
  const Tables* const tables = &parts->tables;
  const SharedOrgTree* const tree = &server.tree();
  Pages* const pages = &server.pages();
  const auto persons =
      std::make_shared<const Persons>(sets, &parts->fact_rules, keys, tables, tree, pages);
  const auto cases = std::make_shared<const Cases>(sets, keys, tables, tree, pages);
  const auto due_list = std::make_shared<const DueList>(
      &tables->due_index(), sets, &parts->transfer_rules, &parts->fact_rules, tree, pages);
  const auto rule_set_list = std::make_shared<const RuleSetList>(sets, pages);
  const auto proofs = std::make_shared<const Proofs>(sets, keys, tree, pages);
  const auto previews = std::make_shared<const Previews>(sets, keys, tree, pages);
  const auto case_events = std::make_shared<const CaseEvents>(sets, tables, tree);
  const auto exceptions = std::make_shared<const Exceptions>(tree, pages);
  const auto fact_book = std::make_shared<const FactBook>(parts.get(), tree);
  const auto transfers = std::make_shared<const Transfers>(parts.get(), tree, pages);
  const auto unit_transfers = std::make_shared<const UnitTransfers>(tree, pages);
  const auto quotas = std::make_shared<const Quotas>(parts.get(), tree, pages);
  const auto reveals = std::make_shared<const Reveals>(keys, tables, pages);
  const auto duplicates =
      std::make_shared<const Duplicates>(keys, &parts->fact_rules, tables, tree, pages);

  Rpcs rpcs(&server.calls());
  rpcs.Keep(parts);
  rpcs.Keep(worker);
  rpcs.Write(persons, &Persons::Create);
  rpcs.Write(persons, &Persons::BatchCreate);
  rpcs.Write(persons, &Persons::Update);
  rpcs.PointRead(persons, &Persons::Get);
  rpcs.Read(persons, &Persons::BatchGet);
  rpcs.Read(persons, &Persons::List);
  rpcs.ReadOrWrite(persons, &Persons::IsByIdNumber, &Persons::Search, &Persons::SearchByIdNumber);

  rpcs.Write(cases, &Cases::Record);
  rpcs.Write(cases, &Cases::BatchRecord);
  rpcs.PointRead(cases, &Cases::Get);
  rpcs.Read(cases, &Cases::List);

  rpcs.Read(due_list, &DueList::List);
  rpcs.Read(due_list, &DueList::Count);

  rpcs.Read(exceptions, &Exceptions::List);

  rpcs.Read(rule_set_list, &RuleSetList::List);

  rpcs.Read(proofs, &Proofs::Forecast);
  rpcs.Read(proofs, &Proofs::Verify);

  rpcs.Read(previews, &Previews::Preview);

  rpcs.Write(case_events, &CaseEvents::Record);
  rpcs.Write(case_events, &CaseEvents::BatchRecord);

  rpcs.Write(fact_book, &FactBook::Record);
  rpcs.Write(fact_book, &FactBook::BatchRecord);
  rpcs.Write(fact_book, &FactBook::Correct);
  rpcs.Write(fact_book, &FactBook::PayDues);
  rpcs.Write(fact_book, &FactBook::BatchPayDues);
  rpcs.Write(fact_book, &FactBook::CorrectDues);
  rpcs.PointRead(fact_book, &FactBook::Quote);

  rpcs.Write(transfers, &Transfers::Start);
  rpcs.Write(transfers, &Transfers::Approve);
  rpcs.Write(transfers, &Transfers::Refuse);
  rpcs.Write(transfers, &Transfers::Issue);
  rpcs.Write(transfers, &Transfers::Reissue);
  rpcs.Write(transfers, &Transfers::Receive);
  rpcs.Write(transfers, &Transfers::ReceiveFromOutside);
  rpcs.Write(transfers, &Transfers::Cancel);
  rpcs.PointRead(transfers, &Transfers::Get);
  rpcs.Read(transfers, &Transfers::List);

  rpcs.Read(unit_transfers, &UnitTransfers::Get);
  rpcs.Read(unit_transfers, &UnitTransfers::List);

  rpcs.Write(quotas, &Quotas::Allocate);
  rpcs.Read(quotas, &Quotas::Get);
  rpcs.Read(quotas, &Quotas::List);

  rpcs.Write(reveals, &Reveals::Reveal);
  rpcs.Read(reveals, &Reveals::List);

  rpcs.Read(duplicates, &Duplicates::List);
  rpcs.Write(duplicates, &Duplicates::Merge);

  rpcs.Write(reveals, &Reveals::Reseal);
  return rpcs.Services(MembershipContracts());
}

}  // namespace zhibu::membership
