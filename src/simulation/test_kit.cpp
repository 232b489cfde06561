#include "troupe/test_kit.hpp"

#include <algorithm>
#include <utility>

#include "actor/system_state.hpp"
#include "base/host.hpp"
#include "troupe/end.hpp"
#include "troupe/format.hpp"

namespace troupe {

namespace {

std::string with_place(const std::string& text, const std::source_location& where) {
  if (where.line() == 0) return text;
  return format("{}\n  at {}:{}", text, where.file_name(), where.line());
}

std::string moment(std::chrono::nanoseconds at) {
  return at.count() == 0 ? "0 s" : detail::duration_text(at.count());
}

/// Hears what goes wrong.
class Observer : public Actor<Observer, DeadLetter, CrashReport> {
 public:
  explicit Observer(detail::TestKitState* kit) : kit_(kit) {}

  void pre_start() {
    subscribe<DeadLetter>();
    subscribe<CrashReport>();
  }
  void handle(DeadLetter m) { kit_->dead_letters.push_back(std::move(m)); }
  void handle(CrashReport m) {
    kit_->crashes.push_back(std::move(m));
    kit_->crash_expected.push_back(false);
  }

 private:
  detail::TestKitState* kit_;
};

template <class Things, class Line>
void add_list(std::string& text, std::string_view title, const Things& things, const Line& line) {
  constexpr std::size_t kMost = 10;
  if (things.empty()) return;
  text += "\n  " + std::string(title) + " so far:";
  const std::size_t left_out = things.size() > kMost ? things.size() - kMost : 0;
  if (left_out != 0) text += format("\n    ({} more)", left_out);
  for (std::size_t i = left_out; i < things.size(); ++i) text += "\n    " + line(things[i], i);
}

}  // namespace

TestKitFailure::TestKitFailure(std::string text, std::source_location where)
    : std::runtime_error(with_place(text, where)), text_(std::move(text)), where_(where) {}

CrashReport TestKit::expect_crash(const AnyRef& actor, std::chrono::nanoseconds within,
                                  std::source_location where) {
  const auto& crashes = state_->crashes;
  auto& expected = state_->crash_expected;
  std::size_t found = 0;
  const auto is_there = [&] {
    for (found = 0; found < crashes.size(); ++found) {
      if (!expected[found] && crashes[found].actor == actor) return true;
    }
    return false;
  };
  if (!state_->run_until(is_there, within)) {
    state_->fail(format("expected a failure of {}{}, but there was none{}", actor,
                        state_->when(within), state_->troubles()),
                 where);
  }
  expected[found] = true;
  return crashes[found];
}

ExitReason TestKit::expect_end(const AnyRef& actor, std::chrono::nanoseconds within,
                               std::source_location where) {
  settle();
  const std::string when = state_->when(within);
  // What is asked with no time at all is not answered.
  auto end = actor.wait().within(std::max(within, Nanoseconds(1))).get();
  state_->rethrow_failure();
  if (end) return std::move(*end);
  state_->fail(
      format("expected the end of {}{}, but it has not ended{}", actor, when, state_->troubles()),
      where);
}

namespace detail {

// -- the kit ---

TestKitState::TestKitState(SimulationOptions options)
    : simulation(std::move(options)), beginning_(simulation.now()) {
  simulation.add_node("node", [this](SimulatedNode& node) { node.spawn<Observer>(this); });
}

// What ends may still be heard of.
TestKitState::~TestKitState() { simulation.node().crash(); }

std::chrono::nanoseconds TestKitState::elapsed() const noexcept {
  return simulation.now() - beginning_;
}

bool TestKitState::went_on() noexcept {
  const std::uint64_t steps = simulation.steps();
  return std::exchange(steps_, steps) != steps;
}

std::string TestKitState::when(std::chrono::nanoseconds within) const {
  if (within.count() == 0) return " at " + moment(elapsed());
  return " within " + duration_text(within.count());
}

std::string TestKitState::troubles() const {
  std::string text;
  add_list(text, "failed", crashes, [](const CrashReport& crash, std::size_t) {
    return format("{} in {}: {}", crash.actor, crash.failed_in, crash.error);
  });
  add_list(text, "dead letters", dead_letters,
           [](const DeadLetter& letter, std::size_t) { return to_string(letter); });
  return text;
}

void TestKitState::fail(std::string text, std::source_location where) const {
  throw TestKitFailure(std::move(text), where);
}

void TestKitState::fail_answer(std::string_view request, std::chrono::nanoseconds within,
                               std::source_location where) const {
  fail(format("expected the answer to {}{}, but nothing came{}", request, when(within), troubles()),
       where);
}

void TestKitState::fail_call(const CallError& error, std::source_location where) {
  settle();  // so that it is known what has failed
  fail("no reply: " + to_string(error) + troubles(), where);
}

// -- probes ---

namespace {

std::string_view became_of(const ProbeItem& item) {
  switch (item.state) {
    case ProbeItem::State::cast:
      return "";
    case ProbeItem::State::open:
      return ", without a reply yet";
    case ProbeItem::State::replied:
      return ", replied to";
    case ProbeItem::State::failed:
      return ", answered with an error";
    case ProbeItem::State::dropped:
      return ", dropped";
    case ProbeItem::State::left:
      return ", without a reply when the probe ended";
  }
  return "";
}

std::string line_of(const ProbeItem& item) {
  return format("{} at {}{}", item.text, moment(item.at), became_of(item));
}

}  // namespace

void refuse_reply(const ProbeItem& item, std::source_location where) {
  throw TestKitFailure(format("{} does not owe a reply any more: {}", item.probe, line_of(item)),
                       where);
}

AsProbe::AsProbe(const ProbeItem& item) noexcept
    : before_(std::exchange(host_of_this_thread, cell_of(item.probe)->system->host)) {}

AsProbe::~AsProbe() { host_of_this_thread = before_; }

void ProbeInbox::add(Item item) {
  item->at = kit_->elapsed();
  item->probe = actor;
  all_.push_back(item);
  waiting_.push_back(std::move(item));
}

void ProbeInbox::close() noexcept {
  for (const Item& item : all_) item->leave();
}

bool ProbeInbox::await_one(std::chrono::nanoseconds within) const {
  return kit_->run_until([this] { return !waiting_.empty(); }, within);
}

ProbeInbox::Item ProbeInbox::take(std::string_view type, std::chrono::nanoseconds within,
                                  std::source_location where) {
  const std::string_view wanted = type.empty() ? "a message" : type;
  if (!await_one(within)) fail(wanted, within, "nothing came", where);
  if (!type.empty() && waiting_.front()->type != type) {
    fail(wanted, within, waiting_.front()->text + " came", where);
  }
  Item item = std::move(waiting_.front());
  waiting_.pop_front();
  return item;
}

void ProbeInbox::expect_nothing(std::chrono::nanoseconds time, std::source_location where) {
  if (!await_one(time)) return;
  fail("nothing", time, waiting_.front()->text + " came", where);
}

void ProbeInbox::fail_not_of(std::string_view type, const ProbeItem& item,
                             std::source_location where) const {
  kit_->fail(format("{} was sent {}, which is not of type {}", actor, line_of(item), type), where);
}

void ProbeInbox::fail(std::string_view wanted, std::chrono::nanoseconds within,
                      std::string_view instead, std::source_location where) const {
  const std::size_t taken = all_.size() - waiting_.size();
  std::string came = all_.empty() ? "\n  it was sent nothing so far" : "";
  add_list(came, "it was sent", all_, [&](const Item& item, std::size_t i) {
    return line_of(*item) + (i < taken ? "" : ", not taken by the test");
  });
  kit_->fail(format("{} expected {}{}, but {}{}{}", actor, wanted, kit_->when(within), instead,
                    came, kit_->troubles()),
             where);
}

}  // namespace detail

}  // namespace troupe
