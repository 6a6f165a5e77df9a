// The groups of commands, one file each.

#ifndef ZHIBU_SERVICES_CLI_PROGRAM_GROUPS_H_
#define ZHIBU_SERVICES_CLI_PROGRAM_GROUPS_H_

#include <vector>

#include "services/cli/program/command.h"

namespace zhibu::cli {

CommandGroup OrganisationCommands();         // org.cc
CommandGroup StandingCommands();             // standing.cc
CommandGroup LeadershipCommands();           // leadership.cc and the one below
std::vector<Command> RegistryCorrections();  // correct.cc: posts, facilities, elections
CommandGroup ReorganisationCommands();       // reorganise.cc
CommandGroup PrivacyCommands();              // privacy.cc
CommandGroup RulesCommands();                // rules.cc
CommandGroup CallCommands();                 // call.cc
CommandGroup MemberCommands();               // member.cc and those below
Command RecordCommand();                     // record.cc
Command CaseEventCommand();                  // case_event.cc
std::vector<Command> FactCommands();         // fact.cc: member fact, member dues, dues
Command ExceptionsCommand();                 // exceptions.cc
Command DueCommand();                        // due.cc
CommandGroup TransferCommands();             // transfer.cc
CommandGroup QuotaCommands();                // quota.cc
CommandGroup ActivityCommands();             // activity.cc
CommandGroup ReportCommands();               // report.cc
CommandGroup DataCommands();                 // data.cc: import, generate
CommandGroup CareCommands();                 // care.cc: status, verify
CommandGroup ProgramCommands();              // program.cc: help, completion, token, version

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_PROGRAM_GROUPS_H_
