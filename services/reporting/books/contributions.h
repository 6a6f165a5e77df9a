// What one entity adds to the counters, from its state alone. Pure: the same states always give the
// same contributions, so that it never matters in which order the events came.
#ifndef ZHIBU_SERVICES_REPORTING_BOOKS_CONTRIBUTIONS_H_
#define ZHIBU_SERVICES_REPORTING_BOOKS_CONTRIBUTIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/rpc/membership_mirror.pb.h"
#include "common/rpc/mirror.pb.h"
#include "services/reporting/books/rows.pb.h"

namespace zhibu::reporting {

// `amount` is added to the measure at the organisation on the day. A stock that begins to stand is
// +1 on its first day and −1 on the day after its last.
struct Contribution {
  std::string organisation;
  std::string measure;
  int32_t day;  // DayNumber
  int64_t amount;

  bool operator==(const Contribution&) const = default;
};

// By organisation, measure and day, each once, none of them 0.
using Contributions = std::vector<Contribution>;

// Itself by kind; and at each of its direct parents one subordinate or one guided organisation.
Contributions OfOrganisation(const rpc::MirroredOrganisation& organisation);

// At its keeper: itself by kind and ownership, its head counts while it is open, its rung of
// coverage. A head count holds, number by number, until the next one that has this number.
Contributions OfInstitution(const rows::InstitutionRow& institution);

// Each stage from its day to the next one's, at the organisation that kept the person on each of
// these days; what was so before the books had the person counts at the first of them. An admission
// counts where it was led, on the day the committee approved it (批准日期), as party statistics do;
// members taken over when the books were opened have no such day and are nobody's admission.
Contributions OfPerson(const rpc::MirroredPerson& person);

// An activity that was held.
Contributions OfActivity(const std::string& organisation, absl::string_view kind, int32_t day);

// A post of one holder. `organisation` is the seat itself, or the keeper of the institution; the
// days are those on which the seat exists as well.
struct HeldPost {
  std::string id;
  int kind;  // zhibu.registry.v1.PostKind
  bool full_time;
  std::string organisation;
  int32_t from, to;
};

// Leaders (班子成员) are persons, not posts: who holds several counts once, at the keeper of the
// institution where the longest-held of his leading posts is (the smaller id among equals). A
// leader "with a party post" holds one of the party posts on the same day (交叉任职). Full-time
// clerks (专职党务干事) likewise count once.
Contributions OfHolder(const std::vector<HeldPost>& posts);

// Somebody in one of the two posts.
struct Incumbent {
  std::string holder;
  int32_t from, to;
};

// Whether the organisation has a secretary, and whether one of its secretaries is at the same time
// head of an institution that it covers as its own (一肩挑). `heads`: of such institutions, on the
// days on which it covers them. Counts organisations: 1 on a day or 0.
Contributions OfSecretaries(const rpc::MirroredOrganisation& organisation,
                            const std::vector<Incumbent>& secretaries,
                            const std::vector<Incumbent>& heads);

}  // namespace zhibu::reporting

#endif  // ZHIBU_SERVICES_REPORTING_BOOKS_CONTRIBUTIONS_H_
