#include "progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string_view>
#include <utility>

namespace common {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view kClearLine = "\r\033[K";

void show(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

bool on_terminal() { return ::isatty(STDERR_FILENO) == 1; }

std::string short_number(double number) {
  if (number >= 1e6) return troupe::format("{:.1f} M", number / 1e6);
  if (number >= 1e4) return troupe::format("{:.0f} k", number / 1e3);
  return troupe::format("{:.0f}", number);
}

std::string short_time(double seconds) {
  const auto whole = static_cast<std::uint64_t>(seconds + 0.5);
  if (whole < 60) return troupe::format("{} s", whole);
  if (whole < 3600) return troupe::format("{} min {} s", whole / 60, whole % 60);
  return troupe::format("{} h {} min", whole / 3600, whole / 60 % 60);
}

std::string bar_of(double part) {
  constexpr std::size_t kWidth = 20;
  std::string bar(static_cast<std::size_t>(part * kWidth), '=');
  if (bar.size() < kWidth) bar += '>';
  bar.resize(kWidth, ' ');
  return bar;
}

class LogAboveProgress : public troupe::LogSink {
 public:
  void write(const troupe::LogRecord& record) noexcept override {
    if (terminal_) show(kClearLine);
    troupe::stderr_log().write(record);
  }

 private:
  bool terminal_ = on_terminal();
};

}  // namespace

ProgressBar::ProgressBar(std::string unit, std::uint64_t total)
    : unit_(std::move(unit)), total_(std::max<std::uint64_t>(total, 1)) {}

void ProgressBar::post_start() { send_after<Draw>(1s); }

void ProgressBar::post_stop() {
  if (shown_) show(kClearLine);
}

void ProgressBar::handle(Draw) {
  const std::chrono::duration<double> elapsed = now() - began_;
  const double part = std::min(1.0, static_cast<double>(done_) / static_cast<double>(total_));
  const double rate = static_cast<double>(done_) / elapsed.count();
  std::string line =
      troupe::format("{}[{}] {:3.0f} %  {} of {} {}, {}/s", kClearLine, bar_of(part), 100 * part,
                     short_number(static_cast<double>(done_)),
                     short_number(static_cast<double>(total_)), unit_, short_number(rate));
  if (part > 0) line += troupe::format(", {} left", short_time(elapsed.count() * (1 / part - 1)));
  show(line);
  shown_ = true;
  send_after<Draw>(200ms);
}

troupe::ActorRef<Advance> show_progress(troupe::System& system, std::string unit,
                                        std::uint64_t total) {
  if (!on_terminal()) return {};
  return system.spawn<ProgressBar>(troupe::named("progress"), std::move(unit), total);
}

troupe::LogSink& log_above_progress() {
  static LogAboveProgress log;
  return log;
}

}  // namespace common
