#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <troupe/troupe.hpp>

namespace common {

/// So much more is done.
struct Advance {
  std::uint64_t amount;
};
struct Draw {};

/// Shows on stderr how far a long run has come: done of total, rate, time left. An actor like any
/// other: whoever works sends it Advance. It shows nothing in the first second, and clears its line
/// when it stops.
class ProgressBar : public troupe::Actor<ProgressBar, Advance, Draw> {
 public:
  ProgressBar(std::string unit, std::uint64_t total);

  void post_start();
  void post_stop();
  void handle(Advance m) { done_ += m.amount; }
  void handle(Draw);

 private:
  std::string unit_;
  std::uint64_t total_;
  std::uint64_t done_ = 0;
  bool shown_ = false;
  std::chrono::steady_clock::time_point began_ = now();
};

/// A bar, if there is a terminal to show it on; else an empty reference.
troupe::ActorRef<Advance> show_progress(troupe::System& system, std::string unit,
                                        std::uint64_t total);

/// The default log, for programs that may show a bar: its lines replace the bar until it is drawn
/// again.
troupe::LogSink& log_above_progress();

}  // namespace common
