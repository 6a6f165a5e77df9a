#include "common/base/crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <cstdlib>
#include <memory>

#include "absl/strings/escaping.h"

namespace zhibu {
namespace {

constexpr size_t kTagBytes = 16;

const unsigned char* Bytes(absl::string_view s) {
  return reinterpret_cast<const unsigned char*>(s.data());
}
unsigned char* Bytes(std::string& s) { return reinterpret_cast<unsigned char*>(s.data()); }

// A failure here means that the library is broken or out of memory: no answer would be right.
void Must(bool ok) {
  if (!ok) std::abort();
}

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

}  // namespace

std::string Sha256(std::initializer_list<absl::string_view> parts) {
  // Fetched once: OpenSSL 3 otherwise looks the algorithm up at every call.
  static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  thread_local std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                               EVP_MD_CTX_free);
  Must(EVP_DigestInit_ex2(context.get(), algorithm, nullptr));
  for (absl::string_view part : parts) {
    Must(EVP_DigestUpdate(context.get(), part.data(), part.size()));
  }
  std::string digest(32, '\0');
  Must(EVP_DigestFinal_ex(context.get(), Bytes(digest), nullptr));
  return digest;
}

std::string Sha256Hex(absl::string_view bytes) { return absl::BytesToHexString(Sha256({bytes})); }

std::string HmacSha256(absl::string_view key, absl::string_view bytes) {
  std::string digest(32, '\0');
  unsigned int length = 0;
  Must(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), Bytes(bytes), bytes.size(),
            Bytes(digest), &length) != nullptr);
  return digest;
}

std::string RandomBytes(size_t count) {
  std::string bytes(count, '\0');
  Must(RAND_bytes(Bytes(bytes), static_cast<int>(count)) == 1);
  return bytes;
}

std::string RandomId() { return absl::BytesToHexString(RandomBytes(16)); }

bool SecretsEqual(absl::string_view a, absl::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string AesGcmSeal(absl::string_view key, absl::string_view nonce, absl::string_view context,
                       absl::string_view plain) {
  Must(key.size() == 32 && nonce.size() == 12);
  CipherContext cipher(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  Must(EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, Bytes(key), Bytes(nonce)));
  int length = 0;
  Must(EVP_EncryptUpdate(cipher.get(), nullptr, &length, Bytes(context),
                         static_cast<int>(context.size())));
  std::string sealed(plain.size() + kTagBytes, '\0');
  Must(EVP_EncryptUpdate(cipher.get(), Bytes(sealed), &length, Bytes(plain),
                         static_cast<int>(plain.size())));
  Must(EVP_EncryptFinal_ex(cipher.get(), Bytes(sealed) + length, &length));
  Must(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes,
                           Bytes(sealed) + plain.size()));
  return sealed;
}

absl::StatusOr<std::string> AesGcmOpen(absl::string_view key, absl::string_view nonce,
                                       absl::string_view context, absl::string_view sealed) {
  if (key.size() != 32 || nonce.size() != 12 || sealed.size() < kTagBytes) {
    return absl::DataLossError("sealed data is not whole");
  }
  const size_t size = sealed.size() - kTagBytes;
  CipherContext cipher(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  Must(EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, Bytes(key), Bytes(nonce)));
  int length = 0;
  Must(EVP_DecryptUpdate(cipher.get(), nullptr, &length, Bytes(context),
                         static_cast<int>(context.size())));
  std::string plain(size, '\0');
  std::string tag(sealed.substr(size));
  Must(EVP_DecryptUpdate(cipher.get(), Bytes(plain), &length, Bytes(sealed),
                         static_cast<int>(size)));
  Must(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()));
  if (EVP_DecryptFinal_ex(cipher.get(), Bytes(plain) + length, &length) != 1) {
    return absl::DataLossError("sealed data was changed, or was sealed with another key");
  }
  return plain;
}

}  // namespace zhibu
