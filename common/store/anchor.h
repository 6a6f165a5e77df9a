// How far a store was, written down beside it: what tells a store that lost its end from one that
// never was longer.
#ifndef ZHIBU_COMMON_STORE_ANCHOR_H_
#define ZHIBU_COMMON_STORE_ANCHOR_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace zhibu {

// A file of one line beside the store's folder: the newest revision that was acknowledged. It is
// written after the store itself is durable and not synced at every commit, so that it may lag after
// a power cut, but never leads. Not thread-safe: the commit lane owns it.
class Anchor {
 public:
  // Where the anchor of the store in folder `path` lies.
  static std::string PathFor(absl::string_view path);

  // The revision that the file says; nullopt where there is none, or it cannot be understood, as
  // after a power cut on the day it was made. UNAVAILABLE where it is there and cannot be read.
  static absl::StatusOr<std::optional<int64_t>> Read(const std::string& file);

  // Opens the file to be written, makes it where there is none, and writes `revision`, durably.
  static absl::StatusOr<std::unique_ptr<Anchor>> Open(const std::string& file, int64_t revision);
  ~Anchor();

  Anchor(const Anchor&) = delete;
  Anchor& operator=(const Anchor&) = delete;

  // Best effort: an anchor that lags warns later, and refuses nothing that is right.
  void Advance(int64_t revision);

 private:
  explicit Anchor(int fd) : fd_(fd) {}
  const int fd_;
};

}  // namespace zhibu

#endif  // ZHIBU_COMMON_STORE_ANCHOR_H_
