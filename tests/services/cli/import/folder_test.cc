#include "services/cli/import/folder.h"

#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/cli/import/assemble.h"
#include "services/cli/import/messages.h"

namespace zhibu::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kOrganisations[] = "编号,全称,类别,成立日期\n";
constexpr char kAffiliations[] = "编号,上级编号,关系线,起\n";
constexpr char kPersons[] =
    "编号,党组织,姓名,公民身份号码,民族,类别,登记日期,期初阶段,入党日期,转正日期,性别\n";
constexpr char kSteps[] = "案件,步骤,日期,联系人,介绍人,通过,应到,到会,赞成,结果,延长月数\n";
constexpr char kTransfers[] =
    "编号,人员,转入,库外党组织,事由,发起日期,开具日期,党费交至,接收日期\n";
constexpr char kFacts[] = "人员,类别,日期,期限\n";
constexpr char kCaseEvents[] = "案件,情形,日期,起始序号,连续计算,推迟到\n";
constexpr char kActivities[] = "编号,党组织,类别,日期,主题,出席,缺席\n";

Folder FolderOf(std::vector<std::pair<FileKind, std::string>> files) {
  Folder folder;
  for (auto& [kind, bytes] : files) folder.files[static_cast<int>(kind)] = bytes;
  return folder;
}

std::vector<RowError> ErrorsOf(const Folder& folder) {
  RowErrors errors;
  CheckFolder(folder, &errors);
  return errors.list();
}

std::string Text(const RowError& error) {
  return absl::StrCat(error.file, ":", error.line, ":", error.column, ":", error.reason);
}

struct BadRow {
  FileKind file;
  std::string bytes;
  std::string error;  // file:line:column:reason
};

TEST(CheckFolder, NamesFileLineColumnAndReasonOfEachBadRow) {
  const std::string good_person = "p1,o1,甲,11010519491231002X,01,在职教职工,2020-01-01,,,,";
  for (const BadRow& c : std::vector<BadRow>{
           {FileKind::kOrganisations, "编号,全称,类别\no1,甲,党委\n",
            "党组织.csv:1:成立日期:COLUMN_MISSING"},
           {FileKind::kOrganisations, "编号,全称,类别,成立日期,备注\n",
            "党组织.csv:1:备注:COLUMN_UNKNOWN"},
           {FileKind::kOrganisations, "编号,全称,类别,成立日期,编号\n",
            "党组织.csv:1:编号:COLUMN_TWICE"},
           {FileKind::kOrganisations, absl::StrCat(kOrganisations, "o1,甲,党委\n"),
            "党组织.csv:2::FIELD_COUNT"},
           {FileKind::kOrganisations, absl::StrCat(kOrganisations, "o1,甲\"乙,党委,2000-01-01\n"),
            "党组织.csv:2::CSV_INVALID"},
           {FileKind::kOrganisations, absl::StrCat(kOrganisations, "O1,甲,党委,2000-01-01\n"),
            "党组织.csv:2:编号:ID_INVALID"},
           {FileKind::kOrganisations, absl::StrCat(kOrganisations, "o1,,党委,2000-01-01\n"),
            "党组织.csv:2:全称:VALUE_REQUIRED"},
           {FileKind::kOrganisations, absl::StrCat(kOrganisations, "o1,甲,支部,2000-01-01\n"),
            "党组织.csv:2:类别:WORD_UNKNOWN"},
           {FileKind::kOrganisations, absl::StrCat(kOrganisations, "o1,甲,党委,2001-02-29\n"),
            "党组织.csv:2:成立日期:DATE_INVALID"},
           {FileKind::kOrganisations,
            absl::StrCat(kOrganisations, "o1,甲,党委,2000-01-01\n\no1,乙,党委,2000-01-01\n"),
            "党组织.csv:4:编号:ID_TWICE"},
           {FileKind::kAffiliations, absl::StrCat(kAffiliations, "o9,o8,隶属,2000-01-01\n"),
            "隶属.csv:2:编号:REFERENCE_NOT_THERE"},
           {FileKind::kHeadCounts, "单位,日期,在校学生\ns1,2025-09-30,12\n",
            "人数.csv:2:单位:REFERENCE_NOT_THERE"},
           {FileKind::kInstitutions,
            "编号,全称,类别,办学性质,建档党组织,设立日期,统一社会信用代码\n"
            "s1,甲小学,小学,公办,o1,2000-09-01,91350100M000100Y44\n",
            "单位.csv:2:统一社会信用代码:CREDIT_CODE_INVALID"},
           {FileKind::kPersons,
            absl::StrCat(kPersons, "p1,o1,甲,110105194912310021,01,在职教职工,2020-01-01,,,,\n"),
            "人员.csv:2:公民身份号码:ID_NUMBER_INVALID"},
           {FileKind::kPersons,
            absl::StrCat(kPersons, "p1,o1,甲,11010519491231002X,60,在职教职工,2020-01-01,,,,\n"),
            "人员.csv:2:民族:NATIONALITY_INVALID"},
           {FileKind::kPersons,
            absl::StrCat(kPersons, "p1,o1,甲,11010519491231002X,01,在职教职工,2020-01-01,,,,男\n"),
            "人员.csv:2:性别:SEX_DISAGREES_WITH_ID_NUMBER"},
           {FileKind::kPersons,
            absl::StrCat(
                kPersons,
                "p1,o1,甲,11010519491231002X,01,在职教职工,2020-01-01,正式党员,2000-01-01,,\n"),
            "人员.csv:2:转正日期:VALUE_REQUIRED"},
           {FileKind::kPersons,
            absl::StrCat(kPersons,
                         "p1,o1,甲,11010519491231002X,01,在职教职工,2020-01-01,正式党员,2000-01-01,"
                         "1999-01-01,\n"),
            "人员.csv:2:转正日期:OPENING_BALANCE_DATES_INVALID"},
           {FileKind::kPersons,
            absl::StrCat(kPersons,
                         "p1,o1,甲,11010519491231002X,01,在职教职工,2020-01-01,,2000-01-01,,\n"),
            "人员.csv:2:入党日期:OPENING_STAGE_MISSING"},
           {FileKind::kPersons,
            absl::StrCat(kPersons, good_person, "\np2", good_person.substr(2), "\n"),
            "人员.csv:3:公民身份号码:ID_NUMBER_TWICE"},
           {FileKind::kQuotas, "年度,下达单位,接收单位,名额\n2026,,o1,0\n",
            "名额.csv:2:名额:NUMBER_OUT_OF_RANGE"},
           {FileKind::kSteps, absl::StrCat(kSteps, "p1-c1,1,2020-01-01,,,,,,,,\n"),
            "步骤.csv:2:案件:CASE_INVALID"},
           {FileKind::kSteps, absl::StrCat(kSteps, "p1/c1,26,2020-01-01,,,,,,,,\n"),
            "步骤.csv:2:步骤:NUMBER_OUT_OF_RANGE"},
           {FileKind::kSteps, absl::StrCat(kSteps, "p1/c1,五,2020-01-01,,,,,,,,\n"),
            "步骤.csv:2:步骤:NUMBER_INVALID"},
           {FileKind::kSteps, absl::StrCat(kSteps, "p1/c1,5,2020-01-01,,,,,,,,\n"),
            "步骤.csv:2:联系人:VALUE_REQUIRED"},
           {FileKind::kSteps, absl::StrCat(kSteps, "p1/c1,1,2020-01-01,p2,,,,,,,\n"),
            "步骤.csv:2:联系人:COLUMN_NOT_FOR_STEP"},
           {FileKind::kSteps, absl::StrCat(kSteps, "p1/c1,5,2020-01-01,p2;p2,,,,,,,\n"),
            "步骤.csv:2:联系人:PERSON_TWICE"},
           {FileKind::kSteps, absl::StrCat(kSteps, "p1/c1,23,2020-01-01,,,,9,9,9,延长预备期,\n"),
            "步骤.csv:2:延长月数:VALUE_REQUIRED"},
           {FileKind::kSteps,
            absl::StrCat(kSteps, "p1/c1,1,2020-01-01,,,,,,,,\np2/c1,1,2020-01-01,,,,,,,,\n",
                         "p1/c1,6,2020-02-01,,,,,,,,\n"),
            "步骤.csv:4:案件:CASE_NOT_TOGETHER"},
           {FileKind::kSteps, "案件,步骤,日期,通过,预计离开\np1/c1,12,2020-01-01,是,2020-03-01\n",
            "步骤.csv:2:预计离开:COLUMN_NOT_FOR_STEP"},
           {FileKind::kSteps, "案件,步骤,日期,通过,预计离开\np1/c1,13,2020-01-01,是,三月\n",
            "步骤.csv:2:预计离开:DATE_INVALID"},
           {FileKind::kSteps,
            "案件,步骤,日期,通过,例外批准机关,例外文号,例外理由\n"
            "p1/c1,13,2020-01-01,是,o1,,表现突出\n",
            "步骤.csv:2:例外批准机关:VALUE_REQUIRED"},
           {FileKind::kSteps,
            "案件,步骤,日期,通过,例外批准机关,例外文号,例外理由\n"
            "p1/c1,13,2020-01-01,是,教育局,9号,表现突出\n",
            "步骤.csv:2:例外批准机关:ID_INVALID"},
           {FileKind::kActivities, absl::StrCat(kActivities, "h1,o1,茶话会,2020-01-01,学习,,\n"),
            "活动.csv:2:类别:WORD_UNKNOWN"},
           {FileKind::kActivities,
            absl::StrCat(kActivities, "h1,o1,党课,2020-01-01,学习,p1;p2,p2\n"),
            "活动.csv:2:缺席:PERSON_TWICE"},
           {FileKind::kFacts, absl::StrCat(kFacts, "p1,限期改正,2020-01-01,\n"),
            "党籍变动.csv:2:期限:UNTIL_INVALID"},
           {FileKind::kFacts, absl::StrCat(kFacts, "p1,流动外出,2020-01-01,2020-02-01\n"),
            "党籍变动.csv:2:期限:UNTIL_INVALID"},
           {FileKind::kFacts, absl::StrCat(kFacts, "p1,走了,2020-01-01,\n"),
            "党籍变动.csv:2:类别:WORD_UNKNOWN"},
           {FileKind::kCaseEvents, absl::StrCat(kCaseEvents, "p1/c1,认定无效,2020-01-01,,,\n"),
            "发展情形.csv:2:起始序号:COLUMN_NOT_FOR_EVENT"},
           {FileKind::kCaseEvents, absl::StrCat(kCaseEvents, "p1/c1,暂停,2020-01-01,,是,\n"),
            "发展情形.csv:2:连续计算:COLUMN_NOT_FOR_EVENT"},
           {FileKind::kCaseEvents, absl::StrCat(kCaseEvents, "p1/c1,推迟讨论,2020-01-01,,,\n"),
            "发展情形.csv:2:推迟到:COLUMN_NOT_FOR_EVENT"},
           {FileKind::kCaseEvents, "案件,情形,日期,误录\np1/c1,暂停,2020-01-01,是\n",
            "发展情形.csv:2:误录:COLUMN_NOT_FOR_EVENT"},
           {FileKind::kCaseEvents, absl::StrCat(kCaseEvents, "p1,暂停,2020-01-01,,,\n"),
            "发展情形.csv:2:案件:CASE_INVALID"},
           {FileKind::kTransfers,
            absl::StrCat(kTransfers, "t1,p1,o2,外县某支部,调动,2020-01-01,,,\n"),
            "转接.csv:2:转入:DESTINATION_INVALID"},
           {FileKind::kTransfers, absl::StrCat(kTransfers, "t1,p1,,,调动,2020-01-01,,,\n"),
            "转接.csv:2:转入:DESTINATION_INVALID"},
           {FileKind::kTransfers,
            absl::StrCat(kTransfers, "t1,p1,o2,,调动,2020-01-01,2020-01-02,,\n"),
            "转接.csv:2:党费交至:MONTH_INVALID"},
           {FileKind::kTransfers,
            absl::StrCat(kTransfers, "t1,p1,o2,,调动,2020-01-01,,,2020-01-03\n"),
            "转接.csv:2:开具日期:VALUE_REQUIRED"},
       }) {
    const std::vector<RowError> errors = ErrorsOf(FolderOf({{c.file, c.bytes}}));
    ASSERT_THAT(errors, SizeIs(1)) << c.error;
    EXPECT_EQ(Text(errors[0]), c.error);
    EXPECT_THAT(errors[0].message, Not(IsEmpty())) << c.error;
  }
}

TEST(CheckFolder, TellsEveryErrorOfARow) {
  const std::vector<RowError> errors =
      ErrorsOf(FolderOf({{FileKind::kOrganisations, absl::StrCat(kOrganisations, "O1,,党,x\n")}}));
  EXPECT_THAT(errors, SizeIs(4));
}

TEST(CheckFolder, ReadsWhatSpreadsheetsWrite) {
  // A byte order mark, CRLF, unpadded dates, cleared rows, spaces around, another order of columns.
  const Folder folder =
      FolderOf({{FileKind::kOrganisations,
                 "\xEF\xBB\xBF类别,编号,成立日期,全称\r\n党委, o1 ,2000/1/3,甲\r\n,,,\r\n"}});
  EXPECT_THAT(ErrorsOf(folder), IsEmpty());
  const auto all = AssembleOrganisations(folder);
  ASSERT_THAT(all.items, SizeIs(1));
  EXPECT_EQ(all.items[0].organisation_id(), "o1");
  EXPECT_EQ(all.items[0].organisation().established_on().day(), 3);
}

TEST(CheckFolder, FindsReferencesThatTheBooksMustHave) {
  RowErrors errors;
  const FolderFacts facts = CheckFolder(
      FolderOf(
          {{FileKind::kOrganisations, absl::StrCat(kOrganisations, "o1,甲,党支部,2000-01-01\n")},
           {FileKind::kAffiliations, absl::StrCat(kAffiliations, "o1,old,隶属,2000-01-01\n")},
           {FileKind::kActivities, absl::StrCat(kActivities, "h1,o1,党课,2020-01-01,学习,p7,\n")}}),
      &errors);
  EXPECT_THAT(errors.list(), IsEmpty());
  ASSERT_THAT(facts.outside, SizeIs(2));
  const Place& place = facts.outside.at("organisations/old").at(0);
  EXPECT_EQ(place.file, FileKind::kAffiliations);
  EXPECT_EQ(place.line, 2);
  EXPECT_EQ(place.column, affiliation_columns::kParent);
  EXPECT_EQ(facts.outside.count("persons/p7"), 1u);
}

TEST(CheckFolder, CountsErrorsBeyondTheLimit) {
  RowErrors errors(2);
  CheckFolder(FolderOf({{FileKind::kOrganisations, absl::StrCat(kOrganisations, "O1,,党,x\n")}}),
              &errors);
  EXPECT_THAT(errors.list(), SizeIs(2));
  EXPECT_EQ(errors.total(), 4u);
}

TEST(LoadFolder, RefusesFilesItDoesNotKnow) {
  const std::string folder = absl::StrCat(::testing::TempDir(), "/import_folder_test_", getpid());
  RowErrors errors;
  EXPECT_TRUE(absl::IsNotFound(LoadFolder(folder + "/none", &errors).status()));
  std::filesystem::create_directories(folder);
  ASSERT_TRUE(WriteFile(folder + "/党组织.csv", kOrganisations).ok());
  ASSERT_TRUE(WriteFile(folder + "/党組織.csv", kOrganisations).ok());
  EXPECT_TRUE(LoadFolder(folder, &errors).ok());
  ASSERT_THAT(errors.list(), SizeIs(1));
  EXPECT_EQ(errors.list()[0].reason, "FILE_UNKNOWN");
  std::filesystem::remove_all(folder);
}

// Only where the file was found to say otherwise than the number.
TEST(PersonOf, TakesABirthDateWithTheDocumentItRestsOn) {
  const Folder folder =
      FolderOf({{FileKind::kPersons,
                 "编号,党组织,姓名,公民身份号码,民族,类别,登记日期,出生日期,认定依据\n"
                 "p1,o1,甲,11010519491231002X,01,在职教职工,2020-01-01,1951/12/31,某审〔2020〕3号\n"
                 "p2,o1,乙,11010519491231002X,01,在职教职工,2020-01-01,,\n"}});
  std::vector<membership::v1::Person> persons;
  ReadChecked(folder, FileKind::kPersons,
              [&](const Row& row) { persons.push_back(PersonOf(row).person()); });
  ASSERT_THAT(persons, SizeIs(2));
  EXPECT_EQ(FromProto(persons[0].birth_date()).value(), absl::CivilDay(1951, 12, 31));
  EXPECT_EQ(persons[0].identity_document(), "某审〔2020〕3号");
  EXPECT_FALSE(persons[1].has_birth_date());
  EXPECT_EQ(persons[1].identity_document(), "");
}

TEST(AssembleOrganisations, PutsParentsFirstAndRemembersWhereEachEdgeStands) {
  const auto all = AssembleOrganisations(FolderOf(
      {{FileKind::kOrganisations,
        absl::StrCat(kOrganisations,
                     "c,丙,党支部,2000-01-01\nb,乙,党委,2000-01-01\na,甲,党委,2000-01-01\n")},
       {FileKind::kAffiliations,
        absl::StrCat(kAffiliations,
                     "b,a,隶属,2000-01-01\nc,a,属地,2000-01-01\nc,b,隶属,2000-01-01\n")}}));
  std::vector<std::string> ids;
  for (const auto& item : all.items) ids.push_back(item.organisation_id());
  EXPECT_THAT(ids, ElementsAre("a", "b", "c"));
  ASSERT_THAT(all.origins[2].parts, SizeIs(2));
  EXPECT_EQ(all.origins[2].line, 2);
  EXPECT_EQ(all.origins[2].parts[1].path, "organisation.affiliations[1]");
  EXPECT_EQ(all.origins[2].parts[1].line, 4);
}

TEST(AssembleOrganisations, LeavesACircleToTheRegistry) {
  const auto all = AssembleOrganisations(
      FolderOf({{FileKind::kOrganisations,
                 absl::StrCat(kOrganisations, "a,甲,党委,2000-01-01\nb,乙,党委,2000-01-01\n")},
                {FileKind::kAffiliations,
                 absl::StrCat(kAffiliations, "a,b,隶属,2000-01-01\nb,a,隶属,2000-01-01\n")}}));
  EXPECT_THAT(all.items, SizeIs(2));
}

TEST(Columns, HaveAsManyColumnsAsTheirEnums) {
  EXPECT_EQ(SpecOf(FileKind::kOrganisations).columns.size(), size_t{organisation_columns::kCount});
  EXPECT_EQ(SpecOf(FileKind::kAffiliations).columns.size(), size_t{affiliation_columns::kCount});
  EXPECT_EQ(SpecOf(FileKind::kInstitutions).columns.size(), size_t{institution_columns::kCount});
  EXPECT_EQ(SpecOf(FileKind::kHeadCounts).columns.size(), size_t{head_count_columns::kCount});
  EXPECT_EQ(SpecOf(FileKind::kCoverages).columns.size(), size_t{coverage_columns::kCount});
  EXPECT_EQ(SpecOf(FileKind::kPosts).columns.size(), size_t{post_columns::kCount});
  EXPECT_EQ(SpecOf(FileKind::kPersons).columns.size(), size_t{person_columns::kCount});
  EXPECT_EQ(SpecOf(FileKind::kSteps).columns.size(), size_t{step_columns::kCount});
  EXPECT_EQ(SpecOf(FileKind::kActivities).columns.size(), size_t{activity_columns::kCount});
  EXPECT_EQ(SpecOf(FileKind::kTransfers).columns.size(), size_t{transfer_columns::kCount});
  EXPECT_EQ(SpecOf(FileKind::kFacts).columns.size(), size_t{fact_columns::kCount});
  EXPECT_EQ(SpecOf(FileKind::kCaseEvents).columns.size(), size_t{case_event_columns::kCount});
}

}  // namespace
}  // namespace zhibu::cli
