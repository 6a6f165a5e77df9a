// What an organisation had goes to others from a day on (承接): the common part of merging,
// splitting and dissolving.
#ifndef ZHIBU_SERVICES_REGISTRY_ORGANISATIONS_HANDOVER_H_
#define ZHIBU_SERVICES_REGISTRY_ORGANISATIONS_HANDOVER_H_

#include <functional>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "common/store/txn.h"
#include "services/registry/books/books.h"
#include "services/registry/rules/forms.h"
#include "zhibu/registry/v1/reorganisation.pb.h"

namespace zhibu::registry {

struct Handover {
  // The organisation, as it is before; its own row is the caller's to store.
  const rows::OrganisationRow* from = nullptr;
  // The organisation goes on with what nobody takes over; else it ends, its posts with it.
  bool goes_on = false;
  // Who takes over a sub-organisation or institution, by their ids; empty: nobody.
  std::function<std::string(const std::string&id)> of_organisation, of_institution;
  // Others that end in the same decision: nothing is handed over of them here.
  std::set<std::string> ending;
  // Of the decision, DayNumber and for the new edges.
  int32_t effective = 0;
  std::string authority, document_number, reason;
};

// Stores every sub-organisation, institution and post that is changed by it, in `txn`, and counts
// them in `effects`. What cannot be handed over is told in `refused`; the caller then gives the
// transaction up. PERIOD_INVALID (something of it begins only after the effective day),
// SUCCESSOR_NOT_THERE, KIND_NOT_ALLOWED_UNDER_PARENT, PARENT_CYCLE, and, where nobody takes over,
// SUB_ORGANISATIONS_LEFT, INSTITUTIONS_LEFT.
absl::Status HandOver(const Handover& handover, const Books& books, Txn& txn,
                      v1::ReorganisationEffects& effects, Violations& refused);

}  // namespace zhibu::registry

#endif  // ZHIBU_SERVICES_REGISTRY_ORGANISATIONS_HANDOVER_H_
