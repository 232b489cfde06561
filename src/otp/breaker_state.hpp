#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "troupe/circuit_breaker.hpp"

namespace troupe::detail {

/// What a CircuitBreaker goes by, given the time.
class BreakerState {
 public:
  /// Throws std::invalid_argument for options that make no sense.
  explicit BreakerState(const CircuitBreakerOptions& options);

  /// A ticket for a call, or 0: it is not let through. The call then ends with one of the three
  /// that follow. Tickets of an earlier state do nothing.
  std::uint64_t admit(Nanoseconds now) noexcept;
  void succeed(std::uint64_t ticket) noexcept;
  void fail(std::uint64_t ticket, Nanoseconds now, const CallError& error);
  void abandon(std::uint64_t ticket) noexcept;

  CircuitState state() const noexcept { return stats_.state; }
  const CircuitStats& stats() const noexcept { return stats_; }
  /// Why it opened last.
  const std::string& cause() const noexcept { return cause_; }
  /// Why a call is not let through.
  std::string refusal(Nanoseconds now) const;

 private:
  /// The last calls, as far as a rate of failures is asked for.
  class Window {
   public:
    explicit Window(std::size_t size) : failed_(size) {}
    void add(bool failed) noexcept;
    bool full() const noexcept { return !failed_.empty() && calls_ >= failed_.size(); }
    std::size_t size() const noexcept { return failed_.size(); }
    std::size_t failures() const noexcept { return failures_; }
    void clear() noexcept;

   private:
    std::vector<bool> failed_;
    std::size_t calls_ = 0;
    std::size_t failures_ = 0;
  };

  void enter(CircuitState state) noexcept;
  void open(Nanoseconds now, std::string_view why, const CallError& error);

  const unsigned failures_to_open_;
  const double rate_to_open_;
  const Nanoseconds open_for_;
  const unsigned trials_;

  CircuitStats stats_;
  std::uint64_t epoch_ = 1;  // the number of the state it is in; the ticket
  // closed
  unsigned in_a_row_ = 0;
  Window window_;
  // open, half-open
  Nanoseconds opened_at_ = 0;
  std::string cause_;
  // half-open
  unsigned on_trial_ = 0;
  unsigned passed_ = 0;
};

}  // namespace troupe::detail
