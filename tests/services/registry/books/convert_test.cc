#include "services/registry/books/convert.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "common/base/civil.h"

namespace zhibu::registry {
namespace {

template <typename Message>
Message Parse(const char* text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

// An event states its row completely only where nothing is lost on the way.
template <typename Message>
void ExpectKept(const char* text) {
  const Message message = Parse<Message>(text);
  EXPECT_EQ(ToContract(RowOf(message)).DebugString(), message.DebugString());
}

TEST(Rows, KeepAllOfAnOrganisation) {
  ExpectKept<v1::Organisation>(R"pb(
    name: "organisations/a"
    title: "甲"
    kind: ORGANISATION_KIND_BRANCH
    code: "001"
    established_on { year: 1921 month: 7 day: 23 }
    dissolved_on { year: 2020 month: 2 day: 29 }
    affiliations {
      parent: "organisations/p"
      line: LINE_SUBORDINATION
      valid_from { year: 1921 month: 7 day: 23 }
      valid_to { year: 2020 month: 2 day: 29 }
      document_number: "〔2020〕1号"
      authority: "organisations/p"
      reason: "调整布局"
    }
    affiliations {
      parent: "organisations/q"
      line: LINE_TERRITORIAL
      valid_from { year: 2000 month: 1 day: 1 }
    }
    etag: "12"
    level: COMMITTEE_LEVEL_TOWNSHIP
    titles {
      title: "乙"
      valid_from { year: 1921 month: 7 day: 23 }
      valid_to { year: 1990 month: 1 day: 1 }
    }
    titles {
      title: "甲"
      valid_from { year: 1990 month: 1 day: 1 }
      valid_to { year: 2020 month: 2 day: 29 }
    }
    kinds {
      kind: ORGANISATION_KIND_BRANCH
      valid_from { year: 1921 month: 7 day: 23 }
      valid_to { year: 2020 month: 2 day: 29 }
      level: COMMITTEE_LEVEL_TOWNSHIP
    }
    codes {
      code: "001"
      valid_from { year: 2000 month: 1 day: 1 }
    }
    external_ids {
      system: "province"
      id: "X-1"
      valid_from { year: 2010 month: 1 day: 1 }
      valid_to { year: 2011 month: 1 day: 1 }
    }
    successors: "organisations/q")pb");
}

TEST(Rows, AnOrganisationSetUpHasOneTitleKindAndCodeFromItsFirstDay) {
  const rows::OrganisationRow row = RowOf(Parse<v1::Organisation>(R"pb(
    name: "organisations/a"
    title: "甲"
    kind: ORGANISATION_KIND_BRANCH
    code: "001"
    established_on { year: 2000 month: 1 day: 1 })pb"));
  ASSERT_EQ(row.titles_size(), 1);
  ASSERT_EQ(row.kinds_size(), 1);
  ASSERT_EQ(row.codes_size(), 1);
  EXPECT_EQ(row.titles(0).text(), "甲");
  EXPECT_EQ(row.codes(0).from(), row.established());
  EXPECT_EQ(row.kinds(0).to(), row.dissolved());
}

TEST(Rows, KeepAllOfAnInstitution) {
  ExpectKept<v1::Institution>(R"pb(
    name: "institutions/a"
    title: "甲"
    kind: INSTITUTION_KIND_TEACHING_POINT
    ownership: OWNERSHIP_PRIVATE
    place: PLACE_VILLAGE
    parent: "institutions/b"
    credit_code: "C"
    keeper: "organisations/k"
    opened_on { year: 2000 month: 1 day: 1 }
    closed_on { year: 2001 month: 1 day: 1 }
    head_counts {
      counted_on { year: 2000 month: 5 day: 1 }
      staff: 1
      established_posts: 2
      full_time_teachers: 3
      students: 4
      senior_students: 5
      adult_students: 0
    }
    head_counts { counted_on { year: 2000 month: 6 day: 1 } }
    coverages {
      organisation: "organisations/c"
      rung: COVERAGE_RUNG_INSTRUCTOR
      valid_from { year: 2000 month: 1 day: 1 }
      valid_to { year: 2000 month: 2 day: 1 }
    }
    titles {
      title: "旧"
      valid_from { year: 2000 month: 1 day: 1 }
      valid_to { year: 2000 month: 3 day: 1 }
    }
    titles {
      title: "甲"
      valid_from { year: 2000 month: 3 day: 1 }
      valid_to { year: 2001 month: 1 day: 1 }
    }
    kinds {
      kind: INSTITUTION_KIND_TEACHING_POINT
      ownership: OWNERSHIP_PRIVATE
      valid_from { year: 2000 month: 1 day: 1 }
      valid_to { year: 2001 month: 1 day: 1 }
    }
    etag: "1")pb");
}

TEST(Rows, KeepAllOfAPost) {
  ExpectKept<v1::Post>(R"pb(
    name: "posts/a"
    seat: "institutions/b"
    kind: POST_KIND_DEPUTY_HEAD
    holder: "persons/p"
    full_time: true
    valid_from { year: 2000 month: 1 day: 1 }
    valid_to { year: 2001 month: 1 day: 1 }
    etag: "3"
    election: "elections/e"
    appointed: false
    corrections {
      correction { reason: "录入有误" }
      recorded_on { year: 2002 month: 1 day: 1 }
      actor: "clerk"
      fields { path: "holder" was: "\"persons/q\"" }
    }
    withdrawn: true)pb");
}

// The record of a row, and the row of a record.
template <typename Record>
void ExpectStated(const char* text) {
  const Record record = Parse<Record>(text);
  EXPECT_EQ(ToRecord(RowOf(record)).DebugString(), record.DebugString());
}

TEST(Rows, AreStatedInRecords) {
  ExpectStated<v1::OrganisationRecord>(R"pb(
    name: "organisations/a"
    title: "甲"
    kind: ORGANISATION_KIND_BRANCH
    established_on { year: 2000 month: 1 day: 1 }
    etag: "2"
    titles {
      title: "甲"
      valid_from { year: 2000 month: 1 day: 1 }
    }
    kinds {
      kind: ORGANISATION_KIND_BRANCH
      valid_from { year: 2000 month: 1 day: 1 }
    }
    external_ids {
      system: "province"
      id: "X-1"
      valid_from { year: 2010 month: 1 day: 1 }
    })pb");
  ExpectStated<v1::InstitutionRecord>(R"pb(
    name: "institutions/a"
    title: "甲"
    kind: INSTITUTION_KIND_PRIMARY_SCHOOL
    ownership: OWNERSHIP_PUBLIC
    place: PLACE_VILLAGE
    keeper: "organisations/k"
    opened_on { year: 2000 month: 1 day: 1 }
    etag: "2"
    titles {
      title: "甲"
      valid_from { year: 2000 month: 1 day: 1 }
    }
    kinds {
      kind: INSTITUTION_KIND_PRIMARY_SCHOOL
      ownership: OWNERSHIP_PUBLIC
      valid_from { year: 2000 month: 1 day: 1 }
    })pb");
  ExpectStated<v1::PostRecord>(R"pb(
    name: "posts/a"
    seat: "organisations/b"
    kind: POST_KIND_CLERK
    holder: "persons/p"
    full_time: false
    valid_from { year: 2000 month: 1 day: 1 }
    etag: "3"
    corrections { withdrawn: true }
    withdrawn: true)pb");
}

TEST(Rows, ReadAnUnsaidLineAsSubordination) {
  v1::Organisation organisation;
  organisation.add_affiliations()->set_parent("organisations/p");
  EXPECT_EQ(RowOf(organisation).edges(0).line(), type::v1::LINE_SUBORDINATION);
}

TEST(AsOf, ShowsTheParentsOfThatDayInIdOrder) {
  const auto row = RowOf(Parse<v1::Organisation>(R"pb(
    name: "organisations/a"
    established_on { year: 2000 month: 1 day: 1 }
    dissolved_on { year: 2010 month: 1 day: 1 }
    affiliations {
      parent: "organisations/p"
      line: LINE_SUBORDINATION
      valid_from { year: 2000 month: 1 day: 1 }
      valid_to { year: 2010 month: 1 day: 1 }
    }
    affiliations {
      parent: "organisations/z"
      line: LINE_TERRITORIAL
      valid_from { year: 2001 month: 1 day: 1 }
    }
    affiliations {
      parent: "organisations/q"
      line: LINE_TERRITORIAL
      valid_from { year: 2002 month: 1 day: 1 }
    })pb"));
  EXPECT_EQ(AsOf(row, absl::CivilDay(2000, 6, 1)).territorial_parents_size(), 0);
  const auto later = AsOf(row, absl::CivilDay(2002, 1, 1));
  EXPECT_EQ(later.subordination_parent(), "organisations/p");
  ASSERT_EQ(later.territorial_parents_size(), 2);
  EXPECT_EQ(later.territorial_parents(0), "organisations/q");
  // Dissolved, it is under nobody, whatever its edges say.
  const auto dissolved = AsOf(row, absl::CivilDay(2010, 1, 1));
  EXPECT_EQ(dissolved.subordination_parent(), "");
  EXPECT_EQ(dissolved.territorial_parents_size(), 0);
}

}  // namespace
}  // namespace zhibu::registry
