// How transfers look: tables, one transfer, and the letter to be printed.

#ifndef ZHIBU_SERVICES_CLI_COMMANDS_MEMBERSHIP_TRANSFER_TEXT_H_
#define ZHIBU_SERVICES_CLI_COMMANDS_MEMBERSHIP_TRANSFER_TEXT_H_

#include <functional>
#include <string>
#include <vector>

#include "zhibu/membership/v1/person.pb.h"
#include "zhibu/membership/v1/transfer_service.pb.h"

namespace zhibu::cli {

// The title of "organisations/...", and the name of "persons/...".
struct TransferNames {
  std::function<std::string(const std::string&)> title;
  std::function<std::string(const std::string&)> person;
};

std::string Term(membership::v1::TransferState state);

// The number of a letter: "〔2026〕第 12 号".
std::string LetterNumber(const membership::v1::TransferLetter& letter);

// One line a transfer.
std::string TransferTable(const std::vector<membership::v1::Transfer>& transfers,
                          const TransferNames& names, int width);

// One transfer: who has agreed, the letters, how it ended.
std::string TransferText(const membership::v1::Transfer& transfer, const TransferNames& names,
                         int width);

// The last letter with its stub and its receipt (存根、介绍信、回执), a page to be printed;
// `stage`: the person's on the day of issue. Empty where no letter was issued.
std::string LetterText(const membership::v1::Transfer& transfer, membership::v1::Stage stage,
                       const TransferNames& names, int width);

// One line a decision.
std::string UnitTransferTable(const std::vector<membership::v1::UnitTransfer>& transfers,
                              const TransferNames& names, int width);

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_COMMANDS_MEMBERSHIP_TRANSFER_TEXT_H_
