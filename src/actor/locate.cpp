#include "actor/locate.hpp"

#include <utility>

#include "actor/extras.hpp"
#include "actor/wait_graph.hpp"
#include "runtime/bounded_queue.hpp"
#include "troupe/detail/turn.hpp"
#include "troupe/task.hpp"

namespace troupe::detail {

namespace {

void find(Cell& cell, const Request* wanted, Located& located) noexcept {
  // acquire, as in next_message. A link that is under way ends the search.
  Node* node = cell.front.load(std::memory_order_acquire);
  if (node && cell.consumed) node = node->next.load(std::memory_order_acquire);
  const auto search_queue = [&] {
    located.ahead +=
        bounded_queue_of(cell).count(Located::kMostCounted - located.ahead, wanted, located.found);
  };
  bool searched_queue = !cell.counted();
  for (; node && !located.found && located.ahead < Located::kMostCounted;
       node = node->next.load(std::memory_order_acquire)) {
    if (node == wanted) {
      located.found = true;
    } else if (node->type->kind != NodeKind::ticket) {
      ++located.ahead;
    } else if (!std::exchange(searched_queue, true)) {
      search_queue();
    }
  }
  if (!searched_queue && !located.found) search_queue();
}

void answer(Request& request, Located located) noexcept {
  request.emplace<Located>(std::move(located));
  request.answer = Answer::value;
  deliver(request);
}

}  // namespace

void answer_locate(Cell& cell, Request& request) {
  Located located;
  find(cell, request.payload<Locate>().wanted, located);
  if (cell.handler && cell.handler->message) {
    located.busy = cell.handler->message->name;
    located.waits_for = awaited_by(cell);
  }
  answer(request, std::move(located));
}

void answer_locate_ended(Request& request) noexcept { answer(request, {}); }

}  // namespace troupe::detail
