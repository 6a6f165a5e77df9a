#include "services/cli/import/existing.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/domain/id_number.h"
#include "google/protobuf/repeated_field.h"

namespace zhibu::cli {
namespace {

template <typename Message>
std::string Bytes(const Message& message) {
  return message.SerializeAsString();
}

// By content: the books sort dated lists by date.
template <typename Message>
void Sort(google::protobuf::RepeatedPtrField<Message>* list) {
  std::sort(list->begin(), list->end(),
            [](const Message& a, const Message& b) { return Bytes(a) < Bytes(b); });
}

bool SameDate(const google::type::Date& a, const google::type::Date& b) {
  return a.year() == b.year() && a.month() == b.month() && a.day() == b.day();
}

template <typename Stub, typename Request, typename Response>
absl::StatusOr<bool> Get(ImportApi& api,
                         grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                      Response*),
                         Stub& stub, const std::string& name, Response* response) {
  Request request;
  request.set_name(name);
  const absl::Status status = api.Call(method, stub, request, response);
  if (absl::IsNotFound(status)) return false;
  if (!status.ok()) return status;
  return true;
}

Presence PresenceOf(bool same) { return same ? Presence::kSame : Presence::kOther; }

}  // namespace

absl::StatusOr<Presence> Find(ImportApi& api, const registry::v1::CreateOrganisationRequest& row) {
  registry::v1::GetOrganisationRequest request;
  request.set_name(NameOf(kOrganisations, row.organisation_id()));
  // On its own first day: it may be dissolved by now.
  *request.mutable_as_of() = row.organisation().established_on();
  registry::v1::GetOrganisationResponse response;
  const absl::Status status = api.Call(&registry::v1::RegistryService::Stub::GetOrganisation,
                                       api.registry(), request, &response);
  if (absl::IsNotFound(status)) return Presence::kAbsent;
  if (!status.ok()) return status;
  return PresenceOf(SaysTheSame(row.organisation(), response.organisation()));
}

absl::StatusOr<Presence> Find(ImportApi& api, const registry::v1::CreateInstitutionRequest& row) {
  registry::v1::GetInstitutionResponse response;
  ZHIBU_ASSIGN_OR_RETURN(
      const bool there,
      Get(api, &registry::v1::RegistryService::Stub::GetInstitution, api.registry(),
          NameOf(kInstitutions, row.institution_id()), &response));
  if (!there) return Presence::kAbsent;
  return PresenceOf(SaysTheSame(row.institution(), response.institution()));
}

absl::StatusOr<Presence> Find(ImportApi& api, const registry::v1::CreatePostRequest& row) {
  registry::v1::GetPostResponse response;
  ZHIBU_ASSIGN_OR_RETURN(const bool there,
                         Get(api, &registry::v1::RegistryService::Stub::GetPost, api.registry(),
                             NameOf(kPosts, row.post_id()), &response));
  if (!there) return Presence::kAbsent;
  return PresenceOf(SaysTheSame(row.post(), response.post()));
}

absl::StatusOr<Presence> Find(ImportApi& api, const registry::v1::RecordElectionRequest& row) {
  registry::v1::GetElectionResponse response;
  ZHIBU_ASSIGN_OR_RETURN(
      const bool there, Get(api, &registry::v1::ElectionService::Stub::GetElection, api.elections(),
                            NameOf(kElections, row.election_id()), &response));
  if (!there) return Presence::kAbsent;
  const registry::v1::Election& asked = row.election();
  const registry::v1::Election& answered = response.election();
  return PresenceOf(!answered.withdrawn() && asked.organisation() == answered.organisation() &&
                    asked.kind() == answered.kind() &&
                    SameDate(asked.held_on(), answered.held_on()));
}

absl::StatusOr<Presence> Find(ImportApi& api, const registry::v1::CreateFacilityRequest& row) {
  registry::v1::GetFacilityResponse response;
  ZHIBU_ASSIGN_OR_RETURN(const bool there,
                         Get(api, &registry::v1::FacilityService::Stub::GetFacility,
                             api.facilities(), NameOf(kFacilities, row.facility_id()), &response));
  if (!there) return Presence::kAbsent;
  registry::v1::Facility answered = response.facility();
  answered.clear_name();
  answered.clear_etag();
  answered.clear_corrections();
  return PresenceOf(Bytes(row.facility()) == Bytes(answered));
}

absl::StatusOr<Presence> Find(ImportApi& api, const membership::v1::CreatePersonRequest& row) {
  membership::v1::GetPersonResponse response;
  ZHIBU_ASSIGN_OR_RETURN(const bool there,
                         Get(api, &membership::v1::MembershipService::Stub::GetPerson,
                             api.membership(), NameOf(kPersons, row.person_id()), &response));
  if (!there) return Presence::kAbsent;
  // The row says where the person was kept first; transfers may have gone on from there.
  membership::v1::Person& person = *response.mutable_person();
  if (!person.affiliations().empty()) {
    person.set_organisation(person.affiliations(0).organisation());
  }
  return PresenceOf(SaysTheSame(row, person));
}

absl::StatusOr<Presence> Find(ImportApi& api, const activity::v1::CreateActivityRequest& row) {
  activity::v1::GetActivityResponse response;
  ZHIBU_ASSIGN_OR_RETURN(const bool there,
                         Get(api, &activity::v1::ActivityService::Stub::GetActivity, api.activity(),
                             NameOf(kActivities, row.activity_id()), &response));
  if (!there) return Presence::kAbsent;
  return PresenceOf(SaysTheSame(row.activity(), response.activity()));
}

namespace {

// Clears the recorded step's number of those entitled to vote where the file's step has none.
void ForgetEntitled(const membership::v1::Step& asked, membership::v1::Step& recorded) {
  if (asked.has_admission_meeting() && asked.admission_meeting().vote().entitled() == 0 &&
      recorded.has_admission_meeting()) {
    recorded.mutable_admission_meeting()->mutable_vote()->clear_entitled();
  }
  if (asked.has_conversion_meeting() && asked.conversion_meeting().vote().entitled() == 0 &&
      recorded.has_conversion_meeting()) {
    recorded.mutable_conversion_meeting()->mutable_vote()->clear_entitled();
  }
}

}  // namespace

absl::StatusOr<std::optional<RecordedCase>> FindCase(ImportApi& api,
                                                     const membership::v1::CaseSteps& steps) {
  membership::v1::GetCaseResponse response;
  ZHIBU_ASSIGN_OR_RETURN(const bool there,
                         Get(api, &membership::v1::MembershipService::Stub::GetCase,
                             api.membership(), steps.name(), &response));
  if (!there) return RecordedCase{};
  const membership::v1::DevelopmentCase& recorded = response.development_case();
  // Where the books have more, somebody went on after the file was written: it is all there.
  const int common = std::min(recorded.steps_size(), steps.steps_size());
  for (int i = 0; i < common; ++i) {
    membership::v1::Step step = recorded.steps(i).step();
    // An organisation that was not said is the person's own, which the books may name.
    if (steps.steps(i).organisation().empty()) step.clear_organisation();
    // Nor is a number of voters that was left to be counted.
    ForgetEntitled(steps.steps(i), step);
    if (Bytes(step) != Bytes(steps.steps(i))) return std::nullopt;
  }
  return RecordedCase{common, recorded.etag()};
}

bool SaysTheSame(registry::v1::Organisation asked, registry::v1::Organisation answered) {
  for (registry::v1::Organisation* organisation : {&asked, &answered}) {
    organisation->clear_name();
    organisation->clear_etag();
    organisation->clear_subordination_parent();
    organisation->clear_territorial_parents();
    organisation->clear_titles();
    organisation->clear_kinds();
    organisation->clear_codes();
    organisation->clear_external_ids();
    organisation->clear_successors();
    organisation->clear_level();
    Sort(organisation->mutable_affiliations());
  }
  return Bytes(asked) == Bytes(answered);
}

bool SaysTheSame(registry::v1::Institution asked, registry::v1::Institution answered) {
  for (registry::v1::Institution* institution : {&asked, &answered}) {
    institution->clear_name();
    institution->clear_etag();
    institution->clear_titles();
    institution->clear_kinds();
    Sort(institution->mutable_head_counts());
    Sort(institution->mutable_coverages());
  }
  return Bytes(asked) == Bytes(answered);
}

bool SaysTheSame(registry::v1::Post asked, registry::v1::Post answered) {
  for (registry::v1::Post* post : {&asked, &answered}) {
    post->clear_name();
    post->clear_etag();
    post->clear_corrections();
  }
  return Bytes(asked) == Bytes(answered);
}

bool SaysTheSame(const membership::v1::CreatePersonRequest& request,
                 const membership::v1::Person& answered) {
  const membership::v1::Person& asked = request.person();
  // A sex that was not said was taken from the number, which is compared.
  if (asked.sex() != membership::v1::SEX_UNSPECIFIED && asked.sex() != answered.sex()) return false;
  if (!absl::StrContains(answered.display_name(), "*") &&
      asked.display_name() != answered.display_name()) {
    return false;
  }
  const bool balance = request.has_opening_balance();
  if (balance != answered.opening_balance()) return false;
  if (balance && !SameDate(request.opening_balance().joined_on(), answered.joined_on()))
    return false;
  return asked.organisation() == answered.organisation() &&
         MaskIdNumber(asked.id_number()) == answered.id_number() &&
         asked.nationality_code() == answered.nationality_code() &&
         asked.kind() == answered.kind() && asked.institution() == answered.institution() &&
         SameDate(asked.registered_on(), answered.registered_on());
}

bool SaysTheSame(activity::v1::Activity asked, activity::v1::Activity answered) {
  for (activity::v1::Activity* activity : {&asked, &answered}) {
    activity->clear_name();
    activity->clear_etag();
    activity->clear_corrections();
    activity->clear_should_attend();
    activity->clear_present();
    Sort(activity->mutable_attendances());
  }
  return Bytes(asked) == Bytes(answered);
}

}  // namespace zhibu::cli
