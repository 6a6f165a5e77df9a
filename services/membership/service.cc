#include "services/membership/service.h"

#include <functional>
#include <utility>

#include "common/base/civil.h"
#include "common/base/status.h"
#include "common/rpc/organisation_mirror.h"
#include "common/store/table.h"
#include "services/membership/case_event_service.h"
#include "services/membership/cases.h"
#include "services/membership/convert.h"
#include "services/membership/due_list.h"
#include "services/membership/load_fact_rules.h"
#include "services/membership/load_rule_sets.h"
#include "services/membership/load_transfer_rules.h"
#include "services/membership/membership_fact_service.h"
#include "services/membership/parts.h"
#include "services/membership/personal_index.h"
#include "services/membership/persons.h"
#include "services/membership/privacy_service.h"
#include "services/membership/quota_service.h"
#include "services/membership/rule_service.h"
#include "services/membership/tables.h"
#include "services/membership/transfer_service.h"
#include "services/membership/unit_transfers.h"
#include "zhibu/membership/v1/case_event_service.pb.h"
#include "zhibu/membership/v1/membership_fact_service.pb.h"
#include "zhibu/membership/v1/membership_service.grpc.pb.h"
#include "zhibu/membership/v1/privacy_service.pb.h"
#include "zhibu/membership/v1/quota_service.pb.h"
#include "zhibu/membership/v1/rule_service.pb.h"
#include "zhibu/membership/v1/transfer_service.pb.h"
#include "zhibu/registry/v1/reorganisation.pb.h"

namespace zhibu::membership {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;

// Each method is one line: how it runs is Calls' business, what it does that of the three parts.
class Service final : public v1::MembershipService::CallbackService {
 public:
  Service(Server& server, std::shared_ptr<const Parts> parts)
      : calls_(server.calls()),
        parts_(std::move(parts)),
        persons_(&parts_->rule_sets, &parts_->fact_rules, &parts_->keys, &parts_->tables,
                 &server.tree(), &server.pages()),
        cases_(&parts_->rule_sets, &parts_->keys, &parts_->tables, &server.tree()),
        due_list_(&parts_->tables.due_index(), &parts_->rule_sets, &parts_->transfer_rules,
                  &parts_->fact_rules, &server.tree(), &server.pages()) {}

  ServerUnaryReactor* CreatePerson(CallbackServerContext* context,
                                   const v1::CreatePersonRequest* request,
                                   v1::CreatePersonResponse* response) override {
    return calls_.Write<v1::CreatePersonRequest, v1::CreatePersonResponse>(
        context, request, response, std::bind_front(&Persons::Create, &persons_));
  }
  ServerUnaryReactor* BatchCreatePersons(CallbackServerContext* context,
                                         const v1::BatchCreatePersonsRequest* request,
                                         v1::BatchCreatePersonsResponse* response) override {
    return calls_.Write<v1::BatchCreatePersonsRequest, v1::BatchCreatePersonsResponse>(
        context, request, response, std::bind_front(&Persons::BatchCreate, &persons_));
  }
  ServerUnaryReactor* UpdatePerson(CallbackServerContext* context,
                                   const v1::UpdatePersonRequest* request,
                                   v1::UpdatePersonResponse* response) override {
    return calls_.Write<v1::UpdatePersonRequest, v1::UpdatePersonResponse>(
        context, request, response, std::bind_front(&Persons::Update, &persons_));
  }
  ServerUnaryReactor* GetPerson(CallbackServerContext* context, const v1::GetPersonRequest* request,
                                v1::GetPersonResponse* response) override {
    return calls_.PointRead<v1::GetPersonRequest, v1::GetPersonResponse>(
        context, request, response, std::bind_front(&Persons::Get, &persons_));
  }
  ServerUnaryReactor* ListPersons(CallbackServerContext* context,
                                  const v1::ListPersonsRequest* request,
                                  v1::ListPersonsResponse* response) override {
    return calls_.Read<v1::ListPersonsRequest, v1::ListPersonsResponse>(
        context, request, response, std::bind_front(&Persons::List, &persons_));
  }
  ServerUnaryReactor* RecordStep(CallbackServerContext* context,
                                 const v1::RecordStepRequest* request,
                                 v1::RecordStepResponse* response) override {
    return calls_.Write<v1::RecordStepRequest, v1::RecordStepResponse>(
        context, request, response, std::bind_front(&Cases::Record, &cases_));
  }
  ServerUnaryReactor* BatchRecordSteps(CallbackServerContext* context,
                                       const v1::BatchRecordStepsRequest* request,
                                       v1::BatchRecordStepsResponse* response) override {
    return calls_.Write<v1::BatchRecordStepsRequest, v1::BatchRecordStepsResponse>(
        context, request, response, std::bind_front(&Cases::BatchRecord, &cases_));
  }
  ServerUnaryReactor* GetCase(CallbackServerContext* context, const v1::GetCaseRequest* request,
                              v1::GetCaseResponse* response) override {
    return calls_.PointRead<v1::GetCaseRequest, v1::GetCaseResponse>(
        context, request, response, std::bind_front(&Cases::Get, &cases_));
  }
  ServerUnaryReactor* ListDue(CallbackServerContext* context, const v1::ListDueRequest* request,
                              v1::ListDueResponse* response) override {
    return calls_.Read<v1::ListDueRequest, v1::ListDueResponse>(
        context, request, response, std::bind_front(&DueList::List, &due_list_));
  }
  ServerUnaryReactor* CountDue(CallbackServerContext* context, const v1::CountDueRequest* request,
                               v1::CountDueResponse* response) override {
    return calls_.Read<v1::CountDueRequest, v1::CountDueResponse>(
        context, request, response, std::bind_front(&DueList::Count, &due_list_));
  }
  ServerUnaryReactor* ListRuleSets(CallbackServerContext* context,
                                   const v1::ListRuleSetsRequest* request,
                                   v1::ListRuleSetsResponse* response) override {
    return calls_.PointRead<v1::ListRuleSetsRequest, v1::ListRuleSetsResponse>(
        context, request, response, std::bind_front(&Service::RuleSetsKnown, this));
  }

 private:
  absl::Status RuleSetsKnown(Call&, const v1::ListRuleSetsRequest& request, const Reader&,
                             v1::ListRuleSetsResponse* response) const {
    for (const auto& set : parts_->rule_sets.all()) {
      *response->add_rule_sets() = SummaryOf(*set, request.rules());
    }
    return absl::OkStatus();
  }

  Calls& calls_;
  const std::shared_ptr<const Parts> parts_;
  const Persons persons_;
  const Cases cases_;
  const DueList due_list_;
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
          v1::ListExceptionsRequest::descriptor()->file()->service(0),
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
    registry::v1::Reorganised decision;
    if (!event.UnpackTo(&decision)) return mirror->Apply(txn, event);
    txn.OnCommit([waking = worker.get()] { waking->Wake(); });
    return NoteUnitTransfer(txn, decision);
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
  std::vector<std::unique_ptr<grpc::Service>> services;
  services.push_back(std::make_unique<Service>(server, parts));
  services.push_back(MakePrivacyService(server, parts));
  services.push_back(MakeRuleService(server, parts));
  services.push_back(MakeCaseEventService(server, parts));
  services.push_back(MakeMembershipFactService(server, parts));
  services.push_back(MakeTransferService(server, parts, worker));
  services.push_back(MakeQuotaService(server, parts));
  return services;
}

}  // namespace zhibu::membership
