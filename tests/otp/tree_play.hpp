#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "otp/live_tree.hpp"
#include "otp/tree_model.hpp"

/// Events that happen to a real supervision tree and to the model of it.
namespace trees {

struct Event {
  enum Kind : unsigned {
    fail,
    stop,
    kill,
    fail_starts,
    stop_supervisor,
    kill_supervisor,
    terminate_child,
    restart_child,
    delete_child,
    start_child,
    start_in_pool,
    kinds
  };
  unsigned kind = fail;
  unsigned target = 0;
  unsigned detail = 0;
};

/// What a test draws. Any values make sense, and fewer of them are a smaller case.
struct Case {
  std::vector<Sprout> sprouts;
  std::vector<Event> events;
};

inline std::string to_text(const Case& drawn) {
  constexpr const char* kNames[] = {"fail",
                                    "stop",
                                    "kill",
                                    "fail_starts",
                                    "stop_supervisor",
                                    "kill_supervisor",
                                    "terminate_child",
                                    "restart_child",
                                    "delete_child",
                                    "start_child",
                                    "start_in_pool"};
  std::string text = to_text(grow(drawn.sprouts));
  for (const Event& event : drawn.events) {
    text += troupe::format("{}({}, {}) ", kNames[event.kind], event.target, event.detail);
  }
  return text;
}

// Children of a dynamic supervisor end together: in any order.
inline std::vector<Entry> in_comparable_order(std::vector<Entry> entries) {
  const auto free = [](const Entry& entry) { return entry.what == What::stops && entry.pool >= 0; };
  for (auto first = entries.begin(); first != entries.end();) {
    const auto last = std::find_if(first, entries.end(), [&](const Entry& entry) {
      return !free(entry) || entry.pool != first->pool;
    });
    if (last == first) {
      ++first;
      continue;
    }
    std::sort(first, last, [](const Entry& a, const Entry& b) { return a.number < b.number; });
    first = last;
  }
  return entries;
}

inline bool is_worker(const Model::Actor& actor) {
  return actor.alive && actor.spec.kind == Kind::worker;
}
inline bool is_static(const Model::Actor& actor) {
  return actor.alive && actor.spec.kind == Kind::supervisor;
}
inline bool is_pool(const Model::Actor& actor) {
  return actor.alive && actor.spec.kind == Kind::dynamic;
}

/// A model and a real tree that go through the same events. Throws Broken where they differ.
class Play {
 public:
  /// `ground` outlives the system; `go_on` lets it run, where somebody waits for its rest.
  Play(troupe::System& system, Ground& ground, Spec spec, GoOn go_on = &std::this_thread::yield)
      : system_(system),
        ground_(ground),
        go_on_(std::move(go_on)),
        spec_(std::move(spec)),
        model_(std::make_unique<Model>(spec_)) {
    ground_.echo = system_.spawn<Echo>();
    plant();
  }

  void apply(const Event& event) {
    if (!model_->root().alive) {
      model_ = std::make_unique<Model>(spec_);
      plant();
    }
    text_.clear();
    chain_.clear();
    happen(event);
    for (const troupe::AnyRef& supervisor : chain_) settle_supervisor(supervisor, go_on_);
    compare();
    if (spec_.children.size() < 100) compare_all();
  }
  void compare_all() {
    if (model_->root().alive) compare_below(model_->root(), root_);
  }
  void end() {
    compare_all();
    if (!root_.stop_and_wait().within(kPatience).get()) wrong("the tree does not end");
    if (model_->root().alive) model_->stop(model_->root());
    text_ = "the tree is stopped";
    compare();
  }

 private:
  [[noreturn]] void wrong(const std::string& what) const {
    throw Broken("after \"" + text_ + "\": " + what);
  }

  void plant() {
    for (int i = 0; i < kNumbers; ++i) ground_.of(i).failing_starts = 0;
    root_ = system_.spawn<troupe::Supervisor>(supervisor_spec(ground_, spec_, false));
    if (!troupe::started(root_).within(kPatience).get()) wrong("the tree does not start");
    text_ = "the tree starts";
    chain_.assign(1, root_);
    compare();
  }

  // -- where is what ---

  troupe::AnyRef find(const Model::Actor& actor) const {
    if (!actor.supervisor) return root_;
    if (actor.spec.kind == Kind::worker) return ground_.ref(actor.spec.number);
    const auto above = troupe::ref_as<troupe::Supervisor>(find(*actor.supervisor)).value();
    const auto found =
        above.call<troupe::FindChild>(std::to_string(actor.spec.number)).within(kPatience).get();
    if (!found || !*found) wrong("no child " + std::to_string(actor.spec.number));
    return (*found)->ref;
  }
  void expect_effects_from(const Model::Actor* supervisor) {
    for (; supervisor; supervisor = supervisor->supervisor) chain_.push_back(find(*supervisor));
  }
  Model::Actor* choose(const std::vector<Model::Actor*>& candidates, const Event& event) const {
    return candidates.empty() ? nullptr : candidates[event.target % candidates.size()];
  }

  // -- events ---

  void happen(const Event& event) {
    switch (event.kind) {
      case Event::fail:
      case Event::stop:
      case Event::kill:
        if (auto* worker = choose(model_->select(is_worker), event)) end_worker(event, *worker);
        break;
      case Event::fail_starts:
        if (auto* worker = choose(model_->select(is_worker), event)) {
          const int number = worker->spec.number;
          const unsigned count = event.detail % 4;
          text_ = format("the next {} starts of {} fail", count, number);
          model_->fail_starts(number, count);
          ground_.of(number).failing_starts = count;
        }
        break;
      case Event::stop_supervisor:
      case Event::kill_supervisor:
        // The root's end is the tree's: seldom.
        if (auto* supervisor = choose(model_->select([&](const Model::Actor& actor) {
              return (is_static(actor) || is_pool(actor)) &&
                     (actor.supervisor || event.detail % 8 == 7);
            }),
                                      event)) {
          end_supervisor(event, *supervisor);
        }
        break;
      case Event::start_in_pool:
        if (auto* pool = choose(model_->select(is_pool), event)) start_in_pool(event, *pool);
        break;
      case Event::terminate_child:
        if (auto* worker = choose(model_->select([](const Model::Actor& actor) {
              return actor.alive && actor.supervisor && is_pool(*actor.supervisor);
            }),
                                  event);
            worker && event.detail % 2 == 1) {
          terminate_in_pool(*worker);
          break;
        }
        [[fallthrough]];
      default:
        request(event);
    }
  }

  void end_worker(const Event& event, Model::Actor& worker) {
    const int number = worker.spec.number;
    const WorkerRef ref = ground_.ref(number);
    expect_effects_from(worker.supervisor);
    if (event.kind == Event::kill) {
      text_ = format("{} is killed", number);
      ref.kill();
      model_->kill(worker);
    } else {
      const bool fails = event.kind == Event::fail;
      text_ = format("{} {}", number, fails ? "fails" : "stops");
      if (!ref.call<Act>(fails).within(kPatience).get()) wrong("it does not answer");
      if (fails) {
        model_->fail(worker);
      } else {
        model_->stop(worker);
      }
    }
    settle_worker(ref, go_on_);
  }

  void end_supervisor(const Event& event, Model::Actor& supervisor) {
    const troupe::AnyRef ref = find(supervisor);
    expect_effects_from(supervisor.supervisor);
    const bool kill = event.kind == Event::kill_supervisor;
    text_ = format("{} is {}", supervisor.spec.number, kill ? "killed" : "stopped");
    auto end = kill ? ref.kill_and_wait() : ref.stop_and_wait();
    if (!std::move(end).within(kPatience).get()) wrong("it does not end");
    settle_worker(ref, go_on_);
    if (kill) {
      model_->kill(supervisor);
    } else {
      model_->stop(supervisor);
    }
  }

  template <class Reply>
  void compare_reply(const Refusal& expected, const Reply& reply) {
    if (!reply) wrong("no reply: " + to_string(reply.error()));
    const auto text = [](const Refusal& refusal) {
      return refusal ? std::string(to_string(*refusal)) : std::string("it is done");
    };
    const Refusal actual = *reply ? Refusal() : Refusal(reply->error().code);
    if (actual != expected) {
      wrong(format("the reply is '{}', not '{}'", text(actual), text(expected)));
    }
  }

  void start_in_pool(const Event& event, Model::Actor& pool) {
    Sprout sprout{.traits = event.detail % 32};
    Spec spec = sprout.spec(next_number());
    if (spec.start_in == StartIn::coroutine) spec.start_in = StartIn::pre_start;
    spec.restart = pool.spec.of_children;
    spec.pool = pool.spec.number;
    text_ = format("{} is started in pool {}", spec.number, spec.pool);
    expect_effects_from(&pool);
    const auto ref = troupe::ref_as<troupe::DynamicSupervisor>(find(pool)).value();
    const auto started =
        troupe::start_child<PromptWorker>(ref, &ground_, spec).within(kPatience).get();
    if (!started) wrong("it does not start: " + to_string(started.error()));
    model_->start_child(pool, spec);
  }

  void terminate_in_pool(Model::Actor& worker) {
    Model::Actor& pool = *worker.supervisor;
    text_ = format("{} is terminated in pool {}", worker.spec.number, pool.spec.number);
    expect_effects_from(&pool);
    const auto ref = troupe::ref_as<troupe::DynamicSupervisor>(find(pool)).value();
    const troupe::AnyRef child = ground_.ref(worker.spec.number);
    const auto reply = ref.call<troupe::TerminateDynamicChild>(child).within(kPatience).get();
    compare_reply(model_->terminate_child(pool, worker.spec.number), reply);
  }

  void request(const Event& event) {
    Model::Actor* supervisor = choose(model_->select(is_static), event);
    // Those that are stopped are few, and the more interesting for what is for them.
    const bool wants_stopped =
        event.kind == Event::restart_child || event.kind == Event::delete_child;
    if (auto stopped = model_->select(
            [](const Model::Actor& actor) { return !actor.alive && actor.supervisor; });
        wants_stopped && event.detail % 4 != 0 && !stopped.empty()) {
      Model::Actor& child = *choose(stopped, event);
      return request(event, *child.supervisor, child.spec.number);
    }
    const auto& children = supervisor->children;
    const bool unknown = children.empty() || event.detail % 16 == 7;
    request(event, *supervisor,
            unknown ? kNumbers : children[event.detail % children.size()]->spec.number);
  }

  void request(const Event& event, Model::Actor& supervisor, int number) {
    expect_effects_from(&supervisor);
    const auto ref = troupe::ref_as<troupe::Supervisor>(find(supervisor)).value();
    const std::string id = std::to_string(number);
    const int above = supervisor.spec.number;
    if (event.kind == Event::terminate_child) {
      text_ = format("{} is to terminate {}", above, number);
      const auto reply = ref.call<troupe::TerminateChild>(id).within(kPatience).get();
      compare_reply(model_->terminate_child(supervisor, number), reply);
    } else if (event.kind == Event::restart_child) {
      text_ = format("{} is to restart {}", above, number);
      const auto reply = ref.call<troupe::RestartChild>(id).within(kPatience).get();
      compare_reply(model_->restart_child(supervisor, number), reply);
    } else if (event.kind == Event::delete_child) {
      text_ = format("{} is to delete {}", above, number);
      const auto reply = ref.call<troupe::DeleteChild>(id).within(kPatience).get();
      compare_reply(model_->delete_child(supervisor, number), reply);
    } else {
      const Spec spec = new_child(event, number);
      text_ = format("{} is to start {}", above, spec.number);
      if (event.detail % 16 == 11) {
        const int worker = spec.children.empty() ? spec.number : spec.children.back().number;
        text_ += format(", but {} fails to start", worker);
        ground_.of(worker).failing_starts = 1;
        model_->fail_starts(worker, 1);
      }
      const auto reply =
          ref.call<troupe::StartChild>(child_spec(ground_, spec)).within(kPatience).get();
      compare_reply(model_->start_child(supervisor, spec), reply);
    }
  }

  // A worker, a supervisor with two workers, or one whose id is there already.
  Spec new_child(const Event& event, int known) {
    const unsigned detail = event.detail;
    Sprout sprout{.kind = detail % 3 == 1 ? 7u : 0u,
                  .restart = detail / 2 % 3,
                  .traits = detail,
                  .strategy = detail % 3,
                  .auto_shutdown = detail / 8,
                  .intensity = detail % 4};
    if (detail % 8 == 5 && known < kNumbers) return sprout.spec(known);
    Spec spec = sprout.spec(next_number());
    spec.significant = detail % 5 == 4;  // refused where that makes no sense
    if (spec.kind == Kind::supervisor) {
      for (int i = 0; i < 2; ++i) spec.children.push_back(Sprout().spec(next_number()));
    }
    return spec;
  }
  int next_number() {
    if (next_number_ == kNumbers) next_number_ = kMostActors;
    return next_number_++;
  }

  // -- what came of it ---

  void compare() {
    const auto expected = in_comparable_order(model_->take_journal());
    const auto actual = in_comparable_order(ground_.take_journal());
    if (actual != expected) {
      wrong(format("\n  expected: {}\n  but was:  {}", to_text(expected), to_text(actual)));
    }
    std::vector<int> living(kNumbers, 0);
    for (const Model::Actor* worker : model_->select(is_worker)) {
      living[static_cast<std::size_t>(worker->spec.number)] = 1;
    }
    for (int i = 0; i < kNumbers; ++i) {
      const int actual_living = ground_.of(i).living;
      if (actual_living != living[static_cast<std::size_t>(i)]) {
        wrong(format("{} lives {} times, not {}", i, actual_living,
                     living[static_cast<std::size_t>(i)]));
      }
    }
    if (ground_.orphans != 0) wrong("a child has outlived its parent");
  }

  void compare_below(const Model::Actor& actor, const troupe::AnyRef& ref) {
    const auto list = list_children(ref);
    if (!list) wrong(format("{} has ended", actor.spec.number));
    std::vector<std::string> expected;
    std::vector<std::string> actual;
    for (const auto& child : actor.children) {
      const std::string id = std::to_string(child->spec.number);
      expected.push_back(is_pool(actor) ? ground_.ref(child->spec.number).name()
                                        : id + (child->alive ? " runs" : " is stopped"));
    }
    for (const troupe::ChildInfo& child : *list) {
      actual.push_back(
          is_pool(actor)
              ? child.ref.name()
              : child.id + (child.state == troupe::ChildState::running ? " runs" : " is stopped"));
    }
    if (is_pool(actor)) {
      std::ranges::sort(expected);
      std::ranges::sort(actual);
    }
    if (actual != expected) {
      const auto text = [](const std::vector<std::string>& lines) {
        std::string all;
        for (const std::string& line : lines) all += (all.empty() ? "" : ", ") + line;
        return all;
      };
      wrong(format("children of {}:\n  expected: {}\n  but are:  {}", actor.spec.number,
                   text(expected), text(actual)));
    }
    for (std::size_t i = 0; i < list->size(); ++i) {
      if (!actor.children.empty() &&
          (is_static(*actor.children[i]) || is_pool(*actor.children[i]))) {
        compare_below(*actor.children[i], (*list)[i].ref);
      }
    }
  }

  template <class... Args>
  static std::string format(troupe::FormatString<Args...> text, const Args&... args) {
    return troupe::format<Args...>(text, args...);
  }

  troupe::System& system_;
  Ground& ground_;
  const GoOn go_on_;
  Spec spec_;
  std::unique_ptr<Model> model_;
  troupe::Supervisor::Reference root_;
  std::vector<troupe::AnyRef> chain_;  // the supervisors that an event may concern, from below
  std::string text_;
  int next_number_ = kMostActors;
};

}  // namespace trees
