#pragma once

#include <cstdint>
#include <stdexcept>
#include <troupe/troupe.hpp>
#include <utility>

// A crowd of senders, in chains: who has sent all of its messages tells the next one to. So as many
// send at a time as there are chains, however large the crowd.

struct Item {
  std::uint64_t number;
};

struct GetSum {
  using Reply = std::uint64_t;
};

/// It is a sender's turn. Its number, and how far the next one's in its chain is off.
struct Go {
  std::uint64_t number;
  std::uint64_t step;
  std::uint32_t messages;
};

/// Adds up all that it gets.
class Receiver : public troupe::Actor<Receiver, Item, GetSum> {
 public:
  void handle(Item m) { sum_ += m.number; }
  std::uint64_t handle(GetSum) const { return sum_; }

 private:
  std::uint64_t sum_ = 0;
};

/// One of very many: two references are all that it has.
class Sender : public troupe::Actor<Sender, Go> {
 public:
  Sender(troupe::ActorRef<Item> receiver, troupe::ActorRef<Go> next)
      : receiver_(std::move(receiver)), next_(std::move(next)) {}

  troupe::Task<> handle(Go m) {
    for (std::uint32_t i = 0; i < m.messages; ++i) {
      const auto sent = co_await receiver_.send<Item>(m.number);
      if (!sent) throw std::runtime_error(to_string(sent.error()));
    }
    next_.cast<Go>(m.number + m.step, m.step, m.messages);
  }

 private:
  troupe::ActorRef<Item> receiver_;
  troupe::ActorRef<Go> next_;
};

/// Stands at the end of each chain, and stops when all of them are through.
class Goal : public troupe::Actor<Goal, Go> {
 public:
  explicit Goal(std::uint64_t chains) : left_(chains) {}

  void handle(Go) {
    if (--left_ == 0) stop("all is sent");
  }

 private:
  std::uint64_t left_;
};
