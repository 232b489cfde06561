#pragma once

#include <cstddef>
#include <cstdint>

#include "troupe/detail/export.hpp"

/// Memory for message nodes, coroutine frames and actor cells.
///
/// Blocks come in size classes. Each thread keeps a magazine a class (after Bonwick): an array of
/// addresses, so that an allocation or a free touches the array and not the block, whose cache line
/// may be another core's. What one thread frees beyond a full magazine goes to a central depot,
/// kBatch blocks at a time, where others get theirs: one lock per kBatch blocks. The depot returns
/// empty slabs to the system.
///
/// Any thread may free what any other allocated. A size passed to pool_free must be the size that
/// was allocated.
namespace troupe::detail {

inline constexpr std::size_t kMaxPooledSize = 1024;
inline constexpr std::size_t kSizeClasses = 28;
inline constexpr std::uint32_t kBatch = 64;
inline constexpr std::uint32_t kMagazine = 2 * kBatch;  // room for a batch on either side

/// 16-byte steps up to 256, 64-byte steps above.
constexpr std::size_t size_class(std::size_t size) noexcept {
  return size <= 256 ? (size + 15) / 16 - (size != 0) : 16 + (size - 256 + 63) / 64 - 1;
}
/// Of the blocks that are too large for the pool.
inline constexpr std::size_t kUnpooled = kSizeClasses;
constexpr std::size_t pool_class(std::size_t size) noexcept {
  return size <= kMaxPooledSize ? size_class(size) : kUnpooled;
}
constexpr std::size_t size_of_class(std::size_t size_class) noexcept {
  return size_class < 16 ? (size_class + 1) * 16 : 256 + (size_class - 15) * 64;
}

struct Magazine {
  void** blocks;        // kMagazine of them, once the thread has used the class
  std::uint32_t count;  // the last one in is the first one out: it is in the cache
  // kMagazine, or 0, which sends every free to the slow path: before first use, after the thread's
  // end, and in sanitizer builds of the library, where each block is an allocation of its own.
  std::uint32_t limit;
};

struct ThreadCache {
  Magazine magazines[kSizeClasses + 1];  // kUnpooled's is never used, and has no room
  std::uint64_t batches;                 // taken from the depot, so far
};

extern TROUPE_EXPORT constinit thread_local ThreadCache thread_cache;

TROUPE_EXPORT void* pool_refill(std::size_t size);
TROUPE_EXPORT void pool_overflow(void* block, std::size_t size) noexcept;

/// A block of at least `size` bytes, aligned to 16, or to 64 when `size` is a multiple of 64.
/// Throws std::bad_alloc. Always inline, as its counterpart: whether the compiler finds them worth
/// it depends on what else there is in a user's file.
[[gnu::always_inline]] inline void* pool_allocate(std::size_t size) {
  if (size <= kMaxPooledSize) [[likely]] {
    Magazine& magazine = thread_cache.magazines[size_class(size)];
    if (magazine.count != 0) [[likely]]
      return magazine.blocks[--magazine.count];
  }
  return pool_refill(size);
}

/// Frees a block whose size has that pool_class.
[[gnu::always_inline]] inline void pool_free(void* memory, std::size_t size,
                                             std::size_t its_class) noexcept {
  Magazine& magazine = thread_cache.magazines[its_class];
  if (magazine.count < magazine.limit) [[likely]] {
    magazine.blocks[magazine.count++] = memory;
    return;
  }
  pool_overflow(memory, size);
}

[[gnu::always_inline]] inline void pool_free(void* memory, std::size_t size) noexcept {
  pool_free(memory, size, pool_class(size));
}

/// Gives the depot's batches back to their slabs, and empty slabs' pages to the operating system.
/// Called when a system falls idle; any thread may call it.
TROUPE_EXPORT void pool_trim() noexcept;
/// Gives the pages of those slabs back that were empty ever since the last call. Called about once
/// a second while a system is active.
TROUPE_EXPORT void pool_release_unneeded() noexcept;

}  // namespace troupe::detail
