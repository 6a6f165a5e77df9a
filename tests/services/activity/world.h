// An activity service in this process that follows a registry and a membership whose feeds the test
// writes itself.
#ifndef ZHIBU_TESTS_SERVICES_ACTIVITY_WORLD_H_
#define ZHIBU_TESTS_SERVICES_ACTIVITY_WORLD_H_

#include <cstdlib>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "gtest/gtest.h"
#include "services/activity/data/kinds.h"
#include "services/activity/service.h"
#include "tests/support/test_server.h"
#include "tests/support/wait.h"
#include "zhibu/activity/v1/activity_service.grpc.pb.h"
#include "zhibu/membership/v1/events.pb.h"
#include "zhibu/registry/v1/events.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::activity {

inline const absl::CivilDay kToday(2026, 11, 23);

using Stage = membership::v1::Stage;
using OrganisationKind = type::v1::OrganisationKind;
// First days of stages, oldest first.
using Stages = std::vector<std::pair<absl::CivilDay, Stage>>;

class World {
 public:
  // `store`: where the activity service goes on; null: a new one in memory.
  explicit World(std::unique_ptr<Store> store = nullptr)
      : registry_("registry", &clock_, {}, NoServices),
        membership_("membership", &clock_, {}, NoServices) {
    StartActivity(std::move(store));
  }

  // Ends the service and starts it again over `store` (null: a new one in memory). A store of files
  // must be opened only once the service has ended: see StopActivity.
  void StopActivity() {
    stub_.reset();
    activity_.reset();
  }
  void StartActivity(std::unique_ptr<Store> store) {
    activity_ = std::make_unique<TestServer>(
        "activity", &clock_,
        std::vector<const google::protobuf::ServiceDescriptor*>{
            v1::CreateActivityRequest::descriptor()->file()->service(0)},
        [this](Server& server) {
          ActivityOptions options;
          options.registry = registry_.channel();
          options.membership = membership_.channel();
          options.cadence = *LoadCadence(ZHIBU_SOURCE_DIR "/common/domain/data/cadence.textproto");
          options.kinds =
              *LoadKinds(ZHIBU_SOURCE_DIR "/services/activity/data/kinds/kinds.textproto");
          return BuildActivity(server, std::move(options));
        },
        std::move(store));
    stub_ = v1::ActivityService::NewStub(activity_->channel());
  }

  FakeClock& clock() { return clock_; }
  v1::ActivityService::Stub& stub() { return *stub_; }
  Server& activity() { return activity_->server(); }
  Server& registry() { return registry_.server(); }
  Server& membership() { return membership_.server(); }

  // Each returns the revision of its feed; Settle waits until the activity service has seen all.
  int64_t Organisation(const std::string& id, OrganisationKind kind, const std::string& parent = "",
                       absl::CivilDay from = absl::CivilDay(2020, 1, 1),
                       absl::CivilDay to = kNoEnd) {
    registry::v1::OrganisationChanged event;
    auto& organisation = *event.mutable_organisation();
    organisation.set_name(NameOf(kOrganisations, id));
    organisation.set_title(id);
    organisation.set_kind(kind);
    *organisation.mutable_established_on() = ToProto(from);
    if (to != kNoEnd) *organisation.mutable_dissolved_on() = ToProto(to);
    if (!parent.empty()) {
      auto& edge = *organisation.add_affiliations();
      edge.set_parent(NameOf(kOrganisations, parent));
      edge.set_line(type::v1::LINE_SUBORDINATION);
      *edge.mutable_valid_from() = ToProto(from);
    }
    return registry_revision_ = EmitFrom(registry_.server(), event);
  }
  int64_t Person(const std::string& id, const std::string& organisation, const Stages& stages,
                 absl::CivilDay registered_on = absl::CivilDay(2020, 1, 1)) {
    membership::v1::PersonChanged event;
    event.set_name(NameOf(kPersons, id));
    event.set_organisation(NameOf(kOrganisations, organisation));
    *event.mutable_registered_on() = ToProto(registered_on);
    SetStages(stages, organisation, *event.mutable_stages());
    return membership_revision_ = EmitFrom(membership_.server(), event);
  }
  // A person whom one organisation after the other kept: (organisation, first day).
  int64_t Mover(const std::string& id,
                const std::vector<std::pair<std::string, absl::CivilDay>>& stays,
                const Stages& stages) {
    membership::v1::PersonChanged event;
    event.set_name(NameOf(kPersons, id));
    event.set_organisation(NameOf(kOrganisations, stays.back().first));
    *event.mutable_registered_on() = ToProto(stays.front().second);
    for (const auto& [organisation, from] : stays) {
      if (!event.affiliations().empty()) {
        *event.mutable_affiliations()->rbegin()->mutable_valid_to() = ToProto(from);
      }
      auto& stay = *event.add_affiliations();
      stay.set_organisation(NameOf(kOrganisations, organisation));
      *stay.mutable_valid_from() = ToProto(from);
    }
    SetStages(stages, stays.back().first, *event.mutable_stages());
    return membership_revision_ = EmitFrom(membership_.server(), event);
  }
  int64_t Step(const std::string& id, const std::string& organisation, const Stages& stages) {
    membership::v1::StepRecorded event;
    event.set_name(absl::StrCat(NameOf(kPersons, id), "/cases/c1"));
    event.set_organisation(NameOf(kOrganisations, organisation));
    SetStages(stages, organisation, *event.mutable_stages());
    return membership_revision_ = EmitFrom(membership_.server(), event);
  }
  // `count` full members "{organisation}-m1", "-m2", … since 2015.
  void FullMembers(const std::string& organisation, int count) {
    for (int i = 1; i <= count; ++i) {
      Person(absl::StrCat(organisation, "-m", i), organisation,
             {{absl::CivilDay(2015, 7, 1), Stage::STAGE_FULL}});
    }
  }
  void Settle() {
    Await("registry", registry_revision_);
    Await("membership", membership_revision_);
  }

  // A row that every rule accepts, once the organisation is there.
  static v1::CreateActivityRequest Row(const std::string& id, const std::string& organisation,
                                       const std::string& kind, absl::CivilDay day) {
    v1::CreateActivityRequest row;
    row.set_activity_id(id);
    row.set_request_id(absl::StrCat("create-", id));
    v1::Activity& activity = *row.mutable_activity();
    activity.set_organisation(NameOf(kOrganisations, organisation));
    activity.set_kind(kind);
    *activity.mutable_date() = ToProto(day);
    activity.set_topic("学习");
    return row;
  }
  static void Attend(v1::CreateActivityRequest& row, const std::string& person,
                     v1::Presence presence = v1::PRESENCE_PRESENT) {
    auto& attendance = *row.mutable_activity()->add_attendances();
    attendance.set_person(NameOf(kPersons, person));
    attendance.set_presence(presence);
  }

  absl::Status Create(const v1::CreateActivityRequest& row,
                      v1::CreateActivityResponse* response = nullptr,
                      const std::string& token = kOwnerToken) {
    v1::CreateActivityResponse ignored;
    return Invoke(&v1::ActivityService::Stub::CreateActivity, *stub_, row,
                  response == nullptr ? &ignored : response, token);
  }
  absl::Status Cancel(const std::string& id, const std::string& etag,
                      v1::CancelActivityResponse* response = nullptr,
                      const std::string& token = kOwnerToken) {
    v1::CancelActivityRequest request;
    request.set_name(NameOf(kActivities, id));
    request.set_etag(etag);
    request.set_reason("重复登记");
    request.set_request_id(absl::StrCat("cancel-", id, "-", etag, "-", ++cancels_));
    v1::CancelActivityResponse ignored;
    return Invoke(&v1::ActivityService::Stub::CancelActivity, *stub_, request,
                  response == nullptr ? &ignored : response, token);
  }
  // What is in `activity`'s fields of the mask, by its name and etag.
  absl::Status Correct(const v1::Activity& activity, const std::vector<std::string>& paths,
                       v1::Activity* now = nullptr, const std::string& token = kOwnerToken) {
    v1::CorrectActivityRequest request = Correction(activity, paths);
    v1::CorrectActivityResponse response;
    const absl::Status status =
        Invoke(&v1::ActivityService::Stub::CorrectActivity, *stub_, request, &response, token);
    if (now != nullptr) *now = response.activity();
    return status;
  }
  v1::CorrectActivityRequest Correction(const v1::Activity& activity,
                                        const std::vector<std::string>& paths) {
    v1::CorrectActivityRequest request;
    *request.mutable_activity() = activity;
    for (const std::string& path : paths) request.mutable_update_mask()->add_paths(path);
    request.mutable_correction()->set_reason("录入时看错行");
    request.set_request_id(absl::StrCat("correct-", ++corrections_));
    return request;
  }
  absl::StatusOr<v1::Activity> Get(const std::string& id, const std::string& token = kOwnerToken) {
    v1::GetActivityRequest request;
    request.set_name(NameOf(kActivities, id));
    v1::GetActivityResponse response;
    absl::Status status =
        Invoke(&v1::ActivityService::Stub::GetActivity, *stub_, request, &response, token);
    if (!status.ok()) return status;
    return response.activity();
  }
  absl::StatusOr<v1::ListOwedResponse> Owed(const std::string& organisation, absl::CivilDay as_of) {
    v1::ListOwedRequest request;
    request.set_organisation(NameOf(kOrganisations, organisation));
    *request.mutable_as_of() = ToProto(as_of);
    v1::ListOwedResponse response;
    absl::Status status = Invoke(&v1::ActivityService::Stub::ListOwed, *stub_, request, &response);
    if (!status.ok()) return status;
    return response;
  }
  // "person hours/required" for each member.
  absl::StatusOr<std::vector<std::string>> StudyHours(const std::string& organisation, int year) {
    v1::ListStudyHoursRequest request;
    request.set_organisation(NameOf(kOrganisations, organisation));
    request.set_year(year);
    v1::ListStudyHoursResponse response;
    absl::Status status =
        Invoke(&v1::ActivityService::Stub::ListStudyHours, *stub_, request, &response);
    if (!status.ok()) return status;
    std::vector<std::string> lines;
    for (const v1::StudyHours& of : response.study_hours()) {
      lines.push_back(absl::StrCat(of.person(), " ", of.hours(), "/", of.required()));
    }
    return lines;
  }

 private:
  static absl::StatusOr<std::vector<std::unique_ptr<grpc::Service>>> NoServices(Server&) {
    return std::vector<std::unique_ptr<grpc::Service>>();
  }

  static void SetStages(const Stages& stages, const std::string& organisation,
                        google::protobuf::RepeatedPtrField<membership::v1::StageChange>& changes) {
    for (const auto& [from, stage] : stages) {
      auto& change = *changes.Add();
      *change.mutable_valid_from() = ToProto(from);
      change.set_stage(stage);
      change.set_organisation(NameOf(kOrganisations, organisation));
    }
  }

  static int64_t EmitFrom(Server& server, const google::protobuf::Message& event) {
    std::promise<int64_t> written;
    CommitLane::Job job;
    job.decide = [&event](Txn& txn) {
      txn.Emit(event);
      return absl::OkStatus();
    };
    job.done = [&written](const absl::Status& status, int64_t revision) {
      written.set_value(status.ok() ? revision : -1);
    };
    if (!server.lane().Submit(std::move(job))) std::abort();
    std::future<int64_t> revision = written.get_future();
    // The job refers to what stands here: it must not outlive it.
    if (!WaitFor(revision)) std::abort();
    return revision.get();
  }

  void Await(const std::string& service, int64_t revision) {
    auto seen = std::make_shared<std::promise<void>>();
    activity_->server().progress(service)->WhenAtLeast(revision, [seen] { seen->set_value(); });
    ASSERT_TRUE(WaitFor(seen->get_future())) << service << " at " << revision;
  }

  FakeClock clock_{kToday};
  TestServer registry_;
  TestServer membership_;
  std::unique_ptr<TestServer> activity_;
  std::unique_ptr<v1::ActivityService::Stub> stub_;
  int64_t registry_revision_ = 0;
  int64_t membership_revision_ = 0;
  int cancels_ = 0;
  int corrections_ = 0;
};

}  // namespace zhibu::activity

#endif  // ZHIBU_TESTS_SERVICES_ACTIVITY_WORLD_H_
