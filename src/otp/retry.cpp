#include "troupe/retry.hpp"

#include <algorithm>
#include <atomic>
#include <stdexcept>

#include "actor/thread_wait.hpp"
#include "actor/turnstile.hpp"
#include "base/mix.hpp"
#include "otp/pause.hpp"
#include "troupe/format.hpp"

namespace troupe {

namespace detail {

namespace {

// Where no actor runs, no system is known.
std::uint64_t random_here() noexcept {
  if (turn.cell) return turn.cell->system->random();
  if (host_of_this_thread) return host_of_this_thread->random();
  thread_local std::uint64_t state = static_cast<std::uint64_t>(Clock().now());
  return mix((state += kMixStep) ^ reinterpret_cast<std::uintptr_t>(&state));
}

}  // namespace

RetryProgress::RetryProgress(const RetryPolicy& policy, Nanoseconds now,
                             Nanoseconds deadline) noexcept
    : policy_(policy), began_(now), deadline_(deadline == 0 ? INT64_MAX : deadline) {
  if (policy.in_all.count() < deadline_ - now) deadline_ = now + policy.in_all.count();
}

RetryProgress::RetryProgress(const RetryPolicy& policy) noexcept
    : RetryProgress(policy, time_here(), turn.deadline) {}

std::chrono::nanoseconds RetryProgress::time_for_attempt(std::chrono::nanoseconds timeout,
                                                         Nanoseconds now) const noexcept {
  if (deadline_ == INT64_MAX) return timeout;
  return std::min(timeout, std::chrono::nanoseconds(deadline_ - now));
}

std::chrono::nanoseconds RetryProgress::time_for_attempt(
    std::chrono::nanoseconds timeout) const noexcept {
  return time_for_attempt(timeout, deadline_ == INT64_MAX ? 0 : time_here());
}

bool RetryProgress::again(CallError& error, Nanoseconds now, std::uint64_t random) {
  ++made_;
  std::string_view why;
  if (policy_.on(error) && made_ < policy_.attempts) {
    pause_ = std::chrono::nanoseconds(next_pause(backoff_, policy_.backoff, random));
    if (deadline_ == INT64_MAX || pause_.count() < deadline_ - now) return true;
    why = ", no time for another one";
  }
  error.elapsed = std::chrono::nanoseconds(std::max<Nanoseconds>(now - began_, 0));
  error.reason = format("{} of {} attempts{}{}{}", made_, policy_.attempts, why,
                        error.reason.empty() ? "" : ": ", error.reason);
  return false;
}

bool RetryProgress::again(CallError& error) { return again(error, time_here(), random_here()); }

void SleepAnywhere::block() const {
  std::atomic<std::uint32_t> never{0};
  (void)block_until(never, 1, Clock().now() + time_.count());
}

void check(const RetryPolicy& policy) {
  const auto refuse = [](const char* why) { throw std::invalid_argument(why); };
  const Backoff& backoff = policy.backoff;
  if (policy.attempts == 0) refuse("a retry without attempts");
  if (backoff.minimum.count() < 0) refuse("a retry's back-off is negative");
  if (backoff.maximum < backoff.minimum) refuse("a retry's longest back-off is below its shortest");
  if (!(backoff.factor >= 1)) refuse("a retry's back-off has a factor below 1");
  if (!(backoff.jitter >= 0 && backoff.jitter <= 1)) {
    refuse("a retry's back-off has a jitter not from 0 to 1");
  }
  if (policy.in_all.count() < 0) refuse("a retry's time is negative");
}

}  // namespace detail

Retry::Retry(std::uint32_t attempts) : policy_{.attempts = attempts} { check(policy_); }

Retry Retry::backoff(std::chrono::nanoseconds minimum, std::chrono::nanoseconds maximum) const {
  return backoff(Backoff{.minimum = minimum, .maximum = maximum, .jitter = policy_.backoff.jitter});
}

Retry Retry::backoff(Backoff value) const {
  Retry other = *this;
  other.policy_.backoff = value;
  check(other.policy_);
  return other;
}

Retry Retry::in_all(std::chrono::nanoseconds time) const {
  Retry other = *this;
  other.policy_.in_all = time;
  check(other.policy_);
  return other;
}

Retry Retry::on(ErrorFilter errors) const {
  Retry other = *this;
  other.policy_.on = std::move(errors);
  return other;
}

}  // namespace troupe
