#pragma once

#include <cstdint>
#include <vector>

namespace troupe::detail {

struct FactoryWorker;

/// Which worker has jobs of a key, and how many. Open addressing; keys are good hashes already.
class KeyMap {
 public:
  /// Null: none.
  FactoryWorker* find(std::uint64_t key) const noexcept {
    if (entries_.empty()) return nullptr;
    return entries_[position_of(key)].worker;
  }
  /// One more job of this key, which is this worker's.
  void add(std::uint64_t key, FactoryWorker& worker) {
    if (2 * (size_ + 1) > entries_.size()) grow();
    Entry& entry = entries_[position_of(key)];
    if (entry.count++ != 0) return;
    entry.key = key;
    entry.worker = &worker;
    ++size_;
  }
  /// One less.
  void remove(std::uint64_t key) noexcept {
    std::size_t hole = position_of(key);
    if (--entries_[hole].count != 0) return;
    --size_;
    // Those behind the hole move up, as far as they may.
    for (std::size_t i = next(hole); entries_[i].count != 0; i = next(i)) {
      const std::size_t wish = entries_[i].key & mask();
      if (((i - wish) & mask()) < ((i - hole) & mask())) continue;
      entries_[hole] = entries_[i];
      hole = i;
    }
    entries_[hole] = {};
  }

 private:
  struct Entry {
    std::uint64_t key = 0;
    FactoryWorker* worker = nullptr;
    std::size_t count = 0;  // 0: no entry
  };

  std::size_t mask() const noexcept { return entries_.size() - 1; }
  std::size_t next(std::size_t i) const noexcept { return (i + 1) & mask(); }
  // Of the entry, or of the place where it would be.
  std::size_t position_of(std::uint64_t key) const noexcept {
    std::size_t i = key & mask();
    while (entries_[i].count != 0 && entries_[i].key != key) i = next(i);
    return i;
  }
  void grow() {
    std::vector<Entry> old(entries_.empty() ? 16 : 2 * entries_.size());
    old.swap(entries_);
    for (const Entry& entry : old) {
      if (entry.count != 0) entries_[position_of(entry.key)] = entry;
    }
  }

  std::vector<Entry> entries_;
  std::size_t size_ = 0;
};

/// A number below `buckets`. When their number grows from n to n + 1, one key in n + 1 moves, to
/// the new one (Lamping and Veach, "jump consistent hash").
inline std::size_t consistent_hash(std::uint64_t key, std::size_t buckets) noexcept {
  std::size_t bucket = 0;
  for (double next = 0; next < static_cast<double>(buckets);) {
    bucket = static_cast<std::size_t>(next);
    key = key * 2862933555777941757u + 1;
    next = (static_cast<double>(bucket) + 1) *
           (static_cast<double>(std::uint64_t{1} << 31) / static_cast<double>((key >> 33) + 1));
  }
  return bucket;
}

}  // namespace troupe::detail
