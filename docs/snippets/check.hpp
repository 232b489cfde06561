#pragma once

#include <cstdio>
#include <cstdlib>
#include <source_location>

/// Ends the program when a snippet does not do what the guide says.
inline void check(bool holds, std::source_location where = std::source_location::current()) {
  if (holds) return;
  std::fprintf(stderr, "%s:%u: does not hold\n", where.file_name(),
               static_cast<unsigned>(where.line()));
  std::exit(1);
}
