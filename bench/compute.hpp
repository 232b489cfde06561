#pragma once

#include <cmath>

namespace bench {

/// The value, hidden from the optimizer: what is computed from it is computed when the program
/// runs.
template <class T>
T opaque(T value) {
  asm volatile("" : "+m"(value));
  return value;
}

inline double sine_squared() {
  const double sine = std::sin(opaque(37.2));
  return sine * sine;
}

}  // namespace bench
