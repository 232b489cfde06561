#pragma once

#include <string_view>

namespace troupe::detail {

/// The name of T as people wrote it, for logs and errors: namespaces kept, anonymous ones dropped.
template <class T>
consteval std::string_view type_name() {
  constexpr std::string_view pretty = __PRETTY_FUNCTION__;
  constexpr std::size_t begin = pretty.find("T = ") + 4;
  // GCC closes with "; std::string_view = ..." after the parameter, Clang with "]".
  constexpr std::size_t semicolon = pretty.find("; std::", begin);
  constexpr std::size_t end = semicolon == pretty.npos ? pretty.rfind(']') : semicolon;
  constexpr std::string_view name = pretty.substr(begin, end - begin);
  for (std::string_view hidden : {"{anonymous}::", "(anonymous namespace)::"}) {
    if (name.starts_with(hidden)) return name.substr(hidden.size());
  }
  return name;
}

}  // namespace troupe::detail
