// The only place with a random source, and the few uses of OpenSSL that zhibu has.
#ifndef ZHIBU_COMMON_BASE_CRYPTO_H_
#define ZHIBU_COMMON_BASE_CRYPTO_H_

#include <cstddef>
#include <initializer_list>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace zhibu {

// 32 bytes: SHA-256 over the parts one after the other.
std::string Sha256(std::initializer_list<absl::string_view> parts);
std::string Sha256Hex(absl::string_view bytes);

// 32 bytes: HMAC-SHA-256.
std::string HmacSha256(absl::string_view key, absl::string_view bytes);

// `count` bytes from the operating system's generator, fit for keys.
std::string RandomBytes(size_t count);

// 32 random lower-case hexadecimal digits, fit for request ids.
std::string RandomId();

// Whether two secrets are equal, in a time that does not tell where they differ.
bool SecretsEqual(absl::string_view a, absl::string_view b);

// AES-256-GCM. `key` has 32 bytes and `nonce` 12; `context` is authenticated but not encrypted.
// The sealed text ends with the 16-byte tag. Open fails with DATA_LOSS where anything was changed.
std::string AesGcmSeal(absl::string_view key, absl::string_view nonce, absl::string_view context,
                       absl::string_view plain);
absl::StatusOr<std::string> AesGcmOpen(absl::string_view key, absl::string_view nonce,
                                       absl::string_view context, absl::string_view sealed);

}  // namespace zhibu

#endif  // ZHIBU_COMMON_BASE_CRYPTO_H_
