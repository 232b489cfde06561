#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "troupe/detail/cell.hpp"
#include "troupe/detail/spawn.hpp"

/// How a supervised actor is made: once, and again at each restart.
namespace troupe {

/// Stands, among a child's arguments, for the reference of a sibling that is started before it.
template <class A>
struct Sibling {
  std::string_view id;
};

namespace detail {

/// A supervisor's children, for one of them that is started.
class Siblings {
 public:
  /// The child `id` that comes before the one being started; throws when there is none, or when it
  /// is of another class.
  virtual AnyRef find(std::string_view id, const ActorClass& type) const = 0;

 protected:
  ~Siblings() = default;
};

/// Immutable, and shared by counting references. Restarts use one from several threads at a time,
/// so the constructor's arguments are copied from constants.
class TROUPE_EXPORT Recipe {
 public:
  Recipe(const Recipe&) = delete;
  Recipe& operator=(const Recipe&) = delete;

  virtual void construct(void* object, const Siblings& siblings) const = 0;

  const ActorClass& type;
  const bool supervisor;  // what it makes supervises others

 protected:
  Recipe(const ActorClass& t, bool is_supervisor) noexcept
      : type(t), supervisor(is_supervisor) {}
  virtual ~Recipe() = default;

 private:
  friend class RecipeRef;
  mutable std::atomic<std::uint32_t> references_{1};
};

class RecipeRef {
 public:
  explicit RecipeRef(const Recipe* owned = nullptr) noexcept : recipe_(owned) {}
  RecipeRef(const RecipeRef& other) noexcept : recipe_(other.recipe_) {
    // relaxed: whoever copies a reference holds one.
    if (recipe_) recipe_->references_.fetch_add(1, std::memory_order_relaxed);
  }
  RecipeRef(RecipeRef&& other) noexcept : recipe_(std::exchange(other.recipe_, nullptr)) {}
  RecipeRef& operator=(RecipeRef other) noexcept {
    std::swap(recipe_, other.recipe_);
    return *this;
  }
  ~RecipeRef() {
    // acq_rel: what others did with it happens before its destruction.
    if (recipe_ && recipe_->references_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      delete recipe_;
    }
  }
  explicit operator bool() const noexcept { return recipe_ != nullptr; }
  const Recipe& operator*() const noexcept { return *recipe_; }
  const Recipe* operator->() const noexcept { return recipe_; }

 private:
  const Recipe* recipe_;
};

template <class T>
const T& argument(const T& value, const Siblings&) noexcept {
  return value;
}

}  // namespace detail
}  // namespace troupe
