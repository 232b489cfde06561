#include "simulation/progress_line.hpp"

#include <unistd.h>

#include <cstdio>

namespace troupe::detail {

ProgressLine::ProgressLine(bool wanted) noexcept : on_(wanted && isatty(STDERR_FILENO) != 0) {}

ProgressLine::~ProgressLine() { show({}); }

void ProgressLine::show(const std::string& text) noexcept {
  if (!on_) return;
  std::fprintf(stderr, "\r\033[K%s", text.c_str());
  std::fflush(stderr);
}

}  // namespace troupe::detail
