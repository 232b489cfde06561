// Eight actors send to one.

#include "fan_in.hpp"

int main(int, char** argv) {
  return bench::measure(
      {.name = "fan-in",
       .size = 4'000'000,
       .run = [](const bench::Run& run) { return bench::fan_in(run, troupe::unbounded()); }},
      argv);
}
