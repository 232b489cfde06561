#include "troupe/bulkhead.hpp"

#include <stdexcept>

#include "actor/turnstile.hpp"
#include "troupe/format.hpp"

namespace troupe {

namespace {

using detail::Nanoseconds;

class Places final : public detail::Turnstile {
 public:
  explicit Places(const BulkheadOptions& options)
      : Turnstile(options.max_waiting, options.max_wait, true), places_(options.calls) {}

  std::size_t active() const noexcept {
    const std::lock_guard lock(mutex_);
    return active_;
  }

 private:
  bool take(Nanoseconds) noexcept override {
    if (active_ == places_) return false;
    ++active_;
    return true;
  }
  void give_back() noexcept override { --active_; }
  Nanoseconds when(Nanoseconds, std::size_t) noexcept override { return kUnknown; }
  std::string describe() const override { return format("at most {} at once", places_); }

  const std::size_t places_;
  std::size_t active_ = 0;
};

const BulkheadOptions& checked(const BulkheadOptions& options) {
  if (options.calls == 0) throw std::invalid_argument("a bulkhead that lets no calls through");
  if (options.max_wait.count() < 0) {
    throw std::invalid_argument("a bulkhead's longest wait is negative");
  }
  return options;
}

Places& places_of(const Bulkhead& handle) noexcept {
  return static_cast<Places&>(state_of(handle));
}

}  // namespace

Bulkhead::Bulkhead(BulkheadOptions options) : SharedHandle(new Places(checked(options))) {}

std::size_t Bulkhead::active() const noexcept { return places_of(*this).active(); }

std::size_t Bulkhead::waiting() const noexcept { return places_of(*this).waiting(); }

}  // namespace troupe
