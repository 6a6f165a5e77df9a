#include "services/membership/personal_data.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/crypto.h"
#include "common/base/file.h"
#include "common/base/status.h"

namespace zhibu::membership {
namespace {

constexpr char kAlgorithm[] = "AES-256-GCM";
constexpr size_t kNonceBytes = 12;
constexpr size_t kKeyBytes = 32;

}  // namespace

PersonalDataKeys::PersonalDataKeys(absl::string_view master)
    : seal_key_(HmacSha256(master, "zhibu membership seal 1")),
      hash_key_(HmacSha256(master, "zhibu membership id number 1")),
      key_id_(Sha256Hex(seal_key_).substr(0, 16)) {}

v1::Sealed PersonalDataKeys::Seal(absl::string_view person, const rows::PersonalData& data) const {
  v1::Sealed sealed;
  sealed.set_algorithm(kAlgorithm);
  sealed.set_key_id(key_id_);
  sealed.set_nonce(RandomBytes(kNonceBytes));
  sealed.set_ciphertext(AesGcmSeal(seal_key_, sealed.nonce(), absl::StrCat(person, "\n", key_id_),
                                   data.SerializeAsString()));
  return sealed;
}

absl::StatusOr<rows::PersonalData> PersonalDataKeys::Open(absl::string_view person,
                                                          const v1::Sealed& sealed) const {
  if (sealed.algorithm() != kAlgorithm || sealed.key_id() != key_id_) {
    return Failure(absl::StatusCode::kFailedPrecondition, "KEY_MISSING",
                   "个人信息由另一把密钥加密，当前服务没有这把密钥");
  }
  ZHIBU_ASSIGN_OR_RETURN(const std::string plain,
                         AesGcmOpen(seal_key_, sealed.nonce(), absl::StrCat(person, "\n", key_id_),
                                    sealed.ciphertext()));
  rows::PersonalData data;
  if (!data.ParseFromString(plain)) return absl::DataLossError("a sealed text cannot be read");
  return data;
}

std::string PersonalDataKeys::IdNumberHash(absl::string_view id_number) const {
  return absl::BytesToHexString(HmacSha256(hash_key_, id_number).substr(0, 16));
}

absl::StatusOr<std::string> LoadOrMakeKey(const std::string& path) {
  absl::StatusOr<std::string> text = ReadFile(path);
  if (absl::IsNotFound(text.status())) {
    const std::string key = RandomBytes(kKeyBytes);
    ZHIBU_RETURN_IF_ERROR(
        WriteFile(path, absl::StrCat(absl::BytesToHexString(key), "\n"), /*secret=*/true));
    return key;
  }
  if (!text.ok()) return text.status();
  const absl::string_view digits = absl::StripAsciiWhitespace(*text);
  if (digits.size() != 2 * kKeyBytes ||
      !std::all_of(digits.begin(), digits.end(), absl::ascii_isxdigit)) {
    return absl::FailedPreconditionError(absl::StrCat("密钥文件不是 64 位十六进制数：", path));
  }
  return absl::HexStringToBytes(digits);
}

}  // namespace zhibu::membership
