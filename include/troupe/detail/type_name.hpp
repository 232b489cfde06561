#pragma once

#include <cstddef>
#include <string_view>

namespace troupe::detail {

template <class T>
consteval std::string_view compiler_type_name() {
  constexpr std::string_view pretty = __PRETTY_FUNCTION__;
  constexpr std::size_t begin = pretty.find("T = ") + 4;
  // GCC closes with "; std::string_view = ..." after the parameter, Clang with "]".
  constexpr std::size_t semicolon = pretty.find("; std::", begin);
  constexpr std::size_t end = semicolon == pretty.npos ? pretty.rfind(']') : semicolon;
  return pretty.substr(begin, end - begin);
}

template <std::size_t Capacity>
struct NameText {
  char chars[Capacity]{};
  std::size_t size = 0;
};

template <class T>
inline constexpr auto type_name_text = [] {
  constexpr std::string_view name = compiler_type_name<T>();
  NameText<name.size()> text;
  for (std::size_t i = 0; i < name.size(); ++i) {
    // GCC leaves out the namespace that the function above is in; Clang does not.
    for (std::string_view hidden :
         {"troupe::detail::", "{anonymous}::", "(anonymous namespace)::"}) {
      if (name.substr(i).starts_with(hidden)) i += hidden.size();
    }
    text.chars[text.size++] = name[i];
  }
  return text;
}();

/// The name of T as people wrote it, for logs and errors: namespaces kept, anonymous ones dropped.
template <class T>
consteval std::string_view type_name() {
  return {type_name_text<T>.chars, type_name_text<T>.size};
}

/// Whether T is known in one source file only: in an unnamed namespace or within a function. Other
/// files may have another type of the same name.
template <class T>
consteval bool is_local_type() {
  constexpr std::string_view name = compiler_type_name<T>();
  return name.find("{anonymous}") != name.npos || name.find("(anonymous") != name.npos ||
         name.find(")::") != name.npos;
}

}  // namespace troupe::detail
