// 基本情况 as a page.

#ifndef ZHIBU_SERVICES_CLI_COMMANDS_REPORTING_SURVEY_TEXT_H_
#define ZHIBU_SERVICES_CLI_COMMANDS_REPORTING_SURVEY_TEXT_H_

#include <string>

#include "zhibu/reporting/v1/reporting_service.pb.h"

namespace zhibu::cli {

// Title, date and line; then the figures by section, parts indented under their whole. Every ratio
// shows both counts and what its denominator counts; what was not recorded says so. No line is
// wider than `width` columns (at least 40).
std::string SurveyText(const reporting::v1::GetBasicSurveyResponse& survey, int width);

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_COMMANDS_REPORTING_SURVEY_TEXT_H_
