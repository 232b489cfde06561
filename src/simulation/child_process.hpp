#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::detail {

/// The trouble of a child that end_after has ended.
inline constexpr std::string_view kTakesTooLong = "it takes too long";

/// How a child process ended, and what it had written by then.
struct ChildEnd {
  std::string written;
  std::string trouble;  // empty: it ended by itself
};

/// A process that runs a function and writes bytes to this one. What it prints is nowhere: many
/// runs at a time would only print through one another.
class ChildProcess {
 public:
  /// Forks. What `work` writes comes out of `read`. Throws std::system_error.
  explicit ChildProcess(const std::function<void(int descriptor)>& work);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  /// Kills it, if it has not ended.
  ~ChildProcess();

  int descriptor() const noexcept { return descriptor_; }
  /// What it has written since the last time; nothing more comes when it is empty.
  std::string read();
  /// Reads to the end and waits for it.
  ChildEnd wait();

 private:
  pid_t process_ = -1;
  int descriptor_ = -1;
};

/// Memory that this process shares with those that it forks, all zeros; only the pages that are
/// written to are there. To be given back by munmap. Throws std::system_error.
void* shared_memory(std::size_t size);

/// Writes all of it.
void write_all(int descriptor, const std::string& bytes);

/// In a child: it ends by a signal when this time has passed without another call. Zero: never.
void end_after(std::chrono::seconds time) noexcept;

}  // namespace troupe::detail
