#pragma once

#include <algorithm>
#include <cstdint>
#include <troupe/troupe.hpp>
#include <utility>

#include "consumer.hpp"
#include "messages.hpp"
#include "policy.hpp"
#include "producer.hpp"
#include "settings.hpp"

/// One policy at work: a producer and its consumer, with redirect a spare consumer, too. They tell
/// it how far they are, and it tells whoever asks.
class Lane : public troupe::Actor<Lane, Produced, Consumed, GetFigures, Finish, troupe::HighWater,
                                  troupe::Down> {
 public:
  Lane(Policy policy, const Settings& settings) : policy_(policy), settings_(settings) {}

  void pre_start() {
    if (policy_ == Policy::redirect) spare_ = consumer(troupe::bounded(settings_.capacity), true);
    consumer_ = consumer(mailbox(), false);
    if (policy_ == Policy::unbounded) subscribe<troupe::HighWater>();
    producer_ =
        spawn<Producer>(troupe::monitored(), consumer_, settings_.consumer_time / settings_.faster,
                        policy_ == Policy::block, self());
  }

  void handle(Produced m) { figures_.produced = m; }
  void handle(Consumed m) {
    auto& consumer = m.spare ? figures_.spare : figures_.consumer;
    consumer.handled = m.handled;
    consumer.age = m.age;
  }

  // An unbounded mailbox, too, can say when it has grown large.
  void handle(troupe::HighWater m) {
    if (m.actor != consumer_ || !m.over) return;
    figures_.paused = true;
    producer_.cast<Pause>();
  }

  troupe::Task<Figures> handle(GetFigures) {
    const auto& produced = figures_.produced;
    figures_.consumer.waiting = co_await waiting_at(
        consumer_, produced.accepted() - produced.displaced - produced.redirected,
        figures_.consumer.handled);
    if (spare_) {
      figures_.spare.waiting =
          co_await waiting_at(spare_, produced.redirected, figures_.spare.handled);
    }
    co_return figures_;
  }

  void handle(Finish, troupe::ReplyPort<Figures> port) {
    finished_ = std::move(port);
    producer_.stop();
  }

  // Nothing comes from an actor after its Down: the figures are complete.
  void handle(troupe::Down m) {
    if (m.actor == producer_) {
      consumer_.stop();
    } else if (m.actor == consumer_ && spare_) {
      spare_.stop();
    } else {
      const auto& produced = figures_.produced;
      figures_.spare.waiting = produced.redirected - figures_.spare.handled;
      figures_.consumer.waiting = produced.accepted() - produced.redirected - produced.displaced -
                                  figures_.consumer.handled;
      finished_.send(figures_);
    }
  }

 private:
  using ConsumerRef = troupe::ActorRef<Work>;

  troupe::Mailbox mailbox() const {
    switch (policy_) {
      case Policy::unbounded:
        return troupe::unbounded().high_water(settings_.limit);
      case Policy::reject:
        return troupe::bounded(settings_.capacity, troupe::Overflow::reject);
      case Policy::drop_newest:
        return troupe::bounded(settings_.capacity, troupe::Overflow::drop_newest);
      case Policy::drop_oldest:
        return troupe::bounded(settings_.capacity, troupe::Overflow::drop_oldest);
      case Policy::block:
        return troupe::bounded(settings_.capacity, troupe::Overflow::block);
      case Policy::redirect:
        return troupe::bounded(settings_.capacity, troupe::redirect(spare_));
    }
    return {};
  }

  ConsumerRef consumer(troupe::Mailbox mailbox, bool spare) {
    return spawn<Consumer>(troupe::monitored().mailbox(std::move(mailbox)), settings_.consumer_time,
                           spare, self());
  }

  // It answers between two messages, however many wait. It counts up to ten thousand; beyond that,
  // what we were told of is near enough.
  troupe::Task<std::uint64_t> waiting_at(ConsumerRef consumer, std::uint64_t got,
                                         std::uint64_t handled) const {
    constexpr std::uint64_t kCounted = 10'000;
    const auto info = co_await troupe::inspect(consumer);
    if (!info) co_return 0;
    if (info->queued < kCounted) co_return info->queued;
    const std::uint64_t left = std::max(got - std::min(got, handled), kCounted);
    co_return policy_ == Policy::unbounded ? left : std::min(left, settings_.capacity);
  }

  Policy policy_;
  Settings settings_;
  ConsumerRef consumer_;
  ConsumerRef spare_;
  troupe::ActorRef<Pause> producer_;
  Figures figures_;
  troupe::ReplyPort<Figures> finished_;
};
