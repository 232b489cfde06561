#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <troupe/troupe.hpp>
#include <utility>
#include <vector>

#include "client.hpp"

using CounterRef = troupe::ActorRef<Increment, Decrement, GetValue, GetStats>;

/// How many pairs of a client and a counter there are: with fewer clients than counters a client
/// has several counters, with more a counter has several clients.
inline std::size_t pairs(std::size_t counters, std::size_t clients) {
  return std::max(counters, clients);
}

struct StartClients {};

/// The parent of the clients; stops when they all have. It hears of each child's end. It does not
/// declare handle(ChildFailed), so a client that fails makes it fail too.
class Clients : public troupe::Actor<Clients, StartClients> {
 public:
  Clients(std::vector<CounterRef> counters, std::size_t clients, std::uint64_t operations,
          std::chrono::nanoseconds interval, troupe::ActorRef<common::Advance> progress)
      : counters_(std::move(counters)),
        clients_(clients),
        operations_(operations),
        interval_(interval),
        progress_(std::move(progress)),
        // One that makes no pauses is done in no time: a million at once would only wait in line.
        at_once_(interval > interval.zero() ? clients : 1000) {}

  // One a message: in between, other actors run, and the ends of children are heard of.
  void handle(StartClients m) {
    if (!may_start()) return;
    start_one();
    self().cast(m);
  }

  void handle(troupe::ChildStopped) {
    if (++stopped_ == clients_) stop("all clients are done");
    if (may_start()) start_one();
  }

 private:
  bool may_start() const { return started_ < clients_ && started_ - stopped_ < at_once_; }

  void start_one() {
    spawn<Client>(targets_of(started_), operations_, interval_, progress_);
    ++started_;
  }

  std::vector<Target> targets_of(std::size_t client) const {
    std::vector<Target> targets;
    for (std::size_t i = client; i < pairs(counters_.size(), clients_); i += clients_) {
      const std::size_t index = i % counters_.size();
      targets.push_back({counters_[index], static_cast<std::int64_t>(index + 1)});
    }
    return targets;
  }

  std::vector<CounterRef> counters_;
  std::size_t clients_;
  std::uint64_t operations_;
  std::chrono::nanoseconds interval_;
  troupe::ActorRef<common::Advance> progress_;
  std::size_t at_once_;
  std::size_t started_ = 0;
  std::size_t stopped_ = 0;
};
