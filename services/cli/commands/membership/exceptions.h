// How leave to depart from a rule (例外批准) is shown.

#ifndef ZHIBU_SERVICES_CLI_COMMANDS_MEMBERSHIP_EXCEPTIONS_H_
#define ZHIBU_SERVICES_CLI_COMMANDS_MEMBERSHIP_EXCEPTIONS_H_

#include <string>

#include "services/cli/program/titles.h"
#include "zhibu/membership/v1/development_case.pb.h"

namespace zhibu::cli {

// "例外批准：who, document, why", in lines that begin with `indent` spaces.
std::string GrantText(const membership::v1::ExceptionGrant& grant, const Titles& titles, int indent,
                      int width);

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_COMMANDS_MEMBERSHIP_EXCEPTIONS_H_
