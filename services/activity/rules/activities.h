// What may be recorded, and what the figures of a record are. Pure: values in, violations or values
// out; dates are given, nothing is looked up.
#ifndef ZHIBU_SERVICES_ACTIVITY_RULES_ACTIVITIES_H_
#define ZHIBU_SERVICES_ACTIVITY_RULES_ACTIVITIES_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/base/civil.h"
#include "common/base/status.h"
#include "common/domain/citation.h"
#include "zhibu/activity/v1/activity_service.pb.h"

namespace zhibu::activity {

// The most that one activity may earn a member, by the contract (学时).
inline constexpr int kMaxStudyHours = 8;
inline constexpr int kMaxGuests = 10'000;
inline constexpr int kMaxTextCharacters = 200;  // topic, reason of a cancellation
inline constexpr int kMaxBatchRows = 2000;

// What NAME_INVALID says.
inline constexpr char kActivityNameForm[] = "活动名称的形式为 activities/{编号}";

// A kind of the catalogue (活动类别); see kinds.proto.
struct ActivityKind {
  std::string id;
  std::string title;
  std::vector<std::string> organisation_kinds;  // such as "BRANCH"
  int max_study_hours = 0;                      // 0: it earns none
  Citation citation;                            // document empty: none
};

// What a person is to the organisation's members' list from a day on.
enum class Standing {
  kNotMember,     // registered, applicant, activist or development object
  kProbationary,  // 预备党员
  kFull,          // 正式党员
  kEnded,         // 终止
};

struct DatedStanding {
  absl::CivilDay from;
  Standing standing;
};

// The days of [from, to) on which one organisation kept a person.
struct Stay {
  absl::CivilDay from;
  absl::CivilDay to;
  bool here;  // it was the organisation that is asked about
};

// A person, as seen from an organisation.
struct Person {
  absl::CivilDay registered_on = kNoEnd;
  std::vector<DatedStanding> standings;  // oldest first
  // Oldest first. The first one reaches back to the beginning: who was a member before the books
  // were opened was one of the organisation that entered him or her; the books know no other.
  std::vector<Stay> stays = {{kNoStart, kNoEnd, true}};
};

// The persons whom an organisation ever kept, by id.
using People = std::map<std::string, Person, std::less<>>;

// Before the first dated standing: kNotMember.
Standing StandingOn(const Person& person, absl::CivilDay day);

// Probationary or full (党员) on that day, wherever.
bool IsMemberOn(const Person& person, absl::CivilDay day);

// Whether the organisation kept the person on that day.
bool IsHereOn(const Person& person, absl::CivilDay day);

// Whether attendance on that day may be recorded: kept here, and a member; or somebody else once
// registered, until the way ended.
bool BelongsOn(const Person& person, absl::CivilDay day);

// Whether the person was a member on one day of [from, to) at least, wherever.
bool WasMemberDuring(const Person& person, absl::CivilDay from, absl::CivilDay to);

// Whether the organisation was the last one that kept the person on the days of [from, to): whose
// ledger of these days the person stands in, so that nobody stands in two.
bool KeptLastDuring(const Person& person, absl::CivilDay from, absl::CivilDay to);

// 党员人数 and 正式党员人数: of those who are here on that day.
int MembersOn(const People& people, absl::CivilDay day);
int FullMembersOn(const People& people, absl::CivilDay day);

// Everything that is wrong with the form of one row, or of its activity alone; subjects begin with
// `prefix` ("" or "requests[3]"). Empty: the date and the names can be read.
std::vector<Violation> CheckForm(const v1::CreateActivityRequest& row, absl::string_view prefix);
std::vector<Violation> CheckForm(const v1::Activity& activity, absl::string_view prefix);
std::vector<Violation> CheckForm(const v1::CancelActivityRequest& request);

// An organisation as far as a record needs it.
struct Organisation {
  std::string kind;  // such as "BRANCH"
  absl::CivilDay established = kNoStart;
  absl::CivilDay dissolved = kNoEnd;  // the day after its last
};

// What the books know about one row.
struct Situation {
  const ActivityKind* kind = nullptr;        // null: not in the catalogue
  std::optional<Organisation> organisation;  // nullopt: never heard of
  const People* people = nullptr;            // its persons on the day; null as if there were none
  absl::CivilDay today;
};

// Every reason why an activity of sound form may not be recorded. Persons are named by their place
// in the list, never by anything personal.
std::vector<Violation> Judge(const v1::Activity& activity, const Situation& situation,
                             absl::string_view prefix);

// Fills should_attend (应到人数) and present (实到人数): the members among `people` on the
// activity's day, and those of them who are recorded as present. Activists who came count in
// neither.
void SetFigures(const People& people, v1::Activity& activity);

}  // namespace zhibu::activity

#endif  // ZHIBU_SERVICES_ACTIVITY_RULES_ACTIVITIES_H_
