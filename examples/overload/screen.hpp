#pragma once

#include <cstddef>
#include <string_view>

/// A text on stdout that is drawn again and again in its place, if stdout is a terminal.
class Screen {
 public:
  Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;
  /// Leaves the text where it is, and the cursor below it.
  ~Screen();

  bool is_terminal() const { return terminal_; }
  bool has_colours() const { return colours_; }
  unsigned columns() const;

  /// Whole lines, instead of those drawn last.
  void draw(std::string_view lines);

 private:
  bool terminal_;
  bool colours_;
  std::size_t lines_ = 0;
};
