// The survey (基本情况): a catalogue of figures, and the figures of one organisation on one date.
#ifndef ZHIBU_SERVICES_REPORTING_SURVEY_SURVEY_H_
#define ZHIBU_SERVICES_REPORTING_SURVEY_SURVEY_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/store/store.h"
#include "services/reporting/data/survey.pb.h"
#include "zhibu/reporting/v1/reporting_service.pb.h"
#include "zhibu/type/v1/line.pb.h"

namespace zhibu::reporting {

struct SurveyQuery {
  std::string organisation;  // id
  type::v1::Line line;
  absl::CivilDay as_of;
  int period_years;
};

// The catalogue's figures. A term that nobody recorded makes its figure `unrecorded`, or leaves its
// ratio without a denominator; so does a denominator that is not positive. INTERNAL
// "FIGURES_DO_NOT_BALANCE", with the figure's id, where parts do not add up to their whole: then
// nothing is answered, since no figure can be trusted.
absl::StatusOr<std::vector<v1::Section>> AnswerSurvey(const survey::SurveyCatalogue& catalogue,
                                                      const Reader& reader,
                                                      const SurveyQuery& query);

}  // namespace zhibu::reporting

#endif  // ZHIBU_SERVICES_REPORTING_SURVEY_SURVEY_H_
