#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "actor/extras.hpp"
#include "otp/pause.hpp"
#include "troupe/child_spec.hpp"
#include "troupe/end.hpp"
#include "troupe/supervisor.hpp"

/// What supervisors of every kind do with one child. In the supervisor's turns.
namespace troupe::detail {

/// The restarts of the last `period`, and whether they are too many. The algorithm is that of
/// OTP's supervisor: one more is added, those that are too old are forgotten, the rest are counted.
class Intensity {
 public:
  /// Throws std::invalid_argument when the period is not above zero.
  Intensity(std::uint32_t most, Nanoseconds period);

  /// Counts one restart. False: that was one too many.
  bool allows(Nanoseconds now);
  std::string text() const;

 private:
  std::uint32_t most_;
  Nanoseconds period_;
  std::deque<Nanoseconds> restarts_;
};

struct SupervisedChild {
  explicit SupervisedChild(ChildSpec s, std::uint64_t k) : spec(std::move(s)), key(k) {}

  ChildSpec spec;
  std::uint64_t key;
  AnyRef ref;
  ChildState state = ChildState::stopped;
  std::uint32_t incarnation = 0;
  std::uint32_t restarts = 0;
  bool paused = false;         // its restart is put off
  std::uint32_t attempt = 0;   // the GoOn that is waited for; others are out of date
  const Siblings* siblings{};  // as start_child was given them
  Pause pause;
  LastState last_state;

  bool temporary() const noexcept { return spec.restart() == Restart::temporary; }
  /// Whether an exit is news: not of an incarnation that the supervisor has ended itself.
  bool concerns(const ChildExit& exit) const noexcept {
    return state == ChildState::running && ref == exit.child && incarnation == exit.incarnation;
  }
};

/// Throws std::invalid_argument when a specification makes no sense.
void check(const ChildSpec& spec);

/// Makes the child, or its next incarnation, and waits until its pre_start is over. Gives why it
/// did not start; empty when it did, or threw IgnoreStart, which leaves it stopped. `siblings` must
/// live as long as the supervisor: when that is interrupted, the child may still be made.
Task<std::string> start_child(Cell& supervisor, SupervisedChild& child, const Siblings& siblings,
                              std::string_view report_as);

/// Ends the child within its shutdown time and waits for that: for good, or, `for_restart`, only
/// its incarnation, if it is one that can be restarted.
Task<> end_child(Cell& supervisor, SupervisedChild& child, bool for_restart);

/// The supervisor ends because it has failed in its task.
void give_up(Cell& supervisor, std::string why);

/// A supervision report in the log.
void report(Cell& supervisor, LogLevel level, std::string_view context,
            const SupervisedChild& child, std::string_view reason);
void report(Cell& supervisor, LogLevel level, std::string_view context,
            const SupervisedChild& child, const ExitReason& reason);

}  // namespace troupe::detail
