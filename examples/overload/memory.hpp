#pragma once

#include <cstdint>

/// What of this process is in memory, in bytes: now, and at most so far.
std::uint64_t resident_memory();
std::uint64_t peak_memory();
