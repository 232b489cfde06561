#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

#include "troupe/detail/check.hpp"
#include "troupe/detail/work_core.hpp"
#include "troupe/work.hpp"

namespace troupe {

namespace detail {
/// A message that is built from the arguments of its job.
template <class J>
struct JobMessage {
  template <class... Args>
    requires(!(std::derived_from<std::remove_cvref_t<Args>, JobMessage> || ...) &&
             requires(Args&&... args) { J{std::forward<Args>(args)...}; })
  explicit JobMessage(Args&&... args) : job{std::forward<Args>(args)...} {}

  J job;
};
}  // namespace detail

/// Hands a job, built from the arguments of the call, to a WorkQueue or a PointToPoint, and is
/// answered when it is accepted: while the buffer is full, the caller is suspended, and served in
/// the order of the calls. Once the job is accepted, the queue answers for it.
///
///   co_await images.call<troupe::SubmitWork<Image>>("a.png", 100).within(troupe::forever);
///
/// A caller whose time is over while it waits for room is told `timeout`, and its job is not
/// accepted; if both happen at the same moment, it may be accepted nonetheless. CallErrorCode::
/// failed: the queue drains. A queue that ends answers all who wait, at once. A consumer that
/// submits to its own queue holds up what it waits for: TrySubmitWork does not wait.
///
/// It can be cast, too: then nobody waits, and nothing holds the producer back.
template <class J>
struct SubmitWork : detail::JobMessage<J> {
  using detail::JobMessage<J>::JobMessage;
  using Reply = void;
};

/// The same without waiting: the reply is empty when the job was accepted; when there is no room,
/// or when the queue drains, the job comes back in it.
template <class J>
struct TrySubmitWork : detail::JobMessage<J> {
  using detail::JobMessage<J>::JobMessage;
  using Reply = std::optional<J>;
};

/// As SubmitWork, but answered when the job is acknowledged, with how often it was delivered.
/// CallErrorCode::failed, when the job is given up. A caller whose time is over is told so, and a
/// job that was accepted by then is done all the same.
template <class J>
struct CompleteWork : detail::JobMessage<J> {
  using detail::JobMessage<J>::JobMessage;
  using Reply = unsigned;
};

/// Has an actor that handles `Work<J>` pull jobs, at most `window` unacknowledged ones at a time;
/// 0: as many as WorkOptions say. It does so until RemoveConsumer or its end; a restart does not
/// end it. For one that does so already the window changes. Can be cast or called; consumers often
/// cast it in their own post_start: `images.cast<troupe::AddConsumer<Image>>(self())`.
///
/// Throws std::invalid_argument when the reference is empty.
template <class J>
struct AddConsumer {
  template <class Class, class... Messages>
  explicit AddConsumer(const Ref<Class, Messages...>& actor, std::size_t credits = 0)
      : window(credits) {
    using Consumer = Ref<Class, Messages...>;
    using Problem = std::conditional_t<Consumer::template handles<Work<J>>, detail::NoProblem,
                                       detail::ConsumerDoesNotHandle<Consumer, Work<J>>>;
    static_assert(detail::sound<Problem>, "see the note for what is wrong");
    if constexpr (detail::sound<Problem>) {
      if (!actor) detail::no_consumer();
      consumer = actor;
    }
  }

  ActorRef<Work<J>> consumer;
  std::size_t window;
  using Reply = void;
};

/// A consumer gets no more jobs, unless it is added again. What it was sent by then is still its
/// own. Can be cast or called.
struct RemoveConsumer {
  AnyRef consumer;
  using Reply = void;
};

/// Work pulling: producers submit jobs of type J, consumers pull them, each as fast as it can. A
/// slow consumer gets less, and when all are slow, producers wait.
///
///   auto images = system.spawn<troupe::WorkQueue<Image>>(troupe::WorkOptions{.buffer = 100});
///   images.cast<troupe::AddConsumer<Image>>(resizer);
///   co_await images.call<troupe::SubmitWork<Image>>("a.png", 100);
///
/// Jobs are delivered in the order in which they were accepted; one that comes back goes before
/// those that were accepted after it. Of the consumers that have credit, the one that has waited
/// longest gets the next job. A job that was accepted is delivered until a consumer acknowledges
/// it; to one at a time, and at most once to each incarnation of each consumer. If all consumers
/// have dropped it, it waits until one is added or restarted, and the jobs behind it go on.
///
/// A job that was delivered WorkOptions::max_deliveries times is given up: it goes to the receiver
/// of dead jobs, or, if there is none, is logged as an error. When the queue ends, producers that
/// wait are told at once, and what was not acknowledged goes to that receiver, or is counted in the
/// log; jobs that consumers have by then are still theirs. `drain()` refuses new jobs and ends the
/// queue once all that it has accepted is acknowledged or given up.
///
/// A J is moved, never copied, and its move may not throw. It may be destroyed on any thread.
///
/// A queue that is restarted knows no consumers: make them its younger siblings, in a rest_for_one.
/// Throws std::invalid_argument (so spawn fails) when the options make no sense.
///
/// The idea is that of Akka's and Pekko's reliable delivery, where consumers' demand drives the
/// flow, and of the demand of Elixir's GenStage.
template <class J>
class WorkQueue : public detail::WorkActor<WorkQueue<J>, J, AddConsumer<J>, RemoveConsumer> {
  using Base = detail::WorkActor<WorkQueue<J>, J, AddConsumer<J>, RemoveConsumer>;

 public:
  using Base::handle;

  explicit WorkQueue(const WorkOptions& options = {}, const ActorRef<DeadWork<J>>& dead = {})
      : Base(options, dead) {}

  void handle(AddConsumer<J> m) { this->core_.add(m.consumer, m.window); }
  void handle(RemoveConsumer m) { this->core_.remove(m.consumer); }
};

namespace detail {
template <class J, class... Messages>
struct HandlersOf<Ref<WorkQueue<J>, Messages...>> : ProblemWithJob<J> {};
}  // namespace detail

}  // namespace troupe
