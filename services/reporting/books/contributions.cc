#include "services/reporting/books/contributions.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/domain/classes.h"
#include "common/domain/org_tree.h"
#include "common/rpc/organisation_mirror.h"
#include "services/reporting/rules/measures.h"
#include "zhibu/registry/v1/post.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::reporting {
namespace {

using membership::v1::PersonKind;
using membership::v1::Stage;
using registry::v1::CoverageRung;
using registry::v1::InstitutionKind;
using registry::v1::Ownership;
using type::v1::OrganisationKind;

const int32_t kFirst = DayNumber(kNoStart);
const int32_t kLast = DayNumber(kNoEnd);

// Adds up, so that what ends and begins again on one day leaves no trace.
class Sum {
 public:
  // A stock: stands on the days [from, to).
  void Stand(const std::string& organisation, const std::string& measure, int32_t from, int32_t to,
             int64_t amount = 1) {
    if (from >= to) return;
    Add(organisation, measure, from, amount);
    if (to < kLast) Add(organisation, measure, to, -amount);
  }
  // A flow.
  void Happen(const std::string& organisation, const std::string& measure, int32_t day) {
    Add(organisation, measure, day, 1);
  }
  Contributions Take() const {
    Contributions result;
    for (const auto& [key, amount] : amounts_) {
      const auto& [organisation, measure, day] = key;
      if (amount != 0) result.push_back({organisation, measure, day, amount});
    }
    return result;
  }

 private:
  void Add(const std::string& organisation, const std::string& measure, int32_t day,
           int64_t amount) {
    // A record that names no organisation (yet) counts nowhere.
    if (!organisation.empty()) amounts_[{organisation, measure, day}] += amount;
  }
  std::map<std::tuple<std::string, std::string, int32_t>, int64_t> amounts_;
};

// Calls `piece(from, to)` for the days between each two neighbouring ones of `days`, which get the
// ends of time added: within a piece nothing begins or ends.
template <typename Piece>
void ForEachPiece(std::set<int32_t> days, Piece piece) {
  days.insert({kFirst, kLast});
  for (auto it = days.begin(); std::next(it) != days.end(); ++it) piece(*it, *std::next(it));
}

template <typename Dated>
bool HoldsOn(const Dated& dated, int32_t day) {
  return dated.from <= day && day < dated.to;
}

registry::v1::PostKind KindOf(const HeldPost& post) {
  return static_cast<registry::v1::PostKind>(post.kind);
}

// The rung on which the institution stands: should periods overlap, the one that began later
// counts, and of those the higher one.
int RungOn(const rows::InstitutionRow& institution, int32_t day) {
  const rows::CoverageRow* best = nullptr;
  for (const rows::CoverageRow& coverage : institution.coverages()) {
    if (day < coverage.from() || day >= coverage.to()) continue;
    if (best == nullptr || coverage.from() > best->from() ||
        (coverage.from() == best->from() && coverage.rung() < best->rung())) {
      best = &coverage;
    }
  }
  return best == nullptr ? registry::v1::COVERAGE_RUNG_NONE : best->rung();
}

void AddCoverage(const rows::InstitutionRow& institution, const std::string& level, Sum& sum) {
  std::set<int32_t> days = {institution.opened(), institution.closed()};
  for (const rows::CoverageRow& coverage : institution.coverages()) {
    days.insert({coverage.from(), coverage.to()});
  }
  ForEachPiece(std::move(days), [&](int32_t from, int32_t to) {
    if (from < institution.opened() || to > institution.closed()) return;
    const auto rung = static_cast<CoverageRung>(RungOn(institution, from));
    sum.Stand(institution.keeper_id(), absl::StrCat("coverage.", level, ".", NameOfRung(rung)),
              from, to);
  });
}

// `expected`: whether such an institution is asked for the number at all, and so counts among those
// that recorded it.
void AddHeads(const rows::InstitutionRow& institution, const std::string& name, bool expected,
              std::optional<int32_t> (*number)(const rows::HeadCountRow&), Sum& sum) {
  // By day; of two on one day the later in the list.
  std::map<int32_t, int32_t> counted;
  for (const rows::HeadCountRow& row : institution.head_counts()) {
    if (const std::optional<int32_t> heads = number(row)) counted[row.counted_on()] = *heads;
  }
  for (auto it = counted.begin(); it != counted.end(); ++it) {
    const auto next = std::next(it);
    const int32_t from = std::max(it->first, institution.opened());
    const int32_t to = std::min(next == counted.end() ? kLast : next->first, institution.closed());
    sum.Stand(institution.keeper_id(), absl::StrCat("heads.", name), from, to, it->second);
    if (expected) sum.Stand(institution.keeper_id(), absl::StrCat("recorded.", name), from, to);
  }
}

// Calls `piece(organisation, from, to)` for the parts of [from, to) by who kept the person.
template <typename Piece>
void ForEachKeeper(const rpc::MirroredPerson& person, int32_t from, int32_t to, Piece piece) {
  for (int i = 0; i < person.affiliations_size(); ++i) {
    const rpc::MirroredAffiliation& kept = person.affiliations(i);
    piece(kept.organisation_id(), i == 0 ? from : std::max(from, kept.from()),
          std::min(to, kept.to()));
  }
}

// Calls `piece(kind, from, to)` for the parts of [from, to) by what the person was to the school. A
// kind that is not known here has no name, and no piece.
template <typename Piece>
void ForEachKind(const rpc::MirroredPerson& person, int32_t from, int32_t to, Piece piece) {
  const auto part = [&](int kind, int32_t begin, int32_t end) {
    const std::string name = NameOfKind(static_cast<PersonKind>(kind));
    if (!name.empty() && begin < end) piece(name, begin, end);
  };
  if (person.kinds().empty()) part(person.kind(), from, to);
  for (int i = 0; i < person.kinds_size(); ++i) {
    const bool last = i + 1 == person.kinds_size();
    part(person.kinds(i).kind(), i == 0 ? from : std::max(from, person.kinds(i).from()),
         last ? to : std::min(to, person.kinds(i + 1).from()));
  }
}

// While it was of one kind and ownership.
void AddInstitution(const rows::InstitutionRow& institution, Sum& sum) {
  const auto kind = static_cast<InstitutionKind>(institution.kind());
  const auto ownership = static_cast<Ownership>(institution.ownership());
  const std::string name = NameOfKind(kind);
  if (name.empty() || NameOfOwnership(ownership).empty()) return;
  const auto stand = [&](const std::string& measure) {
    sum.Stand(institution.keeper_id(), measure, institution.opened(), institution.closed());
  };
  const std::string level = NameOfLevel(kind);
  stand("institutions");
  stand(absl::StrCat("institutions.", name));
  stand(absl::StrCat("institutions.", name, ".", NameOfOwnership(ownership)));
  if (HasSeniorLevel(kind)) stand("institutions.senior-level");
  if (level == "schools") {
    stand("schools");
    stand(absl::StrCat("schools.", NameOfOwnership(ownership)));
  }
  if (!level.empty()) AddCoverage(institution, level, sum);

  using Row = rows::HeadCountRow;
  using Heads = std::optional<int32_t>;
  AddHeads(
      institution, "staff", true,
      [](const Row& row) { return row.has_staff() ? Heads(row.staff()) : Heads(); }, sum);
  AddHeads(
      institution, "full-time-teachers", true,
      [](const Row& row) {
        return row.has_full_time_teachers() ? Heads(row.full_time_teachers()) : Heads();
      },
      sum);
  AddHeads(
      institution, "students", !level.empty(),
      [](const Row& row) { return row.has_students() ? Heads(row.students()) : Heads(); }, sum);
  AddHeads(
      institution, "senior-students", HasSeniorLevel(kind),
      [](const Row& row) {
        return row.has_senior_students() ? Heads(row.senior_students()) : Heads();
      },
      sum);
}

}  // namespace

Contributions OfOrganisation(const rpc::MirroredOrganisation& organisation) {
  Sum sum;
  const auto stand = [&](const std::string& at, const std::string& what, int32_t from, int32_t to) {
    for (const rpc::MirroredKind& period : KindsOf(organisation)) {
      const auto kind = static_cast<OrganisationKind>(period.kind());
      const std::string name = NameOfKind(kind);
      const int32_t begin = std::max(from, period.from()), end = std::min(to, period.to());
      if (name.empty() || begin >= end) continue;
      sum.Stand(at, absl::StrCat(what, ".", name), begin, end);
      if (CountsAsOrganisation(kind)) sum.Stand(at, what, begin, end);
    }
  };
  stand(organisation.id(), "organisations", organisation.established(), organisation.dissolved());

  // A tree of this organisation alone knows its direct parents and nothing above them, by the same
  // rules as the whole one.
  OrgTree tree;
  tree.SetEdges(organisation.id(), EdgesOf(organisation));
  tree.SetLife(organisation.id(), DayFromNumber(organisation.established()),
               DayFromNumber(organisation.dissolved()));
  for (const auto line : {type::v1::LINE_SUBORDINATION, type::v1::LINE_TERRITORIAL}) {
    for (const AncestorSpan& span : tree.AncestorSpans(organisation.id(), line)) {
      if (span.ancestor == organisation.id()) continue;
      stand(span.ancestor, line == type::v1::LINE_SUBORDINATION ? "subordinates" : "guided",
            DayNumber(span.from), DayNumber(span.to));
    }
  }
  return sum.Take();
}

Contributions OfInstitution(const rows::InstitutionRow& institution) {
  Sum sum;
  if (institution.kinds().empty()) AddInstitution(institution, sum);
  for (const rows::InstitutionKindRow& period : institution.kinds()) {
    rows::InstitutionRow then = institution;
    then.set_kind(period.kind());
    then.set_ownership(period.ownership());
    then.set_opened(std::max(institution.opened(), period.from()));
    then.set_closed(std::min(institution.closed(), period.to()));
    AddInstitution(then, sum);
  }
  return sum.Take();
}

Contributions OfPerson(const rpc::MirroredPerson& person) {
  Sum sum;
  for (int i = 0; i < person.stages_size(); ++i) {
    const rpc::MirroredStage& stage = person.stages(i);
    const int32_t to = i + 1 < person.stages_size() ? person.stages(i + 1).from() : kLast;
    const auto stand = [&](const std::string& measure, bool by_kind) {
      ForEachKeeper(person, stage.from(), to,
                    [&](const std::string& organisation, int32_t begin, int32_t end) {
                      ForEachKind(person, begin, end,
                                  [&](const std::string& kind, int32_t first, int32_t after) {
                                    sum.Stand(organisation,
                                              by_kind ? absl::StrCat(measure, ".", kind) : measure,
                                              first, after);
                                  });
                    });
    };
    switch (static_cast<Stage>(stage.stage())) {
      case membership::v1::STAGE_APPLICANT:
        stand("applicants", true);
        break;
      case membership::v1::STAGE_ACTIVIST:
        stand("activists", true);
        break;
      case membership::v1::STAGE_DEVELOPMENT_OBJECT:
        stand("development-objects", true);
        break;
      case membership::v1::STAGE_PROBATIONARY:
      case membership::v1::STAGE_FULL:
        stand("members", false);
        if (person.opening_balance()) stand("members.opening-balance", false);
        stand(stage.stage() == membership::v1::STAGE_FULL ? "members.full" : "members.probationary",
              true);
        break;
      default:
        // Who was stopped is no member of any count until the membership is restored.
        break;
    }
    if (stage.stage() == membership::v1::STAGE_PROBATIONARY && stage.has_approved_on() &&
        !stage.restored()) {
      const std::string& at = stage.organisation_id().empty()
                                  ? person.affiliations().rbegin()->organisation_id()
                                  : stage.organisation_id();
      ForEachKind(person, stage.approved_on(), stage.approved_on() + 1,
                  [&](const std::string& kind, int32_t day, int32_t) {
                    sum.Happen(at, "admissions", day);
                    sum.Happen(at, absl::StrCat("admissions.", kind), day);
                  });
    }
  }
  return sum.Take();
}

Contributions OfActivity(const std::string& organisation, absl::string_view kind, int32_t day) {
  Sum sum;
  sum.Happen(organisation, "activities", day);
  sum.Happen(organisation, absl::StrCat("activities.", kind), day);
  return sum.Take();
}

Contributions OfHolder(const std::vector<HeldPost>& posts) {
  std::set<int32_t> days;
  for (const HeldPost& post : posts) days.insert({post.from, post.to});
  Sum sum;
  ForEachPiece(std::move(days), [&](int32_t from, int32_t to) {
    const auto first = [&](auto&& asked) {
      const HeldPost* best = nullptr;
      for (const HeldPost& post : posts) {
        if (!HoldsOn(post, from) || !asked(post)) continue;
        if (best == nullptr || std::tie(post.from, post.id) < std::tie(best->from, best->id)) {
          best = &post;
        }
      }
      return best;
    };
    if (const HeldPost* lead = first([](const HeldPost& p) { return IsLeadingPost(KindOf(p)); })) {
      sum.Stand(lead->organisation, "leaders", from, to);
      if (first([](const HeldPost& p) { return IsPartyPost(KindOf(p)); }) != nullptr) {
        sum.Stand(lead->organisation, "leaders.with-party-posts", from, to);
      }
    }
    if (const HeldPost* clerk = first([](const HeldPost& p) {
          return p.kind == registry::v1::POST_KIND_CLERK && p.full_time;
        })) {
      sum.Stand(clerk->organisation, "clerks.full-time", from, to);
    }
  });
  return sum.Take();
}

Contributions OfSecretaries(const rpc::MirroredOrganisation& organisation,
                            const std::vector<Incumbent>& secretaries,
                            const std::vector<Incumbent>& heads) {
  std::set<int32_t> days = {organisation.established(), organisation.dissolved()};
  for (const rpc::MirroredKind& kind : KindsOf(organisation)) days.insert(kind.from());
  for (const auto* list : {&secretaries, &heads}) {
    for (const Incumbent& incumbent : *list) days.insert({incumbent.from, incumbent.to});
  }
  Sum sum;
  ForEachPiece(std::move(days), [&](int32_t from, int32_t to) {
    if (from < organisation.established() || to > organisation.dissolved()) return;
    const std::string name =
        NameOfKind(static_cast<OrganisationKind>(KindOn(organisation, DayFromNumber(from)).kind()));
    if (name.empty()) return;
    bool has_secretary = false;
    bool also_head = false;
    for (const Incumbent& secretary : secretaries) {
      if (!HoldsOn(secretary, from)) continue;
      has_secretary = true;
      also_head |= std::any_of(heads.begin(), heads.end(), [&](const Incumbent& head) {
        return HoldsOn(head, from) && head.holder == secretary.holder;
      });
    }
    if (has_secretary) {
      sum.Stand(organisation.id(), absl::StrCat("secretaries.", name), from, to);
    }
    if (also_head) {
      sum.Stand(organisation.id(), absl::StrCat("secretaries.also-head.", name), from, to);
    }
  });
  return sum.Take();
}

}  // namespace zhibu::reporting
