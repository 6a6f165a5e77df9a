// What the services of this program share.
#ifndef ZHIBU_SERVICES_REPORTING_PARTS_H_
#define ZHIBU_SERVICES_REPORTING_PARTS_H_

#include <utility>

#include "common/domain/cadence.h"
#include "common/domain/shared_org_tree.h"
#include "common/rpc/organisation_mirror.h"
#include "services/reporting/books/ingest.h"
#include "services/reporting/data/survey.pb.h"

namespace zhibu::reporting {

// Held by the services and by what follows the feeds, so that it lives as long as the last of them.
struct Parts {
  // `tree` must outlive it.
  Parts(SharedOrgTree* tree, Cadence owed, survey::SurveyCatalogue figures)
      : cadence(std::move(owed)), survey(std::move(figures)), organisations(tree) {}
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  const Cadence cadence;
  const survey::SurveyCatalogue survey;
  OrganisationMirror organisations;
  Ingest ingest{&organisations};  // lane only
};

}  // namespace zhibu::reporting

#endif  // ZHIBU_SERVICES_REPORTING_PARTS_H_
