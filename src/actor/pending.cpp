#include "actor/pending.hpp"

#include <algorithm>
#include <utility>

#include "actor/turn.hpp"
#include "actor/wait_graph.hpp"

namespace troupe::detail {

namespace {

void ask(Cell& target, const EndWatch& watch, NodeKind action) {
  switch (action) {
    case NodeKind::stop:
      send_stop(
          target,
          {watch.fate == Fate::by_rule ? ExitKind::stopped : ExitKind::shutdown, watch.reason},
          watch.fate);
      break;
    case NodeKind::kill:
      send_signal(target, watch.fate == Fate::last ? kill_for_good_type : kill_type);
      break;
    case NodeKind::drain:
      push_unbounded(target, *::new (pool_allocate(sizeof(Node))) Node(&drain_type));
      break;
    default:
      break;
  }
}

}  // namespace

void send_watch(Cell& target, Request& request) {
  // Once it is pushed, the node is the actor's.
  const bool wants_end = request.type == &message_type<EndWatch>;
  const EndWatch what =
      wants_end ? std::move(request.payload<EndWatch>()) : EndWatch{NodeKind::watch, {}};
  if (push_signal(target, request)) {
    ask(target, what, what.ask);
  } else {
    // acquire: what the actor wrote before it closed its signals.
    target.signals.load(std::memory_order_acquire);
    answer_ended(target, request, reason_of_ended(target));
  }
}

Failure::Failure(std::string why, Cell* where, std::uint64_t before)
    : text(std::move(why)), at(where), ahead(before) {
  if (at) retain(*at);
}

Failure::~Failure() {
  if (at) release(*at);
}

Trouble& Pending::trouble() {
  if (!trouble_) trouble_ = new Trouble;
  return *trouble_;
}

void Pending::dispose() noexcept {
  if (request) {
    // Under way, the node comes back to the actor (or to ThreadWait) and is disposed of there.
    if (!sent || answered) {
      destroy_node(request);
    } else {
      cancel_blocked();
    }
  }
  delete trouble_;
}

bool Pending::submit_specially() {
  if (!target->counted()) return push_unbounded(*target, *request);
  CastResult result = CastResult::delivered;
  if (bounded_queue_of(*target).overflow() != Overflow::block) {
    result = push_message(*target, *request);  // what was not taken has been answered
  } else if (target->observed() || !bounded_queue_of(*target).take_at_once(*request)) {
    if (push_or_block(*target, *request, trouble().sender, result)) return true;
  }
  return result == CastResult::delivered || result == CastResult::displaced;
}

bool Pending::ask_where(Deliver deliver, void* context, std::uint32_t id) {
  if (type->kind != NodeKind::request || (trouble_ && trouble_->locate)) return false;
  // relaxed: a figure for error texts.
  if (request->started_at.load(std::memory_order_relaxed) != 0) return false;
  if (cancel_blocked()) return false;
  auto* locate = make_node<Locate>(request);
  locate->deliver = deliver;
  locate->context = context;
  locate->id = id;
  trouble().locate = locate;
  if (push_signal(*target, *locate)) return true;
  destroy_node(std::exchange(trouble_->locate, nullptr));
  return false;
}

bool Pending::ask_where_from(Cell& caller, std::uint32_t id) {
  if (!ask_where(&deliver_to_actor, &caller, id)) return false;
  ++caller.outstanding;
  return true;
}

Request* Pending::locate_request() const noexcept { return trouble_ ? trouble_->locate : nullptr; }

bool Pending::take_located(Request& answer) noexcept {
  if (&answer != locate_request()) return false;
  if (answer.answer == Answer::value) {
    trouble_->located = std::move(answer.payload<Located>());
  }
  destroy_node(&answer);
  return true;
}

void Pending::abandon(std::int64_t started_at) noexcept {
  started = started_at;
  request = nullptr;
}

void Pending::abandon_unstarted() noexcept {
  // An answer may have come together with what ends the wait for it.
  if (!request || answered || cancel_blocked()) return;
  abandon(request->started_at.load(std::memory_order_relaxed));
  if (started != 0 || type->kind != NodeKind::request) return;
  // An actor of the same system: others know themselves what holds them up.
  if (turn.cell && turn.cell->system == target->system) {
    trouble().busy = turn.cell->system->handler_of(*target);
  }
}

bool Pending::cancel_blocked() noexcept {
  if (!trouble_ || !trouble_->sender.node) return false;
  if (!stop_blocking(*target, trouble_->sender)) return false;
  trouble_->was_blocked = true;
  if (request->deliver == &deliver_to_actor) {
    --static_cast<Cell*>(request->context)->outstanding;
  }
  destroy_node(withdraw());
  return true;
}

// Others may follow the waits of the group that it is in, and look at the request.
Request* Pending::withdraw() noexcept {
  const CellGuard guard;
  return std::exchange(request, nullptr);
}

void Pending::cut_short(std::vector<WaitStep> circle) {
  trouble().circle = std::move(circle);
  if (cancel_blocked()) return;
  // Whoever comes to it drops it: its time has been over since the beginning.
  request->set_deadline(1);
  started = request->started_at.load(std::memory_order_relaxed);
  withdraw();
}

CallError Pending::error(std::int64_t began) const {
  CallError error;
  error.target = ref_to(*target);
  error.message = type->name;
  error.elapsed = std::chrono::nanoseconds(std::max<Nanoseconds>(Clock().now() - began, 0));
  const Nanoseconds begun =
      answered ? request->started_at.load(std::memory_order_relaxed) : started;
  error.stage = begun == 0 ? CallStage::queued : CallStage::running;
  if (answered) {
    const Failure& failure = *request->payload<Failure*>();
    error.reason = failure.text;
    error.ahead = failure.ahead;
    if (begun == 0 && trouble_ && trouble_->sender.left) error.stage = CallStage::blocked;
    if (failure.at && failure.at != target) error.ended_at = ref_to(*failure.at);
    switch (request->answer) {
      case Answer::closed:
        error.code = CallErrorCode::stopped;
        error.stage = CallStage::not_delivered;
        break;
      case Answer::full:
        error.code = CallErrorCode::full;
        error.stage = CallStage::not_delivered;
        break;
      case Answer::dropped:
        error.code = CallErrorCode::dropped;
        break;
      case Answer::stopped:
        error.code = CallErrorCode::stopped;
        break;
      case Answer::killed:
        error.code = CallErrorCode::killed;
        break;
      case Answer::failed:
        error.code = CallErrorCode::failed;
        break;
      case Answer::no_reply:
        error.code = CallErrorCode::no_reply;
        break;
      default:
        error.code = CallErrorCode::timeout;
        break;
    }
  } else if (trouble_) {
    if (!trouble_->circle.empty()) {
      error.code = CallErrorCode::deadlock;
      if (begun == 0) error.stage = CallStage::not_delivered;
      error.circle = trouble_->circle;
    } else if (trouble_->was_blocked) {
      error.stage = CallStage::blocked;
    } else if (error.stage == CallStage::queued) {
      const Located& located = trouble_->located;
      // Not found among fewer, it is elsewhere.
      if (located.found || located.ahead == Located::kMostCounted) error.ahead = located.ahead;
      error.busy_with = located.busy.empty() ? trouble_->busy : std::string(located.busy);
      error.busy_waiting_for = located.waits_for;
    }
  }
  if (error.stage == CallStage::running) {
    // The coarse clock may lag: no negative times.
    const Nanoseconds queued = std::clamp<Nanoseconds>(begun - began, 0, error.elapsed.count());
    error.queued_for = std::chrono::nanoseconds(queued);
    error.running_for = error.elapsed - error.queued_for;
  } else if (error.stage != CallStage::not_delivered) {
    error.queued_for = error.elapsed;
  }
  return error;
}

}  // namespace troupe::detail
