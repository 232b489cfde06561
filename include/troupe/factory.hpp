#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include "troupe/detail/factory_core.hpp"

namespace troupe {

/// Among a worker's constructor arguments: its number, from 0, a std::size_t. A worker that
/// replaces another has its number.
struct WorkerIndex {};
inline constexpr WorkerIndex worker_index;
/// Among a worker's constructor arguments: a reference to its factory.
struct WorkerFactory {};
inline constexpr WorkerFactory worker_factory;

template <class W>
class Factory;

namespace detail {

template <class F, class WorkerReference>
struct FactoryOf;
template <class F, class W, class... Jobs>
struct FactoryOf<F, Ref<W, Jobs...>> {
  using Reference =
      Ref<F, Jobs..., Job<Jobs>..., Submit<Jobs>..., ResizeFactory, UpdateFactory, GetFactoryStats>;

  static constexpr const MessageType* const* jobs = handled_messages<Jobs...>;
  static constexpr const MessageType* const* messages =
      handled_messages<Jobs..., Job<Jobs>..., Submit<Jobs>..., ResizeFactory, UpdateFactory,
                       GetFactoryStats>;

  static Outcome handle(Cell& cell, Node& node) {
    auto& factory = *static_cast<FactoryCore*>(cell.object());
    factory.collect();
    if (((node.type == &message_type<Jobs>) || ...) || is_job(node)) {
      detach_in_hand(cell);
      take(factory, node);
      return Outcome::done;
    }
    if ((submit<Jobs>(factory, cell, node) || ...)) return Outcome::done;
    return FactoryCore::actor_class().handle(cell, node);
  }

  static Node* close(Cell& cell, Node* left) noexcept {
    auto& factory = *static_cast<FactoryCore*>(cell.object());
    factory.close();
    Node others(nullptr);  // begins the list of those that are no jobs
    Node* last = &others;
    while (left) {
      Node& node = *left;
      left = node.next.load(std::memory_order_relaxed);  // the mailbox is ours
      node.next.store(nullptr, std::memory_order_relaxed);
      if (is_job(node)) {
        take(factory, node);
      } else {
        last->next.store(&node, std::memory_order_relaxed);
        last = &node;
      }
    }
    return others.next.load(std::memory_order_relaxed);
  }

 private:
  static bool is_job(const Node& node) noexcept {
    return ((same_type(*node.type, message_type<Jobs>) ||
             same_type(*node.type, message_type<Job<Jobs>>)) ||
            ...);
  }

  // A job's node, which no mailbox has.
  static void take(FactoryCore& factory, Node& node) {
    if (!(take_wrapped<Jobs>(factory, node) || ...)) factory.take(node);
  }

  template <class M>
  static constexpr CopyNode copy_of() {
    if constexpr (std::is_copy_constructible_v<M> && !RequestMessage<M>) {
      return &copy_node<M>;
    } else {
      return nullptr;
    }
  }

  template <class M>
  static bool take_wrapped(FactoryCore& factory, Node& node) {
    if (!same_type(*node.type, message_type<Job<M>>)) return false;
    if constexpr (RequestMessage<M>) {
      auto& request = static_cast<Request&>(node);
      Job<M> job(std::move(request.payload<Job<M>>()));
      request.payload<Job<M>>().~Job<M>();
      factory.take(stand_in_for<M>(request, std::move(job.message)), job.options, nullptr);
    } else {
      Job<M> job(std::move(static_cast<CastNode<Job<M>>&>(node).message));
      destroy_node(&node);
      factory.take(*make_node<M>(std::move(job.message)), job.options, copy_of<M>());
    }
    return true;
  }

  template <class M>
  static bool submit(FactoryCore& factory, Cell& cell, Node& node) {
    if (!same_type(*node.type, message_type<Submit<M>>)) return false;
    auto& request = static_cast<Request&>(node);
    Submit<M>& job = request.payload<Submit<M>>();
    std::optional<M> refused;
    Node* back = factory.submit(*make_node<M>(std::move(job.message)), job.options, copy_of<M>());
    if (back) {
      refused.emplace(std::move(const_cast<M&>(payload_of<M>(*back))));
      destroy_node(back);
    }
    reply_in_hand<Submit<M>>(cell, request, std::move(refused));
    return true;
  }
};

// A worker's arguments with its placeholders filled in.
template <class W, class T>
decltype(auto) worker_argument(const T& argument, [[maybe_unused]] Cell& factory,
                               [[maybe_unused]] std::size_t index) {
  if constexpr (std::is_same_v<T, WorkerIndex>) {
    return static_cast<std::size_t>(index);
  } else if constexpr (std::is_same_v<T, WorkerFactory>) {
    retain(factory);
    return ref_cast<typename Factory<W>::Reference>(adopt_cell(&factory));
  } else {
    return (argument);
  }
}
template <class W, class T>
using WorkerArgument =
    decltype(worker_argument<W>(std::declval<const T&>(), std::declval<Cell&>(), 0));

// What its workers handle is checked; what the factory itself handles needs no check.
template <class W, class... Messages>
struct HandlersOf<Ref<Factory<W>, Messages...>> : HandlersOf<typename W::Reference> {};

}  // namespace detail

/// A pool of workers of the actor class W. Its reference takes W's messages, as jobs for the
/// workers, so it can stand wherever a W could; what a worker replies goes straight to the caller.
///
///   auto pool = system.spawn<troupe::Factory<Resizer>>(troupe::FactoryOptions{.workers = 8});
///   auto image = co_await pool.call<Resize>("a.png", 100);
///
/// The arguments behind the options are for W's constructor; each worker gets copies, and
/// worker_index and worker_factory are filled in. The first workers start on the spawning thread;
/// when one cannot, spawn fails.
///
/// A worker has one job at a time, until its handler has returned. A worker that fails loses that
/// job, whose caller is told, and is replaced; what waits for it does not notice. `drain()` refuses
/// new jobs, works off those that wait, and ends; `stop()` discards those that wait.
///
/// Besides W's messages it takes Job and Submit of each, ResizeFactory, UpdateFactory and
/// GetFactoryStats.
template <class W>
class Factory : public detail::FactoryCore {
  static_assert(requires { typename W::Reference; }, "a factory's worker is an actor class");
  using Of = detail::FactoryOf<Factory, typename W::Reference>;

 public:
  using Reference = typename Of::Reference;

  template <class... Args>
    requires std::is_constructible_v<W, detail::WorkerArgument<W, std::decay_t<Args>>...>
  explicit Factory(FactoryOptions options, Args&&... args)
      : FactoryCore(
            std::move(options),
            [... args = std::decay_t<Args>(std::forward<Args>(args))](
                detail::Cell& factory, detail::WorkerRecord& record, std::size_t index,
                const SpawnOptions& spawn_options) {
              return detail::spawn_worker<W>(factory, record, spawn_options,
                                             detail::worker_argument<W>(args, factory, index)...);
            },
            Of::jobs) {}

  static const detail::ActorClass& actor_class() noexcept {
    static const detail::ActorClass type = [] {
      static_assert(sizeof(Factory) == sizeof(FactoryCore));
      detail::ActorClass c = FactoryCore::actor_class();
      c.name = detail::type_name<Factory>();
      c.messages = Of::messages;
      c.handle = &Of::handle;
      c.drain = [](detail::Cell& cell) { return static_cast<Factory*>(cell.object())->drain(); };
      c.closing = &Of::close;
      return c;
    }();
    return type;
  }
};

}  // namespace troupe
