// Name, ID number and birth date at rest: sealed together, and found again by a keyed hash.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_PERSONAL_DATA_H_
#define ZHIBU_SERVICES_MEMBERSHIP_PERSONAL_DATA_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/membership/rows.pb.h"
#include "zhibu/membership/v1/events.pb.h"

namespace zhibu::membership {

// Two keys derived from one master key: one seals, one hashes, so that neither use can weaken the
// other. Immutable, thread-safe.
class PersonalDataKeys {
 public:
  // `master` has 32 bytes.
  explicit PersonalDataKeys(absl::string_view master);

  // `person` ("persons/{person}") is authenticated with the text: a sealed text moved to another
  // person does not open.
  v1::Sealed Seal(absl::string_view person, const rows::PersonalData& data) const;
  // FAILED_PRECONDITION "KEY_MISSING" where another key sealed it, DATA_LOSS where it was changed.
  absl::StatusOr<rows::PersonalData> Open(absl::string_view person, const v1::Sealed& sealed) const;

  // 32 hexadecimal digits that only the holder of the key can compute: the index for uniqueness.
  std::string IdNumberHash(absl::string_view id_number) const;

  // The first 8 bytes of the sealing key's SHA-256, hexadecimal.
  const std::string& key_id() const { return key_id_; }

 private:
  const std::string seal_key_, hash_key_, key_id_;
};

// The master key in the file: 64 hexadecimal digits. Where there is no file, one is made with a new
// key, readable by its owner alone. Losing it loses every name and number: back it up apart from
// the store.
absl::StatusOr<std::string> LoadOrMakeKey(const std::string& path);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_PERSONAL_DATA_H_
