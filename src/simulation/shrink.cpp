#include "simulation/shrink.hpp"

#include <algorithm>
#include <utility>

namespace troupe::detail {

namespace {

using Choices = std::vector<std::uint32_t>;

constexpr std::size_t kLargestDrawn = 16;

class Shrinking {
 public:
  Shrinking(Choices choices, const std::function<bool(const Choices&)>& fails, unsigned tries)
      : best_(std::move(choices)), fails_(fails), tries_(tries) {}

  Choices run() {
    cut();
    while (tries_ != 0 && (coarsely() || finely())) {
    }
    return best_;
  }

 private:
  bool take(Choices candidate) {
    while (!candidate.empty() && candidate.back() == 0) candidate.pop_back();
    if (candidate == best_ || tries_ == 0) return false;
    --tries_;
    if (!fails_(candidate)) return false;
    best_ = std::move(candidate);
    return true;
  }

  bool coarsely() {
    bool better = false;
    for (std::size_t size = std::max<std::size_t>(best_.size() / 2, 1); size != 0; size /= 2) {
      better = without_blocks(size, size) || better;
      better = with_zeros(size) || better;
    }
    return with_less() || better;
  }

  // What a scenario draws together, as a message or a fault, is a block of any size at any place.
  bool finely() {
    bool better = false;
    for (std::size_t size = 2; size <= kLargestDrawn; ++size) {
      better = without_blocks(size, 1) || better;
    }
    return better;
  }

  // The shortest beginning that fails.
  void cut() {
    for (std::size_t size = 0; size < best_.size() && tries_ != 0;) {
      if (take(Choices(best_.begin(), best_.begin() + static_cast<std::ptrdiff_t>(size)))) return;
      size = size == 0 ? 1 : 2 * size;
    }
  }

  bool without_blocks(std::size_t size, std::size_t step) {
    bool better = false;
    // From the end: what comes later depends on what comes before.
    for (std::size_t end = best_.size(); end >= size && tries_ != 0;) {
      Choices candidate = best_;
      const auto last = candidate.begin() + static_cast<std::ptrdiff_t>(end);
      candidate.erase(last - static_cast<std::ptrdiff_t>(size), last);
      const bool taken = take(std::move(candidate));
      better = taken || better;
      end = std::min(end - (taken ? size : step), best_.size());
    }
    return better;
  }

  bool with_zeros(std::size_t size) {
    bool better = false;
    for (std::size_t begin = 0; begin < best_.size() && tries_ != 0; begin += size) {
      Choices candidate = best_;
      const auto from = candidate.begin() + static_cast<std::ptrdiff_t>(begin);
      const auto to = begin + size < candidate.size() ? from + static_cast<std::ptrdiff_t>(size)
                                                      : candidate.end();
      if (std::all_of(from, to, [](std::uint32_t value) { return value == 0; })) continue;
      std::fill(from, to, 0);
      better = take(std::move(candidate)) || better;
    }
    return better;
  }

  bool with_less() {
    bool better = false;
    for (std::size_t i = 0; i < best_.size() && tries_ != 0; ++i) {
      while (i < best_.size() && best_[i] > 1) {
        Choices candidate = best_;
        candidate[i] /= 2;
        if (!take(std::move(candidate))) break;
        better = true;
      }
    }
    return better;
  }

  Choices best_;
  const std::function<bool(const Choices&)>& fails_;
  unsigned tries_;
};

}  // namespace

Choices shrink(Choices choices, const std::function<bool(const Choices&)>& fails, unsigned tries) {
  return Shrinking(std::move(choices), fails, tries).run();
}

}  // namespace troupe::detail
