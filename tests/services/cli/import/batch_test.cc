#include "services/cli/import/batch.h"

#include <string>
#include <vector>

#include "common/base/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/cli/import/existing.h"
#include "zhibu/registry/v1/registry_service.pb.h"

namespace zhibu::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

std::vector<Origin> SomeOrganisations() {
  return {{"organisations/a", FileKind::kOrganisations, 2, {}},
          {"organisations/b",
           FileKind::kOrganisations,
           7,
           {{"organisation.affiliations[0]", FileKind::kAffiliations, 20},
            {"organisation.affiliations[1]", FileKind::kAffiliations, 21}}}};
}
std::vector<Origin> SomeCases() {
  return {{"persons/p1/cases/c1",
           FileKind::kSteps,
           2,
           {{"steps[0]", FileKind::kSteps, 2}, {"steps[1]", FileKind::kSteps, 3}}}};
}

RowError Located(const std::string& subject, const std::vector<Origin>& origins) {
  type::v1::Finding finding;
  finding.set_subject(subject);
  finding.set_reason("SOME_REASON");
  return RowErrorOf(finding, origins);
}

TEST(RowErrorOf, FindsRowAndColumnOfASubject) {
  const std::vector<Origin> persons = {{"persons/p1", FileKind::kPersons, 5, {}}};
  const struct {
    const char* subject;
    std::vector<Origin> origins;
    const char* file;
    int64_t line;
    const char* column;
  } kCases[] = {
      {"requests[0].organisation.title", SomeOrganisations(), "党组织.csv", 2, "全称"},
      {"requests[1].organisation_id", SomeOrganisations(), "党组织.csv", 7, "编号"},
      {"requests[1].organisation.affiliations[1].parent", SomeOrganisations(), "隶属.csv", 21,
       "上级编号"},
      {"requests[1].organisation.affiliations[1]", SomeOrganisations(), "隶属.csv", 21, ""},
      // An edge that no row wrote stays with its organisation.
      {"requests[1].organisation.affiliations", SomeOrganisations(), "党组织.csv", 7, ""},
      {"organisations/b", SomeOrganisations(), "党组织.csv", 7, ""},
      {"requests[9].organisation.title", SomeOrganisations(), "党组织.csv", 0, ""},
      {"request_id", SomeOrganisations(), "党组织.csv", 0, ""},
      {"requests[0].person.id_number", persons, "人员.csv", 5, "公民身份号码"},
      {"requests[0].opening_balance.full_member_on", persons, "人员.csv", 5, "转正日期"},
      // What was sent alone is what the refusal is about.
      {"", persons, "人员.csv", 5, ""},
      {"person.nationality_code", persons, "人员.csv", 5, "民族"},
      {"requests[0].person.birth_date", persons, "人员.csv", 5, "出生日期"},
      {"requests[0].person.identity_document", persons, "人员.csv", 5, "认定依据"},
      {"requests[0].opening_balance", persons, "人员.csv", 5, "期初阶段"},
      {"cases[0].steps[1].admission_meeting.vote.in_favour", SomeCases(), "步骤.csv", 3, "赞成"},
      {"cases[0].steps[0].date", SomeCases(), "步骤.csv", 2, "日期"},
      {"cases[0].steps[1].introducer_determination.introducers[1]", SomeCases(), "步骤.csv", 3,
       "介绍人"},
      {"cases[0].name", SomeCases(), "步骤.csv", 2, "案件"},
  };
  for (const auto& c : kCases) {
    const RowError error = Located(c.subject, c.origins);
    EXPECT_EQ(error.file, c.file) << c.subject;
    EXPECT_EQ(error.line, c.line) << c.subject;
    EXPECT_EQ(error.column, c.column) << c.subject;
    EXPECT_EQ(error.reason, "SOME_REASON");
  }
}

TEST(RowErrorsOf, TellsEveryFindingWithItsRule) {
  Violation violation;
  violation.reason = "QUORUM_NOT_REACHED";
  violation.subject = "cases[0].steps[1].admission_meeting.vote.present";
  violation.message = "到会人数不足";
  violation.citation.set_document("细则");
  violation.citation.set_article("第二十条");
  violation.earliest = absl::CivilDay(2026, 5, 1);
  const std::vector<RowError> errors = RowErrorsOf(Refused({violation, violation}), SomeCases());
  ASSERT_THAT(errors, SizeIs(2));
  EXPECT_EQ(errors[0].column, "到会");
  EXPECT_THAT(errors[0].message, HasSubstr("《细则》第二十条"));
  EXPECT_THAT(errors[0].message, HasSubstr("2026-05-01"));
}

TEST(RowErrorsOf, IsNeverEmpty) {
  const std::vector<RowError> errors = RowErrorsOf(absl::AbortedError("x"), SomeCases());
  ASSERT_THAT(errors, SizeIs(1));
  EXPECT_EQ(errors[0].file, "步骤.csv");
}

registry::v1::BatchCreateOrganisationsRequest Batch(const std::string& title) {
  registry::v1::BatchCreateOrganisationsRequest batch;
  batch.add_requests()->mutable_organisation()->set_title(title);
  return batch;
}

TEST(RequestIdOf, IsTheSameForTheSameBatchAndKeyOnly) {
  const std::string id = RequestIdOf("key", Batch("甲"));
  // Written down, so that an import begun with one version is repeated by the next.
  EXPECT_EQ(id, "import-78e1cb3247ba6b1b52dc90fecd054e6715838ca2");
  EXPECT_EQ(id, RequestIdOf("key", Batch("甲")));
  EXPECT_NE(id, RequestIdOf("key", Batch("乙")));
  EXPECT_NE(id, RequestIdOf("other", Batch("甲")));
  EXPECT_LE(id.size(), 64u);
}

TEST(SaysTheSame, LooksAtWhatWasAskedOnly) {
  registry::v1::Organisation asked;
  asked.set_title("甲");
  asked.add_affiliations()->set_parent("organisations/b");
  asked.add_affiliations()->set_parent("organisations/a");
  registry::v1::Organisation answered;
  answered.set_name("organisations/o");
  answered.set_etag("3");
  answered.set_subordination_parent("organisations/a");
  answered.set_title("甲");
  answered.add_affiliations()->set_parent("organisations/a");
  answered.add_affiliations()->set_parent("organisations/b");
  EXPECT_TRUE(SaysTheSame(asked, answered));
  answered.set_title("乙");
  EXPECT_FALSE(SaysTheSame(asked, answered));
}

TEST(SaysTheSame, ComparesWhatOfAPersonIsShown) {
  membership::v1::CreatePersonRequest asked;
  asked.mutable_person()->set_display_name("甲");
  asked.mutable_person()->set_id_number("11010519491231002X");
  asked.mutable_opening_balance()->mutable_joined_on()->set_year(2000);
  membership::v1::Person answered;
  answered.set_display_name("甲");
  answered.set_id_number("110105********002X");
  answered.set_sex(membership::v1::SEX_FEMALE);  // taken from the number
  answered.set_opening_balance(true);
  answered.mutable_joined_on()->set_year(2000);
  EXPECT_TRUE(SaysTheSame(asked, answered));
  answered.mutable_joined_on()->set_year(2001);
  EXPECT_FALSE(SaysTheSame(asked, answered));
}

}  // namespace
}  // namespace zhibu::cli
