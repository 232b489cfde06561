// fan-in into a mailbox that counts: the same messages, and a bound that is not reached.

#include "fan_in.hpp"

int main(int, char** argv) {
  return bench::measure({.name = "fan-in-bounded",
                         .size = 4'000'000,
                         .run =
                             [](const bench::Run& run) {
                               return bench::fan_in(
                                   run, troupe::bounded(std::numeric_limits<std::uint32_t>::max()));
                             }},
                        argv);
}
