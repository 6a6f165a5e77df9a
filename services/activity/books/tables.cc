#include "services/activity/books/tables.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/copy_fields.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/store/keys.h"
#include "common/store/table.h"
#include "services/activity/books/rows.pb.h"

namespace zhibu::activity {
namespace {

Key ActivityKey(absl::string_view id) { return Key(kActivityTable).Text(id); }

Key ListKey(absl::string_view organisation, absl::CivilDay day) {
  return Key(kByOrganisationTable).Text(organisation).Day(day);
}

Key IndexKey(const rows::ActivityRow& row) {
  return ListKey(row.organisation_id(), DayFromNumber(row.day())).Text(row.id());
}

// Months since the year 0, so that a period's months stand side by side.
int64_t MonthNumber(absl::CivilDay day) { return day.year() * 12 + day.month() - 1; }

Key HeldKey(absl::string_view organisation, absl::string_view kind, int64_t month) {
  return Key(kHeldTable).Text(organisation).Text(kind).Number(month);
}

Key StudyHoursKey(absl::string_view person, absl::CivilDay day) {
  return Key(kStudyHoursTable).Text(person).Day(day);
}

absl::StatusOr<rows::ActivityRow> RowOf(const v1::ActivityRecord& activity) {
  const auto id = IdOf(kActivities, activity.name());
  const auto organisation = IdOf(kOrganisations, activity.organisation());
  const auto day = FromProto(activity.date());
  int64_t version = 0;
  if (!id || !organisation || !day.ok() || !absl::SimpleAtoi(activity.etag(), &version)) {
    return absl::DataLossError("an activity without name, organisation, date or version");
  }
  rows::ActivityRow row;
  row.set_id(*id);
  row.set_organisation_id(*organisation);
  row.set_kind(activity.kind());
  row.set_day(DayNumber(*day));
  row.set_topic(activity.topic());
  row.set_study_hours(activity.study_hours());
  row.set_host_id(IdOf(kPersons, activity.host()).value_or(""));
  for (const v1::Attendance& attendance : activity.attendances()) {
    rows::AttendanceRow& attended = *row.add_attendances();
    attended.set_person_id(IdOf(kPersons, attendance.person()).value_or(""));
    attended.set_presence(attendance.presence());
  }
  row.set_guests(activity.guests());
  row.set_should_attend(activity.should_attend());
  row.set_present(activity.present());
  row.set_cancelled_reason(activity.cancelled_reason());
  row.set_version(version);
  *row.mutable_corrections() = activity.corrections();
  return row;
}

v1::Activity ActivityOf(const rows::ActivityRow& row) {
  v1::Activity activity;
  activity.set_name(NameOf(kActivities, row.id()));
  activity.set_organisation(NameOf(kOrganisations, row.organisation_id()));
  activity.set_kind(row.kind());
  *activity.mutable_date() = ToProto(DayFromNumber(row.day()));
  activity.set_topic(row.topic());
  activity.set_study_hours(row.study_hours());
  if (!row.host_id().empty()) activity.set_host(NameOf(kPersons, row.host_id()));
  for (const rows::AttendanceRow& attended : row.attendances()) {
    v1::Attendance& attendance = *activity.add_attendances();
    attendance.set_person(NameOf(kPersons, attended.person_id()));
    attendance.set_presence(static_cast<v1::Presence>(attended.presence()));
  }
  activity.set_guests(row.guests());
  activity.set_should_attend(row.should_attend());
  activity.set_present(row.present());
  activity.set_cancelled_reason(row.cancelled_reason());
  activity.set_etag(absl::StrCat(row.version()));
  *activity.mutable_corrections() = row.corrections();
  return activity;
}

bool Counts(const rows::ActivityRow& row) { return row.cancelled_reason().empty(); }

// Adds to the month's count; a count of none has no row, so that the same records give the same
// bytes whatever came between.
absl::Status AddHeld(Txn& txn, const rows::ActivityRow& row, int change) {
  const Key key = HeldKey(row.organisation_id(), row.kind(), MonthNumber(DayFromNumber(row.day())));
  ZHIBU_ASSIGN_OR_RETURN(std::optional<rows::HeldRow> held, GetRow<rows::HeldRow>(txn, key));
  if (!held) held.emplace();
  held->set_count(held->count() + change);
  if (held->count() == 0) {
    txn.Delete(key);
  } else {
    PutRow(txn, key, *held);
  }
  return absl::OkStatus();
}

// Calls `each` with the key of every study hours row of this record.
void ForStudyHours(const rows::ActivityRow& row, absl::FunctionRef<void(const Key&)> each) {
  if (!Counts(row) || row.study_hours() == 0) return;
  for (const rows::AttendanceRow& attended : row.attendances()) {
    if (attended.presence() != v1::PRESENCE_PRESENT) continue;
    each(StudyHoursKey(attended.person_id(), DayFromNumber(row.day())).Text(row.id()));
  }
}

absl::Status Unindex(Txn& txn, const rows::ActivityRow& row) {
  txn.Delete(IndexKey(row));
  ForStudyHours(row, [&](const Key& key) { txn.Delete(key); });
  return Counts(row) ? AddHeld(txn, row, -1) : absl::OkStatus();
}

absl::Status Index(Txn& txn, const rows::ActivityRow& row) {
  rows::ActivityIndexRow index;
  index.set_kind(row.kind());
  index.set_cancelled(!Counts(row));
  PutRow(txn, IndexKey(row), index);
  rows::StudyHoursRow hours;
  hours.set_hours(row.study_hours());
  ForStudyHours(row, [&](const Key& key) { PutRow(txn, key, hours); });
  return Counts(row) ? AddHeld(txn, row, 1) : absl::OkStatus();
}

}  // namespace

absl::Status Apply(Txn& txn, const v1::ActivityChanged& event) {
  ZHIBU_ASSIGN_OR_RETURN(const rows::ActivityRow row, RowOf(event.activity()));
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::ActivityRow> before,
                         GetRow<rows::ActivityRow>(txn, ActivityKey(row.id())));
  if (before) ZHIBU_RETURN_IF_ERROR(Unindex(txn, *before));
  PutRow(txn, ActivityKey(row.id()), row);
  return Index(txn, row);
}

absl::Status StoreActivity(Txn& txn, const v1::Activity& activity) {
  v1::ActivityChanged event;
  CopyFields(activity, event.mutable_activity());
  ZHIBU_RETURN_IF_ERROR(Apply(txn, event));
  txn.Emit(event);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<v1::Activity>> FindActivity(const Reader& reader,
                                                         absl::string_view id) {
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::ActivityRow> row,
                         GetRow<rows::ActivityRow>(reader, ActivityKey(id)));
  if (!row) return std::optional<v1::Activity>();
  return std::optional<v1::Activity>(ActivityOf(*row));
}

KeyRange ListOf(absl::string_view organisation_id, absl::CivilDay from, absl::CivilDay to) {
  return {ListKey(organisation_id, from).bytes(), ListKey(organisation_id, to).bytes()};
}

absl::StatusOr<ListedActivity> ToListed(absl::string_view key, absl::string_view value) {
  rows::ActivityIndexRow row;
  KeyParts parts(key);
  parts.Text();
  const std::optional<absl::CivilDay> day = parts.Day();
  const std::optional<std::string> id = parts.Text();
  if (!day || !id || !row.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
    return absl::DataLossError("an entry of an organisation's list cannot be read");
  }
  return ListedActivity{*day, *id, row.kind(), row.cancelled()};
}

absl::StatusOr<int> HeldThrough(const Reader& reader, absl::string_view organisation_id,
                                absl::string_view kind, absl::CivilDay from, absl::CivilDay last) {
  // Whole months are those before the one that `last` ends or cuts.
  const absl::CivilDay cut(last.year(), last.month(), 1);
  int held = 0;
  ZHIBU_RETURN_IF_ERROR(ScanRows<rows::HeldRow>(reader,
                                                HeldKey(organisation_id, kind, MonthNumber(from)),
                                                HeldKey(organisation_id, kind, MonthNumber(last)),
                                                [&](absl::string_view, const rows::HeldRow& row) {
                                                  held += row.count();
                                                  return true;
                                                }));
  const KeyRange begun = ListOf(organisation_id, std::max(cut, from), last + 1);
  ZHIBU_RETURN_IF_ERROR(ScanRows<rows::ActivityIndexRow>(
      reader, begun.begin, begun.end, [&](absl::string_view, const rows::ActivityIndexRow& row) {
        if (row.kind() == kind && !row.cancelled()) ++held;
        return true;
      }));
  return held;
}

absl::Status ScanStudyHours(const Reader& reader, absl::string_view person_id, absl::CivilDay from,
                            absl::CivilDay to,
                            absl::FunctionRef<void(absl::CivilDay day, int hours)> visit) {
  return ScanRows<rows::StudyHoursRow>(reader, StudyHoursKey(person_id, from),
                                       StudyHoursKey(person_id, to),
                                       [&](absl::string_view key, const rows::StudyHoursRow& row) {
                                         KeyParts parts(key);
                                         parts.Text();
                                         visit(parts.Day().value_or(kNoEnd), row.hours());
                                         return true;
                                       });
}

}  // namespace zhibu::activity
