#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace common {

/// The options of a program. Each one fills a variable, which holds its default beforehand:
///
///   common::Options options("counters", "What the program does.");
///   options.number("counters", settings.counters, "how many counters", 1);
///   if (auto status = options.parse(argc, argv)) return *status;
///
/// Written as `--name value` or `--name=value`. The last of two wins.
class Options {
 public:
  Options(std::string program, std::string summary);

  /// A whole number within limits.
  template <std::unsigned_integral T>
  void number(std::string name, T& value, std::string help, T least = 0,
              T most = std::numeric_limits<T>::max()) {
    add_number(std::move(name), value, std::move(help), least, most,
               [&value](std::uint64_t number) { value = static_cast<T>(number); });
  }
  /// A time in milliseconds, with or without a fraction: `10`, `0.5`, `10ms`.
  void milliseconds(std::string name, std::chrono::nanoseconds& value, std::string help);
  /// A time in seconds, likewise: `10`, `0.5`, `10s`.
  void seconds(std::string name, std::chrono::nanoseconds& value, std::string help);
  /// One of these words. The variable holds its index; unset, until one is given.
  void choice(std::string name, std::optional<std::size_t>& value, std::string help,
              std::vector<std::string> words);
  /// Off unless given.
  void flag(std::string name, bool& value, std::string help);

  /// The exit status, when the program is to end now: 0 after --help, 2 after one line on stderr
  /// about a wrong option.
  std::optional<int> parse(int argc, const char* const* argv) const;
  /// Prints that line; returns 2.
  int wrong(std::string_view what) const;

 private:
  struct Option {
    std::string name;
    std::string argument;  // how the help shows the value; empty: takes none
    std::string help;
    std::string takes;  // what a value must be
    std::function<bool(std::string_view)> set;
  };

  void add_number(std::string name, std::uint64_t value, std::string help, std::uint64_t least,
                  std::uint64_t most, std::function<void(std::uint64_t)> set);
  void add_time(std::string name, std::string argument, std::string unit,
                std::string_view short_unit, double nanoseconds, std::chrono::nanoseconds& value,
                std::string help);
  const Option* find(std::string_view name) const;
  void print_help() const;

  std::string program_;
  std::string summary_;
  std::vector<Option> options_;
};

}  // namespace common
