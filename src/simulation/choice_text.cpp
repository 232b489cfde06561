#include "simulation/choice_text.hpp"

#include <charconv>

namespace troupe::detail {

std::string choice_text(const std::vector<std::uint32_t>& choices) {
  std::string text;
  for (std::size_t i = 0; i < choices.size();) {
    std::size_t end = i + 1;
    while (end < choices.size() && choices[end] == choices[i]) ++end;
    if (!text.empty()) text += ',';
    text += std::to_string(choices[i]);
    if (end - i > 1) text += 'x' + std::to_string(end - i);
    i = end;
  }
  return text;
}

std::optional<std::vector<std::uint32_t>> choices_in(std::string_view text) {
  constexpr std::size_t kMost = 100'000'000;
  std::vector<std::uint32_t> choices;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    std::uint32_t value = 0;
    std::size_t times = 1;
    auto number = std::from_chars(at, end, value);
    if (number.ec != std::errc()) return std::nullopt;
    at = number.ptr;
    if (at != end && *at == 'x') {
      number = std::from_chars(at + 1, end, times);
      if (number.ec != std::errc() || choices.size() + times > kMost) return std::nullopt;
      at = number.ptr;
    }
    choices.insert(choices.end(), times, value);
    if (at == end) break;
    if (*at++ != ',' || at == end) return std::nullopt;
  }
  return choices;
}

}  // namespace troupe::detail
