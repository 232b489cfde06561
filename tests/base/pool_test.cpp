#include "troupe/detail/pool.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <thread>
#include <unordered_set>
#include <vector>

using namespace troupe::detail;

namespace {

// With a sanitizer each block is an allocation of its own: there is no reuse to test.
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

constexpr std::size_t kMegabyte = 1024 * 1024;

std::size_t resident_bytes() {
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  REQUIRE(file);
  unsigned long total = 0;
  unsigned long resident = 0;
  REQUIRE(std::fscanf(file, "%lu %lu", &total, &resident) == 2);
  std::fclose(file);
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

bool aligned(void* block, std::size_t to) {
  return reinterpret_cast<std::uintptr_t>(block) % to == 0;
}

std::vector<void*> allocate_many(std::size_t count, std::size_t size) {
  std::vector<void*> blocks(count);
  for (void*& block : blocks) {
    block = pool_allocate(size);
    std::memset(block, 1, size);
  }
  return blocks;
}

void free_all(const std::vector<void*>& blocks, std::size_t size) {
  for (void* block : blocks) pool_free(block, size);
}

}  // namespace

TEST_CASE("every pooled size has the smallest class that holds it") {
  for (std::size_t size = 1; size <= kMaxPooledSize; ++size) {
    const std::size_t index = size_class(size);
    REQUIRE(index < kSizeClasses);
    REQUIRE(size_of_class(index) >= size);
    if (index > 0) REQUIRE(size_of_class(index - 1) < size);
  }
  CHECK(size_class(0) == 0);
  CHECK(size_of_class(kSizeClasses - 1) == kMaxPooledSize);
}

TEST_CASE("what is too large for the pool has a class of its own, in which no thread keeps any") {
  CHECK(pool_class(kMaxPooledSize) == size_class(kMaxPooledSize));
  CHECK(pool_class(kMaxPooledSize + 1) == kUnpooled);
  for (std::size_t size : {kMaxPooledSize + 1, 4 * kMaxPooledSize}) {
    pool_free(pool_allocate(size), size, pool_class(size));
    CHECK(thread_cache.magazines[kUnpooled].count == 0);
    CHECK(thread_cache.magazines[kUnpooled].limit == 0);
  }
}

TEST_CASE("blocks of every size are aligned, writable, and overlap no other") {
  struct Block {
    unsigned char* memory;
    std::size_t size;
    unsigned char mark;
  };
  std::vector<Block> blocks;
  unsigned char mark = 0;
  for (std::size_t size = 1; size <= 2 * kMaxPooledSize; size += size < 300 ? 1 : 13) {
    for (int i = 0; i < 3; ++i) {
      auto* memory = static_cast<unsigned char*>(pool_allocate(size));
      std::memset(memory, ++mark, size);
      blocks.push_back({memory, size, mark});
      REQUIRE(aligned(memory, 16));
    }
  }
  for (std::size_t size = 64; size <= 2 * kMaxPooledSize; size += 64) {
    void* memory = pool_allocate(size);
    REQUIRE(aligned(memory, 64));
    pool_free(memory, size);
  }
  for (const Block& block : blocks) {
    REQUIRE(std::all_of(block.memory, block.memory + block.size,
                        [&](unsigned char byte) { return byte == block.mark; }));
    pool_free(block.memory, block.size);
  }
}

TEST_CASE("a freed block is the next one of its class") {
  if (!kPooling) return;
  void* first = pool_allocate(40);
  pool_free(first, 40);
  CHECK(pool_allocate(48) == first);
  pool_free(first, 48);
}

TEST_CASE("what other threads free is used again") {
  if (!kPooling) return;
  constexpr std::size_t kBlocks = 20'000;
  constexpr std::size_t kSize = 208;
  const auto given = allocate_many(kBlocks, kSize);
  // When it ends, the thread returns what it still holds.
  std::thread([&] { free_all(given, kSize); }).join();
  const std::unordered_set<void*> known(given.begin(), given.end());
  const auto again = allocate_many(kBlocks, kSize);
  const auto reused =
      std::count_if(again.begin(), again.end(), [&](void* block) { return known.contains(block); });
  CHECK(reused > static_cast<std::ptrdiff_t>(kBlocks * 9 / 10));
  free_all(again, kSize);
}

TEST_CASE("memory does not grow when one thread allocates and another frees") {
  constexpr std::size_t kSize = 96;
  constexpr std::size_t kBatch = 1000;
  const std::size_t before = resident_bytes();
  std::atomic<std::vector<void*>*> hand{nullptr};
  std::thread consumer([&] {
    for (int i = 0; i < 1000; ++i) {
      std::vector<void*>* batch = nullptr;
      while (!(batch = hand.exchange(nullptr))) std::this_thread::yield();
      free_all(*batch, kSize);
      delete batch;
    }
  });
  for (int i = 0; i < 1000; ++i) {
    auto* batch = new std::vector<void*>(allocate_many(kBatch, kSize));
    std::vector<void*>* none = nullptr;
    while (!hand.compare_exchange_weak(none, batch)) {
      none = nullptr;
      std::this_thread::yield();
    }
  }
  consumer.join();
  if (kPooling) CHECK(resident_bytes() < before + 8 * kMegabyte);  // 96 MB went through
}

TEST_CASE("slabs that have not been needed between two looks give their pages back") {
  if (!kPooling) return;
  pool_trim();
  const std::size_t before = resident_bytes();
  free_all(allocate_many(256 * 1024, 1024), 1024);
  pool_release_unneeded();  // they were needed since the last look
  CHECK(resident_bytes() > before + 200 * kMegabyte);
  free_all(allocate_many(64, 1024), 1024);
  pool_release_unneeded();
  CHECK(resident_bytes() < before + 64 * kMegabyte);  // the depot keeps some blocks
  pool_trim();
}

TEST_CASE("trimming gives freed memory back to the system") {
  if (!kPooling) return;
  constexpr std::size_t kSize = 512;
  constexpr std::size_t kBlocks = 64 * kMegabyte / kSize;
  pool_trim();
  const std::size_t before = resident_bytes();
  {
    const auto blocks = allocate_many(kBlocks, kSize);
    CHECK(resident_bytes() > before + 60 * kMegabyte);
    free_all(blocks, kSize);
  }
  pool_trim();
  CHECK(resident_bytes() < before + 8 * kMegabyte);
  // And what was given back can be had again.
  const auto blocks = allocate_many(kBlocks, kSize);
  free_all(blocks, kSize);
  pool_trim();
}

TEST_CASE("a thread's last destructors can still allocate and free") {
  struct Late {
    void* block = nullptr;
    ~Late() {
      if (!block) return;
      pool_free(block, 128);
      std::vector<void*> more(200);
      for (void*& one : more) one = pool_allocate(128);
      free_all(more, 128);
    }
  };
  for (int i = 0; i < 20; ++i) {
    std::thread([] {
      thread_local Late late;  // made before the thread's cache, hence destroyed after it
      (void)late.block;
      late.block = pool_allocate(128);
    }).join();
  }
}

TEST_CASE("blocks that are traded between threads belong to one owner at a time") {
  constexpr std::size_t kSlots = 256;
  constexpr int kThreads = 4;
  struct Block {
    std::uint64_t words[9];
  };
  std::array<std::atomic<Block*>, kSlots> slots{};
  std::atomic<int> torn{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      std::uint64_t random = static_cast<std::uint64_t>(t) + 1;
      for (std::uint64_t i = 0; i < 50'000; ++i) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        auto* mine = static_cast<Block*>(pool_allocate(sizeof(Block)));
        std::fill(std::begin(mine->words), std::end(mine->words), random);
        Block* theirs = slots[(random >> 40) % kSlots].exchange(mine);
        if (!theirs) continue;
        for (std::uint64_t word : theirs->words) {
          if (word != theirs->words[0]) ++torn;
        }
        pool_free(theirs, sizeof(Block));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(torn == 0);
  for (auto& slot : slots) {
    if (Block* left = slot.load()) pool_free(left, sizeof(Block));
  }
}
