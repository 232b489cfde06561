#pragma once

#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "troupe/detail/function.hpp"
#include "troupe/detail/message.hpp"

namespace troupe::detail {

/// The job that a function takes first: `Resize` for `[](const Resize&) {...}`.
template <class T>
struct JobOf;
template <class R, class M, class... Rest>
struct JobOf<R (*)(M, Rest...)> {
  using Type = std::remove_cvref_t<M>;
};
template <class C, class R, class M, class... Rest>
struct JobOf<R (C::*)(M, Rest...)> : JobOf<R (*)(M, Rest...)> {};
template <class C, class R, class M, class... Rest>
struct JobOf<R (C::*)(M, Rest...) const> : JobOf<R (*)(M, Rest...)> {};
template <class F>
  requires requires { &F::operator(); }
struct JobOf<F> : JobOf<decltype(&F::operator())> {};

template <class F>
concept TakesJob = requires { typename JobOf<F>::Type; };

/// What users say of jobs, by one function for each message type. The types are found from the
/// functions' signatures, so options need not know the worker.
template <class R, class... Extra>
class JobFunction {
 public:
  JobFunction() = default;
  template <TakesJob... Fs>
    requires(sizeof...(Fs) > 0)
  JobFunction(Fs... functions) {
    (add<typename JobOf<Fs>::Type>(std::move(functions)), ...);
  }

  bool empty() const noexcept { return entries_.empty(); }
  /// Nothing: no function takes this type of job.
  std::optional<R> operator()(Node& job, Extra... extra) const {
    for (const Entry& entry : entries_) {
      if (entry.type == job.type || same_type(*entry.type, *job.type)) {
        return entry.call(job, extra...);
      }
    }
    return std::nullopt;
  }
  /// The first type that is not in a list; null: none.
  const MessageType* stranger_to(const MessageType* const* jobs) const noexcept {
    for (const Entry& entry : entries_) {
      const MessageType* const* job = jobs;
      while (*job && !same_type(**job, *entry.type)) ++job;
      if (!*job) return entry.type;
    }
    return nullptr;
  }

 private:
  struct Entry {
    const MessageType* type;
    Function<R(Node&, Extra...)> call;
  };

  template <class M, class F>
  void add(F function) {
    static_assert(std::is_invocable_v<F&, const M&> || std::is_invocable_v<F&, const M&, Extra...>,
                  "the function takes the job as const M&");
    entries_.push_back(
        {&message_type<M>, [f = std::move(function)](Node& node, Extra... extra) mutable {
           if constexpr (std::is_invocable_v<F&, const M&, Extra...>) {
             return static_cast<R>(f(payload_of<M>(node), extra...));
           } else {
             return static_cast<R>(f(payload_of<M>(node)));
           }
         }});
  }

  std::vector<Entry> entries_;
};

}  // namespace troupe::detail
