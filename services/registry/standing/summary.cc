// GetRegistrySummary: one walk over the subtree, its institutions and their posts.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/domain/classes.h"
#include "common/store/feed.h"
#include "services/registry/books/advisories.h"
#include "services/registry/books/convert.h"
#include "services/registry/books/request.h"
#include "services/registry/books/subtree.h"
#include "services/registry/books/tables.h"
#include "services/registry/books/leading.h"
#include "services/registry/rules/dated.h"
#include "services/registry/standing/standing.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::registry {
namespace {

// Adds up while it walks; the answer is filled in at the end.
class Figures {
 public:
  Figures(const Reader& reader, std::string root, absl::CivilDay day)
      : reader_(reader), root_(std::move(root)), day_(day), number_(DayNumber(day)) {}

  absl::Status AddOrganisation(const SubtreeNode& node);
  absl::Status AddInstitution(const std::string& id);
  absl::Status AddHolders();
  void Fill(v1::GetRegistrySummaryResponse* response) const;

 private:
  absl::Status AddPosts(const std::string& seat);
  absl::Status AddFacilities(const std::string& holder, bool school);
  absl::StatusOr<bool> OwnOfASchool(const std::string& organisation) const;

  const Reader& reader_;
  const std::string root_;
  const absl::CivilDay day_;
  const int32_t number_;
  std::map<int, v1::KindCount> kinds_;
  std::map<std::pair<int, int>, int> institutions_, coverage_;
  std::map<int, std::pair<int, int>> one_shoulder_;  // count, of
  std::map<int, std::pair<int, int>> facilities_;    // facilities, schools that have one
  std::map<int, int> advisories_;
  std::set<std::string> leaders_;
  int schools_ = 0, clerks_ = 0, with_party_posts_ = 0;
};

absl::StatusOr<bool> Figures::OwnOfASchool(const std::string& organisation) const {
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> covered, CoveredBy(reader_, organisation));
  for (const std::string& id : covered) {
    ZHIBU_ASSIGN_OR_RETURN(const auto row, FindInstitution(reader_, id));
    if (!row || !IsSchool(KindOn(*row, number_)) || !LifeOf(*row).Has(number_)) continue;
    const auto* coverage = EntryOn(row->coverages(), number_);
    if (coverage != nullptr && coverage->organisation() == organisation &&
        coverage->rung() == v1::COVERAGE_RUNG_OWN) {
      return true;
    }
  }
  return false;
}

absl::Status Figures::AddOrganisation(const SubtreeNode& node) {
  ZHIBU_ASSIGN_OR_RETURN(const auto row, FindOrganisation(reader_, node.id));
  if (!row) return absl::DataLossError("a subtree names an organisation that is not there");
  ZHIBU_ASSIGN_OR_RETURN(const Leadership leadership, ReadLeadership(reader_, *row, day_));
  const bool secretary =
      std::any_of(leadership.posts.begin(), leadership.posts.end(),
                  [](const rows::PostRow& post) { return post.kind() == v1::POST_KIND_SECRETARY; });
  if (secretary) {
    auto& [count, of] = one_shoulder_[leadership.kind];
    ++of;
    count += OneShoulder(leadership);
  }
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<v1::Advisory> open, OpenAdvisories(reader_, node.id));
  for (const v1::Advisory& advisory : open) ++advisories_[advisory.kind()];
  ZHIBU_RETURN_IF_ERROR(AddPosts(NameOf(kOrganisations, node.id)));
  ZHIBU_RETURN_IF_ERROR(AddFacilities(NameOf(kOrganisations, node.id), false));
  if (node.id == root_) return absl::OkStatus();

  v1::KindCount& kind = kinds_[leadership.kind];
  kind.set_organisations(kind.organisations() + 1);
  for (const rows::EdgeRow& edge : row->edges()) {
    if (edge.parent() != root_ || !PeriodOf(edge).Has(number_)) continue;
    if (edge.line() == type::v1::LINE_TERRITORIAL) {
      kind.set_guided(kind.guided() + 1);
      continue;
    }
    kind.set_subordinate(kind.subordinate() + 1);
    ZHIBU_ASSIGN_OR_RETURN(const bool school, OwnOfASchool(node.id));
    if (school) kind.set_subordinate_schools(kind.subordinate_schools() + 1);
  }
  return absl::OkStatus();
}

absl::Status Figures::AddPosts(const std::string& seat) {
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> ids, AtSeat(reader_, seat));
  for (const std::string& id : ids) {
    ZHIBU_ASSIGN_OR_RETURN(const auto post, FindPost(reader_, id));
    if (!post) return absl::DataLossError("an index names a post that is not there");
    if (!PeriodOf(*post).Has(number_)) continue;
    clerks_ += post->kind() == v1::POST_KIND_CLERK && post->full_time();
    if (IsLeadingPost(post->kind())) leaders_.insert(post->holder());
  }
  return absl::OkStatus();
}

// A leader is counted once, whatever he or she leads; a party post may be anywhere.
absl::Status Figures::AddHolders() {
  for (const std::string& holder : leaders_) {
    ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> ids, PostsOfHolder(reader_, holder));
    for (const std::string& id : ids) {
      ZHIBU_ASSIGN_OR_RETURN(const auto post, FindPost(reader_, id));
      if (!post) return absl::DataLossError("an index names a post that is not there");
      if (!IsPartyPost(post->kind()) || !PeriodOf(*post).Has(number_)) continue;
      ++with_party_posts_;
      break;
    }
  }
  return absl::OkStatus();
}

absl::Status Figures::AddFacilities(const std::string& holder, bool school) {
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> ids, FacilitiesOf(reader_, holder));
  std::set<int> kinds;
  for (const std::string& id : ids) {
    ZHIBU_ASSIGN_OR_RETURN(const auto facility, FindFacility(reader_, id));
    if (!facility) return absl::DataLossError("an index names a facility that is not there");
    if (FromProto(facility->valid_from()).value_or(kNoStart) > day_ ||
        FromProto(facility->valid_to()).value_or(kNoEnd) <= day_) {
      continue;
    }
    ++facilities_[facility->kind()].first;
    kinds.insert(facility->kind());
  }
  if (!school) return absl::OkStatus();
  for (const int kind : kinds) ++facilities_[kind].second;
  return absl::OkStatus();
}

absl::Status Figures::AddInstitution(const std::string& id) {
  ZHIBU_ASSIGN_OR_RETURN(const auto row, FindInstitution(reader_, id));
  if (!row) return absl::DataLossError("an index names an institution that is not there");
  if (!LifeOf(*row).Has(number_)) return absl::OkStatus();
  const v1::InstitutionKind kind = KindOn(*row, number_);
  ++institutions_[{kind, OwnershipOn(*row, number_)}];
  const auto* coverage = EntryOn(row->coverages(), number_);
  ++coverage_[{kind, coverage == nullptr ? v1::COVERAGE_RUNG_NONE : coverage->rung()}];
  schools_ += IsSchool(kind);
  ZHIBU_RETURN_IF_ERROR(AddPosts(NameOf(kInstitutions, id)));
  return AddFacilities(NameOf(kInstitutions, id), IsSchool(kind));
}

void Figures::Fill(v1::GetRegistrySummaryResponse* response) const {
  for (const auto& [kind, count] : kinds_) {
    v1::KindCount& filled = *response->add_organisations();
    filled = count;
    filled.set_kind(static_cast<type::v1::OrganisationKind>(kind));
  }
  for (const auto& [key, count] : institutions_) {
    v1::InstitutionCount& filled = *response->add_institutions();
    filled.set_kind(static_cast<v1::InstitutionKind>(key.first));
    filled.set_ownership(static_cast<v1::Ownership>(key.second));
    filled.set_institutions(count);
  }
  for (const auto& [key, count] : coverage_) {
    v1::CoverageCount& filled = *response->add_coverage();
    filled.set_kind(static_cast<v1::InstitutionKind>(key.first));
    filled.set_rung(static_cast<v1::CoverageRung>(key.second));
    filled.set_institutions(count);
  }
  for (const auto& [kind, share] : one_shoulder_) {
    v1::OneShoulderCount& filled = *response->add_one_shoulder();
    filled.set_kind(static_cast<type::v1::OrganisationKind>(kind));
    filled.mutable_one_shoulder()->set_count(share.first);
    filled.mutable_one_shoulder()->set_total(share.second);
  }
  response->mutable_leaders_with_party_posts()->set_count(with_party_posts_);
  response->mutable_leaders_with_party_posts()->set_total(static_cast<int32_t>(leaders_.size()));
  response->set_full_time_clerks(clerks_);
  for (const auto& [kind, counts] : facilities_) {
    v1::FacilityCount& filled = *response->add_facilities();
    filled.set_kind(static_cast<v1::FacilityKind>(kind));
    filled.set_facilities(counts.first);
    filled.mutable_schools()->set_count(counts.second);
    filled.mutable_schools()->set_total(schools_);
  }
  for (int kind = v1::AdvisoryKind_MIN + 1; kind <= v1::AdvisoryKind_MAX; ++kind) {
    const auto found = advisories_.find(kind);
    response->add_open_advisories(found == advisories_.end() ? 0 : found->second);
  }
}

}  // namespace

absl::Status Standing::Summary(Call& call, const v1::GetRegistrySummaryRequest& request,
                               const Reader& reader,
                               v1::GetRegistrySummaryResponse* response) const {
  Violations form;
  if (!request.root().empty()) CheckName(kOrganisations, request.root(), "root", form);
  if (!form.empty()) return Malformed(form);
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay day, call.AsOf(request));
  const std::string root = IdOf(kOrganisations, request.root()).value_or("");
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<SubtreeNode> nodes,
                         ReadSubtree(reader, root, request.line(), day));
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> institutions, KeptBy(reader, nodes));
  Figures figures(reader, root, day);
  for (const SubtreeNode& node : nodes) ZHIBU_RETURN_IF_ERROR(figures.AddOrganisation(node));
  for (const std::string& id : institutions) ZHIBU_RETURN_IF_ERROR(figures.AddInstitution(id));
  ZHIBU_RETURN_IF_ERROR(figures.AddHolders());
  figures.Fill(response);
  if (!root.empty()) {
    ZHIBU_ASSIGN_OR_RETURN(const auto row, FindOrganisation(reader, root));
    *response->mutable_root() = AsOf(*row, day);
  }
  ZHIBU_ASSIGN_OR_RETURN(const int64_t revision, JournalRevision(reader));
  response->set_revision(revision);
  return absl::OkStatus();
}

}  // namespace zhibu::registry
