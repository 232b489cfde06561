#include "troupe/rate_limiter.hpp"

#include <stdexcept>

#include "actor/turnstile.hpp"
#include "otp/token_bucket.hpp"
#include "troupe/format.hpp"

namespace troupe {

namespace {

using detail::Nanoseconds;

class Limiter final : public detail::Turnstile {
 public:
  explicit Limiter(const RateLimiterOptions& options)
      : Turnstile(options.max_waiting, options.max_wait, false),
        options_(options),
        // As the clock's zero is long ago, any time finds it full.
        tokens_({.jobs = options.calls, .per = options.per, .burst = options.burst}, 0) {}

 private:
  bool take(Nanoseconds now) noexcept override { return tokens_.take(now); }
  void give_back() noexcept override { tokens_.give_back(); }
  Nanoseconds when(Nanoseconds now, std::size_t before) noexcept override {
    return tokens_.when(now, before);
  }
  std::string describe() const override {
    return format("{} per {}", options_.calls, detail::duration_text(options_.per.count()));
  }

  const RateLimiterOptions options_;
  detail::TokenBucket tokens_;
};

const RateLimiterOptions& checked(const RateLimiterOptions& options) {
  const auto refuse = [](const char* why) { throw std::invalid_argument(why); };
  if (options.calls == 0) refuse("a rate limiter that lets no calls through");
  if (options.per.count() <= 0) refuse("a rate limiter needs a time for its calls");
  if (options.max_wait.count() < 0) refuse("a rate limiter's longest wait is negative");
  return options;
}

Limiter& limiter_of(const RateLimiter& handle) noexcept {
  return static_cast<Limiter&>(state_of(handle));
}

}  // namespace

RateLimiter::RateLimiter(RateLimiterOptions options)
    : SharedHandle(new Limiter(checked(options))) {}

bool RateLimiter::try_acquire() const noexcept {
  return limiter_of(*this).try_enter(detail::time_here());
}

std::size_t RateLimiter::waiting() const noexcept { return limiter_of(*this).waiting(); }

}  // namespace troupe
