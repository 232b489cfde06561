#include "troupe/format.hpp"

#include <version>

#ifdef __cpp_lib_format
#include <format>
namespace formatting = std;
#else
#define FMT_HEADER_ONLY
#include <fmt/format.h>
namespace formatting = fmt;
#endif

namespace troupe::detail {

namespace {

template <class T>
void append(std::string& out, std::string_view field, const T& value) {
  out += formatting::vformat(field, formatting::make_format_args(value));
}

void append_argument(std::string& out, std::string_view field, const FormatArgument& argument) {
  switch (argument.kind) {
    case FormatArgument::Kind::boolean:
      append(out, field, argument.boolean);
      break;
    case FormatArgument::Kind::character:
      append(out, field, argument.character);
      break;
    case FormatArgument::Kind::integer:
      append(out, field, argument.integer);
      break;
    case FormatArgument::Kind::natural:
      append(out, field, argument.natural);
      break;
    case FormatArgument::Kind::number:
      append(out, field, argument.number);
      break;
    case FormatArgument::Kind::pointer:
      append(out, field, argument.pointer);
      break;
    case FormatArgument::Kind::text: {
      const std::string_view text = argument.as_text();
      append(out, field, text);
      break;
    }
  }
}

}  // namespace

std::string format_arguments(std::string_view text, const FormatArgument* arguments) {
  std::string out;
  std::size_t next = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((c == '{' || c == '}') && i + 1 < text.size() && text[i + 1] == c) {
      out += c;
      ++i;
    } else if (c == '{') {
      const std::size_t end = text.find('}', i);
      const std::string_view field = text.substr(i, end - i + 1);
      // A wrong specification must not bring a log line down: show the field as it stands.
      try {
        append_argument(out, field, arguments[next++]);
      } catch (const formatting::format_error&) {
        out += field;
      }
      i = end;
    } else {
      out += c;
    }
  }
  return out;
}

std::string duration_text(std::int64_t nanoseconds) {
  const auto value = static_cast<double>(nanoseconds);
  if (nanoseconds < 0 && nanoseconds != INT64_MIN)
    return format("-{}", duration_text(-nanoseconds));
  // Three digits; the next unit from where they would round up to a thousand.
  if (value >= 1e11) return format("{:.0f} s", value / 1e9);
  if (value >= 999.5e6) return format("{:.3g} s", value / 1e9);
  if (value >= 999.5e3) return format("{:.3g} ms", value / 1e6);
  if (value >= 1e3) return format("{:.3g} us", value / 1e3);
  return format("{} ns", nanoseconds);
}

}  // namespace troupe::detail
