// From an event of a followed feed to the rows and counters that it changes.
#ifndef ZHIBU_SERVICES_REPORTING_BOOKS_INGEST_H_
#define ZHIBU_SERVICES_REPORTING_BOOKS_INGEST_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/rpc/membership_mirror.h"
#include "common/rpc/organisation_mirror.h"
#include "common/store/txn.h"
#include "google/protobuf/any.pb.h"
#include "services/reporting/books/counters.h"
#include "services/reporting/books/rows.pb.h"
#include "services/reporting/books/tables.h"
#include "zhibu/activity/v1/events.pb.h"
#include "zhibu/registry/v1/events.pb.h"

namespace zhibu::reporting {

// Applies the events of all three feeds. Each feed comes in its own order, but the three interleave
// as chance will have it; what is stored depends on which events were applied and on nothing else.
// An event states an entity whole, so an entity whose neighbours are not known yet contributes what
// it can and is looked at again when they come. Used on the commit lane alone.
class Ingest {
 public:
  // `organisations` must outlive it.
  explicit Ingest(OrganisationMirror* organisations) : organisations_(organisations) {}

  // Events of other kinds are passed over. DATA_LOSS for one without its entity's name, and for a
  // step of a person who was never in the feed.
  absl::Status Apply(Txn& txn, const google::protobuf::Any& event);

 private:
  absl::Status Organisation(Txn& txn, const registry::v1::OrganisationChanged& changed);
  absl::Status Institution(Txn& txn, const registry::v1::InstitutionRecord& institution);
  absl::Status Post(Txn& txn, const registry::v1::PostRecord& post);
  absl::Status Activity(Txn& txn, const activity::v1::ActivityRecord& activity);

  // Contributors that depend on more than one entity.
  absl::Status RecountHolder(Txn& txn, const std::string& holder);
  absl::Status RecountSecretaries(Txn& txn, const std::string& organisation);
  // Stores what the entity contributes now and changes the counters by the difference.
  absl::Status Replace(Txn& txn, Entity entity, absl::string_view id, const Contributions& now);

  OrganisationMirror* const organisations_;
  const MembershipMirror persons_{{.persons = static_cast<uint8_t>(Table::kPersons)}};
  Rollup rollup_;
};

}  // namespace zhibu::reporting

#endif  // ZHIBU_SERVICES_REPORTING_BOOKS_INGEST_H_
