// Names, ID numbers and codes of people and schools that do not exist.
#ifndef ZHIBU_SERVICES_CLI_GENERATE_PEOPLE_H_
#define ZHIBU_SERVICES_CLI_GENERATE_PEOPLE_H_

#include <cstdint>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/time/civil_time.h"
#include "common/domain/id_number.h"
#include "services/cli/generate/dice.h"

namespace zhibu::cli {

// Remembers every number it gave, so that each is given once.
class People {
 public:
  explicit People(Dice* dice) : dice_(dice) {}

  Sex AnySex() { return dice_->Chance(560) ? Sex::kFemale : Sex::kMale; }
  // Surname and one or two characters; surnames as frequent as they are.
  std::string Name(Sex sex);
  // Region 990000–990099, valid check character, unique.
  std::string IdNumber(absl::CivilDay birth, Sex sex);
  // GB/T 3304: mostly "01".
  std::string Nationality();

 private:
  Dice* const dice_;
  absl::flat_hash_set<uint64_t> numbers_;  // the first 17 digits
};

// The code of the `number`-th school, 0–9,999,999; private schools are registered with civil
// affairs.
std::string SchoolCreditCode(int number, bool is_private);

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_GENERATE_PEOPLE_H_
