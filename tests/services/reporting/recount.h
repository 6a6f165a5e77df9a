// A deliberately naive recount: looks at every entity as it finally is and asks, one by one,
// whether it counts on the date. Shares nothing with the incremental counters but the names of
// measures and the tree.
#ifndef ZHIBU_TESTS_SERVICES_REPORTING_RECOUNT_H_
#define ZHIBU_TESTS_SERVICES_REPORTING_RECOUNT_H_

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/resource_name.h"
#include "common/domain/org_tree.h"
#include "common/rpc/organisation_mirror.h"
#include "common/domain/classes.h"
#include "services/reporting/rules/measures.h"
#include "tests/services/reporting/facts.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::reporting {

// The entities as they finally are, by name.
struct World {
  std::map<std::string, registry::v1::OrganisationRecord> organisations;
  std::map<std::string, registry::v1::InstitutionRecord> institutions;
  std::map<std::string, registry::v1::PostRecord> posts;
  std::map<std::string, membership::v1::PersonChanged> persons;
  std::map<std::string, activity::v1::ActivityRecord> activities;
};

class Recount {
 public:
  explicit Recount(const World& world) : world_(world) {
    for (const auto& [name, organisation] : world.organisations) {
      std::vector<OrgEdge> edges;
      for (const auto& a : organisation.affiliations()) {
        edges.push_back({*IdOf(kOrganisations, a.parent()), a.line(), FromOrNoStart(a.valid_from()),
                         ToOrNoEnd(a.valid_to())});
      }
      tree_.SetEdges(Id(name), std::move(edges));
      tree_.SetLife(Id(name), FromOrNoStart(organisation.established_on()),
                    ToOrNoEnd(organisation.dissolved_on()));
    }
  }

  // Of the organisation itself (no line) or of its subtree: measure → how much stands on the day,
  // and of flows how much happened up to it.
  std::map<std::string, int64_t> On(const std::string& root, std::optional<type::v1::Line> line,
                                    CivilDay day) const {
    std::map<std::string, int64_t> counts;
    const auto in = [&](const std::string& organisation, CivilDay when) {
      return line ? tree_.Within(organisation, root, *line, when) : organisation == root;
    };
    Visit(
        day,
        [&](const std::string& at, const std::string& measure, int64_t amount) {
          if (in(at, day)) counts[measure] += amount;
        },
        [&](const std::string& at, const std::string& measure, CivilDay when) {
          if (when <= day && in(at, when)) ++counts[measure];
        });
    return counts;
  }

 private:
  using Stock = std::function<void(const std::string&, const std::string&, int64_t)>;
  using Flow = std::function<void(const std::string&, const std::string&, CivilDay)>;

  static std::string Id(const std::string& name) { return name.substr(name.find('/') + 1); }
  template <typename Dated>
  static bool Holds(const Dated& dated, CivilDay day) {
    return FromOrNoStart(dated.valid_from()) <= day && day < ToOrNoEnd(dated.valid_to());
  }
  static bool Open(const registry::v1::InstitutionRecord& institution, CivilDay day) {
    return FromOrNoStart(institution.opened_on()) <= day && day < ToOrNoEnd(institution.closed_on());
  }
  static std::string Keeper(const registry::v1::InstitutionRecord& i) { return Id(i.keeper()); }

  void Visit(CivilDay day, const Stock& stock, const Flow& flow) const {
    for (const auto& [name, o] : world_.organisations) VisitOrganisation(o, day, stock);
    for (const auto& [name, i] : world_.institutions) VisitInstitution(i, day, stock);
    for (const auto& [name, p] : world_.persons) VisitPerson(p, day, stock, flow);
    VisitHolders(day, stock);
    for (const auto& [name, a] : world_.activities) {
      if (!a.cancelled_reason().empty()) continue;
      flow(Id(a.organisation()), "activities", FromOrNoStart(a.date()));
      flow(Id(a.organisation()), "activities." + a.kind(), FromOrNoStart(a.date()));
    }
  }

  void VisitOrganisation(const registry::v1::OrganisationRecord& o, CivilDay day,
                         const Stock& stock) const {
    const std::string id = Id(o.name());
    if (!tree_.ExistsOn(id, day)) return;
    const std::string kind = NameOfKind(o.kind());
    const auto count = [&](const std::string& at, const std::string& what) {
      stock(at, what + "." + kind, 1);
      if (o.kind() != type::v1::ORGANISATION_KIND_PARTY_GROUP) stock(at, what, 1);
    };
    count(id, "organisations");
    if (const auto parent = tree_.ParentOn(id, day)) count(*parent, "subordinates");
    for (const std::string& guide : tree_.TerritorialParentsOn(id, day)) count(guide, "guided");

    bool secretary = false, also_head = false;
    for (const auto& [name, post] : world_.posts) {
      if (post.seat() != o.name() || post.kind() != registry::v1::POST_KIND_SECRETARY ||
          post.withdrawn() || !Holds(post, day)) {
        continue;
      }
      secretary = true;
      for (const auto& [head_name, head] : world_.posts) {
        if (head.kind() != registry::v1::POST_KIND_HEAD || head.holder() != post.holder() ||
            head.withdrawn() || !Holds(head, day)) {
          continue;
        }
        const auto seat = world_.institutions.find(head.seat());
        if (seat == world_.institutions.end() || !Open(seat->second, day)) continue;
        for (const auto& coverage : seat->second.coverages()) {
          also_head |= Holds(coverage, day) && coverage.organisation() == o.name() &&
                       coverage.rung() == registry::v1::COVERAGE_RUNG_OWN;
        }
      }
    }
    if (secretary) stock(id, "secretaries." + kind, 1);
    if (also_head) stock(id, "secretaries.also-head." + kind, 1);
  }

  void VisitInstitution(const registry::v1::InstitutionRecord& i, CivilDay day,
                        const Stock& stock) const {
    if (!Open(i, day)) return;
    registry::v1::DatedInstitutionKind then;
    then.set_kind(i.kind());
    then.set_ownership(i.ownership());
    for (const auto& dated : i.kinds()) {
      if (Holds(dated, day)) then = dated;
    }
    const auto count = [&](const std::string& measure, int64_t amount = 1) {
      stock(Keeper(i), measure, amount);
    };
    const std::string kind = NameOfKind(then.kind());
    const std::string ownership = NameOfOwnership(then.ownership());
    const std::string level = NameOfLevel(then.kind());
    count("institutions");
    count("institutions." + kind);
    count("institutions." + kind + "." + ownership);
    if (HasSeniorLevel(then.kind())) count("institutions.senior-level");
    if (level == "schools") {
      count("schools");
      count("schools." + ownership);
    }
    if (!level.empty()) {
      const registry::v1::Coverage* best = nullptr;
      for (const auto& c : i.coverages()) {
        if (!Holds(c, day)) continue;
        const auto rank = [](const registry::v1::Coverage& one) {
          return std::pair(-DayNumber(FromOrNoStart(one.valid_from())), int{one.rung()});
        };
        if (best == nullptr || rank(c) < rank(*best)) best = &c;
      }
      count("coverage." + level + "." +
            NameOfRung(best ? best->rung() : registry::v1::COVERAGE_RUNG_NONE));
    }
    const auto heads = [&](const std::string& what, bool expected, auto has, auto get) {
      const registry::v1::HeadCount* last = nullptr;
      for (const auto& one : i.head_counts()) {
        if (!has(one) || FromOrNoStart(one.counted_on()) > day) continue;
        if (last == nullptr ||
            FromOrNoStart(one.counted_on()) >= FromOrNoStart(last->counted_on())) {
          last = &one;
        }
      }
      if (last == nullptr) return;
      count("heads." + what, get(*last));
      if (expected) count("recorded." + what);
    };
    using H = registry::v1::HeadCount;
    heads("staff", true, std::mem_fn(&H::has_staff), std::mem_fn(&H::staff));
    heads("full-time-teachers", true, std::mem_fn(&H::has_full_time_teachers),
          std::mem_fn(&H::full_time_teachers));
    heads("students", !level.empty(), std::mem_fn(&H::has_students), std::mem_fn(&H::students));
    heads("senior-students", HasSeniorLevel(then.kind()), std::mem_fn(&H::has_senior_students),
          std::mem_fn(&H::senior_students));
  }

  void VisitPerson(const membership::v1::PersonChanged& p, CivilDay day, const Stock& stock,
                   const Flow& flow) const {
    std::string at = p.affiliations().empty() ? Id(p.organisation()) : "";
    for (int i = 0; i < p.affiliations_size(); ++i) {
      const auto& kept = p.affiliations(i);
      if (i > 0 && day < FromOrNoStart(kept.valid_from())) continue;
      if (day < ToOrNoEnd(kept.valid_to())) at = Id(kept.organisation());
    }
    const std::string last = Id(p.organisation());
    const auto kind_on = [&](CivilDay then) {
      auto kind = p.kinds().empty() ? p.kind() : p.kinds(0).kind();
      for (const auto& change : p.kinds()) {
        if (FromOrNoStart(change.valid_from()) <= then) kind = change.kind();
      }
      return NameOfKind(kind);
    };
    const std::string kind = kind_on(day);
    auto stage = membership::v1::STAGE_UNSPECIFIED;
    for (const auto& change : p.stages()) {
      if (FromOrNoStart(change.valid_from()) <= day) stage = change.stage();
      if (change.stage() == membership::v1::STAGE_PROBATIONARY && change.has_approved_on() &&
          !change.restored()) {
        const std::string where = change.organisation().empty() ? last : Id(change.organisation());
        flow(where, "admissions", FromOrNoStart(change.approved_on()));
        flow(where, "admissions." + kind_on(FromOrNoStart(change.approved_on())),
             FromOrNoStart(change.approved_on()));
      }
    }
    if (at.empty()) return;
    if (stage == membership::v1::STAGE_APPLICANT) stock(at, "applicants." + kind, 1);
    if (stage == membership::v1::STAGE_ACTIVIST) stock(at, "activists." + kind, 1);
    if (stage == membership::v1::STAGE_DEVELOPMENT_OBJECT) {
      stock(at, "development-objects." + kind, 1);
    }
    if (stage == membership::v1::STAGE_PROBATIONARY || stage == membership::v1::STAGE_FULL) {
      stock(at, "members", 1);
      if (p.has_opening_balance()) stock(at, "members.opening-balance", 1);
      stock(
          at,
          (stage == membership::v1::STAGE_FULL ? "members.full." : "members.probationary.") + kind,
          1);
    }
  }

  void VisitHolders(CivilDay day, const Stock& stock) const {
    struct Found {
      std::optional<std::pair<std::pair<CivilDay, std::string>, std::string>> lead, clerk;
      bool party = false;
    };
    std::map<std::string, Found> holders;
    for (const auto& [name, post] : world_.posts) {
      if (post.withdrawn() || !Holds(post, day)) continue;
      Found& found = holders[post.holder()];
      const auto earliest = [](auto& best, std::pair<CivilDay, std::string> rank,
                               const std::string& at) {
        if (!best || rank < best->first) best = std::pair(rank, at);
      };
      if (post.kind() >= registry::v1::POST_KIND_HEAD) {
        const auto seat = world_.institutions.find(post.seat());
        if (seat == world_.institutions.end() || !Open(seat->second, day)) continue;
        const CivilDay since =
            std::max(FromOrNoStart(post.valid_from()), FromOrNoStart(seat->second.opened_on()));
        earliest(found.lead, {since, Id(name)}, Keeper(seat->second));
        continue;
      }
      found.party = true;
      if (post.kind() == registry::v1::POST_KIND_CLERK && post.full_time()) {
        earliest(found.clerk, {FromOrNoStart(post.valid_from()), Id(name)}, Id(post.seat()));
      }
    }
    for (const auto& [holder, found] : holders) {
      if (found.lead) stock(found.lead->second, "leaders", 1);
      if (found.lead && found.party) stock(found.lead->second, "leaders.with-party-posts", 1);
      if (found.clerk) stock(found.clerk->second, "clerks.full-time", 1);
    }
  }

  const World& world_;
  OrgTree tree_;
};

}  // namespace zhibu::reporting

#endif  // ZHIBU_TESTS_SERVICES_REPORTING_RECOUNT_H_
