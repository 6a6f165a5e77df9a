#include "common/store/store.h"

#include "absl/strings/cord.h"

namespace zhibu {
namespace {
constexpr char kNotCached[] = "zhibu/not-cached";
}

absl::Status NotCached() {
  absl::Status status = absl::UnavailableError("not in memory");
  status.SetPayload(kNotCached, absl::Cord("1"));
  return status;
}

bool IsNotCached(const absl::Status& status) { return status.GetPayload(kNotCached).has_value(); }

std::string PrefixEnd(absl::string_view prefix) {
  std::string end(prefix);
  while (!end.empty()) {
    if (static_cast<unsigned char>(end.back()) != 0xFF) {
      ++end.back();
      return end;
    }
    end.pop_back();
  }
  return std::string(1, '\xFF');  // no key of ours begins with 0xFF
}

}  // namespace zhibu
