#include "troupe/detail/pool.hpp"

#include <sys/mman.h>

#include <cassert>
#include <mutex>
#include <new>
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
constexpr std::size_t kDepotMagazines = 512;

// A slab is kSlabSize bytes aligned to kSlabSize, so that a block finds its slab by masking.
struct alignas(64) Slab {
  PoolBlock* free = nullptr;
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

// Slabs for all classes. Freed slabs beyond a few give their pages back at once.
class SlabHeap {
 public:
  Slab* take() {
    std::lock_guard lock(mutex_);
    if (!resident_.empty()) return pop(resident_);
    if (!released_.empty()) return pop(released_);
    if (region_ == region_end_) map_region();
    char* slab = region_;
    region_ += kSlabSize;
    return reinterpret_cast<Slab*>(slab);
  }

  void give(Slab* slab) noexcept {
    std::lock_guard lock(mutex_);
    // The vectors' capacity was reserved when the slab was mapped: no allocation here.
    if (resident_.size() < kResidentFreeSlabs) {
      resident_.push_back(slab);
    } else {
      madvise(slab, kSlabSize, MADV_DONTNEED);
      released_.push_back(slab);
    }
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
    mapped_slabs_ += kRegionSize / kSlabSize;
    resident_.reserve(kResidentFreeSlabs);
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
  std::vector<void*> released_;
};

SlabHeap& slab_heap() {
  static auto& heap = *new SlabHeap;  // never destroyed: threads may outlive static destruction
  return heap;
}

// The central store of one size class.
class Depot {
 public:
  // A chain of up to kMagazine blocks; `count` says how many.
  PoolBlock* take(std::size_t block_size, std::uint32_t& count) {
    std::lock_guard lock(mutex_);
    if (PoolBlock* magazine = magazines_) {
      magazines_ = magazine->next_magazine;
      --magazine_count_;
      count = kMagazine;
      return magazine;
    }
    return carve(block_size, count);
  }

  void give_magazine(PoolBlock* magazine) noexcept {
    std::lock_guard lock(mutex_);
    if (magazine_count_ < kDepotMagazines) {
      magazine->next_magazine = magazines_;
      magazines_ = magazine;
      ++magazine_count_;
    } else {
      return_chain(magazine);
    }
  }

  void give_chain(PoolBlock* chain) noexcept {
    std::lock_guard lock(mutex_);
    return_chain(chain);
  }

  void trim() noexcept {
    std::lock_guard lock(mutex_);
    while (PoolBlock* magazine = magazines_) {
      magazines_ = magazine->next_magazine;
      return_chain(magazine);
    }
    magazine_count_ = 0;
  }

 private:
  PoolBlock* carve(std::size_t block_size, std::uint32_t& count) {
    if (!roomy_) {
      auto* fresh = new (slab_heap().take()) Slab;
      fresh->capacity = static_cast<std::uint32_t>((kSlabSize - sizeof(Slab)) / block_size);
      link(fresh);
    }
    Slab* slab = roomy_;
    PoolBlock* chain = nullptr;
    std::uint32_t taken = 0;
    for (; taken < kMagazine && slab->free; ++taken) {
      PoolBlock* block = slab->free;
      slab->free = block->next;
      block->next = chain;
      chain = block;
    }
    for (; taken < kMagazine && slab->carved < slab->capacity; ++taken) {
      char* base = reinterpret_cast<char*>(slab + 1);
      auto* block = reinterpret_cast<PoolBlock*>(base + slab->carved++ * block_size);
      block->next = chain;
      chain = block;
    }
    slab->used += taken;
    if (!slab->free && slab->carved == slab->capacity) unlink(slab);
    count = taken;
    return chain;
  }

  void return_chain(PoolBlock* chain) noexcept {
    while (chain) {
      PoolBlock* block = chain;
      chain = block->next;
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
  PoolBlock* magazines_ = nullptr;  // full ones
  std::size_t magazine_count_ = 0;
  Slab* roomy_ = nullptr;
};

Depot& depot(std::size_t size_class) {
  static Depot* const depots = new Depot[kSizeClasses];  // never destroyed, as above
  return depots[size_class];
}

// Returns a thread's magazines when it ends. Destructors that run later free to the depot directly.
struct ThreadExit {
  ~ThreadExit() {
    thread_cache.limit = 0;
    for (std::size_t i = 0; i < kSizeClasses; ++i) {
      Magazine& magazine = thread_cache.magazines[i];
      if (magazine.head) depot(i).give_chain(magazine.head);
      if (magazine.spare) depot(i).give_chain(magazine.spare);
      magazine = {};
    }
    ended = true;
  }
  static thread_local bool ended;
};
thread_local bool ThreadExit::ended = false;

bool thread_caches() noexcept {
  if (!kPooling || ThreadExit::ended) return false;
  thread_local ThreadExit at_exit;
  (void)at_exit;
  thread_cache.limit = kMagazine;
  return true;
}

void* allocate_plain(std::size_t size) { return ::operator new(size, std::align_val_t{64}); }
void free_plain(void* memory) noexcept { ::operator delete(memory, std::align_val_t{64}); }

}  // namespace

void* pool_refill(std::size_t size) {
  if (size > kMaxPooledSize || !kPooling) return allocate_plain(size);
  const std::size_t index = size_class(size);
  if (!thread_caches()) {  // the thread is ending
    std::uint32_t count = 0;
    PoolBlock* chain = depot(index).take(size_of_class(index), count);
    if (chain->next) depot(index).give_chain(chain->next);
    return chain;
  }
  Magazine& magazine = thread_cache.magazines[index];
  assert(!magazine.head);
  if (magazine.spare) {
    magazine.head = magazine.spare;
    magazine.spare = nullptr;
    magazine.count = kMagazine;
  } else {
    magazine.head = depot(index).take(size_of_class(index), magazine.count);
  }
  PoolBlock* block = magazine.head;
  magazine.head = block->next;
  --magazine.count;
  return block;
}

void pool_overflow(void* memory, std::size_t size) noexcept {
  if (size > kMaxPooledSize || !kPooling) return free_plain(memory);
  const std::size_t index = size_class(size);
  auto* block = static_cast<PoolBlock*>(memory);
  if (!thread_caches()) {
    block->next = nullptr;
    depot(index).give_chain(block);
    return;
  }
  Magazine& magazine = thread_cache.magazines[index];
  if (magazine.count == kMagazine) {
    if (magazine.spare) depot(index).give_magazine(magazine.spare);
    magazine.spare = magazine.head;
    magazine.head = nullptr;
    magazine.count = 0;
  }
  block->next = magazine.head;
  magazine.head = block;
  ++magazine.count;
}

void pool_trim() noexcept {
  if (!kPooling) return;
  for (std::size_t i = 0; i < kSizeClasses; ++i) depot(i).trim();
}

}  // namespace troupe::detail
