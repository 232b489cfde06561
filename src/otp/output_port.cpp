#include "troupe/output_port.hpp"

#include <mutex>
#include <stdexcept>
#include <utility>

#include "actor/overflow.hpp"

namespace troupe {

namespace {

std::size_t at_least_one(std::size_t count, const char* what) {
  if (count == 0) throw std::invalid_argument(what);
  return count;
}

}  // namespace

DeliveryPolicy DeliveryPolicy::in_flight(std::size_t count) const {
  DeliveryPolicy policy = *this;
  policy.in_flight_ = at_least_one(count, "at least one delivery must be in flight");
  return policy;
}

DeliveryPolicy keep_newest(std::size_t count) {
  return {true, at_least_one(count, "keep_newest keeps at least one value")};
}

DeliveryPolicy keep_oldest(std::size_t count) {
  return {false, at_least_one(count, "keep_oldest keeps at least one value")};
}

namespace detail {

void no_subscriber() { throw std::invalid_argument("the subscriber was moved from"); }

SubscriptionState::SubscriptionState(const AnyRef& subscriber) : subscriber_(subscriber) {
  if (!subscriber)
    throw std::invalid_argument("nobody is to be subscribed: the reference is empty");
}

SubscriptionState::~SubscriptionState() = default;

bool SubscriptionState::cancel() noexcept { return end(); }

std::uint64_t SubscriptionState::dropped() const noexcept { return 0; }

Offer SubscriptionState::offer(Node& node) noexcept { return send(node); }

Offer SubscriptionState::send_own(Node& node) noexcept {
  if (push_own(subscriber(), node)) return Offer::sent;
  end();
  return Offer::over;
}

namespace {

/// Nodes in order, linked as they are in a mailbox.
class NodeList {
 public:
  NodeList() noexcept = default;
  NodeList(NodeList&& other) noexcept { swap(other); }
  NodeList& operator=(NodeList other) noexcept {
    swap(other);
    return *this;
  }
  ~NodeList() {
    while (Node* node = pop()) destroy_node(node);
  }

  Node* first() const noexcept { return first_; }
  std::size_t size() const noexcept { return size_; }

  void push(Node& node) noexcept {
    // relaxed, here and in pop(): whoever owns the list orders what its threads do.
    if (first_) {
      last_->next.store(&node, std::memory_order_relaxed);
    } else {
      first_ = &node;
    }
    last_ = &node;
    ++size_;
  }
  Node* pop() noexcept {
    Node* node = first_;
    if (!node) return nullptr;
    first_ = node->next.load(std::memory_order_relaxed);
    node->next.store(nullptr, std::memory_order_relaxed);
    --size_;
    return node;
  }

 private:
  void swap(NodeList& other) noexcept {
    std::swap(first_, other.first_);
    std::swap(last_, other.last_);
    std::swap(size_, other.size_);
  }

  Node* first_ = nullptr;
  Node* last_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace

/// A subscription that holds values back.
///
/// Each credit is the right to send one delivery, and travels with it. When none of the threads
/// that use the queue is in send_waiting(), either no credit is left or nothing waits. What waits
/// has no credit yet, so it does not keep the queue alive.
///
/// Neither a push nor a message's destructor runs under the mutex: a push to an actor that has
/// ended destroys the delivery, which returns its credit here.
class DeliveryQueue final : public SubscriptionState {
 public:
  DeliveryQueue(const AnyRef& subscriber, const DeliveryPolicy& policy,
                Envelope (*envelope)(Node&) noexcept)
      : SubscriptionState(subscriber),
        envelope_(envelope),
        capacity_(policy.waiting_),
        newest_(policy.newest_),
        credits_(policy.in_flight_) {}

  Offer offer(Node& node) noexcept override {
    NodeList discarded;  // destroyed after the lock is given up
    std::unique_lock lock(mutex_);
    if (subscriber_ended()) {  // a delivery that it moved elsewhere may still hold the credit
      discarded = std::move(waiting_);
      end();
    }
    if (over()) {
      discarded.push(node);
      return Offer::over;
    }
    if (waiting_.size() == capacity_) {
      ++dropped_;
      if (!newest_) {
        ++missed_;
        discarded.push(node);
        return Offer::passed;
      }
      Node& oldest = *waiting_.pop();
      waiting_.push(node);
      envelope_(*waiting_.first()).missed += envelope_(oldest).missed + 1;
      discarded.push(oldest);
    } else {
      envelope_(node).missed = std::exchange(missed_, 0);
      waiting_.push(node);
    }
    send_waiting(lock, discarded);
    return over() ? Offer::over : Offer::sent;
  }

  void return_credit() noexcept {
    {
      NodeList discarded;
      std::unique_lock lock(mutex_);
      ++credits_;
      send_waiting(lock, discarded);
    }
    release();
  }

  bool cancel() noexcept override {
    NodeList discarded;
    std::lock_guard lock(mutex_);
    discarded = std::move(waiting_);
    return end();
  }

  std::uint64_t dropped() const noexcept override {
    std::lock_guard lock(mutex_);
    return dropped_;
  }

 private:
  // Sends while it may; gives the lock up meanwhile. One thread at a time, for the order; another
  // that comes leaves its credit or its value to that one.
  void send_waiting(std::unique_lock<std::mutex>& lock, NodeList& discarded) noexcept {
    if (sending_) return;
    sending_ = true;
    while (credits_ > 0 && waiting_.first()) {
      Node& node = *waiting_.pop();
      --credits_;
      retain();
      envelope_(node).credit = Credit(this);
      lock.unlock();
      const Offer result = send_own(node);
      lock.lock();
      if (result == Offer::over) discarded = std::move(waiting_);
    }
    sending_ = false;
  }

  Envelope (*const envelope_)(Node&) noexcept;
  const std::size_t capacity_;
  const bool newest_;

  mutable std::mutex mutex_;
  NodeList waiting_;
  std::size_t credits_;
  std::uint64_t missed_ = 0;  // new values dropped since the last one that was let in
  std::uint64_t dropped_ = 0;
  bool sending_ = false;
};

SubscriptionState* make_delivery_queue(const AnyRef& subscriber, const DeliveryPolicy& policy,
                                       Envelope (*envelope)(Node&) noexcept) {
  return new DeliveryQueue(subscriber, policy, envelope);
}

void return_credit(DeliveryQueue& queue) noexcept { queue.return_credit(); }

}  // namespace detail
}  // namespace troupe
