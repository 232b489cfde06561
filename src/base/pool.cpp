#include "troupe/detail/pool.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

namespace troupe::detail {

constinit thread_local ThreadCache thread_cache{};

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kPooling = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kPooling = false;
#else
constexpr bool kPooling = true;
#endif
#else
constexpr bool kPooling = true;
#endif

constexpr std::size_t kSlabSize = 64 * 1024;
constexpr std::size_t kRegionSize = 16 * 1024 * 1024;
constexpr std::size_t kResidentFreeSlabs = 64;
constexpr std::size_t kDepotBatches = 512;

struct FreeBlock {
  FreeBlock* next;
};

// A slab is kSlabSize bytes aligned to kSlabSize, so that a block finds its slab by masking.
struct alignas(64) Slab {
  FreeBlock* free = nullptr;
  std::uint32_t used = 0;
  std::uint32_t carved = 0;  // blocks beyond this were never handed out
  std::uint32_t capacity = 0;
  bool listed = false;  // in its class's list of slabs that have room
  Slab* next = nullptr;
  Slab* previous = nullptr;
};
static_assert(sizeof(Slab) == 64);

Slab* slab_of(void* block) {
  return reinterpret_cast<Slab*>(reinterpret_cast<std::uintptr_t>(block) & ~(kSlabSize - 1));
}

// Slabs for all classes. Freed ones keep their pages until they have not been needed for a while:
// to give pages back and fault them in again costs more than most work that is done in them.
class SlabHeap {
 public:
  Slab* take() {
    std::lock_guard lock(mutex_);
    if (!resident_.empty()) {
      Slab* slab = pop(resident_);
      unneeded_ = std::min(unneeded_, resident_.size());
      return slab;
    }
    if (!released_.empty()) return pop(released_);
    if (region_ == region_end_) map_region();
    char* slab = region_;
    region_ += kSlabSize;
    return reinterpret_cast<Slab*>(slab);
  }

  void give(Slab* slab) noexcept {
    std::lock_guard lock(mutex_);
    resident_.push_back(slab);  // its capacity was reserved when the slab was mapped
  }

  // Releases the pages of free slabs: those that were free ever since the last time, or all but a
  // few.
  void release(bool all) noexcept {
    std::lock_guard lock(mutex_);
    const std::size_t unneeded = all ? resident_.size() : unneeded_;
    const std::size_t spare = resident_.size() - std::min(resident_.size(), kResidentFreeSlabs);
    const std::size_t count = std::min(unneeded, spare);
    for (std::size_t i = 0; i < count; ++i) {  // the oldest
      madvise(resident_[i], kSlabSize, MADV_DONTNEED);
      released_.push_back(resident_[i]);
    }
    resident_.erase(resident_.begin(), resident_.begin() + static_cast<std::ptrdiff_t>(count));
    unneeded_ = resident_.size();
  }

 private:
  static Slab* pop(std::vector<void*>& slabs) {
    void* slab = slabs.back();
    slabs.pop_back();
    return static_cast<Slab*>(slab);
  }

  void map_region() {
    void* memory = mmap(nullptr, kRegionSize + kSlabSize, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    // Who needs more than one region has use for large pages: a tenth of the page faults' time.
    if (mapped_slabs_ != 0) madvise(memory, kRegionSize + kSlabSize, MADV_HUGEPAGE);
    mapped_slabs_ += kRegionSize / kSlabSize;
    resident_.reserve(mapped_slabs_);
    released_.reserve(mapped_slabs_);
    auto address = reinterpret_cast<std::uintptr_t>(memory);
    address = (address + kSlabSize - 1) & ~(kSlabSize - 1);
    region_ = reinterpret_cast<char*>(address);
    region_end_ = region_ + kRegionSize;
  }

  std::mutex mutex_;
  char* region_ = nullptr;
  char* region_end_ = nullptr;
  std::size_t mapped_slabs_ = 0;
  std::vector<void*> resident_;
  std::size_t unneeded_ = 0;  // the fewest that were resident since the last release
  std::vector<void*> released_;
};

SlabHeap& slab_heap() {
  static auto& heap = *new SlabHeap;  // never destroyed: threads may outlive static destruction
  return heap;
}

// The central store of one size class.
class Depot {
 public:
  // Up to kBatch blocks; says how many.
  std::uint32_t take(std::size_t block_size, void** blocks) {
    std::lock_guard lock(mutex_);
    if (Batch* batch = full_) {
      full_ = batch->next;
      --full_count_;
      std::copy_n(batch->blocks, kBatch, blocks);
      batch->next = std::exchange(empty_, batch);
      return kBatch;
    }
    return carve(block_size, blocks);
  }

  void give(void* const* blocks, std::uint32_t count) noexcept {
    std::lock_guard lock(mutex_);
    if (count == kBatch && full_count_ < kDepotBatches) {
      if (Batch* batch = empty_ ? empty_ : new (std::nothrow) Batch) {
        empty_ = batch->next;
        std::copy_n(blocks, kBatch, batch->blocks);
        batch->next = std::exchange(full_, batch);
        ++full_count_;
        return;
      }
    }
    return_to_slabs(blocks, count);
  }

  void trim() noexcept {
    std::lock_guard lock(mutex_);
    while (Batch* batch = full_) {
      full_ = batch->next;
      return_to_slabs(batch->blocks, kBatch);
      delete batch;
    }
    full_count_ = 0;
    while (Batch* batch = empty_) {
      empty_ = batch->next;
      delete batch;
    }
  }

 private:
  struct Batch {
    Batch* next = nullptr;
    void* blocks[kBatch];
  };

  std::uint32_t carve(std::size_t block_size, void** blocks) {
    if (!roomy_) {
      auto* fresh = new (slab_heap().take()) Slab;
      fresh->capacity = static_cast<std::uint32_t>((kSlabSize - sizeof(Slab)) / block_size);
      link(fresh);
    }
    Slab* slab = roomy_;
    std::uint32_t taken = 0;
    for (; taken < kBatch && slab->free; ++taken) {
      blocks[taken] = slab->free;
      slab->free = slab->free->next;
    }
    const std::uint32_t fresh = std::min(kBatch - taken, slab->capacity - slab->carved);
    char* base = reinterpret_cast<char*>(slab + 1) + slab->carved * block_size;
    // The last one first: they are handed out from the end, so in the order of their addresses.
    for (std::uint32_t i = fresh; i > 0; --i) blocks[taken++] = base + (i - 1) * block_size;
    slab->carved += fresh;
    slab->used += taken;
    if (!slab->free && slab->carved == slab->capacity) unlink(slab);
    return taken;
  }

  void return_to_slabs(void* const* blocks, std::uint32_t count) noexcept {
    for (std::uint32_t i = 0; i < count; ++i) {
      auto* block = static_cast<FreeBlock*>(blocks[i]);
      Slab* slab = slab_of(block);
      block->next = slab->free;
      slab->free = block;
      if (!slab->listed) link(slab);
      if (--slab->used == 0) {
        unlink(slab);
        slab_heap().give(slab);
      }
    }
  }

  void link(Slab* slab) noexcept {
    slab->listed = true;
    slab->previous = nullptr;
    slab->next = roomy_;
    if (roomy_) roomy_->previous = slab;
    roomy_ = slab;
  }

  void unlink(Slab* slab) noexcept {
    slab->listed = false;
    (slab->previous ? slab->previous->next : roomy_) = slab->next;
    if (slab->next) slab->next->previous = slab->previous;
  }

  std::mutex mutex_;
  Batch* full_ = nullptr;
  Batch* empty_ = nullptr;
  std::size_t full_count_ = 0;
  Slab* roomy_ = nullptr;
};

Depot& depot(std::size_t size_class) {
  static Depot* const depots = new Depot[kSizeClasses];  // never destroyed, as above
  return depots[size_class];
}

// Returns a thread's magazines when it ends. Destructors that run later free to the depot directly.
struct ThreadExit {
  ~ThreadExit() {
    for (std::size_t i = 0; i < kSizeClasses; ++i) {
      Magazine& magazine = thread_cache.magazines[i];
      if (magazine.count != 0) depot(i).give(magazine.blocks, magazine.count);
      delete[] magazine.blocks;
      magazine = {};
    }
    ended = true;
  }
  static thread_local bool ended;
};
thread_local bool ThreadExit::ended = false;

// The thread's magazine of a class, ready for use; null: this thread has none (any more).
Magazine* magazine_of(std::size_t index) noexcept {
  if (!kPooling || ThreadExit::ended) return nullptr;
  thread_local ThreadExit at_exit;
  (void)at_exit;
  Magazine& magazine = thread_cache.magazines[index];
  if (!magazine.blocks) {
    magazine.blocks = new (std::nothrow) void*[kMagazine];
    if (!magazine.blocks) return nullptr;
    magazine.limit = kMagazine;
  }
  return &magazine;
}

void* allocate_plain(std::size_t size) { return ::operator new(size, std::align_val_t{64}); }
void free_plain(void* memory) noexcept { ::operator delete(memory, std::align_val_t{64}); }

}  // namespace

void* pool_refill(std::size_t size) {
  if (size > kMaxPooledSize || !kPooling) return allocate_plain(size);
  const std::size_t index = size_class(size);
  Magazine* magazine = magazine_of(index);
  if (!magazine) {
    void* blocks[kBatch];
    const std::uint32_t count = depot(index).take(size_of_class(index), blocks);
    if (count > 1) depot(index).give(blocks, count - 1);
    return blocks[count - 1];
  }
  ++thread_cache.batches;
  magazine->count = depot(index).take(size_of_class(index), magazine->blocks);
  return magazine->blocks[--magazine->count];
}

void pool_overflow(void* memory, std::size_t size) noexcept {
  if (size > kMaxPooledSize || !kPooling) return free_plain(memory);
  const std::size_t index = size_class(size);
  Magazine* magazine = magazine_of(index);
  if (!magazine) return depot(index).give(&memory, 1);
  if (magazine->count == kMagazine) {
    // The older half goes; the younger is in the cache.
    depot(index).give(magazine->blocks, kBatch);
    std::copy_n(magazine->blocks + kBatch, kBatch, magazine->blocks);
    magazine->count = kBatch;
  }
  magazine->blocks[magazine->count++] = memory;
}

void pool_trim() noexcept {
  if (!kPooling) return;
  for (std::size_t i = 0; i < kSizeClasses; ++i) depot(i).trim();
  slab_heap().release(true);
}

void pool_release_unneeded() noexcept {
  if (kPooling) slab_heap().release(false);
}

}  // namespace troupe::detail
