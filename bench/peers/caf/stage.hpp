#pragma once

#include <utility>
#include <vector>

#include "../common.hpp"
#include "caf/all.hpp"

namespace bench {

enum class Scheduler { stealing, sharing };

struct SchedulerConfig : caf::actor_system_config {
  explicit SchedulerConfig(unsigned workers, Scheduler scheduler = Scheduler::stealing) {
    set("scheduler.max-threads", static_cast<std::size_t>(workers));
    if (scheduler == Scheduler::sharing) set("scheduler.policy", caf::atom("sharing"));
  }
};

/// An actor system, the thread of `main` as an actor of it, and the actors that live as long.
class Stage {
 public:
  explicit Stage(unsigned workers, Scheduler scheduler = Scheduler::stealing)
      : config_(workers, scheduler), system_(config_), main_(system_, true) {}
  Stage(const Stage&) = delete;
  ~Stage() {
    for (const auto& each : actors_) caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
  }

  caf::actor_system& system() { return system_; }
  caf::actor main() { return caf::actor_cast<caf::actor>(main_); }
  void reserve(std::size_t actors) { actors_.reserve(actors); }

  template <class... Arguments>
  caf::actor spawn(Arguments&&... arguments) {
    actors_.push_back(system_.spawn(std::forward<Arguments>(arguments)...));
    return actors_.back();
  }

  template <class... Message>
  void send(const caf::actor& to, Message&&... message) {
    main_->send(to, std::forward<Message>(message)...);
  }

  /// Waits for a message of exactly these types.
  template <class Handler>
  void receive(Handler handler) {
    main_->receive(std::move(handler));
  }

  std::uint64_t receive_number() {
    std::uint64_t number = 0;
    receive([&](std::uint64_t value) { number = value; });
    return number;
  }

  template <class Reply = std::uint64_t, class... Message>
  Reply ask(const caf::actor& whom, Message&&... message) {
    Reply reply = {};
    main_->request(whom, caf::infinite, std::forward<Message>(message)...)
        .receive([&](Reply value) { reply = value; },
                 [](const caf::error& why) { stop(1, "a call failed: " + caf::to_string(why)); });
    return reply;
  }

 private:
  SchedulerConfig config_;
  caf::actor_system system_;
  caf::scoped_actor main_;
  std::vector<caf::actor> actors_;
};

}  // namespace bench
