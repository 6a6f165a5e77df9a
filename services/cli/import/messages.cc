#include "services/cli/import/messages.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "zhibu/type/v1/organisation_kind.pb.h"
#include "common/domain/classes.h"

namespace zhibu::cli {
namespace {

// The name in a collection; empty where the field is.
std::string NameIn(const char* collection, const Row& row, int column) {
  return row.Has(column) ? NameOf(collection, row.Text(column)) : "";
}

void FillDate(const Row& row, int column, google::type::Date* date) {
  if (const auto day = row.Date(column)) *date = ToProto(*day);
}

int32_t NumberOr0(const Row& row, int column) {
  return static_cast<int32_t>(row.Number(column).value_or(0));
}

using Deliberations = google::protobuf::RepeatedPtrField<membership::v1::Deliberation>;

void FillDeliberations(const Row& row, Deliberations* deliberations) {
  using namespace step_columns;
  const std::vector<std::string> bodies = row.List(kDeliberatedBy);
  const std::vector<std::string> days = row.List(kDeliberatedOn);
  for (size_t i = 0; i < bodies.size() && i < days.size(); ++i) {
    membership::v1::Deliberation& one = *deliberations->Add();
    one.set_organisation(NameOf(kOrganisations, bodies[i]));
    const absl::StatusOr<absl::CivilDay> day = ParseDate(days[i]);
    if (day.ok()) *one.mutable_date() = ToProto(*day);
  }
}

void FillVote(const Row& row, membership::v1::Vote* vote) {
  using namespace step_columns;
  vote->set_entitled(NumberOr0(row, kEntitled));
  vote->set_present(NumberOr0(row, kPresent));
  vote->set_written_opinions(NumberOr0(row, kWritten));
  vote->set_in_favour(NumberOr0(row, kInFavour));
  vote->set_against(NumberOr0(row, kAgainst));
  vote->set_abstained(NumberOr0(row, kAbstained));
}

template <typename Repeated>
void FillPersons(const Row& row, int column, Repeated* persons) {
  for (const std::string& id : row.List(column)) *persons->Add() = NameOf(kPersons, id);
}

}  // namespace

registry::v1::CreateOrganisationRequest OrganisationOf(const Row& row) {
  using namespace organisation_columns;
  registry::v1::CreateOrganisationRequest request;
  request.set_organisation_id(row.Text(kId));
  registry::v1::Organisation& organisation = *request.mutable_organisation();
  organisation.set_title(row.Text(kTitle));
  organisation.set_kind(static_cast<type::v1::OrganisationKind>(row.Value(kKind)));
  organisation.set_code(row.Text(kCode));
  FillDate(row, kEstablished, organisation.mutable_established_on());
  if (row.Has(kDissolved)) FillDate(row, kDissolved, organisation.mutable_dissolved_on());
  return request;
}

registry::v1::Affiliation AffiliationOf(const Row& row) {
  using namespace affiliation_columns;
  registry::v1::Affiliation affiliation;
  affiliation.set_parent(NameIn(kOrganisations, row, kParent));
  affiliation.set_line(static_cast<type::v1::Line>(row.Value(kLine)));
  FillDate(row, kFrom, affiliation.mutable_valid_from());
  if (row.Has(kTo)) FillDate(row, kTo, affiliation.mutable_valid_to());
  affiliation.set_document_number(row.Text(kDocument));
  return affiliation;
}

registry::v1::CreateInstitutionRequest InstitutionOf(const Row& row) {
  using namespace institution_columns;
  registry::v1::CreateInstitutionRequest request;
  request.set_institution_id(row.Text(kId));
  registry::v1::Institution& institution = *request.mutable_institution();
  institution.set_title(row.Text(kTitle));
  institution.set_kind(static_cast<registry::v1::InstitutionKind>(row.Value(kKind)));
  institution.set_ownership(static_cast<registry::v1::Ownership>(row.Value(kOwnership)));
  institution.set_place(static_cast<registry::v1::Place>(row.Value(kPlace)));
  institution.set_parent(NameIn(kInstitutions, row, kParent));
  institution.set_credit_code(row.Text(kCreditCode));
  institution.set_keeper(NameIn(kOrganisations, row, kKeeper));
  FillDate(row, kOpened, institution.mutable_opened_on());
  if (row.Has(kClosed)) FillDate(row, kClosed, institution.mutable_closed_on());
  return request;
}

registry::v1::HeadCount HeadCountOf(const Row& row) {
  using namespace head_count_columns;
  registry::v1::HeadCount count;
  FillDate(row, kDate, count.mutable_counted_on());
  if (row.Has(kStaff)) count.set_staff(NumberOr0(row, kStaff));
  if (row.Has(kEstablishedPosts)) count.set_established_posts(NumberOr0(row, kEstablishedPosts));
  if (row.Has(kFullTimeTeachers)) count.set_full_time_teachers(NumberOr0(row, kFullTimeTeachers));
  if (row.Has(kStudents)) count.set_students(NumberOr0(row, kStudents));
  if (row.Has(kSeniorStudents)) count.set_senior_students(NumberOr0(row, kSeniorStudents));
  if (row.Has(kAdultStudents)) count.set_adult_students(NumberOr0(row, kAdultStudents));
  return count;
}

registry::v1::Coverage CoverageOf(const Row& row) {
  using namespace coverage_columns;
  registry::v1::Coverage coverage;
  coverage.set_organisation(NameIn(kOrganisations, row, kOrganisation));
  coverage.set_rung(static_cast<registry::v1::CoverageRung>(row.Value(kRung)));
  FillDate(row, kFrom, coverage.mutable_valid_from());
  if (row.Has(kTo)) FillDate(row, kTo, coverage.mutable_valid_to());
  return coverage;
}

registry::v1::CreatePostRequest PostOf(const Row& row) {
  using namespace post_columns;
  registry::v1::CreatePostRequest request;
  request.set_post_id(row.Text(kId));
  registry::v1::Post& post = *request.mutable_post();
  const auto kind = static_cast<registry::v1::PostKind>(row.Value(kKind));
  post.set_seat(NameIn(IsPartyPost(kind) ? kOrganisations : kInstitutions, row, kSeat));
  post.set_kind(kind);
  post.set_holder(NameIn(kPersons, row, kHolder));
  if (row.Has(kFullTime)) post.set_full_time(row.Value(kFullTime) == 1);
  FillDate(row, kFrom, post.mutable_valid_from());
  if (row.Has(kTo)) FillDate(row, kTo, post.mutable_valid_to());
  return request;
}

registry::v1::RecordElectionRequest ElectionOf(const Row& row) {
  using namespace election_columns;
  registry::v1::RecordElectionRequest request;
  request.set_election_id(row.Text(kId));
  registry::v1::Election& election = *request.mutable_election();
  election.set_organisation(NameIn(kOrganisations, row, kOrganisation));
  election.set_kind(registry::v1::ELECTION_KIND_OPENING);
  FillDate(row, kDate, election.mutable_held_on());
  return request;
}

registry::v1::CreateFacilityRequest FacilityOf(const Row& row) {
  using namespace facility_columns;
  registry::v1::CreateFacilityRequest request;
  request.set_facility_id(row.Text(kId));
  registry::v1::Facility& facility = *request.mutable_facility();
  facility.set_holder(row.Has(kInstitution) ? NameIn(kInstitutions, row, kInstitution)
                                            : NameIn(kOrganisations, row, kOrganisation));
  facility.set_kind(static_cast<registry::v1::FacilityKind>(row.Value(kKind)));
  facility.set_title(row.Text(kTitle));
  facility.set_scheme(row.Text(kScheme));
  if (row.Has(kRating)) facility.set_rating(NumberOr0(row, kRating));
  facility.set_evidence(row.Text(kEvidence));
  FillDate(row, kFrom, facility.mutable_valid_from());
  if (row.Has(kTo)) FillDate(row, kTo, facility.mutable_valid_to());
  return request;
}

membership::v1::CreatePersonRequest PersonOf(const Row& row) {
  using namespace person_columns;
  membership::v1::CreatePersonRequest request;
  request.set_person_id(row.Text(kId));
  membership::v1::Person& person = *request.mutable_person();
  person.set_organisation(NameIn(kOrganisations, row, kOrganisation));
  person.set_display_name(row.Text(kName));
  person.set_id_number(row.Text(kIdNumber));
  person.set_sex(static_cast<membership::v1::Sex>(row.Value(kSex)));
  person.set_nationality_code(row.Text(kNationality));
  person.set_kind(static_cast<membership::v1::PersonKind>(row.Value(kKind)));
  person.set_institution(NameIn(kInstitutions, row, kInstitution));
  FillDate(row, kRegisteredOn, person.mutable_registered_on());
  if (row.Has(kBirthDate)) FillDate(row, kBirthDate, person.mutable_birth_date());
  person.set_identity_document(row.Text(kIdentityDocument));
  if (row.Has(kOpeningStage)) {
    membership::v1::OpeningBalance& balance = *request.mutable_opening_balance();
    balance.set_stage(static_cast<membership::v1::Stage>(row.Value(kOpeningStage)));
    if (row.Has(kJoinedOn)) FillDate(row, kJoinedOn, balance.mutable_joined_on());
    if (row.Has(kFullMemberOn)) FillDate(row, kFullMemberOn, balance.mutable_full_member_on());
  }
  return request;
}

std::string CaseNameOf(const Row& row) {
  const std::vector<std::string> parts = absl::StrSplit(row.Text(step_columns::kCase), '/');
  return absl::StrCat(kPersons, "/", parts[0], "/cases/", parts[1]);
}

membership::v1::Step StepOf(const Row& row) {
  using namespace step_columns;
  membership::v1::Step step;
  FillDate(row, kDate, step.mutable_date());
  step.set_organisation(NameIn(kOrganisations, row, kOrganisation));
  step.set_reference(row.Text(kReference));
  if (row.Has(kExceptionBy)) {
    membership::v1::ExceptionGrant& grant = *step.mutable_exception();
    grant.set_authority(NameIn(kOrganisations, row, kExceptionBy));
    grant.set_document_number(row.Text(kExceptionNumber));
    grant.set_reason(row.Text(kExceptionReason));
  }
  // A cell that is empty says nothing; the service asks for it.
  const auto decide = [&row](auto* detail, auto set) {
    if (row.Has(kPassed)) (detail->*set)(row.Value(kPassed) == 1);
  };
  switch (NumberOr0(row, kStep)) {
    case 1:
      step.mutable_application();
      break;
    case 2:
      step.mutable_talk()->set_talker(NameIn(kPersons, row, kTalker));
      break;
    case 3:
      step.mutable_activist_determination();
      if (row.Has(kByMembers)) {
        step.mutable_activist_determination()->set_recommended_by_members(row.Value(kByMembers) ==
                                                                          1);
      }
      if (row.Has(kByMassOrganisation)) {
        step.mutable_activist_determination()->set_recommended_by_mass_organisation(
            row.Value(kByMassOrganisation) == 1);
      }
      break;
    case 4:
      step.mutable_activist_filing();
      break;
    case 5:
      FillPersons(row, kContacts, step.mutable_contact_assignment()->mutable_contacts());
      break;
    case 6:
      step.mutable_cultivation_inspection();
      break;
    case 7: {
      membership::v1::ObjectDetermination& detail = *step.mutable_object_determination();
      if (row.Has(kNoticeFrom)) FillDate(row, kNoticeFrom, detail.mutable_notice_from());
      if (row.Has(kNoticeTo)) FillDate(row, kNoticeTo, detail.mutable_notice_until());
      break;
    }
    case 8:
      step.mutable_object_filing();
      break;
    case 9:
      FillPersons(row, kIntroducers,
                  step.mutable_introducer_determination()->mutable_introducers());
      break;
    case 10:
      decide(step.mutable_political_review(), &membership::v1::PoliticalReview::set_passed);
      break;
    case 11:
      step.mutable_training()->set_days(NumberOr0(row, kDays));
      step.mutable_training()->set_class_hours(NumberOr0(row, kHours));
      decide(step.mutable_training(), &membership::v1::Training::set_passed);
      break;
    case 12:
      decide(step.mutable_branch_examination(), &membership::v1::BranchExamination::set_passed);
      break;
    case 13:
      decide(step.mutable_pre_review(), &membership::v1::PreReview::set_passed);
      if (row.Has(kLeavingOn)) {
        FillDate(row, kLeavingOn, step.mutable_pre_review()->mutable_leaving_on());
      }
      break;
    case 14:
      step.mutable_admission_form()->set_serial_number(row.Text(kFormNumber));
      break;
    case 15:
      FillVote(row, step.mutable_admission_meeting()->mutable_vote());
      break;
    case 16:
      step.mutable_superior_talk();
      break;
    case 17:
      decide(step.mutable_admission_approval(), &membership::v1::AdmissionApproval::set_approved);
      FillDeliberations(row, step.mutable_admission_approval()->mutable_deliberations());
      break;
    case 18:
      step.mutable_admission_filing();
      break;
    case 19:
      step.mutable_enrolment()->set_party_group(NameIn(kOrganisations, row, kPartyGroup));
      break;
    case 20:
      step.mutable_oath();
      break;
    case 21:
      step.mutable_probation_inspection();
      break;
    case 22:
      step.mutable_conversion_application();
      break;
    case 23: {
      membership::v1::ConversionMeeting& meeting = *step.mutable_conversion_meeting();
      FillVote(row, meeting.mutable_vote());
      meeting.set_outcome(static_cast<membership::v1::ConversionOutcome>(row.Value(kOutcome)));
      meeting.set_extension_months(NumberOr0(row, kExtension));
      break;
    }
    case 24:
      decide(step.mutable_conversion_approval(), &membership::v1::ConversionApproval::set_approved);
      FillDeliberations(row, step.mutable_conversion_approval()->mutable_deliberations());
      break;
    case 25:
      step.mutable_archive();
      break;
    default:
      break;
  }
  return step;
}

activity::v1::CreateActivityRequest ActivityOf(const Row& row) {
  using namespace activity_columns;
  activity::v1::CreateActivityRequest request;
  request.set_activity_id(row.Text(kId));
  activity::v1::Activity& activity = *request.mutable_activity();
  activity.set_organisation(NameIn(kOrganisations, row, kOrganisation));
  activity.set_kind(row.Text(kKind));
  FillDate(row, kDate, activity.mutable_date());
  activity.set_topic(row.Text(kTopic));
  activity.set_study_hours(NumberOr0(row, kHours));
  activity.set_host(NameIn(kPersons, row, kHost));
  const auto attend = [&](int column, activity::v1::Presence presence) {
    for (const std::string& id : row.List(column)) {
      activity::v1::Attendance& attendance = *activity.add_attendances();
      attendance.set_person(NameOf(kPersons, id));
      attendance.set_presence(presence);
    }
  };
  attend(kPresent, activity::v1::PRESENCE_PRESENT);
  attend(kOnLeave, activity::v1::PRESENCE_ON_LEAVE);
  attend(kAbsent, activity::v1::PRESENCE_ABSENT);
  activity.set_guests(NumberOr0(row, kGuests));
  return request;
}

}  // namespace zhibu::cli
