// Keys whose byte order is the order of their parts.
//
// A key is a table number, then parts. Numbers are big-endian with the sign bit flipped; text ends
// with 0x00, so that "a" sorts before "ab" and no part can run into the next. Text must not contain
// 0x00: resource ids cannot.
#ifndef ZHIBU_COMMON_STORE_KEYS_H_
#define ZHIBU_COMMON_STORE_KEYS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"

namespace zhibu {

// Table numbers. 0x00–0x0F belong to common/store; a service numbers its own from 0x10. A number is
// never used again for something else.
enum class SystemTable : uint8_t {
  kMeta = 0x00,           // "format" → StoreFormat
  kJournal = 0x01,        // revision → Record
  kAnswers = 0x02,        // actor, method, request id → Answer
  kFollowed = 0x03,       // source → Followed
  kOrganisations = 0x04,  // id → MirroredOrganisation, in services that follow the registry
};

class Key {
 public:
  explicit Key(uint8_t table) { bytes_.push_back(static_cast<char>(table)); }
  explicit Key(SystemTable table) : Key(static_cast<uint8_t>(table)) {}

  Key& Text(absl::string_view text);
  Key& Number(int64_t number);
  // A civil day, as the number of days since 1970-01-01.
  Key& Day(absl::CivilDay day);

  const std::string& bytes() const { return bytes_; }
  operator absl::string_view() const { return bytes_; }  // NOLINT: a key is its bytes
  // The end of the range of all keys that begin with this one.
  std::string End() const;

 private:
  std::string bytes_;
};

// Takes a key apart again, in the order in which it was put together. Every method answers nullopt
// once the bytes do not fit.
class KeyParts {
 public:
  explicit KeyParts(absl::string_view key) : rest_(key) {
    if (!rest_.empty()) rest_.remove_prefix(1);
  }
  std::optional<std::string> Text();
  std::optional<int64_t> Number();
  std::optional<absl::CivilDay> Day();

 private:
  absl::string_view rest_;
};

}  // namespace zhibu

#endif  // ZHIBU_COMMON_STORE_KEYS_H_
