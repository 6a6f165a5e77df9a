// The catalogue of figures: read and checked once, at start.
#ifndef ZHIBU_SERVICES_REPORTING_DATA_LOAD_SURVEY_H_
#define ZHIBU_SERVICES_REPORTING_DATA_LOAD_SURVEY_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/reporting/data/survey.pb.h"

namespace zhibu::reporting {

// Reads a catalogue in text format. INVALID_ARGUMENT names `name`, the figure and what is wrong: a
// measure that is not counted, a ratio whose denominator says not what it is (分母口径), a flow
// without a span or a stock with one, a part of nothing or of a whole that is counted otherwise.
absl::StatusOr<survey::SurveyCatalogue> ParseSurvey(absl::string_view text, absl::string_view name);

// ParseSurvey of a file; NOT_FOUND if it cannot be read.
absl::StatusOr<survey::SurveyCatalogue> LoadSurvey(const std::string& path);

}  // namespace zhibu::reporting

#endif  // ZHIBU_SERVICES_REPORTING_DATA_LOAD_SURVEY_H_
