#include "services/reporting/books/ingest.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/store/dispatch.h"
#include "common/store/table.h"

namespace zhibu::reporting {
namespace {

absl::Status Nameless() { return absl::DataLossError("an entity without a name in the feed"); }

std::string OrganisationId(absl::string_view name) {
  return IdOf(kOrganisations, name).value_or("");
}

rows::InstitutionRow RowOf(const registry::v1::InstitutionRecord& institution) {
  rows::InstitutionRow row;
  row.set_kind(institution.kind());
  row.set_ownership(institution.ownership());
  row.set_keeper_id(OrganisationId(institution.keeper()));
  row.set_opened(DayNumber(FromOrNoStart(institution.opened_on())));
  row.set_closed(DayNumber(ToOrNoEnd(institution.closed_on())));
  for (const auto& count : institution.head_counts()) {
    rows::HeadCountRow& one = *row.add_head_counts();
    one.set_counted_on(DayNumber(FromOrNoStart(count.counted_on())));
    if (count.has_staff()) one.set_staff(count.staff());
    if (count.has_full_time_teachers()) one.set_full_time_teachers(count.full_time_teachers());
    if (count.has_students()) one.set_students(count.students());
    if (count.has_senior_students()) one.set_senior_students(count.senior_students());
  }
  for (const auto& kind : institution.kinds()) {
    rows::InstitutionKindRow& one = *row.add_kinds();
    one.set_kind(kind.kind());
    one.set_ownership(kind.ownership());
    one.set_from(DayNumber(FromOrNoStart(kind.valid_from())));
    one.set_to(DayNumber(ToOrNoEnd(kind.valid_to())));
  }
  for (const auto& coverage : institution.coverages()) {
    rows::CoverageRow& one = *row.add_coverages();
    one.set_organisation_id(OrganisationId(coverage.organisation()));
    one.set_rung(coverage.rung());
    one.set_from(DayNumber(FromOrNoStart(coverage.valid_from())));
    one.set_to(DayNumber(ToOrNoEnd(coverage.valid_to())));
  }
  return row;
}

rows::PostRow RowOf(const registry::v1::PostRecord& post) {
  rows::PostRow row;
  row.set_seat(post.seat());
  row.set_kind(post.kind());
  row.set_holder_id(IdOf(kPersons, post.holder()).value_or(""));
  row.set_full_time(post.full_time());
  row.set_from(DayNumber(FromOrNoStart(post.valid_from())));
  row.set_to(DayNumber(ToOrNoEnd(post.valid_to())));
  return row;
}

}  // namespace

absl::Status Ingest::Apply(Txn& txn, const google::protobuf::Any& event) {
  ZHIBU_RETURN_IF_ERROR(rollup_.Begin(txn));
  // Which of the membership service's events change a person, the mirror of persons knows.
  if (absl::StartsWith(EventTypeOf(event), "zhibu.membership.v1.")) {
    return persons_.Apply(
        txn, event,
        [&](const std::string& id, const rpc::MirroredPerson*, const rpc::MirroredPerson* now) {
          return Replace(txn, Entity::kPerson, id, now ? OfPerson(*now) : Contributions());
        });
  }
  return DispatchFollowed(
      event,
      [&](const registry::v1::OrganisationChanged& changed) { return Organisation(txn, changed); },
      [&](const registry::v1::InstitutionChanged& changed) {
        return Institution(txn, changed.institution());
      },
      [&](const registry::v1::PostChanged& changed) { return Post(txn, changed.post()); },
      [&](const activity::v1::ActivityChanged& changed) {
        return Activity(txn, changed.activity());
      });
}

absl::Status Ingest::Organisation(Txn& txn, const registry::v1::OrganisationChanged& changed) {
  const std::string id = OrganisationId(changed.organisation().name());
  if (id.empty()) return Nameless();
  ZHIBU_RETURN_IF_ERROR(organisations_->Apply(txn, changed));
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rpc::MirroredOrganisation> row,
                         OrganisationMirror::Find(txn, id));
  ZHIBU_RETURN_IF_ERROR(rollup_.SetOrganisation(txn, *row));
  ZHIBU_RETURN_IF_ERROR(Replace(txn, Entity::kOrganisation, id, OfOrganisation(*row)));
  return RecountSecretaries(txn, id);
}

absl::Status Ingest::Institution(Txn& txn, const registry::v1::InstitutionRecord& institution) {
  const std::string id = IdOf(kInstitutions, institution.name()).value_or("");
  if (id.empty()) return Nameless();
  const rows::InstitutionRow row = RowOf(institution);
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::InstitutionRow> before,
                         GetRow<rows::InstitutionRow>(txn, InstitutionKey(id)));
  PutInstitution(txn, id, before, row);
  ZHIBU_RETURN_IF_ERROR(Replace(txn, Entity::kInstitution, id, OfInstitution(row)));

  // Its leaders count at its keeper while it is open; its head may be somebody's secretary.
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<StoredPost> posts, PostsAtSeat(txn, institution.name()));
  std::set<std::string> holders;
  for (const StoredPost& post : posts) holders.insert(post.row.holder_id());
  for (const std::string& holder : holders) ZHIBU_RETURN_IF_ERROR(RecountHolder(txn, holder));
  std::set<std::string> organisations;
  if (before) {
    for (std::string& organisation : OwnCoverersOf(*before)) {
      organisations.insert(std::move(organisation));
    }
  }
  for (std::string& organisation : OwnCoverersOf(row)) {
    organisations.insert(std::move(organisation));
  }
  for (const std::string& organisation : organisations) {
    ZHIBU_RETURN_IF_ERROR(RecountSecretaries(txn, organisation));
  }
  return absl::OkStatus();
}

absl::Status Ingest::Post(Txn& txn, const registry::v1::PostRecord& post) {
  const std::string id = IdOf(kPosts, post.name()).value_or("");
  if (id.empty()) return Nameless();
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PostRow> before,
                         GetRow<rows::PostRow>(txn, PostKey(id)));
  // What was recorded in error counts for nothing.
  std::optional<rows::PostRow> now;
  if (!post.withdrawn()) now = RowOf(post);
  PutPost(txn, id, before, now);
  std::set<std::string> holders, seats;
  const auto look_at = [&](const std::optional<rows::PostRow>& row) {
    if (!row) return;
    holders.insert(row->holder_id());
    seats.insert(row->seat());
  };
  look_at(before);
  look_at(now);
  for (const std::string& holder : holders) ZHIBU_RETURN_IF_ERROR(RecountHolder(txn, holder));
  for (const std::string& seat : seats) {
    if (const auto organisation = IdOf(kOrganisations, seat)) {
      ZHIBU_RETURN_IF_ERROR(RecountSecretaries(txn, *organisation));
    } else if (const auto institution = IdOf(kInstitutions, seat)) {
      ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::InstitutionRow> there,
                             GetRow<rows::InstitutionRow>(txn, InstitutionKey(*institution)));
      if (!there) continue;
      for (const std::string& coverer : OwnCoverersOf(*there)) {
        ZHIBU_RETURN_IF_ERROR(RecountSecretaries(txn, coverer));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status Ingest::Activity(Txn& txn, const activity::v1::ActivityRecord& activity) {
  const std::string id = IdOf(kActivities, activity.name()).value_or("");
  if (id.empty()) return Nameless();
  Contributions now;
  if (activity.cancelled_reason().empty()) {
    now = OfActivity(OrganisationId(activity.organisation()), activity.kind(),
                     DayNumber(FromOrNoStart(activity.date())));
  }
  return Replace(txn, Entity::kActivity, id, now);
}

absl::Status Ingest::RecountHolder(Txn& txn, const std::string& holder) {
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<StoredPost> posts, PostsOfHolder(txn, holder));
  std::vector<HeldPost> held;
  for (const StoredPost& post : posts) {
    HeldPost one = {post.id, post.row.kind(), post.row.full_time(),
                    "",      post.row.from(), post.row.to()};
    if (const auto organisation = IdOf(kOrganisations, post.row.seat())) {
      one.organisation = *organisation;
    } else if (const auto institution = IdOf(kInstitutions, post.row.seat())) {
      ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::InstitutionRow> there,
                             GetRow<rows::InstitutionRow>(txn, InstitutionKey(*institution)));
      if (!there) continue;
      one.organisation = there->keeper_id();
      one.from = std::max(one.from, there->opened());
      one.to = std::min(one.to, there->closed());
    }
    held.push_back(std::move(one));
  }
  return Replace(txn, Entity::kHolder, holder, OfHolder(held));
}

absl::Status Ingest::RecountSecretaries(Txn& txn, const std::string& organisation) {
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rpc::MirroredOrganisation> row,
                         OrganisationMirror::Find(txn, organisation));
  if (!row) return absl::OkStatus();  // looked at again when it comes
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<StoredPost> posts,
                         PostsAtSeat(txn, NameOf(kOrganisations, organisation)));
  std::vector<Incumbent> secretaries;
  for (const StoredPost& post : posts) {
    if (post.row.kind() != registry::v1::POST_KIND_SECRETARY) continue;
    secretaries.push_back({post.row.holder_id(), post.row.from(), post.row.to()});
  }
  std::vector<Incumbent> heads;
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> institutions,
                         OwnInstitutionsOf(txn, organisation));
  for (const std::string& id : institutions) {
    ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::InstitutionRow> institution,
                           GetRow<rows::InstitutionRow>(txn, InstitutionKey(id)));
    if (!institution) return absl::DataLossError("an institution is in an index but not there");
    ZHIBU_ASSIGN_OR_RETURN(const std::vector<StoredPost> leading,
                           PostsAtSeat(txn, NameOf(kInstitutions, id)));
    for (const rows::CoverageRow& coverage : institution->coverages()) {
      if (coverage.organisation_id() != organisation ||
          coverage.rung() != registry::v1::COVERAGE_RUNG_OWN) {
        continue;
      }
      for (const StoredPost& post : leading) {
        if (post.row.kind() != registry::v1::POST_KIND_HEAD) continue;
        heads.push_back({post.row.holder_id(),
                         std::max({post.row.from(), coverage.from(), institution->opened()}),
                         std::min({post.row.to(), coverage.to(), institution->closed()})});
      }
    }
  }
  return Replace(txn, Entity::kSecretaries, organisation, OfSecretaries(*row, secretaries, heads));
}

absl::Status Ingest::Replace(Txn& txn, Entity entity, absl::string_view id,
                             const Contributions& now) {
  ZHIBU_ASSIGN_OR_RETURN(const Contributions before, GetContributions(txn, entity, id));
  if (before == now) return absl::OkStatus();
  PutContributions(txn, entity, id, now);
  return rollup_.Change(txn, before, now);
}

}  // namespace zhibu::reporting
