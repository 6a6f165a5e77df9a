// The survey (基本情况): a catalogue of figures, and the figures of one organisation on one date.
#ifndef ZHIBU_SERVICES_REPORTING_SURVEY_SURVEY_H_
#define ZHIBU_SERVICES_REPORTING_SURVEY_SURVEY_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "common/rpc/call.h"
#include "common/rpc/paging.h"
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

// What each figure of the catalogue counts, in its order. The period of flows is of N years.
std::vector<v1::FigureDefinition> DefinitionsOf(const survey::SurveyCatalogue& catalogue);

// The bodies of the RPCs about the survey. Thread-safe; `catalogue` and `pages` must outlive it.
class Surveys {
 public:
  Surveys(const survey::SurveyCatalogue* catalogue, Pages* pages)
      : catalogue_(*catalogue), definitions_(DefinitionsOf(*catalogue)), pages_(*pages) {}

  absl::Status Get(Call& call, const v1::GetBasicSurveyRequest& request, const Reader& reader,
                   v1::GetBasicSurveyResponse* response) const;
  absl::Status ListDefinitions(Call& call, const v1::ListFigureDefinitionsRequest& request,
                               const Reader& reader,
                               v1::ListFigureDefinitionsResponse* response) const;

 private:
  const survey::SurveyCatalogue& catalogue_;
  const std::vector<v1::FigureDefinition> definitions_;
  Pages& pages_;
};

}  // namespace zhibu::reporting

#endif  // ZHIBU_SERVICES_REPORTING_SURVEY_SURVEY_H_
