// The activities and what is looked up about them, over Txn and Reader.
#ifndef ZHIBU_SERVICES_ACTIVITY_BOOKS_TABLES_H_
#define ZHIBU_SERVICES_ACTIVITY_BOOKS_TABLES_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/rpc/paging.h"
#include "common/store/store.h"
#include "common/store/txn.h"
#include "zhibu/activity/v1/activity.pb.h"
#include "zhibu/activity/v1/events.pb.h"

namespace zhibu::activity {

// Table numbers: see README.md. Those of the mirror are in mirror.h.
inline constexpr uint8_t kActivityTable = 0x12;        // activity → ActivityRow
inline constexpr uint8_t kByOrganisationTable = 0x13;  // organisation, day, activity → index row
inline constexpr uint8_t kHeldTable = 0x14;            // organisation, kind, month → HeldRow
inline constexpr uint8_t kStudyHoursTable = 0x15;      // person, day, activity → StudyHoursRow

// Stores what the event says with all its indexes, and undoes those of the record before. It reads
// nothing but these tables, so that the feed alone gives them again. DATA_LOSS for an event that
// cannot be read.
absl::Status Apply(Txn& txn, const v1::ActivityChanged& event);

// One path for every change: the activity as it now is goes to the journal as an event, and what
// the event says is stored, so that the feed alone gives the tables again.
absl::Status StoreActivity(Txn& txn, const v1::Activity& activity);

// By id; as the API shows it.
absl::StatusOr<std::optional<v1::Activity>> FindActivity(const Reader& reader,
                                                         absl::string_view id);

// One entry of an organisation's list.
struct ListedActivity {
  absl::CivilDay day;
  std::string id;
  std::string kind;
  bool cancelled;
};

// The keys of the list: the organisation's activities of [from, to) by date and id, cancelled ones
// too.
KeyRange ListOf(absl::string_view organisation_id, absl::CivilDay from, absl::CivilDay to);
// What stands at one of them.
absl::StatusOr<ListedActivity> ToListed(absl::string_view key, absl::string_view value);

// How many activities of the kind the organisation held from the first day of `from`'s month
// through `last`; cancelled ones not counted. Whole months come from counts.
absl::StatusOr<int> HeldThrough(const Reader& reader, absl::string_view organisation_id,
                                absl::string_view kind, absl::CivilDay from, absl::CivilDay last);

// What the person earned by being present, by day, in [from, to).
absl::Status ScanStudyHours(const Reader& reader, absl::string_view person_id, absl::CivilDay from,
                            absl::CivilDay to,
                            absl::FunctionRef<void(absl::CivilDay day, int hours)> visit);

}  // namespace zhibu::activity

#endif  // ZHIBU_SERVICES_ACTIVITY_BOOKS_TABLES_H_
