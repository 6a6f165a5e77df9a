// Which counties there are to build.
#ifndef ZHIBU_SERVICES_CLI_GENERATE_COUNTIES_H_
#define ZHIBU_SERVICES_CLI_GENERATE_COUNTIES_H_

#include <string>

#include "services/cli/generate/county.h"
#include "services/cli/generate/generate.h"

namespace zhibu::cli {

// Each answers the id of the organisation whose survey has the county's figures.
std::string BuildR1(CountyBuilder& county, const GenerateOptions& options);
std::string BuildR2(CountyBuilder& county, const GenerateOptions& options);
std::string BuildCounty(CountyBuilder& county, const GenerateOptions& options);
std::string BuildProvince(CountyBuilder& county, const GenerateOptions& options);

// "白杨镇" …: names of townships that could be anywhere; beyond the 35th they come again.
std::string TownshipName(int index);

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_GENERATE_COUNTIES_H_
