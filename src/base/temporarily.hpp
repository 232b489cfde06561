#pragma once

#include <type_traits>
#include <utility>

namespace troupe::detail {

/// While this is there, a variable has another value; also when an exception ends that.
template <class T>
class Temporarily {
 public:
  Temporarily(T& variable, std::type_identity_t<T> value) noexcept
      : variable_(variable), before_(std::exchange(variable, value)) {}
  Temporarily(const Temporarily&) = delete;
  Temporarily& operator=(const Temporarily&) = delete;
  ~Temporarily() { variable_ = before_; }

 private:
  T& variable_;
  const T before_;
};

}  // namespace troupe::detail
