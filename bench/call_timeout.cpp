// An actor calls another, again and again, with the default timeout.

#include "call.hpp"

int main(int, char** argv) {
  return bench::measure(
      {.name = "call-timeout",
       .size = 400'000,
       .run = [](const bench::Run& run) { return bench::call(run, troupe::kDefaultCallTimeout); }},
      argv);
}
