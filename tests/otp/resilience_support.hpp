#pragma once

#include <memory>
#include <string>
#include <thread>

#include "actor/support.hpp"

/// What the tests of retries, breakers, limiters and bulkheads share.
namespace resilience {

using namespace support;
using troupe::CallError;
using troupe::CallErrorCode;
using troupe::CallResult;
using troupe::CallStage;

/// Something happens in other threads that only a figure shows.
template <class Condition>
void wait_until(Condition condition) {
  while (!condition()) std::this_thread::yield();
}

struct Try {
  using Reply = int;
};
struct Tries {
  using Reply = int;
};

/// Fails so many times, then gives how often it was asked.
class Shaky : public troupe::Actor<Shaky, Try, Tries> {
 public:
  explicit Shaky(int failures) : failures_(failures) {}
  void handle(Try, troupe::ReplyPort<int> port) {
    ++tries_;
    if (tries_ <= failures_) return port.fail("shaky " + std::to_string(tries_));
    port.send(tries_);
  }
  int handle(Tries) const { return tries_; }

 private:
  int failures_;
  int tries_ = 0;
};

struct Carry {
  Tracked load;
  int number;
  using Reply = int;
};
struct Own {
  std::unique_ptr<int> number;
  using Reply = int;
};
struct Nothing {
  using Reply = void;
};

/// Answers at once.
class Porter : public troupe::Actor<Porter, Carry, Own, Nothing> {
 public:
  int handle(Carry m) { return m.number; }
  int handle(Own m) { return *m.number; }
  void handle(Nothing) {}
};

/// What refusals have in common: nothing was sent.
inline void check_refusal(const CallError& error, CallErrorCode code, const troupe::AnyRef& target,
                          std::string_view message) {
  CHECK(error.code == code);
  CHECK(error.stage == CallStage::not_delivered);
  CHECK(error.target == target);
  CHECK(error.message == message);
  CHECK(error.queued_for == 0ns);
  CHECK(error.running_for == 0ns);
  const std::string begin = "call " + std::string(message) + " to " + target.name() + ": " +
                            std::string(to_string(code)) + ": " + error.reason + " after ";
  CHECK(to_string(error).starts_with(begin));
}

/// The text of what constructing with these options throws.
template <class Make>
std::string problem_with(Make make) {
  try {
    make();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "none";
}

}  // namespace resilience
