#include "simulation/node_state.hpp"

#include <stdexcept>

#include "actor/system_state.hpp"
#include "base/temporarily.hpp"
#include "simulation/simulation_state.hpp"
#include "troupe/end.hpp"

namespace troupe {

namespace detail {

NodeState::NodeState(SimulationState& simulation, std::uint32_t index, std::string name,
                     std::function<void(SimulatedNode&)> boot)
    : simulation_(simulation),
      index_(index),
      name_(std::move(name)),
      boot_(std::move(boot)),
      handle_(*this) {}

NodeState::~NodeState() { crash(); }

// -- its clock ---

Nanoseconds NodeState::local(Nanoseconds time) const noexcept {
  const Nanoseconds passed = time - since_;
  if (drift_ == 0) return then_ + passed;
  return then_ + passed + static_cast<Nanoseconds>(static_cast<double>(passed) * drift_);
}

Nanoseconds NodeState::global(Nanoseconds time) const noexcept {
  const Nanoseconds passed = time - then_;
  if (drift_ == 0) return since_ + passed;
  Nanoseconds global =
      since_ + static_cast<Nanoseconds>(static_cast<double>(passed) / (1 + drift_));
  while (local(global) < time) ++global;  // what the two roundings have lost
  return global;
}

Nanoseconds NodeState::now() const noexcept { return local(simulation_.now()); }

void NodeState::set_clock(Nanoseconds ahead, double drift) {
  since_ = simulation_.now();
  then_ = since_ + ahead;
  drift_ = drift;
}

Nanoseconds NodeState::next_timer() const noexcept {
  if (!state_ || paused_) return INT64_MAX;
  const Nanoseconds due = state_->timers.next_due();
  return due == INT64_MAX ? INT64_MAX : global(due);
}

void NodeState::translate_deadline(Node& node) const noexcept {
  if (node.type->kind != NodeKind::request) return;
  auto& request = static_cast<Request&>(node);
  const Nanoseconds deadline = request.deadline();
  if (request.answer != Answer::none || deadline == 0 || deadline == INT64_MAX) return;
  request.set_deadline(local(deadline));
}

void NodeState::fire_timer() noexcept {
  if (state_ && state_->timers.next_due() <= now()) state_->timers.fire_next();
}

// -- what its system asks ---

void NodeState::expect_system() const {
  if (system_) simulation_.expect_system();
}

std::uint64_t NodeState::random() noexcept { return simulation_.random(); }

void NodeState::schedule(Cell& cell) noexcept {
  simulation_.runnable.add(
      {.kind = Event::Kind::actor, .node = this, .cell = &cell, .who = mix(index_ + 1) + cell.id});
}

void NodeState::sent(Cell& to, Node& node) noexcept {
  simulation_.recorder.sent(node, *this, turn.cell);
  simulation_.hurry_for_signal(to, node);
}

void NodeState::note(Cell& cell, Noted what, std::string_view text) noexcept {
  constexpr Trace::Kind kKinds[] = {Trace::Kind::spawned, Trace::Kind::failed, Trace::Kind::ended};
  simulation_.recorder.note(kKinds[static_cast<std::size_t>(what)], *this, cell, text);
}

void NodeState::submit(BlockingWork& work) {
  simulation_.runnable.add(
      {.kind = Event::Kind::work, .node = this, .work = &work, .who = mix(index_ + 1) ^ 1});
}

void NodeState::drop_blocking() noexcept {
  for (const Event& event : simulation_.runnable.take_all_of(*this)) give_up(event);
}

void NodeState::give_up(const Event& event) noexcept {
  if (event.kind == Event::Kind::work) release_work(*event.work);
  if (event.kind == Event::Kind::timer) timer_waits = false;
  if (event.kind == Event::Kind::frame) event.link->waits = false;
}

bool NodeState::fault_is_due(std::string_view name) noexcept {
  return simulation_.faults.reached(name);
}

bool NodeState::wait(const std::atomic<std::uint32_t>& word, std::uint32_t value,
                     Nanoseconds deadline) noexcept {
  return simulation_.wait(word, value, deadline == INT64_MAX ? INT64_MAX : global(deadline));
}

// -- the network ---

void NodeState::send(std::string_view to, std::vector<std::byte> frame) {
  NodeState* other = simulation_.find_node(to);
  if (!other || !system_) {
    ++simulation_.network.sent;
    return simulation_.network.lose();
  }
  simulation_.network.send(simulation_.network.link(*this, *other), simulation_.now(),
                           std::move(frame));
}

void NodeState::deliver(std::string_view from, std::span<const std::byte> frame) {
  if (!receive_) return simulation_.network.lose();
  ++simulation_.network.delivered;
  const Receive receive = receive_;  // which may be replaced by what it does
  receive(from, frame);
}

// -- its life ---

void NodeState::start() {
  if (system_) return;
  const Temporarily acting(host_of_this_thread, this);
  ++starts_;
  SystemOptions options;
  options.name = name_;
  options.log_level = simulation_.options.log_level;
  options.log = simulation_.options.log;
  options.watchdog = std::chrono::nanoseconds::zero();
  system_ = std::make_unique<System>(options);
  state_ = &state_of(*system_);
  simulation_.recorder.note(Trace::Kind::node, this, "starts");
  if (boot_) boot_(handle_);
}

void NodeState::crash() {
  if (!system_) return;
  if (simulation_.in_step()) {
    throw std::logic_error("a node is crashed between steps, not by what runs in one");
  }
  resume();
  simulation_.recorder.note(Trace::Kind::node, this, "crashes");
  const Temporarily acting(host_of_this_thread, this);
  receive_ = nullptr;
  simulation_.end(*this, state_->root);
  system_.reset();
  state_ = nullptr;
}

void NodeState::pause() {
  if (!paused_) simulation_.recorder.note(Trace::Kind::node, this, "is paused");
  paused_ = true;
}

void NodeState::resume() {
  if (!std::exchange(paused_, false)) return;
  simulation_.recorder.note(Trace::Kind::node, this, "is resumed");
  for (const Event& event : std::exchange(held_, {})) simulation_.runnable.add(event);
}

bool NodeState::hold(const Event& event) {
  if (paused_) held_.push_back(event);
  return paused_;
}

}  // namespace detail

const std::string& SimulatedNode::name() const noexcept { return state_.node_name(); }

System& SimulatedNode::system() {
  if (System* system = state_.system()) return *system;
  throw std::logic_error("the node '" + name() + "' is down");
}

Transport& SimulatedNode::transport() noexcept { return state_; }
bool SimulatedNode::running() const noexcept { return state_.system() != nullptr; }
std::uint32_t SimulatedNode::starts() const noexcept { return state_.starts(); }
void SimulatedNode::crash() { state_.crash(); }
void SimulatedNode::restart() {
  state_.crash();
  state_.start();
}
void SimulatedNode::pause() { state_.pause(); }
void SimulatedNode::resume() { state_.resume(); }

// Its time is not negative.
static constexpr std::chrono::nanoseconds kMostBehind = std::chrono::days(10);

void SimulatedNode::set_clock(std::chrono::nanoseconds ahead, double drift) {
  if (!(drift > -1 && drift < 1)) {
    throw std::invalid_argument("a clock's drift is less than a second a second");
  }
  if (ahead < -kMostBehind) throw std::invalid_argument("a clock is behind by ten days at most");
  state_.set_clock(ahead.count(), drift);
}

}  // namespace troupe
