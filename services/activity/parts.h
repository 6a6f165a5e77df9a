// What all bodies of this program share.
#ifndef ZHIBU_SERVICES_ACTIVITY_PARTS_H_
#define ZHIBU_SERVICES_ACTIVITY_PARTS_H_

#include <utility>

#include "common/domain/cadence.h"
#include "services/activity/data/kinds.h"

namespace zhibu::activity {

// Immutable; held by the service, so that it lives as long as the last body.
struct Parts {
  Parts(Cadence of_cadence, Kinds of_kinds)
      : cadence(std::move(of_cadence)), kinds(std::move(of_kinds)) {}
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  const Cadence cadence;
  const Kinds kinds;
};

}  // namespace zhibu::activity

#endif  // ZHIBU_SERVICES_ACTIVITY_PARTS_H_
