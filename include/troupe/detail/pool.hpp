#pragma once

#include <cstddef>
#include <cstdint>

#include "troupe/detail/export.hpp"

/// Memory for message nodes, coroutine frames and actor cells.
///
/// Blocks come in size classes. Each thread keeps two magazines a class (Bonwick's scheme): an
/// allocation or a free is a pop or a push on a thread-local list, without atomics. Whole magazines
/// of kMagazine blocks go to and from a central depot, so that what one thread frees another can
/// use at the cost of one lock per kMagazine blocks. The depot returns empty slabs to the system.
///
/// Any thread may free what any other allocated. A size passed to pool_free must be the size that
/// was allocated.
namespace troupe::detail {

inline constexpr std::size_t kMaxPooledSize = 1024;
inline constexpr std::size_t kSizeClasses = 28;
inline constexpr std::uint32_t kMagazine = 64;

/// 16-byte steps up to 256, 64-byte steps above.
constexpr std::size_t size_class(std::size_t size) noexcept {
  return size <= 256 ? (size + 15) / 16 - (size != 0) : 16 + (size - 256 + 63) / 64 - 1;
}
constexpr std::size_t size_of_class(std::size_t size_class) noexcept {
  return size_class < 16 ? (size_class + 1) * 16 : 256 + (size_class - 15) * 64;
}

struct PoolBlock {
  PoolBlock* next;
  PoolBlock* next_magazine;  // links whole magazines in the depot; only a first block uses it
};

struct Magazine {
  PoolBlock* head;
  PoolBlock* spare;  // a full magazine, or null
  std::uint32_t count;
};

struct ThreadCache {
  // 0 sends every free to the slow path: before first use, after the thread's end, and in
  // sanitizer builds of the library, where each block is an allocation of its own.
  std::uint32_t limit;
  Magazine magazines[kSizeClasses];
};

extern TROUPE_EXPORT constinit thread_local ThreadCache thread_cache;

TROUPE_EXPORT void* pool_refill(std::size_t size);
TROUPE_EXPORT void pool_overflow(void* block, std::size_t size) noexcept;

/// A block of at least `size` bytes, aligned to 16, or to 64 when `size` is a multiple of 64.
/// Throws std::bad_alloc.
inline void* pool_allocate(std::size_t size) {
  if (size <= kMaxPooledSize) [[likely]] {
    Magazine& magazine = thread_cache.magazines[size_class(size)];
    if (PoolBlock* block = magazine.head) [[likely]] {
      magazine.head = block->next;
      --magazine.count;
      return block;
    }
  }
  return pool_refill(size);
}

inline void pool_free(void* memory, std::size_t size) noexcept {
  if (size <= kMaxPooledSize) [[likely]] {
    Magazine& magazine = thread_cache.magazines[size_class(size)];
    if (magazine.count < thread_cache.limit) [[likely]] {
      auto* block = static_cast<PoolBlock*>(memory);
      block->next = magazine.head;
      magazine.head = block;
      ++magazine.count;
      return;
    }
  }
  pool_overflow(memory, size);
}

/// Gives the depot's full magazines back to their slabs, and empty slabs to the system.
/// Called when a system falls idle; any thread may call it.
TROUPE_EXPORT void pool_trim() noexcept;

}  // namespace troupe::detail
