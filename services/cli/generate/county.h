// Builds a county: organisations, institutions, posts, and branches full of people who do what
// branches do. What R1, R2 and the counties of any size have in common; which ones there are is
// theirs to say.
#ifndef ZHIBU_SERVICES_CLI_GENERATE_COUNTY_H_
#define ZHIBU_SERVICES_CLI_GENERATE_COUNTY_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "services/cli/generate/dice.h"
#include "services/cli/generate/history.h"
#include "services/cli/generate/people.h"
#include "services/cli/generate/writer.h"
#include "zhibu/membership/v1/case_event.pb.h"
#include "zhibu/membership/v1/membership_fact.pb.h"
#include "zhibu/membership/v1/person.pb.h"
#include "zhibu/registry/v1/institution.pb.h"
#include "zhibu/registry/v1/organisation.pb.h"
#include "zhibu/registry/v1/post.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::cli {

struct OrganisationSpec {
  std::string id;
  std::string title;
  type::v1::OrganisationKind kind;
  std::string parent;            // on the subordination line; empty for a root
  std::string territorial = {};  // guiding parent; may be empty
  int established_year = 1990;
};

struct InstitutionSpec {
  std::string id;
  std::string title;
  registry::v1::InstitutionKind kind;
  bool is_private = false;
  registry::v1::Place place = registry::v1::PLACE_TOWNSHIP;
  std::string parent;  // of a teaching point
  std::string keeper;
  std::string covered_by = {};
  registry::v1::CoverageRung rung = registry::v1::COVERAGE_RUNG_OWN;
  int staff = 0;
  int students = 0;
  int senior_students = 0;
  int adult_students = 0;
};

// How many people of which sort a branch has.
struct BranchSpec {
  std::string organisation;
  std::vector<std::string> institutions;  // where its people work, in turn; may be empty
  std::string committee;                  // that files, reviews and approves (上级党委)
  std::string above;                      // the next committee up
  std::string general = {};  // a general branch between, that deliberates (审议); mostly none
  // Members when the books were opened, full since long, unless said otherwise.
  int teachers = 0;
  int retired = 0;
  // On the way, not members yet. Activists and objects are apart here.
  int teacher_applicants = 0, teacher_activists = 0, teacher_objects = 0;
  int student_applicants = 0, student_activists = 0, student_objects = 0;
  // Admitted (approved) within the last `admission_months` months, beside `teachers`.
  int teacher_admissions = 0, student_admissions = 0;
  int admission_months = 24;
  // Months of activities up to today; 0 for organisations that are no branches.
  int activity_months = 0;
};

// Ids of a branch's members at the opening of the books; the first are the ones longest in it.
using MemberIds = std::vector<std::string>;

class CountyBuilder {
 public:
  CountyBuilder(FolderWriter* writer, uint64_t seed, absl::CivilDay today);

  Dice& dice() { return dice_; }
  absl::CivilDay today() const { return today_; }

  void AddOrganisation(const OrganisationSpec& spec);
  // With two head counts, at the beginning of the last two school years.
  void AddInstitution(const InstitutionSpec& spec);
  // Since the first of September `years` years before this one.
  void AddPost(absl::string_view seat, registry::v1::PostKind kind, absl::string_view holder,
               int years = 3);
  // Somebody who is no member and in no book: a head of school, for instance.
  std::string NewOutsider();
  // The first `teachers` of the ids are teachers.
  MemberIds AddBranch(const BranchSpec& spec);
  // A transfer of relation (组织关系转接), begun so many days ago. Negative: not yet.
  void AddTransfer(absl::string_view person, absl::string_view to, absl::string_view outside,
                   int started, int issued, int received);
  // Quotas of this year and the two before: to the first from outside, to each other one from the
  // one before it.
  void AddQuotas(const std::vector<std::pair<std::string, int>>& chain);
  // Something that happened to a membership (党籍变动) so many days ago. `until`: days from then to
  // the end of the time limit; 0: none.
  void AddFact(absl::string_view person, membership::v1::MembershipFactKind kind, int days_ago,
               absl::string_view authority = "", absl::string_view article = "", int until = 0);
  // Lets four admissions go another way than most, each once: the first of `excepted` by
  // exception, of the teachers the next three void and done again, postponed after a move to
  // `moved_to`, and paused for a while. The counts of BranchSpec hold for them, too. Called before
  // the branches are added.
  void TellStories(absl::string_view moved_to, membership::v1::PersonKind excepted);
  // What else happened (发展情形): to the first activists, today: one case is paused, of one the
  // last inspection is void. Their stages stay as they are. Called once, after all branches.
  void AddCaseEvents();
  // Secretary and, from seven members on, three commissioners, all from the first members.
  void AddCommittee(absl::string_view organisation, const MemberIds& members);

 private:
  void AddFacilities(const InstitutionSpec& spec);
  void AddLastElection(const OrganisationSpec& spec);

  struct Attendee {
    std::string id;
    absl::CivilDay from;  // first day as a member
    absl::CivilDay to;    // the day after the last in this branch
  };
  // A person on the way, with the steps and what else makes the story.
  struct Way {
    std::string person;
    Turn turn = Turn::kNone;
    std::vector<DatedStep> steps;
    absl::CivilDay voided_on;  // of an approval that is done again
    absl::CivilDay paused_on, resumed_on;
  };
  struct Person {
    absl::CivilDay birth;
    absl::CivilDay registered_on;
    membership::v1::PersonKind kind;
  };

  std::string AddPerson(const BranchSpec& spec, const Person& person, absl::CivilDay joined_on,
                        absl::CivilDay full_member_on);
  std::string AddOldMember(const BranchSpec& spec, membership::v1::PersonKind kind, bool long_ago);
  void AddOnTheWay(const BranchSpec& spec, membership::v1::PersonKind kind, Progress progress,
                   const MemberIds& members, std::vector<Attendee>* attendees);
  // Which way the next admission of such a person goes.
  Turn NextTurn(membership::v1::PersonKind kind);
  void AddSteps(const BranchSpec& spec, const Way& way, const MemberIds& members);
  void AddCaseEvent(const std::string& person, membership::v1::CaseEventKind kind,
                    absl::CivilDay date, const std::vector<std::pair<int, std::string>>& more = {});
  void FillStep(const BranchSpec& spec, int step, absl::CivilDay date, size_t contact,
                const MemberIds& members, std::vector<std::string>* row);
  void AddActivities(const BranchSpec& spec, const std::vector<Attendee>& attendees);
  void AddActivity(const BranchSpec& spec, const char* kind, absl::CivilDay date,
                   absl::string_view topic, int hours, const std::vector<Attendee>& attendees);
  std::string NewCode(const std::string& parent);

  FolderWriter* const writer_;
  Dice dice_;
  People people_;
  const absl::CivilDay today_;
  const absl::CivilDay books_opened_;
  std::map<std::string, std::string> codes_;
  std::map<std::string, int> children_;
  int persons_ = 0, transfers_ = 0, outsiders_ = 0, posts_ = 0, schools_ = 0, institution_turn_ = 0;
  int elections_ = 0, facilities_ = 0, schools_with_facilities_ = 0;
  int64_t activities_ = 0;
  std::vector<std::pair<std::string, size_t>> activists_;  // persons; how many steps they have
  std::vector<Turn> turns_;                                // still to be taken
  membership::v1::PersonKind excepted_ = membership::v1::PERSON_KIND_UNSPECIFIED;
  std::string moved_to_;
  std::string moved_;  // who moved there
};

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_GENERATE_COUNTY_H_
