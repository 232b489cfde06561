#include "otp/breaker_state.hpp"

#include <algorithm>
#include <stdexcept>

#include "troupe/format.hpp"

namespace troupe::detail {

namespace {

const CircuitBreakerOptions& checked(const CircuitBreakerOptions& options) {
  const auto refuse = [](const char* why) { throw std::invalid_argument(why); };
  if (!(options.failure_rate > 0)) refuse("a circuit breaker's failure rate is more than 0");
  if (options.failure_rate <= 1 && options.window == 0) {
    refuse("a circuit breaker's failure rate needs a window");
  }
  if (options.failures == 0 && options.failure_rate > 1) {
    refuse("a circuit breaker that nothing opens");
  }
  if (options.open_for.count() < 0) refuse("a circuit breaker is open for a negative time");
  if (options.trials == 0) refuse("a circuit breaker without trials never closes");
  return options;
}

}  // namespace

void BreakerState::Window::add(bool failed) noexcept {
  if (failed_.empty()) return;
  const std::size_t place = calls_ % failed_.size();
  if (full() && failed_[place]) --failures_;
  failed_[place] = failed;
  failures_ += failed;
  ++calls_;
}

void BreakerState::Window::clear() noexcept { calls_ = failures_ = 0; }

BreakerState::BreakerState(const CircuitBreakerOptions& options)
    : failures_to_open_(checked(options).failures),
      rate_to_open_(options.failure_rate),
      open_for_(options.open_for.count()),
      trials_(options.trials),
      window_(options.failure_rate <= 1 ? options.window : 0) {}

std::uint64_t BreakerState::admit(Nanoseconds now) noexcept {
  if (state() == CircuitState::closed) return epoch_;
  if (state() == CircuitState::open && now - opened_at_ >= open_for_) {
    enter(CircuitState::half_open);
  }
  if (state() == CircuitState::half_open && on_trial_ + passed_ < trials_) {
    ++on_trial_;
    return epoch_;
  }
  ++stats_.refused;
  return 0;
}

void BreakerState::succeed(std::uint64_t ticket) noexcept {
  ++stats_.successes;
  if (ticket != epoch_) return;
  if (state() == CircuitState::closed) {
    in_a_row_ = 0;
    window_.add(false);
  } else {
    --on_trial_;
    if (++passed_ == trials_) enter(CircuitState::closed);
  }
}

void BreakerState::fail(std::uint64_t ticket, Nanoseconds now, const CallError& error) {
  ++stats_.failures;
  if (ticket != epoch_) return;
  if (state() == CircuitState::half_open) return open(now, "a call on trial failed", error);
  window_.add(true);
  ++in_a_row_;
  if (failures_to_open_ != 0 && in_a_row_ >= failures_to_open_) {
    open(now, format("{} failure{} in a row", in_a_row_, in_a_row_ == 1 ? "" : "s"), error);
  } else if (window_.full() && static_cast<double>(window_.failures()) >=
                                   rate_to_open_ * static_cast<double>(window_.size())) {
    open(now, format("{} of the last {} calls failed", window_.failures(), window_.size()), error);
  }
}

void BreakerState::abandon(std::uint64_t ticket) noexcept {
  if (ticket == epoch_ && state() == CircuitState::half_open) --on_trial_;
}

std::string BreakerState::refusal(Nanoseconds now) const {
  const Nanoseconds since = std::max<Nanoseconds>(now - opened_at_, 0);
  std::string text = format("opened {} ago, ", duration_text(since));
  if (state() == CircuitState::half_open) {
    text += "with calls on trial: ";
  } else {
    text += format("the next trial in {}: ",
                   duration_text(std::max<Nanoseconds>(open_for_ - since, 0)));
  }
  return text + cause_;
}

void BreakerState::enter(CircuitState state) noexcept {
  stats_.state = state;
  ++epoch_;
  in_a_row_ = on_trial_ = passed_ = 0;
  window_.clear();
}

void BreakerState::open(Nanoseconds now, std::string_view why, const CallError& error) {
  opened_at_ = now;
  ++stats_.opened;
  enter(CircuitState::open);
  cause_ = format("{}, the last: {}", why, error);
}

}  // namespace troupe::detail
