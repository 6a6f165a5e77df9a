#include "services/reporting/books/ingest.h"

#include "services/reporting/books/counters.h"
#include "tests/services/reporting/books.h"
#include "tests/services/reporting/facts.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::reporting {
namespace {

using membership::v1::STAGE_DEVELOPMENT_OBJECT;
using membership::v1::STAGE_PROBATIONARY;

template <typename Event>
Event OfCase(const std::vector<At>& stages) {
  Event event;
  event.set_name("persons/p/cases/c");
  event.set_organisation("organisations/b");
  for (const At& stage : stages) *event.add_stages() = StageFact(stage, "b");
  return event;
}

// An admission that turns out void counts on no date: neither the member nor the admission.
TEST(Ingest, LeavesNothingOfAStageThatIsTakenBack) {
  const At object{STAGE_DEVELOPMENT_OBJECT, CivilDay(2023, 1, 31), {}};
  const At admitted{STAGE_PROBATIONARY, CivilDay(2023, 5, 31), CivilDay(2023, 6, 30)};
  Books taken_back, never;
  for (Books* books : {&taken_back, &never}) {
    books->Apply(OrganisationFact("b", type::v1::ORGANISATION_KIND_BRANCH));
    books->Apply(PersonFact("p", "b", membership::v1::PERSON_KIND_TEACHER, {}));
    books->Apply(OfCase<membership::v1::StepRecorded>({object}));
  }
  const Rows before = taken_back.AllRows();
  taken_back.Apply(OfCase<membership::v1::StepRecorded>({object, admitted}));
  EXPECT_NE(taken_back.AllRows() == before, true);
  taken_back.Apply(OfCase<membership::v1::CaseEventRecorded>({object}));
  EXPECT_EQ(taken_back.AllRows() == never.AllRows(), true);
}

const CivilDay kDay(2024, 6, 30);

int64_t Count(const Books& books, const std::string& organisation, const std::string& measure) {
  const auto counts = Counts::ReadOwn(*books.TakeSnapshot(), organisation, {kDay});
  EXPECT_TRUE(counts.ok()) << counts.status();
  return counts->On(Of::kItself, measure, kDay);
}

// A leader who is also secretary, of one school.
struct OneSchool {
  explicit OneSchool(Books& books) {
    books.Apply(OrganisationFact("b", type::v1::ORGANISATION_KIND_BRANCH));
    auto school = InstitutionFact("i", registry::v1::INSTITUTION_KIND_PRIMARY_SCHOOL, "b");
    Cover(school, "b", registry::v1::COVERAGE_RUNG_OWN);
    books.Apply(school);
    books.Apply(head);
    books.Apply(secretary);
  }
  registry::v1::PostChanged head =
      PostFact("head", "institutions/i", registry::v1::POST_KIND_HEAD, "h");
  registry::v1::PostChanged secretary =
      PostFact("secretary", "organisations/b", registry::v1::POST_KIND_SECRETARY, "h");
};

TEST(Ingest, CountsAWithdrawnPostForNothing) {
  Books books;
  OneSchool school(books);
  EXPECT_EQ(Count(books, "b", "leaders"), 1);
  EXPECT_EQ(Count(books, "b", "leaders.with-party-posts"), 1);
  EXPECT_EQ(Count(books, "b", "secretaries.also-head.branch"), 1);
  school.head.mutable_post()->set_withdrawn(true);
  books.Apply(school.head);
  EXPECT_EQ(Count(books, "b", "leaders"), 0);
  EXPECT_EQ(Count(books, "b", "secretaries.branch"), 1);
  EXPECT_EQ(Count(books, "b", "secretaries.also-head.branch"), 0);
  school.secretary.mutable_post()->set_withdrawn(true);
  books.Apply(school.secretary);
  EXPECT_EQ(Count(books, "b", "secretaries.branch"), 0);

  // Nothing is left of either, whether or not it was ever seen as held.
  Books never;
  never.Apply(OrganisationFact("b", type::v1::ORGANISATION_KIND_BRANCH));
  auto institution = InstitutionFact("i", registry::v1::INSTITUTION_KIND_PRIMARY_SCHOOL, "b");
  Cover(institution, "b", registry::v1::COVERAGE_RUNG_OWN);
  never.Apply(institution);
  EXPECT_EQ(books.AllRows() == never.AllRows(), true);
  never.Apply(school.head);
  EXPECT_EQ(books.AllRows() == never.AllRows(), true);
}

TEST(Ingest, CountsACorrectedPostWhereItIsNowSaidToBe) {
  Books books;
  OneSchool school(books);
  books.Apply(OrganisationFact("c", type::v1::ORGANISATION_KIND_BRANCH));
  school.secretary.mutable_post()->set_seat("organisations/c");
  books.Apply(school.secretary);
  EXPECT_EQ(Count(books, "b", "secretaries.branch"), 0);
  EXPECT_EQ(Count(books, "c", "secretaries.branch"), 1);
  EXPECT_EQ(Count(books, "b", "leaders.with-party-posts"), 1);
}

TEST(Ingest, CountsAPersonWhoWasMergedIntoAnotherNoMore) {
  Books books;
  books.Apply(OrganisationFact("b", type::v1::ORGANISATION_KIND_BRANCH));
  const Rows before = books.AllRows();
  books.Apply(PersonFact("twin", "b", membership::v1::PERSON_KIND_TEACHER,
                         {{membership::v1::STAGE_FULL, CivilDay(2001, 7, 1), {}}}));
  EXPECT_EQ(Count(books, "b", "members"), 1);
  membership::v1::PersonMerged merged;
  merged.set_kept("persons/p");
  merged.set_dropped("persons/twin");
  books.Apply(merged);
  EXPECT_EQ(books.AllRows() == before, true);
}

TEST(Ingest, PassesOverWhatItDoesNotCount) {
  Books books;
  const Rows before = books.AllRows();
  registry::v1::FacilityChanged facility;
  facility.mutable_facility()->set_name("facilities/f");
  facility.mutable_facility()->set_withdrawn(true);
  books.Apply(facility);
  membership::v1::PersonSearched searched;
  books.Apply(searched);
  EXPECT_EQ(books.AllRows() == before, true);
}

TEST(Ingest, StopsAtWhatNoSoundFeedHolds) {
  Books books;
  EXPECT_EQ(books.Apply({Packed(registry::v1::PostChanged())}).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(books.Apply({Packed(activity::v1::ActivityChanged())}).code(),
            absl::StatusCode::kDataLoss);
  // A step of somebody who was never registered.
  EXPECT_EQ(books.Apply({Packed(OfCase<membership::v1::StepRecorded>({}))}).code(),
            absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace zhibu::reporting
