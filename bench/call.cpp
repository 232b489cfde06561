// An actor calls another, again and again, without a timeout.

#include "call.hpp"

int main(int, char** argv) {
  return bench::measure(
      {.name = "call",
       .size = 400'000,
       .run = [](const bench::Run& run) { return bench::call(run, troupe::forever); }},
      argv);
}
