#include <exception>
#include <string>
#include <utility>

#include "actor/turn.hpp"
#include "runtime/mailbox.hpp"

/// Requests that get no reply from their handler, and how answers find their callers.
namespace troupe::detail {

void drop_port(Request& request) noexcept {
  if (turn.cell && (turn.ports_orphaned || std::uncaught_exceptions() > 0)) {
    request.next.store(turn.orphans, std::memory_order_relaxed);
    turn.orphans = &request;
    return;
  }
  request.answer = Answer::no_reply;
  request.emplace<Failure*>(new Failure({}, turn.cell));
  deliver(request);
}

void answer_orphans(Answer answer, const std::string& text) {
  while (Request* request = turn.orphans) {
    turn.orphans = static_cast<Request*>(request->next.load(std::memory_order_relaxed));
    request->answer = answer;
    request->emplace<Failure*>(new Failure(text, turn.cell));
    deliver(*request);
  }
}

void fail_in_hand(Cell& cell, Answer answer, std::string text) noexcept {
  auto& request = static_cast<Request&>(*cell.current());
  cell.message_in_hand = false;
  fail_request(request, answer, std::move(text), &cell);
  detach_current(cell);
  deliver(request);
}

void deliver_to_actor(Request& request) noexcept {
  Cell& cell = *static_cast<Cell*>(request.context);
  // Until the node is in, the cell is held: by its life, or, when it has ended, by the reference
  // that its end added for each request under way.
  if (!push_signal(cell, request)) {
    destroy_node(&request);
    release(cell);
  }
}

}  // namespace troupe::detail
