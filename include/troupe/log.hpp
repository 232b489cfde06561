#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "troupe/any_ref.hpp"
#include "troupe/format.hpp"

namespace troupe {

enum class LogLevel : unsigned char { debug, info, warning, error, off };

TROUPE_EXPORT std::string_view to_string(LogLevel level) noexcept;

/// One log entry, as fields.
struct LogRecord {
  LogLevel level = LogLevel::info;
  std::int64_t time = 0;    ///< nanoseconds since the Unix epoch
  std::string_view system;  ///< the system's name
  std::string actor;        ///< the actor's name; empty for the system itself
  std::string text;
};

/// Where log records go. Any logger can take over: derive, and hand it to SystemOptions. `write` is
/// called from whichever thread logs, also from several at once, and must not throw.
class TROUPE_EXPORT LogSink {
 public:
  virtual ~LogSink() = default;
  virtual void write(const LogRecord& record) noexcept = 0;
};

/// The default sink: a readable line on stderr, coloured on a terminal.
TROUPE_EXPORT LogSink& stderr_log();

/// A record as the default sink prints it, without colours and line end.
TROUPE_EXPORT std::string to_string(const LogRecord& record);

/// What actors and systems log with: `log().warning("no stats: {}", error)`. A record below the
/// system's level is not formatted.
class TROUPE_EXPORT Log {
 public:
  Log(detail::SystemState& system, const detail::Cell* actor) noexcept
      : system_(&system), actor_(actor) {}

  bool enabled(LogLevel level) const noexcept;
  void write(LogLevel level, std::string text) const noexcept;

  template <class... Args>
  void debug(FormatString<Args...> text, const Args&... args) const {
    if (enabled(LogLevel::debug)) write(LogLevel::debug, format<Args...>(text, args...));
  }
  template <class... Args>
  void info(FormatString<Args...> text, const Args&... args) const {
    if (enabled(LogLevel::info)) write(LogLevel::info, format<Args...>(text, args...));
  }
  template <class... Args>
  void warning(FormatString<Args...> text, const Args&... args) const {
    if (enabled(LogLevel::warning)) write(LogLevel::warning, format<Args...>(text, args...));
  }
  template <class... Args>
  void error(FormatString<Args...> text, const Args&... args) const {
    if (enabled(LogLevel::error)) write(LogLevel::error, format<Args...>(text, args...));
  }

 private:
  detail::SystemState* system_;
  const detail::Cell* actor_;
};

}  // namespace troupe
