#include "options.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <troupe/format.hpp>
#include <utility>

namespace common {

namespace {

template <class T>
std::optional<T> parse_number(std::string_view text) {
  T number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

void print(std::FILE* file, const std::string& text) { std::fputs(text.c_str(), file); }

}  // namespace

Options::Options(std::string program, std::string summary)
    : program_(std::move(program)), summary_(std::move(summary)) {}

void Options::add_number(std::string name, std::uint64_t value, std::string help,
                         std::uint64_t least, std::uint64_t most,
                         std::function<void(std::uint64_t)> set) {
  options_.push_back({std::move(name), "N", troupe::format("{} (default {})", help, value),
                      troupe::format("a whole number from {} to {}", least, most),
                      [=, set = std::move(set)](std::string_view text) {
                        const auto number = parse_number<std::uint64_t>(text);
                        if (!number || *number < least || *number > most) return false;
                        set(*number);
                        return true;
                      }});
}

void Options::add_time(std::string name, std::string argument, std::string unit,
                       std::string_view short_unit, double nanoseconds,
                       std::chrono::nanoseconds& value, std::string help) {
  constexpr double kMost = 1e18;  // some thirty years
  options_.push_back(
      {std::move(name), std::move(argument),
       troupe::format("{} (default {})", help, static_cast<double>(value.count()) / nanoseconds),
       troupe::format("a number of {}", unit), [=, &value](std::string_view text) {
         if (text.ends_with(short_unit)) text.remove_suffix(short_unit.size());
         const auto number = parse_number<double>(text);
         if (!number || !(*number >= 0 && *number * nanoseconds <= kMost)) {
           return false;
         }
         value = std::chrono::nanoseconds(static_cast<std::int64_t>(*number * nanoseconds));
         return true;
       }});
}

void Options::milliseconds(std::string name, std::chrono::nanoseconds& value, std::string help) {
  add_time(std::move(name), "MS", "milliseconds", "ms", 1e6, value, std::move(help));
}

void Options::seconds(std::string name, std::chrono::nanoseconds& value, std::string help) {
  add_time(std::move(name), "S", "seconds", "s", 1e9, value, std::move(help));
}

void Options::choice(std::string name, std::optional<std::size_t>& value, std::string help,
                     std::vector<std::string> words) {
  std::string takes = "one of";
  for (const std::string& word : words) takes += (&word == &words.front() ? " " : ", ") + word;
  options_.push_back({std::move(name), "NAME", troupe::format("{}: {}", help, takes), takes,
                      [&value, words = std::move(words)](std::string_view text) {
                        const auto found = std::ranges::find(words, text);
                        if (found == words.end()) return false;
                        value = static_cast<std::size_t>(found - words.begin());
                        return true;
                      }});
}

void Options::flag(std::string name, bool& value, std::string help) {
  options_.push_back({std::move(name), "", std::move(help), "", [&value](std::string_view) {
                        value = true;
                        return true;
                      }});
}

std::optional<int> Options::parse(int argc, const char* const* argv) const {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--help" || word == "-h") {
      print_help();
      return 0;
    }
    if (!word.starts_with("--")) return wrong(troupe::format("unexpected argument '{}'", word));
    const std::size_t equals = word.find('=');
    const std::string_view name = word.substr(0, equals);
    const Option* option = find(name.substr(2));
    if (!option) return wrong(troupe::format("unknown option '{}'", name));

    std::string_view value;
    if (equals != word.npos) {
      if (option->argument.empty()) return wrong(troupe::format("'{}' takes no value", name));
      value = word.substr(equals + 1);
    } else if (!option->argument.empty()) {
      if (++i == argc) return wrong(troupe::format("'{}' needs {}", name, option->takes));
      value = argv[i];
    }
    if (!option->set(value)) {
      return wrong(troupe::format("'{}' takes {}, not '{}'", name, option->takes, value));
    }
  }
  return std::nullopt;
}

int Options::wrong(std::string_view what) const {
  print(stderr, troupe::format("{}: {} (see --help)\n", program_, what));
  return 2;
}

const Options::Option* Options::find(std::string_view name) const {
  for (const Option& option : options_) {
    if (option.name == name) return &option;
  }
  return nullptr;
}

void Options::print_help() const {
  print(stdout, troupe::format("{}\n\nUsage: {} [OPTION]...\n\n", summary_, program_));
  for (const Option& option : options_) {
    const std::string left = troupe::format("--{} {}", option.name, option.argument);
    print(stdout, troupe::format("  {:<20} {}\n", left, option.help));
  }
  print(stdout, troupe::format("  {:<20} {}\n", "--help", "this text"));
}

}  // namespace common
