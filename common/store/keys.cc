#include "common/store/keys.h"

#include "common/store/store.h"

namespace zhibu {
namespace {
constexpr uint64_t kSign = uint64_t{1} << 63;
const absl::CivilDay kEpoch(1970, 1, 1);
}  // namespace

Key& Key::Text(absl::string_view text) {
  bytes_.append(text.data(), text.size());
  bytes_.push_back('\0');
  return *this;
}

Key& Key::Number(int64_t number) {
  const uint64_t ordered = static_cast<uint64_t>(number) ^ kSign;
  for (int shift = 56; shift >= 0; shift -= 8) {
    bytes_.push_back(static_cast<char>(ordered >> shift));
  }
  return *this;
}

Key& Key::Day(absl::CivilDay day) { return Number(day - kEpoch); }

std::string Key::End() const { return PrefixEnd(bytes_); }

std::optional<std::string> KeyParts::Text() {
  const size_t end = rest_.find('\0');
  if (end == absl::string_view::npos) return std::nullopt;
  std::string text(rest_.substr(0, end));
  rest_.remove_prefix(end + 1);
  return text;
}

std::optional<int64_t> KeyParts::Number() {
  if (rest_.size() < 8) return std::nullopt;
  uint64_t ordered = 0;
  for (int i = 0; i < 8; ++i) ordered = ordered << 8 | static_cast<unsigned char>(rest_[i]);
  rest_.remove_prefix(8);
  return static_cast<int64_t>(ordered ^ kSign);
}

std::optional<absl::CivilDay> KeyParts::Day() {
  const std::optional<int64_t> number = Number();
  if (!number) return std::nullopt;
  return kEpoch + *number;
}

}  // namespace zhibu
