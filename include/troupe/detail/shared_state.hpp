#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include "troupe/detail/export.hpp"

namespace troupe::detail {

/// What the copies of a handle share; the last one deletes it.
class TROUPE_EXPORT SharedState {
 public:
  SharedState() = default;
  SharedState(const SharedState&) = delete;
  SharedState& operator=(const SharedState&) = delete;

  void retain() noexcept {
    // relaxed: whoever copies a handle has one already.
    references_.fetch_add(1, std::memory_order_relaxed);
  }
  void release() noexcept {
    // release: what this thread did to it happens before its deletion; acquire for the last.
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

 protected:
  virtual ~SharedState();

 private:
  std::atomic<std::uint32_t> references_{1};
};

/// A handle whose copies are the same thing. One that was moved from may only be assigned to or
/// destroyed.
class SharedHandle {
 public:
  SharedHandle(const SharedHandle& other) noexcept : state_(other.state_) {
    if (state_) state_->retain();
  }
  SharedHandle(SharedHandle&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  SharedHandle& operator=(SharedHandle other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }

  ~SharedHandle() {
    if (state_) state_->release();
  }

 protected:
  explicit SharedHandle(SharedState* retained) noexcept : state_(retained) {}

 private:
  // For the framework's own use; found by argument-dependent look-up.
  friend SharedState& state_of(const SharedHandle& handle) noexcept { return *handle.state_; }

  SharedState* state_;
};

}  // namespace troupe::detail
