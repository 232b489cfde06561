// How long an idle actor takes to answer a thread, back to back.

#include "wake.hpp"

int main(int, char** argv) {
  return bench::measure({.name = "wake-thread",
                         .size = 50'000,
                         .run = [](const bench::Run& run) { return bench::wake(run, {}); }},
                        argv);
}
