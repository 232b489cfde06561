#include "screen.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <troupe/format.hpp>

namespace {

// Long lines are cut off, not wrapped: a line stays one line, and can be drawn over.
constexpr std::string_view kBegin = "\x1b[?25l\x1b[?7l";  // no cursor, no wrapping
constexpr std::string_view kEnd = "\x1b[?7h\x1b[?25h";

void show(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

}  // namespace

Screen::Screen() : terminal_(::isatty(STDOUT_FILENO) == 1) {
  const char* no_colour = std::getenv("NO_COLOR");
  const char* kind = std::getenv("TERM");
  colours_ = terminal_ && !(no_colour && *no_colour) && !(kind && std::string_view(kind) == "dumb");
  if (terminal_) show(kBegin);
}

Screen::~Screen() {
  if (terminal_) show(kEnd);
}

unsigned Screen::columns() const {
  winsize size{};
  if (!terminal_ || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

// One write a frame, each line erased behind its text rather than before it: nothing flickers.
void Screen::draw(std::string_view lines) {
  if (!terminal_) return show(lines);
  std::string frame;
  if (lines_ != 0) frame = troupe::format("\r\x1b[{}A", lines_);
  for (const char character : lines) {
    if (character == '\n') frame += "\x1b[K";
    frame += character;
  }
  frame += "\x1b[J";
  lines_ = static_cast<std::size_t>(std::ranges::count(lines, '\n'));
  show(frame);
}
