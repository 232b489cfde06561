#include "memory.hpp"

#include <cstdio>
#include <cstring>

namespace {

// A line of /proc/self/status, as in "VmRSS:      1234 kB".
std::uint64_t status(const char* name) {
  std::FILE* file = std::fopen("/proc/self/status", "r");
  if (!file) return 0;
  unsigned long long kilobytes = 0;
  char line[256];
  while (std::fgets(line, sizeof line, file)) {
    if (std::strncmp(line, name, std::strlen(name)) != 0) continue;
    std::sscanf(line + std::strlen(name), "%llu", &kilobytes);
    break;
  }
  std::fclose(file);
  return kilobytes * 1024;
}

}  // namespace

std::uint64_t resident_memory() { return status("VmRSS:"); }
std::uint64_t peak_memory() { return status("VmHWM:"); }
