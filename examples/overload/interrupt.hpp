#pragma once

#include <signal.h>

#include <chrono>

/// Ctrl-C as something to be looked for, by the thread that draws: it can put the terminal right
/// before it ends. Make it before the first thread starts, for threads inherit what is blocked.
class Interrupt {
 public:
  Interrupt() {
    sigemptyset(&signals_);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals_, signal);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  }

  /// Waits so long, or until the user has had enough: then true, from now on.
  bool wait(std::chrono::nanoseconds time) {
    if (signal_ != 0) return true;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
    const timespec limit{.tv_sec = static_cast<time_t>(seconds.count()),
                         .tv_nsec = static_cast<long>((time - seconds).count())};
    const int signal = sigtimedwait(&signals_, nullptr, &limit);
    if (signal > 0) signal_ = signal;
    return signal_ != 0;
  }

  /// How a shell tells that a program ended by a signal; 0 without one.
  int exit_status() const { return signal_ == 0 ? 0 : 128 + signal_; }

 private:
  sigset_t signals_;
  int signal_ = 0;
};
