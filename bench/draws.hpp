#pragma once

#include <cstdint>

namespace bench {

/// The random numbers of all workloads: 16 bits each.
class Draws {
 public:
  explicit Draws(std::uint32_t seed) : value_(seed) {}

  std::uint32_t next() {
    value_ = (1309 * value_ + 13849) & 65535;
    return value_;
  }
  std::uint32_t below(std::uint32_t end) { return next() % end; }

 private:
  std::uint32_t value_;
};

}  // namespace bench
