// What judging a step needs to know, and which of it a rule asks for.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_RULES_CASE_FACTS_H_
#define ZHIBU_SERVICES_MEMBERSHIP_RULES_CASE_FACTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "services/membership/books/rows.pb.h"
#include "services/membership/data/ruleset.pb.h"
#include "services/membership/rules/calendar.h"
#include "services/membership/rules/holdings.h"
#include "services/membership/rules/progress.h"
#include "services/membership/rules/voting.h"
#include "zhibu/membership/v1/development_case.pb.h"
#include "zhibu/registry/v1/organisation.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::membership {

// Which facts judging a step needs: what it does not need is not read.
struct Needs {
  bool birth = false;
  bool persons = false;
  const rules::ActingBody* acting_body = nullptr;
  bool deliberating = false;
  bool electorate = false;
  bool holdings = false;
};

// Somebody whom a step names, on its day.
struct NamedPerson {
  bool registered = false;  // in the books of this service
  v1::Stage stage = v1::STAGE_UNSPECIFIED;
  bool rights_suspended = false;  // a member's
};

// What judging needs to know. Only what Needs asks for is filled in.
struct CaseFacts {
  std::string person;                        // "persons/{person}"
  const rows::Progress* progress = nullptr;  // of the case before the step; never null
  const Stages* stages = nullptr;            // of the person; never null
  bool other_case_open = false;              // asked for what opens a case
  std::optional<absl::CivilDay> birth;       // nullopt: not known
  std::vector<NamedPerson> named;            // in the order of the step
  std::vector<Uncounted> uncounted;          // see UncountedPeriods
  // Who acts: the one that the step says, else the first that is competent; "" where it is outside
  // these books. Its kind is not judged by.
  std::string acting_organisation;
  std::optional<type::v1::OrganisationKind> acting_kind;
  const Calendar* calendar = nullptr;     // null: no year is known
  std::vector<std::string> competent;     // to act, on the step's day, lowest first
  std::vector<std::string> deliberating;  // who has to deliberate before the approval, lowest first
  std::optional<Electorate> electorate;   // of a vote
  // Approved admissions only: what is left of the quota before it, and whose quota that is (an id);
  // nullopt where no organisation from the case's own upward has one that year.
  std::optional<int32_t> quota_left;
  std::string quota_organisation;
};

struct ProposedStep {
  const v1::Step* step = nullptr;  // of sound form
  absl::CivilDay date;
  absl::CivilDay today;
  std::string subject;  // path of the step in the request: "step"
};

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_RULES_CASE_FACTS_H_
