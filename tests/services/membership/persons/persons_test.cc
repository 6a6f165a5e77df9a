#include "services/membership/persons/persons.h"

#include "tests/services/membership/world.h"

namespace zhibu::membership {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Stub = v1::MembershipService::Stub;

class PersonsTest : public ::testing::Test {
 protected:
  void ExpectFailure(const absl::Status& status, absl::StatusCode code, const std::string& reason) {
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_THAT(ReasonsOf(status), ElementsAre(reason));
    for (const auto& finding : FindingsOf(status)) {
      EXPECT_GT(static_cast<unsigned char>(finding.message()[0]), 0x7F) << finding.message();
    }
  }
  std::vector<std::string> List(v1::ListPersonsRequest request,
                                const std::string& token = kOwnerToken) {
    std::vector<std::string> names;
    v1::ListPersonsResponse response;
    int64_t revision = -1;
    do {
      request.set_page_token(response.next_page_token());
      response.Clear();
      const absl::Status status =
          Invoke(&Stub::ListPersons, world_.stub(), request, &response, token);
      EXPECT_TRUE(status.ok()) << status;
      if (revision == -1) revision = response.revision();
      EXPECT_EQ(response.revision(), revision);
      for (const auto& person : response.persons()) names.push_back(person.name());
    } while (!response.next_page_token().empty());
    return names;
  }
  World world_;
};

TEST_F(PersonsTest, AnswersARegisteredPersonMasked) {
  v1::CreatePersonRequest request = world_.MemberRequest("member", kBranch);
  request.mutable_person()->set_institution("institutions/school");
  v1::CreatePersonResponse response;
  ASSERT_TRUE(world_.Create(request, &response).ok());
  EXPECT_GT(response.revision(), 0);
  const v1::Person person = world_.Person("persons/member");
  EXPECT_EQ(person.DebugString(), response.person().DebugString());
  EXPECT_EQ(person.display_name(), "某某");
  EXPECT_EQ(person.id_number(), "990001********" + request.person().id_number().substr(14));
  EXPECT_FALSE(person.has_birth_date());
  EXPECT_NE(person.sex(), v1::SEX_UNSPECIFIED);
  EXPECT_EQ(person.stage(), v1::STAGE_FULL);
  EXPECT_TRUE(person.opening_balance());
  EXPECT_EQ(FromProto(person.joined_on()).value(), absl::CivilDay(2010, 6, 1));
  EXPECT_EQ(FromProto(person.full_member_on()).value(), absl::CivilDay(2011, 6, 1));
  EXPECT_EQ(person.institution(), "institutions/school");
  EXPECT_EQ(person.etag(), "1");
}

TEST_F(PersonsTest, AnswersTheStageOfTheDate) {
  ASSERT_TRUE(world_.CreateMember("member", kBranch).ok());
  EXPECT_EQ(world_.Person("persons/member", absl::CivilDay(2010, 5, 31)).stage(),
            v1::STAGE_REGISTERED);
  EXPECT_EQ(world_.Person("persons/member", absl::CivilDay(2010, 6, 1)).stage(),
            v1::STAGE_PROBATIONARY);
  const v1::Person before = world_.Person("persons/member", absl::CivilDay(2011, 5, 31));
  EXPECT_EQ(before.stage(), v1::STAGE_PROBATIONARY);
  EXPECT_FALSE(before.has_full_member_on());
  EXPECT_EQ(world_.Person("persons/member", absl::CivilDay(2011, 6, 1)).stage(), v1::STAGE_FULL);
}

TEST_F(PersonsTest, RefusesASecondPersonOfOneName) {
  ASSERT_TRUE(world_.CreatePerson("li").ok());
  const absl::Status status = world_.CreatePerson("li");
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(ReasonOf(status), "PERSON_EXISTS");
}

TEST_F(PersonsTest, RefusesASecondPersonOfOneIdNumber) {
  v1::CreatePersonRequest first = world_.PersonRequest("li"), second = world_.PersonRequest("wang");
  ASSERT_TRUE(world_.Create(first).ok());
  second.mutable_person()->set_id_number(first.person().id_number());
  const absl::Status status = world_.Create(second);
  ExpectFailure(status, absl::StatusCode::kFailedPrecondition, "ID_NUMBER_TAKEN");
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr(first.person().id_number())));
}

TEST_F(PersonsTest, RefusesWhatTheIdNumberContradicts) {
  v1::CreatePersonRequest request = world_.PersonRequest("li");
  const std::string number = GeneratedIdNumber(absl::CivilDay(1990, 1, 15), 501);  // odd: male
  request.mutable_person()->set_id_number(number);
  request.mutable_person()->set_sex(v1::SEX_FEMALE);
  ExpectFailure(world_.Create(request), absl::StatusCode::kInvalidArgument,
                "SEX_DISAGREES_WITH_ID_NUMBER");
  request.mutable_person()->set_sex(v1::SEX_MALE);
  *request.mutable_person()->mutable_birth_date() = ToProto(absl::CivilDay(1990, 1, 16));
  ExpectFailure(world_.Create(request), absl::StatusCode::kInvalidArgument,
                "BIRTH_DATE_DISAGREES_WITH_ID_NUMBER");
  request.mutable_person()->clear_birth_date();
  std::string wrong = number;
  wrong[17] = wrong[17] == '1' ? '2' : '1';
  request.mutable_person()->set_id_number(wrong);
  const absl::Status status = world_.Create(request);
  ExpectFailure(status, absl::StatusCode::kInvalidArgument, "ID_NUMBER_INVALID");
  EXPECT_THAT(status.ToString(), Not(HasSubstr(wrong)));
  EXPECT_EQ(FindingsOf(status).at(0).subject(), "person.id_number");
}

// 三龄两历: the file was examined and found to say otherwise than the number.
TEST_F(PersonsTest, TakesWhatADocumentSaysAgainstTheIdNumber) {
  v1::CreatePersonRequest request = world_.PersonRequest("li");
  v1::Person& person = *request.mutable_person();
  person.set_id_number(GeneratedIdNumber(absl::CivilDay(1998, 1, 15), 501));  // odd: male
  person.set_sex(v1::SEX_FEMALE);
  *person.mutable_birth_date() = ToProto(absl::CivilDay(2000, 1, 15));
  EXPECT_THAT(ReasonsOf(world_.Create(request)),
              ElementsAre("SEX_DISAGREES_WITH_ID_NUMBER", "BIRTH_DATE_DISAGREES_WITH_ID_NUMBER"));
  person.set_identity_document(std::string(101, 'x'));
  EXPECT_THAT(ReasonsOf(world_.Create(request)), ElementsAre("IDENTITY_DOCUMENT_INVALID"));
  person.set_identity_document("教人审〔2036〕3号");
  ASSERT_TRUE(world_.Create(request).ok());
  EXPECT_EQ(world_.Person("persons/li").identity_document(), "教人审〔2036〕3号");
  EXPECT_EQ(world_.Person("persons/li").sex(), v1::SEX_FEMALE);
  // The birth date of the document is judged by.
  EXPECT_EQ(ReasonOf(world_.Step("persons/li/cases/c",
                                 MakeStep(v1::STEP_KIND_APPLICATION, absl::CivilDay(2018, 1, 14)))),
            "AGE_BELOW_MINIMUM");
  EXPECT_TRUE(world_
                  .Step("persons/li/cases/c",
                        MakeStep(v1::STEP_KIND_APPLICATION, absl::CivilDay(2018, 1, 15)))
                  .ok());
  // What agrees needs none, and keeps none.
  v1::CreatePersonRequest agrees = world_.PersonRequest("wang");
  agrees.mutable_person()->set_identity_document("教人审〔2036〕3号");
  ASSERT_TRUE(world_.Create(agrees).ok());
  EXPECT_EQ(world_.Person("persons/wang").identity_document(), "");
}

TEST_F(PersonsTest, TakesAPersonWithoutIdNumber) {
  v1::CreatePersonRequest request = world_.PersonRequest("li");
  request.mutable_person()->clear_id_number();
  ExpectFailure(world_.Create(request), absl::StatusCode::kInvalidArgument, "SEX_MISSING");
  request.mutable_person()->set_sex(v1::SEX_FEMALE);
  ASSERT_TRUE(world_.Create(request).ok());
  EXPECT_EQ(world_.Person("persons/li").id_number(), "");
}

TEST_F(PersonsTest, TellsEverythingThatIsWrongWithTheForm) {
  v1::CreatePersonRequest request;
  request.set_person_id("Li");
  request.set_request_id("r");
  request.mutable_person()->set_organisation("branch");
  request.mutable_person()->set_nationality_code("57");
  const absl::Status status = world_.Create(request);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(ReasonsOf(status),
              ElementsAre("PERSON_ID_INVALID", "ORGANISATION_NAME_INVALID", "DISPLAY_NAME_INVALID",
                          "PERSON_KIND_MISSING", "NATIONALITY_CODE_INVALID", "SEX_MISSING"));
}

TEST_F(PersonsTest, RefusesAnUnknownOrganisation) {
  ExpectFailure(world_.CreatePerson("li", "organisations/nowhere"),
                absl::StatusCode::kFailedPrecondition, "ORGANISATION_NOT_THERE");
}

TEST_F(PersonsTest, RefusesOpeningBalancesOutOfOrder) {
  const auto with = [&](v1::Stage stage, std::optional<absl::CivilDay> joined,
                        std::optional<absl::CivilDay> full) {
    v1::CreatePersonRequest request = world_.PersonRequest("li");
    request.mutable_opening_balance()->set_stage(stage);
    if (joined) *request.mutable_opening_balance()->mutable_joined_on() = ToProto(*joined);
    if (full) *request.mutable_opening_balance()->mutable_full_member_on() = ToProto(*full);
    return world_.Create(request);
  };
  const absl::CivilDay day(2012, 6, 1);
  const auto kBad = absl::StatusCode::kInvalidArgument;
  ExpectFailure(with(v1::STAGE_FULL, day, day - 1), kBad, "OPENING_BALANCE_DATES_INVALID");
  ExpectFailure(with(v1::STAGE_FULL, day, std::nullopt), kBad, "OPENING_BALANCE_DATES_INVALID");
  ExpectFailure(with(v1::STAGE_FULL, day, kToday + 1), kBad, "OPENING_BALANCE_DATES_INVALID");
  ExpectFailure(with(v1::STAGE_PROBATIONARY, day, day), kBad, "OPENING_BALANCE_DATES_INVALID");
  ExpectFailure(with(v1::STAGE_PROBATIONARY, kToday + 1, std::nullopt), kBad,
                "OPENING_BALANCE_DATES_INVALID");
  ExpectFailure(with(v1::STAGE_APPLICANT, day, std::nullopt), kBad,
                "OPENING_BALANCE_STAGE_INVALID");
  EXPECT_TRUE(with(v1::STAGE_PROBATIONARY, kToday, std::nullopt).ok());
}

TEST_F(PersonsTest, RefusesMembershipBeforeTheEighteenthBirthday) {
  v1::CreatePersonRequest request = world_.PersonRequest("li");  // born 1990-01-15
  request.mutable_opening_balance()->set_stage(v1::STAGE_PROBATIONARY);
  *request.mutable_opening_balance()->mutable_joined_on() = ToProto(absl::CivilDay(2008, 1, 14));
  const absl::Status status = world_.Create(request);
  ExpectFailure(status, absl::StatusCode::kFailedPrecondition, "AGE_BELOW_MINIMUM");
  const auto finding = FindingsOf(status).at(0);
  EXPECT_EQ(finding.code(), "D01");
  EXPECT_EQ(finding.citation().article(), "第五条");
  EXPECT_EQ(FromProto(finding.earliest()).value(), absl::CivilDay(2008, 1, 15));
  request.set_request_id("again");
  *request.mutable_opening_balance()->mutable_joined_on() = ToProto(absl::CivilDay(2008, 1, 15));
  EXPECT_TRUE(world_.Create(request).ok());
}

TEST_F(PersonsTest, RegistersABatchWholeOrNotAtAll) {
  v1::BatchCreatePersonsRequest batch;
  batch.set_request_id("batch");
  *batch.add_requests() = world_.PersonRequest("one");
  *batch.add_requests() = world_.PersonRequest("two");
  *batch.add_requests() = world_.PersonRequest("one");
  batch.mutable_requests(1)->mutable_person()->set_id_number("1");
  v1::BatchCreatePersonsResponse response;
  const absl::Status status = Invoke(&Stub::BatchCreatePersons, world_.stub(), batch, &response);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  const auto findings = FindingsOf(status);
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].subject(), "requests[1].person.id_number");
  EXPECT_EQ(findings[0].reason(), "ID_NUMBER_INVALID");
  EXPECT_EQ(findings[1].subject(), "requests[2].person_id");
  EXPECT_EQ(findings[1].reason(), "PERSON_EXISTS");
  EXPECT_TRUE(world_.CreatePerson("one").ok());  // nothing of it was kept

  batch.clear_requests();
  batch.set_request_id("batch-2");
  *batch.add_requests() = world_.PersonRequest("three");
  *batch.add_requests() = world_.MemberRequest("four", kBranch);
  ASSERT_TRUE(Invoke(&Stub::BatchCreatePersons, world_.stub(), batch, &response).ok());
  EXPECT_THAT(response.names(), ElementsAre("persons/three", "persons/four"));
}

TEST_F(PersonsTest, ValidatesOnlyWithoutWriting) {
  v1::CreatePersonRequest request = world_.PersonRequest("li");
  request.set_validate_only(true);
  ASSERT_TRUE(world_.Create(request).ok());
  request.set_validate_only(false);
  EXPECT_TRUE(world_.Create(request).ok());
}

TEST_F(PersonsTest, ShowsACallerOnlyWhatIsInScope) {
  ASSERT_TRUE(world_.CreatePerson("inside", "organisations/scoped-branch").ok());
  v1::GetPersonRequest get;
  v1::GetPersonResponse answer;
  get.set_name("persons/inside");
  EXPECT_TRUE(Invoke(&Stub::GetPerson, world_.stub(), get, &answer, kScopedToken).ok());
  get.set_name("persons/contact-one");
  const absl::Status hidden = Invoke(&Stub::GetPerson, world_.stub(), get, &answer, kScopedToken);
  get.set_name("persons/nobody");
  const absl::Status missing = Invoke(&Stub::GetPerson, world_.stub(), get, &answer, kScopedToken);
  EXPECT_EQ(hidden.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(world_.Create(world_.PersonRequest("li"), nullptr, kScopedToken).code(),
            absl::StatusCode::kNotFound);
  EXPECT_TRUE(
      world_.Create(world_.PersonRequest("li", "organisations/scoped"), nullptr, kScopedToken)
          .ok());
  v1::ListPersonsRequest list;
  list.set_root("organisations/scoped");
  EXPECT_THAT(List(list, kScopedToken), ElementsAre("persons/li", "persons/inside"));
  list.set_root(kCounty);
  v1::ListPersonsResponse page;
  EXPECT_EQ(Invoke(&Stub::ListPersons, world_.stub(), list, &page, kScopedToken).code(),
            absl::StatusCode::kNotFound);
}

TEST_F(PersonsTest, ListsASubtreeByOrganisationAndIdInPages) {
  std::vector<std::string> expected = {"persons/contact-one", "persons/contact-two"};
  for (int i = 0; i < 7; ++i) {
    const std::string id = absl::StrCat("p", i);
    ASSERT_TRUE(world_.CreatePerson(id, i < 4 ? kBranch : "organisations/scoped-branch").ok());
    expected.push_back("persons/" + id);
  }
  for (int size : {0, 1, 2, 3, 100}) {
    v1::ListPersonsRequest list;
    list.set_page_size(size);
    list.set_root(kCounty);
    EXPECT_EQ(List(list), expected);
    list.set_root("");
    EXPECT_EQ(List(list), expected);
  }
  v1::ListPersonsRequest full;
  full.set_root(kCounty);
  full.add_stages(v1::STAGE_FULL);
  full.set_page_size(1);
  EXPECT_THAT(List(full), ElementsAre("persons/contact-one", "persons/contact-two"));
  *full.mutable_as_of() = ToProto(absl::CivilDay(2013, 12, 31));  // before they were registered
  EXPECT_TRUE(List(full).empty());
}

type::v1::ExternalId External(const std::string& id, absl::CivilDay from,
                              std::optional<absl::CivilDay> to = {},
                              const std::string& system = "province") {
  type::v1::ExternalId external;
  external.set_system(system);
  external.set_id(id);
  *external.mutable_valid_from() = ToProto(from);
  if (to) *external.mutable_valid_to() = ToProto(*to);
  return external;
}

// Changes the person's outside ids, given whole.
absl::Status SetExternalIds(World& world, const std::string& name,
                            const std::vector<type::v1::ExternalId>& ids,
                            v1::UpdatePersonResponse* response = nullptr) {
  v1::UpdatePersonRequest request;
  request.mutable_person()->set_name(name);
  request.mutable_person()->set_etag(world.Person(name).etag());
  request.mutable_person()->mutable_external_ids()->Assign(ids.begin(), ids.end());
  request.mutable_update_mask()->add_paths("external_ids");
  request.set_reference("r");
  request.set_request_id(world.NextRequestId());
  v1::UpdatePersonResponse ignored;
  return Invoke(&Stub::UpdatePerson, world.stub(), request,
                response != nullptr ? response : &ignored);
}

const absl::CivilDay k2020(2020, 1, 1), k2025(2025, 1, 1), k2030(2030, 1, 1);

TEST_F(PersonsTest, KeepsOutsideIdsOldestFirstAndChangesThemWhole) {
  v1::CreatePersonRequest request = world_.PersonRequest("li");
  *request.mutable_person()->add_external_ids() = External("2", k2025);
  *request.mutable_person()->add_external_ids() = External("1", k2020, k2025);
  *request.mutable_person()->add_external_ids() = External("2", k2030, {}, "school");
  v1::CreatePersonResponse created;
  ASSERT_TRUE(world_.Create(request, &created).ok());
  ASSERT_EQ(created.person().external_ids_size(), 3);
  EXPECT_EQ(created.person().external_ids(0).id(), "1");
  EXPECT_EQ(FromProto(created.person().external_ids(0).valid_to()).value(), k2025);
  EXPECT_EQ(created.person().external_ids(2).system(), "school");
  EXPECT_EQ(world_.Person("persons/li").DebugString(), created.person().DebugString());
  // Another change leaves them as they are.
  ASSERT_TRUE(world_.Step("persons/li/cases/c", MakeStep(v1::STEP_KIND_APPLICATION, kToday)).ok());
  EXPECT_EQ(world_.Person("persons/li").external_ids_size(), 3);
  v1::UpdatePersonResponse updated;
  ASSERT_TRUE(SetExternalIds(world_, "persons/li", {External("3", k2030)}, &updated).ok());
  ASSERT_EQ(updated.person().external_ids_size(), 1);
  EXPECT_EQ(updated.person().external_ids(0).id(), "3");
  ASSERT_TRUE(SetExternalIds(world_, "persons/li", {}).ok());
  EXPECT_EQ(world_.Person("persons/li").external_ids_size(), 0);
}

TEST_F(PersonsTest, RefusesOutsideIdsThatAreNone) {
  const auto kBad = absl::StatusCode::kInvalidArgument;
  const auto kForbidden = absl::StatusCode::kFailedPrecondition;
  const auto with = [&](const std::vector<type::v1::ExternalId>& ids) {
    return SetExternalIds(world_, "persons/contact-one", ids);
  };
  ExpectFailure(with({External("", k2020)}), kBad, "EXTERNAL_ID_INVALID");
  ExpectFailure(with({External("a b", k2020)}), kBad, "EXTERNAL_ID_INVALID");
  ExpectFailure(with({External(std::string(101, 'x'), k2020)}), kBad, "EXTERNAL_ID_INVALID");
  ExpectFailure(with({External("1", k2020, {}, "Province")}), kBad, "EXTERNAL_ID_INVALID");
  std::string number = GeneratedIdNumber(absl::CivilDay(1990, 1, 15), 900);
  const absl::Status refused = with({External("1", k2020, k2025), External(number, k2025)});
  ExpectFailure(refused, kBad, "EXTERNAL_ID_IS_ID_NUMBER");
  EXPECT_EQ(FindingsOf(refused).at(0).subject(), "person.external_ids[1]");
  EXPECT_THAT(refused.ToString(), Not(HasSubstr(number)));
  number[17] = number[17] == '1' ? '2' : '1';  // mistyped, but one all the same
  ExpectFailure(with({External(number, k2020)}), kBad, "EXTERNAL_ID_IS_ID_NUMBER");
  type::v1::ExternalId undated = External("1", k2020);
  undated.clear_valid_from();
  ExpectFailure(with({undated}), kBad, "DATE_REQUIRED");
  undated.mutable_valid_from()->set_year(2020);
  ExpectFailure(with({undated}), kBad, "DATE_INVALID");
  ExpectFailure(with({External("1", k2020, k2020)}), kForbidden, "PERIOD_INVALID");
  ExpectFailure(with({External("1", k2020), External("2", k2025)}), kForbidden, "PERIODS_OVERLAP");
  EXPECT_EQ(world_.Person("persons/contact-one").external_ids_size(), 0);
  // 18 digits that no birth date is in.
  EXPECT_TRUE(with({External("990001990199011234", k2020)}).ok());
}

TEST_F(PersonsTest, GivesAnOutsideIdToOnePersonAtADate) {
  ASSERT_TRUE(SetExternalIds(world_, "persons/contact-one", {External("1", k2020, k2025)}).ok());
  const absl::Status taken =
      SetExternalIds(world_, "persons/contact-two", {External("1", k2025 - 1)});
  ExpectFailure(taken, absl::StatusCode::kFailedPrecondition, "EXTERNAL_ID_TAKEN");
  EXPECT_THAT(taken.ToString(), Not(HasSubstr("contact-one")));
  EXPECT_TRUE(SetExternalIds(world_, "persons/contact-two", {External("1", k2025)}).ok());
  // Of another system it is another id.
  v1::CreatePersonRequest request = world_.PersonRequest("li");
  *request.mutable_person()->add_external_ids() = External("1", k2020, {}, "school");
  ASSERT_TRUE(world_.Create(request).ok());
  // Also between the rows of a batch.
  v1::BatchCreatePersonsRequest batch;
  v1::BatchCreatePersonsResponse response;
  batch.set_request_id("batch");
  for (const char* id : {"one", "two"}) {
    *batch.add_requests() = world_.PersonRequest(id);
    *batch.mutable_requests(batch.requests_size() - 1)->mutable_person()->add_external_ids() =
        External("7", k2020);
  }
  const absl::Status status = Invoke(&Stub::BatchCreatePersons, world_.stub(), batch, &response);
  ExpectFailure(status, absl::StatusCode::kFailedPrecondition, "EXTERNAL_ID_TAKEN");
  EXPECT_EQ(FindingsOf(status).at(0).subject(), "requests[1].person.external_ids[0]");
}

TEST_F(PersonsTest, AnswersManyPersonsInTheOrderAskedFor) {
  ASSERT_TRUE(world_.CreatePerson("inside", "organisations/scoped-branch").ok());
  v1::BatchGetPersonsRequest request;
  v1::BatchGetPersonsResponse response;
  for (const char* name : {"persons/inside", "persons/contact-two", "persons/inside"}) {
    request.add_names(name);
  }
  *request.mutable_as_of() = ToProto(absl::CivilDay(2020, 1, 1));
  ASSERT_TRUE(Invoke(&Stub::BatchGetPersons, world_.stub(), request, &response).ok());
  ASSERT_EQ(response.persons_size(), 3);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(response.persons(i).DebugString(),
              world_.Person(request.names(i), absl::CivilDay(2020, 1, 1)).DebugString());
  }
  // The first that is missing, or out of scope, is named.
  const auto missing = [&](const std::string& token) {
    const absl::Status status =
        Invoke(&Stub::BatchGetPersons, world_.stub(), request, &response, token);
    EXPECT_TRUE(absl::IsNotFound(status)) << status;
    return FindingsOf(status).at(0).subject();
  };
  EXPECT_EQ(missing(kScopedToken), "persons/contact-two");
  request.add_names("persons/nobody");
  request.add_names("persons/noone");
  EXPECT_EQ(missing(kOwnerToken), "persons/nobody");
  request.add_names("persons");
  ExpectFailure(Invoke(&Stub::BatchGetPersons, world_.stub(), request, &response),
                absl::StatusCode::kInvalidArgument, "PERSON_NAME_INVALID");
  request.clear_names();
  ExpectFailure(Invoke(&Stub::BatchGetPersons, world_.stub(), request, &response),
                absl::StatusCode::kInvalidArgument, "BATCH_SIZE_INVALID");
  for (int i = 0; i < 1001; ++i) request.add_names("persons/inside");
  ExpectFailure(Invoke(&Stub::BatchGetPersons, world_.stub(), request, &response),
                absl::StatusCode::kInvalidArgument, "BATCH_SIZE_INVALID");
}

}  // namespace
}  // namespace zhibu::membership
