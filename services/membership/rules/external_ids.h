// The ids by which outside systems know a person (外部系统编号).
#ifndef ZHIBU_SERVICES_MEMBERSHIP_RULES_EXTERNAL_IDS_H_
#define ZHIBU_SERVICES_MEMBERSHIP_RULES_EXTERNAL_IDS_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/base/status.h"
#include "google/protobuf/repeated_field.h"
#include "zhibu/type/v1/external_id.pb.h"

namespace zhibu::membership {

using ExternalIds = google::protobuf::RepeatedPtrField<type::v1::ExternalId>;

// Adds EXTERNAL_ID_INVALID unless system and id may be written so. `at` is the subject.
void CheckExternalIdForm(absl::string_view system, absl::string_view id, absl::string_view at,
                         std::vector<Violation>& wrong);

// Adds what is wrong with the form of a person's ids: also EXTERNAL_ID_IS_ID_NUMBER, since what is
// stored of an ID number is sealed, and DATE_REQUIRED and DATE_INVALID. Subjects are "{at}[i]".
void CheckExternalIds(const ExternalIds& ids, absl::string_view at, std::vector<Violation>& wrong);

// Of sound ids: adds PERIOD_INVALID, PERIODS_OVERLAP (two in one system on a day) and
// EXTERNAL_ID_TAKEN, by one of `others`, all ids of each other person that has one of these.
void JudgeExternalIds(const ExternalIds& ids, const std::vector<ExternalIds>& others,
                      absl::string_view at, std::vector<Violation>& refused);

bool HoldsOn(const type::v1::ExternalId& id, absl::CivilDay day);

// Oldest first.
void SortExternalIds(ExternalIds& ids);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_RULES_EXTERNAL_IDS_H_
