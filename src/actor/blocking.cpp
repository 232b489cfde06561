#include "troupe/blocking.hpp"

#include "actor/blocking_pool.hpp"
#include "actor/turn.hpp"

namespace troupe::detail {

namespace {

/// The thread's word that the work is done.
struct BlockingDone {
  using Reply = void;
  static constexpr NodeKind kNodeKind = NodeKind::wake;
};

void drop_owner(BlockingWork& work) noexcept {
  // acq_rel: both sides' uses happen before the destruction.
  if (work.owners.fetch_sub(1, std::memory_order_acq_rel) == 1) work.destroy(work);
}

}  // namespace

void release_work(BlockingWork& work) noexcept {
  Request& done = *work.done;
  drop_owner(work);  // before the answer: the handler that hears it may be the last owner
  done.answer = Answer::value;
  done.emplace<Unit>();
  deliver(done);
}

void BlockingOperation::submit(std::coroutine_handle<> handle) {
  Cell& cell = current_actor("blocking");
  auto* done = make_node<BlockingDone>();
  done->deliver = &deliver_to_actor;
  done->context = &cell;
  work_->done = done;
  work_->owners.store(2, std::memory_order_relaxed);  // not shared yet
  ++cell.outstanding;
  begin_wait(*this, handle);
  try {
    cell.system->blocking.submit(*work_);
  } catch (...) {
    --cell.outstanding;
    cell.handler->waiter = nullptr;
    slot = nullptr;
    destroy_node(done);
    work_->owners.store(1, std::memory_order_relaxed);
    throw;
  }
}

Heard BlockingOperation::hear(Request& request) noexcept {
  if (&request != work_->done) return Heard::not_mine;
  destroy_node(&request);
  return Heard::ready;
}

BlockingOperation::~BlockingOperation() {
  if (work_) drop_owner(*work_);
}

}  // namespace troupe::detail
