#include "services/reporting/books/ingest.h"

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

}  // namespace
}  // namespace zhibu::reporting
