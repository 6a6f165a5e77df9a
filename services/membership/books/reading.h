// Where the rows of persons and cases lie, and how they are read.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_BOOKS_READING_H_
#define ZHIBU_SERVICES_MEMBERSHIP_BOOKS_READING_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/resource_name.h"
#include "common/store/keys.h"
#include "common/store/store.h"
#include "services/membership/books/numbers.h"
#include "services/membership/books/rows.pb.h"
#include "services/membership/rules/rule_set.h"
#include "services/membership/rules/story.h"

namespace zhibu::membership {

Key PersonKey(absl::string_view person_id);
Key CaseKey(const CaseName& name);
Key StepsKey(const CaseName& name);          // the beginning of all its steps
Key CaseEventsKey(const CaseName& name);     // the same of what happened beside them
std::string FullName(const CaseName& name);  // "persons/{person}/cases/{case}"

absl::StatusOr<std::optional<rows::PersonRow>> FindPerson(const Reader& reader,
                                                          absl::string_view person_id);
// Whom the organisation keeps or once kept, by id.
absl::StatusOr<std::vector<std::string>> PersonsEverAt(const Reader& reader,
                                                       absl::string_view organisation_id);

// The record as it stood when everything recorded up to `known_at` was known: the one in 0x10 or an
// older one from the history. nullopt where the person was not known yet.
absl::StatusOr<std::optional<rows::PersonRow>> PersonAsKnownAt(const Reader& reader,
                                                               absl::string_view person_id,
                                                               const rows::PersonRow& now,
                                                               absl::Time known_at);

absl::StatusOr<std::optional<rows::CaseRow>> FindCase(const Reader& reader, const CaseName& name);

// Whether the person has a case, other than `except`, in which steps towards membership can still
// be recorded.
absl::StatusOr<bool> HasOpenCase(const Reader& reader, absl::string_view person_id,
                                 absl::string_view except = "");

// Whether another case of the person began after something in this one, and stands.
absl::StatusOr<bool> HasLaterCase(const Reader& reader, const CaseName& name,
                                  const rows::CaseRow& row);

// The case's steps, void ones included, and what happened beside them, each in order.
absl::StatusOr<std::vector<v1::RecordedStep>> StepsOf(const Reader& reader, const CaseName& name);
absl::StatusOr<std::vector<v1::RecordedCaseEvent>> CaseEventsOf(const Reader& reader,
                                                                const CaseName& name);

// The case before its first step. Whoever opens it with a step of probation was admitted before the
// books were opened.
rows::CaseRow NewCase(const rows::PersonRow& person, v1::StepKind first);

// The story of a case before anything was recorded in it; `steps`: those that were recorded then.
// `person` and `rule_sets` must outlive it.
Story StoryOf(const RuleSets& rule_sets, const rows::PersonRow& person, const rows::CaseRow& row,
              const std::vector<v1::RecordedStep>& steps);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_BOOKS_READING_H_
