#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace troupe::detail {

template <class Signature>
class Function;

/// A function of the user's, its class forgotten; copies share it. A light std::function: that
/// one's header is a good part of what a user's file costs to compile.
template <class R, class... Args>
class Function<R(Args...)> {
 public:
  Function() noexcept = default;
  template <class F>
    requires(!std::is_same_v<F, Function> && std::is_invocable_r_v<R, F&, Args...>)
  Function(F function) : target_(new Owner<F>(std::move(function))) {}
  Function(const Function& other) noexcept : target_(other.target_) {
    // relaxed: whoever copies holds one already.
    if (target_) target_->references.fetch_add(1, std::memory_order_relaxed);
  }
  Function(Function&& other) noexcept : target_(std::exchange(other.target_, nullptr)) {}
  Function& operator=(Function other) noexcept {
    std::swap(target_, other.target_);
    return *this;
  }
  ~Function() {
    // acq_rel: what the other holders did happens before the destruction.
    if (target_ && target_->references.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      target_->destroy(target_);
    }
  }

  explicit operator bool() const noexcept { return target_ != nullptr; }
  R operator()(Args... args) const { return target_->call(*target_, std::forward<Args>(args)...); }

 private:
  struct Target {
    R (*call)(Target&, Args&&...);
    void (*destroy)(Target*) noexcept;
    std::atomic<std::uint32_t> references{1};
  };
  template <class F>
  struct Owner : Target {
    F function;
    explicit Owner(F&& f) : function(std::move(f)) {
      this->call = [](Target& self, Args&&... args) -> R {
        return static_cast<Owner&>(self).function(std::forward<Args>(args)...);
      };
      this->destroy = [](Target* self) noexcept { delete static_cast<Owner*>(self); };
    }
  };

  Target* target_ = nullptr;
};

}  // namespace troupe::detail
