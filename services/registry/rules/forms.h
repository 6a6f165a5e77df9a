// The registry's decisions: rows and facts in, violations out. No I/O.
//
// Two kinds of violation come out of here. Form: what the request alone shows (a missing field, a
// text too long); the row of such a request is not judged further. Judgement: what the contract
// names as a reason to refuse, decided with the books.
#ifndef ZHIBU_SERVICES_REGISTRY_RULES_FORMS_H_
#define ZHIBU_SERVICES_REGISTRY_RULES_FORMS_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/base/civil.h"
#include "common/base/status.h"
#include "services/registry/books/rows.pb.h"
#include "zhibu/registry/v1/institution.pb.h"
#include "zhibu/registry/v1/organisation.pb.h"
#include "zhibu/registry/v1/post.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::registry {

using Violations = std::vector<Violation>;
void AddViolation(Violations& out, absl::string_view reason, std::string subject,
                  std::string message);

// Longest text of a title or document number, and of a reason, in characters (code points).
inline constexpr int kMaxTitle = 100;
inline constexpr int kMaxReason = 200;

// ---- Form. `at` stands before every field path: "requests[3].organisation" or "organisation".

// What every create has: INVALID_ID unless `id` is a resource id.
void CheckId(absl::string_view id, absl::string_view at, Violations& out);
// A complete date is required, or allowed to be unset.
void CheckDate(const google::type::Date& date, bool required, absl::string_view at,
               Violations& out);
void CheckTitle(absl::string_view title, absl::string_view at, Violations& out);
void CheckCode(absl::string_view code, absl::string_view at, Violations& out);
void CheckDocumentNumber(absl::string_view number, absl::string_view at, Violations& out);
// A query of 1–50 characters, none of them a control character.
void CheckQuery(absl::string_view query, absl::string_view at, Violations& out);
void CheckReason(absl::string_view reason, absl::string_view at, Violations& out);
// A resource name of the collection ("organisations").
void CheckName(absl::string_view collection, absl::string_view name, absl::string_view at,
               Violations& out);
void CheckExternalIds(const v1::Organisation& organisation, absl::string_view at, Violations& out);
void CheckForm(const v1::Organisation& organisation, absl::string_view at, Violations& out);
// `today` in China: nobody was counted later than that.
void CheckForm(const v1::Institution& institution, absl::CivilDay today, absl::string_view at,
               Violations& out);
void CheckForm(const v1::Post& post, absl::string_view at, Violations& out);

// ---- Organisations.

// Whether the one kind may stand under the other, on either line: committees and work committees
// under their like; a general branch under these; a branch, joint, temporary or mobile branch under
// these or a general branch; a party group (党小组) under any branch.
bool MaySitUnder(type::v1::OrganisationKind kind, type::v1::OrganisationKind parent);
// The first day of the edge on which the kinds of the two do not fit.
std::optional<int32_t> MisfitUnder(const rows::OrganisationRow& row, const rows::EdgeRow& edge,
                                   const rows::OrganisationRow& parent);

struct OrganisationFacts {
  // By id: every parent named and, where the organisation exists already, all that is above them.
  std::map<std::string, rows::OrganisationRow> known;
  // Rows of the same request that were found wrong themselves: nothing is said about standing under
  // one of these.
  std::set<std::string> undecided;
  // The others that ever had one of its codes, or of its ids elsewhere.
  std::vector<rows::OrganisationRow> same_code;
  std::vector<rows::OrganisationRow> same_external_id;
};

// Whether a row to be set up can stand with all its edges: PERIOD_INVALID,
// SUBORDINATION_NOT_UNIQUE, PARENT_NOT_THERE, PARENT_CYCLE, KIND_NOT_ALLOWED_UNDER_PARENT,
// CODE_TAKEN, EXTERNAL_ID_TAKEN, PERIODS_OVERLAP.
void JudgeOrganisation(const rows::OrganisationRow& row, const OrganisationFacts& facts,
                       absl::string_view at, Violations& out);
// CODE_TAKEN: a code belongs to one organisation at a time.
void JudgeCode(const rows::OrganisationRow& row,
               const std::vector<rows::OrganisationRow>& same_code, absl::string_view at,
               Violations& out);
// EXTERNAL_ID_TAKEN, PERIODS_OVERLAP, PERIOD_INVALID.
void JudgeExternalIds(const rows::OrganisationRow& row,
                      const std::vector<rows::OrganisationRow>& others, absl::string_view at,
                      Violations& out);

struct Move {
  type::v1::Line line;     // LINE_SUBORDINATION or LINE_TERRITORIAL
  std::string old_parent;  // ids, or empty
  std::string new_parent;
  int32_t effective = 0;  // DayNumber
  std::string document_number;
  std::string authority = {};         // an id, or empty
  int32_t until = DayNumber(kNoEnd);  // the new edge ends then, or with the organisation
  std::string reason = {};
};
// Ends the old edge and begins the new one in `row`. What was before the effective day stays.
// PERIOD_INVALID, PARENT_NOT_THERE, PARENT_CYCLE, KIND_NOT_ALLOWED_UNDER_PARENT; `row` is then as
// it may be.
void JudgeMove(const Move& move, const OrganisationFacts& facts, rows::OrganisationRow& row,
               Violations& out);

// ---- Institutions.

struct InstitutionFacts {
  // By id: the keeper and the organisations that cover it, where they exist.
  std::map<std::string, rows::OrganisationRow> organisations;
  // The school of a teaching point; nullopt where it does not exist.
  std::optional<rows::InstitutionRow> parent;
  // It was found wrong itself, earlier in the same request.
  bool parent_undecided = false;
  // Another institution has the credit code.
  bool credit_code_taken = false;
  // The posts held there.
  std::vector<rows::PostRow> posts;
};

// Begins another title, kind or ownership on `day`, or corrects the last ones where it is nullopt.
struct InstitutionChange {
  std::optional<int32_t> day;
  std::optional<std::string> title;
  std::optional<v1::InstitutionKind> kind;
  std::optional<v1::Ownership> ownership;
};
// PERIOD_INVALID: the day is not one of its life, or before what holds last began; `row` is then as
// it was.
void JudgeChange(const InstitutionChange& change, rows::InstitutionRow& row, Violations& out);

// CREDIT_CODE_INVALID, CREDIT_CODE_TAKEN, PARENT_NOT_THERE, ORGANISATION_NOT_THERE, PERIOD_INVALID,
// PERIODS_OVERLAP.
void JudgeInstitution(const rows::InstitutionRow& row, const InstitutionFacts& facts,
                      absl::string_view at, Violations& out);
// The code as it is stored (upper case); nullopt unless it is empty or fits the standard.
std::optional<std::string> NormalCreditCode(absl::string_view code);

// ---- Posts.

struct Seat {
  bool there = false;
  int32_t from = 0;  // its life, DayNumbers
  int32_t to = 0;
  std::vector<rows::PostRow> posts;  // held there, of any kind and time
};

// SEAT_DOES_NOT_FIT, SEAT_NOT_THERE, PERIOD_INVALID, POST_TAKEN. The row itself among the seat's
// posts does not count.
void JudgePost(const rows::PostRow& row, const Seat& seat, absl::string_view at, Violations& out);

}  // namespace zhibu::registry

#endif  // ZHIBU_SERVICES_REGISTRY_RULES_FORMS_H_
