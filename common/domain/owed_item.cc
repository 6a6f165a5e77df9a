#include "common/domain/owed_item.h"

#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/domain/citation.h"
#include "zhibu/type/v1/owed_item.pb.h"

namespace zhibu {
namespace {

type::v1::OwedState StateOf(OwedState state) {
  switch (state) {
    case OwedState::kDone:
      return type::v1::OWED_STATE_DONE;
    case OwedState::kOwed:
      return type::v1::OWED_STATE_OWED;
    case OwedState::kMissing:
      return type::v1::OWED_STATE_MISSING;
  }
  return type::v1::OWED_STATE_UNSPECIFIED;
}

}  // namespace

type::v1::OwedItem ToOwedItem(const Owed& owed, absl::string_view organisation_id) {
  type::v1::OwedItem item;
  item.set_organisation(NameOf(kOrganisations, organisation_id));
  item.set_kind(owed.rule->activity_kind);
  item.set_title(owed.rule->title);
  *item.mutable_period_from() = ToProto(owed.from);
  *item.mutable_due_on() = ToProto(owed.due);
  item.set_owed(owed.times);
  item.set_held(owed.held);
  item.set_state(StateOf(owed.state));
  *item.mutable_citation() = CitationToProto(owed.rule->citation);
  return item;
}

}  // namespace zhibu
