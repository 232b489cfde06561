#include "troupe/log.hpp"

#include <time.h>
#include <unistd.h>

#include "actor/system_state.hpp"

namespace troupe {

std::string_view to_string(LogLevel level) noexcept {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
    case LogLevel::off:
      return "off";
  }
  return "?";
}

namespace {

std::string time_text(std::int64_t nanoseconds) {
  const std::time_t seconds = nanoseconds / 1'000'000'000;
  std::tm parts{};
  localtime_r(&seconds, &parts);
  char text[32];
  const std::size_t size = std::strftime(text, sizeof text, "%F %T", &parts);
  return format("{}.{:03}", std::string_view(text, size), nanoseconds / 1'000'000 % 1000);
}

std::string line_of(const LogRecord& record, std::string_view level) {
  std::string line = format("{} {} [{}] ", time_text(record.time), level, record.system);
  if (!record.actor.empty()) line += record.actor + ": ";
  return line + record.text;
}

class StderrLog : public LogSink {
 public:
  void write(const LogRecord& record) noexcept override {
    try {
      std::string_view colour;
      if (terminal_ && record.level == LogLevel::warning) colour = "\033[33m";
      if (terminal_ && record.level == LogLevel::error) colour = "\033[31m";
      std::string level = format("{:<7}", to_string(record.level));
      if (!colour.empty()) level = std::string(colour) + level + "\033[0m";
      const std::string line = line_of(record, level) + "\n";
      // One write a line: lines of several threads do not mix.
      for (std::size_t done = 0; done < line.size();) {
        const ssize_t n = ::write(STDERR_FILENO, line.data() + done, line.size() - done);
        if (n <= 0) break;
        done += static_cast<std::size_t>(n);
      }
    } catch (...) {  // no memory for a log line: the program goes on
    }
  }

 private:
  bool terminal_ = ::isatty(STDERR_FILENO) == 1;
};

}  // namespace

LogSink& stderr_log() {
  static auto& log = *new StderrLog;  // systems may log during static destruction
  return log;
}

std::string to_string(const LogRecord& record) { return line_of(record, to_string(record.level)); }

bool Log::enabled(LogLevel level) const noexcept { return level >= system_->options.log_level; }

void Log::write(LogLevel level, std::string text) const noexcept {
  system_->log(level, actor_, std::move(text));
}

}  // namespace troupe
