#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "troupe/detail/spawn.hpp"

namespace troupe {

/// Stands, among a child's arguments, for the reference of a sibling that is started before it.
template <class A>
struct Sibling {
  std::string_view id;  ///< of a literal, or of what outlives the supervisor
};

template <class A>
Sibling<A> sibling(std::string_view id) noexcept {
  return {id};
}

namespace detail {

/// The children of a supervisor as one of them sees them while it is made.
class Siblings {
 public:
  /// Throws std::runtime_error when no such child is started before this one, or when it is of
  /// another class.
  virtual AnyRef find(std::string_view id, const ActorClass& type) const = 0;

 protected:
  ~Siblings() = default;
};

/// How to make one actor, as often as it is restarted: its class and its constructor's arguments.
/// Immutable, shared by counting references; used by several threads at a time, hence every
/// incarnation gets copies of the arguments.
class TROUPE_EXPORT Recipe {
 public:
  Recipe(const Recipe&) = delete;
  Recipe& operator=(const Recipe&) = delete;

  virtual void construct(void* object, const Siblings& siblings) const = 0;

  const ActorClass& type;

 protected:
  explicit Recipe(const ActorClass& actor_class) noexcept : type(actor_class) {}
  virtual ~Recipe();

 private:
  friend class RecipeRef;
  mutable std::atomic<std::uint32_t> references_{1};
};

class RecipeRef {
 public:
  RecipeRef() noexcept = default;
  explicit RecipeRef(const Recipe* owned) noexcept : recipe_(owned) {}
  RecipeRef(const RecipeRef& other) noexcept : recipe_(other.recipe_) {
    // relaxed: whoever copies a reference holds one already.
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
  const Recipe* recipe_ = nullptr;
};

template <class T>
const T& resolve(const T& argument, const Siblings&) noexcept {
  return argument;
}
template <class A>
SpawnedRef<A> resolve(const Sibling<A>& elder, const Siblings& siblings) {
  return ref_cast<SpawnedRef<A>>(siblings.find(elder.id, A::actor_class()));
}

/// What the constructor gets for an argument that is kept as a T.
template <class T>
using Resolved = decltype(resolve(std::declval<const T&>(), std::declval<const Siblings&>()));

template <class A, class... Arguments>
class RecipeFor final : public Recipe {
 public:
  template <class... Args>
  explicit RecipeFor(Args&&... arguments)
      : Recipe(A::actor_class()), arguments_(std::forward<Args>(arguments)...) {}

  void construct(void* object, const Siblings& siblings) const override {
    std::apply(
        [&](const Arguments&... arguments) { ::new (object) A(resolve(arguments, siblings)...); },
        arguments_);
  }

 private:
  std::tuple<Arguments...> arguments_;
};

template <class A, class... Args>
RecipeRef make_recipe(Args&&... arguments) {
  static_assert(sound<Problem<A, Resolved<std::decay_t<Args>>...>>,
                "see the note for what is wrong");
  if constexpr (sound<Problem<A, Resolved<std::decay_t<Args>>...>>) {
    return RecipeRef(new RecipeFor<A, std::decay_t<Args>...>(std::forward<Args>(arguments)...));
  } else {
    std::unreachable();
  }
}

}  // namespace detail
}  // namespace troupe
