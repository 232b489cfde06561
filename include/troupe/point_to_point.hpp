#pragma once

#include "troupe/detail/work_core.hpp"
#include "troupe/work.hpp"
#include "troupe/work_queue.hpp"

namespace troupe {

/// Reliable delivery to one consumer, in order. Producers, usually one, submit as to a WorkQueue:
/// SubmitWork, TrySubmitWork, CompleteWork, GetWorkStats.
///
///   auto trades = system.spawn<troupe::PointToPoint<Trade>>(ledger,
///                                                           troupe::WorkOptions{.window = 8});
///   co_await trades.call<troupe::SubmitWork<Trade>>(1);
///
/// The consumer gets the jobs in the order in which they were accepted, and has at most
/// WorkOptions::window unacknowledged ones; a submit waits when besides the buffer is full. A
/// consumer that is restarted gets first what it had not acknowledged, in the same order; then what
/// follows. A job that it drops without failing is for its next incarnation, too: until then it
/// uses a credit and holds up what was not sent yet.
///
/// When the consumer has ended for good, so does this, by stop(); what then becomes of the jobs, of
/// dead ones, and of a drain, is as with a WorkQueue.
///
/// Throws std::invalid_argument (so spawn fails) when the consumer's reference is empty or the
/// options make no sense.
template <class J>
class PointToPoint : public detail::WorkActor<PointToPoint<J>, J> {
  using Base = detail::WorkActor<PointToPoint<J>, J>;

 public:
  explicit PointToPoint(const ActorRef<Work<J>>& consumer, const WorkOptions& options = {},
                        const ActorRef<DeadWork<J>>& dead = {})
      : Base(options, dead, consumer) {}
};

namespace detail {
template <class J, class... Messages>
struct HandlersOf<Ref<PointToPoint<J>, Messages...>> : ProblemWithJob<J> {};
}  // namespace detail

}  // namespace troupe
