#include "common/store/log_check.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace zhibu {
namespace {

// Blocks of 32 KiB; a record is checksum (4, masked CRC-32C of type and payload), length (2) and
// type (1), all little-endian, then the payload. It never crosses a block.
constexpr size_t kBlock = 32768;
constexpr size_t kHeader = 7;
enum Type : uint8_t { kFull = 1, kFirst = 2, kMiddle = 3, kLast = 4 };

constexpr std::array<uint32_t, 256> Crc32cTable() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ (value & 1 ? 0x82F63B78u : 0);
    table[i] = value;
  }
  return table;
}
constexpr std::array<uint32_t, 256> kTable = Crc32cTable();

uint32_t Extend(uint32_t state, uint8_t byte) { return state >> 8 ^ kTable[(state ^ byte) & 0xFF]; }

uint32_t Masked(uint32_t state) {
  const uint32_t crc = ~state;
  return (crc >> 15 | crc << 17) + 0xa282ead8u;
}

class Log {
 public:
  explicit Log(absl::string_view bytes) : bytes_(bytes) {}

  size_t LeftInBlock(size_t at) const { return kBlock - at % kBlock; }
  // Payload that may stand behind a header at `at`.
  size_t Room(size_t at) const { return std::min(LeftInBlock(at), bytes_.size() - at) - kHeader; }
  bool HasHeader(size_t at) const {
    return at + kHeader <= bytes_.size() && LeftInBlock(at) >= kHeader;
  }
  size_t Length(size_t at) const { return Byte(at + 4) | Byte(at + 5) << 8; }
  uint8_t TypeAt(size_t at) const { return Byte(at + 6); }

  // Whether a payload of `length` under `type` has the checksum that stands at `at`.
  bool Sound(size_t at, size_t length, uint8_t type) const {
    uint32_t state = Extend(~0u, type);
    for (size_t i = 0; i < length; ++i) state = Extend(state, Byte(at + kHeader + i));
    return Masked(state) == Checksum(at);
  }
  // Whether the checksum fits under any other length.
  bool SoundUnderAnyLength(size_t at, uint8_t type) const {
    uint32_t state = Extend(~0u, type);
    for (size_t i = 0;; ++i) {
      if (Masked(state) == Checksum(at)) return true;
      if (i == Room(at)) return false;
      state = Extend(state, Byte(at + kHeader + i));
    }
  }
  bool Whole(size_t at) const {
    return HasHeader(at) && TypeAt(at) >= kFull && TypeAt(at) <= kLast && Length(at) <= Room(at) &&
           Sound(at, Length(at), TypeAt(at));
  }

 private:
  uint8_t Byte(size_t at) const { return static_cast<uint8_t>(bytes_[at]); }
  uint32_t Checksum(size_t at) const {
    return Byte(at) | Byte(at + 1) << 8 | Byte(at + 2) << 16 | uint32_t{Byte(at + 3)} << 24;
  }
  const absl::string_view bytes_;
};

// Behind the last whole record.
size_t EndOfWhole(const Log& log, size_t size) {
  size_t at = 0;
  while (at < size) {
    if (log.LeftInBlock(at) < kHeader) {
      at += log.LeftInBlock(at);  // too small for a header: filled with zeros
    } else if (log.Whole(at)) {
      at += kHeader + log.Length(at);
    } else {
      return at;
    }
  }
  return size;
}

}  // namespace

std::optional<size_t> DamageInLog(absl::string_view bytes) {
  const Log log(bytes);
  const size_t end = EndOfWhole(log, bytes.size());
  if (end == bytes.size() || !log.HasHeader(end)) return std::nullopt;
  const bool nothing_written = std::all_of(bytes.begin() + static_cast<ptrdiff_t>(end), bytes.end(),
                                           [](char c) { return c == 0; });
  if (nothing_written) return std::nullopt;  // room set aside by the file system
  // All of it is there, so something in it is wrong.
  if (log.TypeAt(end) >= kFull && log.TypeAt(end) <= kLast && log.Length(end) <= log.Room(end)) {
    return end;
  }
  for (uint8_t type : {kFull, kFirst, kMiddle, kLast}) {
    if (log.SoundUnderAnyLength(end, type)) return end;
  }
  for (size_t at = end + 1; at < bytes.size(); ++at) {
    // The start of another batch.
    if (log.HasHeader(at) && (log.TypeAt(at) == kFull || log.TypeAt(at) == kFirst) &&
        log.Whole(at)) {
      return end;
    }
  }
  return std::nullopt;
}

}  // namespace zhibu
