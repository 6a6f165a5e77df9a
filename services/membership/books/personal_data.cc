#include "services/membership/books/personal_data.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/crypto.h"
#include "common/base/file.h"
#include "common/base/status.h"
#include "common/base/text.h"

namespace zhibu::membership {
namespace {

constexpr char kAlgorithm[] = "AES-256-GCM";
constexpr size_t kNonceBytes = 12;
constexpr size_t kKeyBytes = 32;

}  // namespace

PersonalDataKeys::PersonalDataKeys(const std::vector<std::string>& masters) {
  for (const std::string& master : masters) {
    DerivedKey key;
    key.seal = HmacSha256(master, "zhibu membership seal 1");
    key.id = Sha256Hex(key.seal).substr(0, 16);
    keys_.push_back(std::move(key));
  }
  hash_key_ = HmacSha256(masters.back(), "zhibu membership id number 1");
}

const PersonalDataKeys::DerivedKey* PersonalDataKeys::Find(absl::string_view key_id) const {
  for (const DerivedKey& key : keys_) {
    if (key.id == key_id) return &key;
  }
  return nullptr;
}

v1::Sealed PersonalDataKeys::SealText(absl::string_view context, absl::string_view plain) const {
  const DerivedKey& key = keys_.front();
  v1::Sealed sealed;
  sealed.set_algorithm(kAlgorithm);
  sealed.set_key_id(key.id);
  sealed.set_nonce(RandomBytes(kNonceBytes));
  sealed.set_ciphertext(
      AesGcmSeal(key.seal, sealed.nonce(), absl::StrCat(context, "\n", key.id), plain));
  return sealed;
}

absl::StatusOr<std::string> PersonalDataKeys::OpenText(absl::string_view context,
                                                       const v1::Sealed& sealed) const {
  const DerivedKey* key = Find(sealed.key_id());
  if (sealed.algorithm() != kAlgorithm || key == nullptr) {
    return Failure(absl::StatusCode::kFailedPrecondition, "KEY_MISSING",
                   "个人信息由另一把密钥加密，当前服务没有这把密钥");
  }
  return AesGcmOpen(key->seal, sealed.nonce(), absl::StrCat(context, "\n", key->id),
                    sealed.ciphertext());
}

v1::Sealed PersonalDataKeys::Seal(absl::string_view person, const rows::PersonalData& data) const {
  return SealText(person, data.SerializeAsString());
}

absl::StatusOr<rows::PersonalData> PersonalDataKeys::Open(absl::string_view person,
                                                          const v1::Sealed& sealed) const {
  ZHIBU_ASSIGN_OR_RETURN(const std::string plain, OpenText(person, sealed));
  rows::PersonalData data;
  if (!data.ParseFromString(plain)) return absl::DataLossError("a sealed text cannot be read");
  return data;
}

std::string PersonalDataKeys::IdNumberHash(absl::string_view id_number) const {
  return absl::BytesToHexString(HmacSha256(hash_key_, id_number).substr(0, 16));
}

std::string PersonalDataKeys::AlikeHash(const rows::PersonalData& data) const {
  // A name has no line break, so no two pairs make one text; nor is it ever an ID number.
  return IdNumberHash(absl::StrCat("alike\n", data.display_name(), "\n", data.birth()));
}

std::string PersonalDataKeys::NameHash(absl::string_view display_name) const {
  return IdNumberHash(absl::StrCat("name\n", ComparedName(display_name)));
}

std::string PersonalDataKeys::InitialsHash(absl::string_view initials) const {
  return IdNumberHash(absl::StrCat("initials\n", initials));
}

absl::StatusOr<std::vector<std::string>> LoadOrMakeKeys(const std::string& path) {
  absl::StatusOr<std::string> text = ReadFile(path);
  if (absl::IsNotFound(text.status())) {
    const std::string key = RandomBytes(kKeyBytes);
    ZHIBU_RETURN_IF_ERROR(
        WriteFile(path, absl::StrCat(absl::BytesToHexString(key), "\n"), /*secret=*/true));
    return std::vector<std::string>{key};
  }
  if (!text.ok()) return text.status();
  std::vector<std::string> keys;
  for (absl::string_view line : absl::StrSplit(*text, '\n')) {
    line = absl::StripAsciiWhitespace(line);
    if (line.empty()) continue;
    if (line.size() != 2 * kKeyBytes ||
        !std::all_of(line.begin(), line.end(), absl::ascii_isxdigit)) {
      return absl::FailedPreconditionError(
          absl::StrCat("密钥文件每行须为 64 位十六进制数，最新的在最前：", path));
    }
    keys.push_back(absl::HexStringToBytes(line));
  }
  if (keys.empty()) return absl::FailedPreconditionError(absl::StrCat("密钥文件是空的：", path));
  return keys;
}

}  // namespace zhibu::membership
