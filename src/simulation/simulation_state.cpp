#include "simulation/simulation_state.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "actor/turn.hpp"
#include "base/temporarily.hpp"
#include "simulation/failure_text.hpp"
#include "troupe/blocking.hpp"
#include "troupe/end.hpp"
#include "troupe/format.hpp"

namespace troupe::detail {

namespace {

SimulationOptions checked(SimulationOptions options) {
  if (options.step_time.count() < 0 || options.step_time.count() > INT32_MAX) {
    throw std::invalid_argument("SimulationOptions: step_time is from 0 to 2 s");
  }
  if (host_of_this_thread) {
    throw std::logic_error("a thread runs one simulation at a time");
  }
  return options;
}

Choices choices_for(const SimulationOptions& options) {
  Choices choices = options.replay ? Choices(options.seed, options.choices) : Choices(options.seed);
  if (options.record) choices.record();  // the schedule makes the first ones
  return choices;
}

bool is_users(const Node& node) noexcept {
  return node.type->kind == NodeKind::cast || node.type->kind == NodeKind::request ||
         node.type->kind == NodeKind::down;
}

}  // namespace

SimulationState::SimulationState(SimulationOptions given)
    : options(checked(std::move(given))),
      choices(choices_for(options)),
      runnable(options.schedule, choices),
      faults(choices),
      network(choices),
      network_handle(*this),
      faults_handle(*this),
      before_(host_of_this_thread) {
  if (options.record) recorder.start();
  host_of_this_thread = this;
  turn.one_step = true;
}

SimulationState::~SimulationState() {
  monitors.clear();
  while (!nodes.empty()) nodes.pop_back();
  while (!kept.empty()) kept.pop_back();
  turn.one_step = false;
  host_of_this_thread = before_;
}

// -- nodes ---

NodeState& SimulationState::add_node(std::string name, std::function<void(SimulatedNode&)> boot) {
  if (find_node(name)) throw std::invalid_argument("there is a node '" + name + "' already");
  const auto index = static_cast<std::uint32_t>(nodes.size());
  nodes.push_back(std::make_unique<NodeState>(*this, index, std::move(name), std::move(boot)));
  NodeState& node = *nodes.back();
  node.start();
  return node;
}

NodeState* SimulationState::find_node(std::string_view name) noexcept {
  const auto found = std::ranges::find(nodes, name, [](auto& node) { return node->name(); });
  return found == nodes.end() ? nullptr : found->get();
}

NodeState& SimulationState::get_node(std::string_view name) {
  if (NodeState* node = find_node(name)) return *node;
  throw std::invalid_argument("there is no node '" + std::string(name) + "'");
}

void SimulationState::end(NodeState& node, Cell* root) {
  // Whatever waits for its time comes at once.
  std::erase_if(later_, [&](const auto& each) {
    if (each.second.node != &node) return false;
    runnable.add(each.second);
    return true;
  });
  NodeState* const before = std::exchange(ending_, &node);
  (void)ref_to(*root).kill_and_wait().within(forever).get();
  ending_ = before;
}

// -- what is asked of the thread between steps ---

void SimulationState::expect_system() const {
  throw std::logic_error("this thread runs a simulation: a system in it is a node's (add_node)");
}

std::uint64_t SimulationState::random() noexcept {
  return mix(++seeds_ * kMixStep + choices.below(UINT32_MAX));
}

void SimulationState::schedule(Cell&) noexcept {}

void SimulationState::sent(Cell& to, Node& node) noexcept {
  recorder.sent(node);
  for (const auto& each : nodes) {  // the receiver's system may be no more
    if (each->runs(to)) each->translate_deadline(node);
  }
  hurry_for_signal(to, node);
}

void SimulationState::submit(BlockingWork&) {}

bool SimulationState::wait(const std::atomic<std::uint32_t>& word, std::uint32_t value,
                           Nanoseconds deadline) noexcept {
  const auto is_there = [&] { return word.load(std::memory_order_relaxed) == value; };
  if (ending_) {
    while (!is_there() && step_of(*ending_)) {
    }
    return is_there();
  }
  if (watching_) {
    if (!is_there()) fail("what is asked after every step only looks: it does not call or wait");
    return is_there();
  }
  while (!is_there()) {
    if (time_ >= deadline) return false;
    if (step(deadline)) continue;
    if (!failure_ && deadline != INT64_MAX) pass_to(deadline);
    return is_there();
  }
  return true;
}

// -- steps ---

Nanoseconds SimulationState::next_due() const noexcept {
  Nanoseconds next = later_.empty() ? INT64_MAX : later_.begin()->first;
  for (const auto& node : nodes) {
    if (!node->timer_waits) next = std::min(next, node->next_timer());
  }
  for (const auto& link : network.links()) {
    if (!link->waits) next = std::min(next, link->next());
  }
  return next;
}

// What is due by now can happen.
void SimulationState::admit_due() {
  while (!later_.empty() && later_.begin()->first <= time_) {
    runnable.add(later_.begin()->second);
    later_.erase(later_.begin());
  }
  for (const auto& node : nodes) {
    if (node->timer_waits || node->next_timer() > time_) continue;
    node->timer_waits = true;
    runnable.add(
        {.kind = Event::Kind::timer, .node = node.get(), .who = mix(node->index() + 1) ^ 2});
  }
  for (const auto& link : network.links()) {
    if (link->waits || link->next() > time_) continue;
    link->waits = true;
    runnable.add(
        {.kind = Event::Kind::frame, .node = link->to, .link = link.get(), .who = link->who});
  }
}

bool SimulationState::step(Nanoseconds limit) {
  for (;;) {
    if (failure_) return false;
    admit_due();
    if (runnable.empty()) {
      const Nanoseconds next = next_due();
      if (next == INT64_MAX || next > limit) return false;
      pass_to(next);
      continue;
    }
    const Event event = runnable.take(steps);
    if (event.node->hold(event) || postponed(event)) continue;
    take_place(event);
    return true;
  }
}

bool SimulationState::step_of(NodeState& node) {
  Event event;
  if (!runnable.take_of(node, event)) return false;
  if (event.kind == Event::Kind::actor) {
    const Temporarily acting(host_of_this_thread, &node);
    if (run_turn(*event.cell)) runnable.add(event);
  } else {
    node.give_up(event);
  }
  return true;
}

void SimulationState::take_place(const Event& event) {
  ++steps;
  recorder.begin_step(steps, time_ - kBeginning);
  if (black_box) black_box->begin_step(steps, time_ - kBeginning);
  count(mix(static_cast<std::uint64_t>(time_)) + event.who);
  {
    const Temporarily acting(host_of_this_thread, event.node);
    const Temporarily in_step(in_step_, true);
    tell(event);
    if (const auto* trouble = black_box ? black_box->stops(steps, true) : nullptr) {
      runnable.add(event);  // the end of its node looks for it there
      return fail(*trouble);
    }
    run(event);
  }
  if (black_box) {
    black_box->end_step();
    if (const auto* trouble = black_box->stops(steps, false)) return fail(*trouble);
  }
  if (options.step_time.count() != 0) {
    time_ += choices.below(static_cast<std::uint32_t>(options.step_time.count()) + 1);
  }
  if (!monitors.empty() && !failure_) watch_monitors();
  if (steps >= options.max_steps && !failure_) {
    fail(format("no end after {} steps", steps));
  }
}

// What is about to be done.
void SimulationState::tell(const Event& event) {
  switch (event.kind) {
    case Event::Kind::actor:
      return tell_turn(event);
    case Event::Kind::timer:
      return recorder.note(Trace::Kind::timer, event.node, {});
    case Event::Kind::frame:
      if (!recorder.on() || event.link->next() > time_) return;
      return recorder.note(Trace::Kind::frame, event.node,
                           "from " + std::string(event.link->from->name()));
    case Event::Kind::work:
      return recorder.note(Trace::Kind::work, event.node, {});
  }
}

void SimulationState::tell_turn(const Event& event) {
  Cell& cell = *event.cell;
  const NextStep next = next_step(cell);
  fails_message_ = false;
  switch (next.kind) {
    case NextStep::Kind::signals: {
      // A stack: the newest first.
      const auto* signal =
          reinterpret_cast<const Node*>(cell.signals.load(std::memory_order_acquire));
      for (; signal; signal = signal->next.load(std::memory_order_relaxed)) {
        count(hash_of(*signal->type));
        recorder.took(Trace::Kind::signal, *event.node, cell, signal);
      }
      break;
    }
    case NextStep::Kind::hook:
      count(1);
      recorder.took(Trace::Kind::hook, *event.node, cell, nullptr);
      break;
    case NextStep::Kind::message:
      count(hash_of(*next.node->type));
      if (!is_users(*next.node)) break;
      ++messages;
      recorder.took(Trace::Kind::message, *event.node, cell, next.node);
      fails_message_ = faults.any() && faults.fails(cell, event.who, time_);
      if (fails_message_) fault_put_in(event.node, "a message of " + name_of(cell) + " fails");
      break;
    case NextStep::Kind::nothing:
      count(2);
      break;
  }
}

void SimulationState::run(const Event& event) {
  switch (event.kind) {
    case Event::Kind::actor:
      if (fails_message_ ? run_failing_turn(*event.cell, "a fault") : run_turn(*event.cell)) {
        runnable.add(event);
      }
      return;
    case Event::Kind::timer:
      event.node->timer_waits = false;
      return event.node->fire_timer();
    case Event::Kind::frame: {
      event.link->waits = false;
      if (event.link->next() > time_) return;  // clogged meanwhile
      const auto frame = network.take(*event.link);
      return event.node->deliver(event.link->from->name(), frame);
    }
    case Event::Kind::work:
      event.work->run(*event.work);
      return release_work(*event.work);
  }
}

// What goes wrong in an actor may be that it does not handle its message yet.
bool SimulationState::postponed(const Event& event) {
  if (!faults.any() || event.kind != Event::Kind::actor) return false;
  if (next_step(*event.cell).kind != NextStep::Kind::message) return false;
  const Nanoseconds until = faults.busy_until(*event.cell, event.who, time_);
  if (until <= time_) return false;
  later_.emplace(until, event);
  return true;
}

void SimulationState::hurry_for_signal(const Cell& to, const Node& node) noexcept {
  const bool answers = node.type->kind == NodeKind::request &&
                       static_cast<const Request&>(node).answer != Answer::none;
  if (!answers && node.type->kind <= NodeKind::ticket) return;
  const auto found =
      std::ranges::find_if(later_, [&](const auto& each) { return each.second.cell == &to; });
  if (found == later_.end()) return;
  runnable.add(found->second);
  later_.erase(found);
}

void SimulationState::hurry_all() {
  for (const auto& [time, event] : std::exchange(later_, {})) runnable.add(event);
}

void SimulationState::count(std::uint64_t what) noexcept {
  hash = mix(hash + kMixStep) ^ mix(what);
}

std::uint64_t SimulationState::hash_of(const MessageType& type) {
  const auto [found, is_new] = type_hashes_.try_emplace(&type, 0);
  if (is_new) {
    for (const char each : type.name) {
      found->second = mix(found->second + static_cast<unsigned char>(each) + 1);
    }
  }
  return found->second;
}

void SimulationState::watch_monitors() {
  const Temporarily watching(watching_, true);
  for (const Monitor& monitor : monitors) {
    if (monitor.holds()) continue;
    fail("'" + monitor.what + "' does not hold any more");
    break;
  }
}

// -- failures ---

void SimulationState::fail(std::string text) {
  if (failure_) return;
  recorder.begin_step(steps, time_ - kBeginning);
  recorder.note(Trace::Kind::failure, nullptr, text);
  failure_ = failure_text(text, steps, time_ - kBeginning, options.seed);
}

void SimulationState::rethrow_failure() {
  if (failure_ && !in_step_ && !watching_) throw SimulationFailure(*failure_);
}

void SimulationState::fault_put_in(const NodeState* node, std::string text) {
  ++faults.count;
  recorder.note(Trace::Kind::fault, node, std::move(text));
}

}  // namespace troupe::detail
