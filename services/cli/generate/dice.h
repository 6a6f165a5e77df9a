// The generator's chance: a fixed sequence for a seed. Written out, because the distributions of
// <random> differ between libraries.
#ifndef ZHIBU_SERVICES_CLI_GENERATE_DICE_H_
#define ZHIBU_SERVICES_CLI_GENERATE_DICE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace zhibu::cli {

// SplitMix64 (Steele, Lea, Flood 2014). The small bias of the remainder does not matter here.
class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  // From `low` to `high`, both included.
  int Between(int low, int high) {
    return low + static_cast<int>(Next() % static_cast<uint64_t>(high - low + 1));
  }
  bool Chance(int per_thousand) { return Between(0, 999) < per_thousand; }
  template <typename T>
  const T& Pick(const std::vector<T>& list) {
    return list[static_cast<size_t>(Next() % list.size())];
  }
  // `total` in `parts` numbers around the mean, none further than `spread` from it.
  std::vector<int> Split(int total, int parts, int spread) {
    std::vector<int> sizes(static_cast<size_t>(parts), total / parts);
    for (int i = 0; i < total % parts; ++i) ++sizes[static_cast<size_t>(i)];
    const std::vector<int> mean = sizes;
    for (int i = 0; i < parts * spread; ++i) {
      const auto from = static_cast<size_t>(Between(0, parts - 1));
      const auto to = static_cast<size_t>(Between(0, parts - 1));
      if (sizes[from] <= mean[from] - spread || sizes[to] >= mean[to] + spread) continue;
      --sizes[from];
      ++sizes[to];
    }
    return sizes;
  }

 private:
  uint64_t state_;
};

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_GENERATE_DICE_H_
