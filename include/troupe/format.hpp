#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "troupe/detail/export.hpp"

namespace troupe {

/// A format string as in std::format, checked when compiled: as many `{}` as arguments.
template <class... Args>
class BasicFormatString {
 public:
  template <class Text>
    requires std::convertible_to<const Text&, std::string_view>
  consteval BasicFormatString(const Text& text) : text_(text) {
    std::size_t fields = 0;
    for (std::size_t i = 0; i < text_.size(); ++i) {
      if (text_[i] != '{') continue;
      if (i + 1 < text_.size() && text_[i + 1] == '{') {
        ++i;
      } else {
        ++fields;
      }
    }
    if (fields != sizeof...(Args)) throw "the format string needs one {} for each argument";
  }
  constexpr std::string_view text() const noexcept { return text_; }

 private:
  std::string_view text_;
};

template <class... Args>
using FormatString = BasicFormatString<std::type_identity_t<Args>...>;

namespace detail {

/// One argument, its type forgotten; formatting itself is out of line, so that no header pays for
/// it. Types with a `to_string` found by argument-dependent look-up are formatted through it.
struct FormatArgument {
  enum class Kind : unsigned char { boolean, character, integer, natural, number, text, pointer };
  Kind kind;
  union {
    bool boolean;
    char character;
    std::int64_t integer;
    std::uint64_t natural;
    double number;
    const void* pointer;
  };
  std::string_view text{};
  std::string owned{};

  template <class T>
  explicit FormatArgument(const T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      kind = Kind::boolean;
      boolean = value;
    } else if constexpr (std::is_same_v<T, char>) {
      kind = Kind::character;
      character = value;
    } else if constexpr (std::signed_integral<T>) {
      kind = Kind::integer;
      integer = value;
    } else if constexpr (std::unsigned_integral<T>) {
      kind = Kind::natural;
      natural = value;
    } else if constexpr (std::floating_point<T>) {
      kind = Kind::number;
      number = static_cast<double>(value);
    } else if constexpr (std::convertible_to<const T&, std::string_view>) {
      kind = Kind::text;
      text = value;
    } else if constexpr (requires { std::string(to_string(value)); }) {
      kind = Kind::text;
      owned = to_string(value);
    } else if constexpr (std::is_pointer_v<T>) {
      kind = Kind::pointer;
      pointer = value;
    } else {
      static_assert(
          requires { std::string(to_string(value)); }, "give this type a to_string to format it");
    }
  }

  std::string_view as_text() const noexcept { return owned.empty() ? text : owned; }
};

TROUPE_EXPORT std::string format_arguments(std::string_view text, const FormatArgument* arguments);

/// "1.5 s", "20 ms", "730 ns".
TROUPE_EXPORT std::string duration_text(std::int64_t nanoseconds);

}  // namespace detail

/// Formats as std::format does, for numbers, text, pointers and whatever has a `to_string`.
template <class... Args>
std::string format(FormatString<Args...> text, const Args&... args) {
  if constexpr (sizeof...(Args) == 0) {
    return detail::format_arguments(text.text(), nullptr);
  } else {
    const detail::FormatArgument arguments[] = {detail::FormatArgument(args)...};
    return detail::format_arguments(text.text(), arguments);
  }
}

}  // namespace troupe
