// In which order the rows of one case in 步骤.csv and 发展情形.csv happened.
#ifndef ZHIBU_SERVICES_CLI_IMPORT_STORIES_H_
#define ZHIBU_SERVICES_CLI_IMPORT_STORIES_H_

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "services/cli/import/batch.h"
#include "services/cli/import/folder.h"
#include "zhibu/membership/v1/membership_service.pb.h"

namespace zhibu::cli {

// The sound rows of 发展情形.csv by 案件, each case's in the order of the file. Held in memory: of
// a thousand cases, a few have any.
using CaseEvents = std::map<std::string, std::vector<Row>>;
CaseEvents ReadCaseEvents(const Folder& folder);

// After how many of the case's steps the event comes: what 在序号后 says; otherwise before the
// first step of a later day than its own, so that what happened on the same day comes before it.
// `days`: of the steps, in the order of the file.
int PlaceOf(const Row& event, const std::vector<absl::CivilDay>& days);

// What cannot be of one case's events: a place that is not there, one before the event above it, a
// step that is made void before it is held. `days` is empty where 步骤.csv does not have the case.
void CheckPlaces(const std::vector<Row>& events, const std::vector<absl::CivilDay>& days,
                 RowErrors* errors);

// One case: its steps and events in turn.
struct CaseStory {
  membership::v1::CaseSteps steps;  // all that the file has
  Origin origin;                    // with a part for each step
  std::vector<Row> events;
  // Steps from `from` up to `to`, or one event where there is one.
  struct Part {
    std::optional<size_t> event;
    int from = 0, to = 0;
  };
  std::vector<Part> parts;
  // The first part that comes after the person was received elsewhere; parts.size() where none
  // does.
  size_t after_move = 0;
};
// `moved`: the first day on which somebody else keeps the person.
CaseStory TellInOrder(membership::v1::CaseSteps steps, Origin origin, std::vector<Row> events,
                      std::optional<absl::CivilDay> moved);

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_IMPORT_STORIES_H_
