// Name, ID number and birth date at rest: sealed together, and found again by a keyed hash.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_BOOKS_PERSONAL_DATA_H_
#define ZHIBU_SERVICES_MEMBERSHIP_BOOKS_PERSONAL_DATA_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/membership/books/rows.pb.h"
#include "zhibu/membership/v1/events.pb.h"

namespace zhibu::membership {

// The keys of a store, newest first: the newest seals, all open what they sealed. A key that seals
// and one that hashes are derived from a master key each, so that neither use can weaken the other.
// No key is ever taken out: the journal keeps what was sealed with it. Immutable, thread-safe.
class PersonalDataKeys {
 public:
  // Each has 32 bytes; at least one.
  explicit PersonalDataKeys(const std::vector<std::string>& masters);

  // `person` ("persons/{person}") is authenticated with the text: a sealed text moved to another
  // person does not open.
  v1::Sealed Seal(absl::string_view person, const rows::PersonalData& data) const;
  // FAILED_PRECONDITION "KEY_MISSING" where a key sealed it that is not here, DATA_LOSS where it
  // was changed.
  absl::StatusOr<rows::PersonalData> Open(absl::string_view person, const v1::Sealed& sealed) const;

  // The same for any text; `context` is authenticated.
  v1::Sealed SealText(absl::string_view context, absl::string_view plain) const;
  absl::StatusOr<std::string> OpenText(absl::string_view context, const v1::Sealed& sealed) const;

  // 32 hexadecimal digits that only the holder of the key can compute: the indexes for uniqueness
  // and for likeness (name and birth date). By the oldest key, so that the indexes stay as they are
  // when a newer one seals.
  std::string IdNumberHash(absl::string_view id_number) const;
  std::string AlikeHash(const rows::PersonalData& data) const;
  // The same of a name (姓名), as names are compared, and of the initials of one, in lower case.
  std::string NameHash(absl::string_view display_name) const;
  std::string InitialsHash(absl::string_view initials) const;

  // The first 8 bytes of the newest sealing key's SHA-256, hexadecimal.
  const std::string& key_id() const { return keys_.front().id; }
  bool Has(absl::string_view key_id) const { return Find(key_id) != nullptr; }

 private:
  struct DerivedKey {
    std::string seal, id;
  };
  const DerivedKey* Find(absl::string_view key_id) const;

  std::vector<DerivedKey> keys_;
  std::string hash_key_;
};

// The master keys in the file, newest first: each line 64 hexadecimal digits. Where there is no
// file, one is made with a new key, readable by its owner alone. Losing a key loses every name and
// number that it sealed: back the file up apart from the store.
absl::StatusOr<std::vector<std::string>> LoadOrMakeKeys(const std::string& path);

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_BOOKS_PERSONAL_DATA_H_
