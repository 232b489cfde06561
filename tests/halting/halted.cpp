// Goes on until it was halted five times; halt_threads.so sees to that. Its one thread never waits,
// so whatever it gives up the processor for is a halt.

#include <sys/resource.h>

int main() {
  constexpr int kHalts = 5;
  rusage used{};
  getrusage(RUSAGE_THREAD, &used);
  const long before = used.ru_nvcsw;
  while (used.ru_nvcsw < before + kHalts) getrusage(RUSAGE_THREAD, &used);
}
