// How long an idle actor takes to answer a thread, when all have gone to sleep.

#include "wake.hpp"

int main(int, char** argv) {
  return bench::measure(
      {.name = "wake-pause",
       .size = 3'000,
       .run =
           [](const bench::Run& run) { return bench::wake(run, std::chrono::microseconds(100)); }},
      argv);
}
