#include <chrono>
#include <troupe/troupe.hpp>
#include <utility>

#include "check.hpp"

using namespace std::chrono_literals;

struct Poll {};
struct Beat {};
struct Quiet {};

class Pulse : public troupe::Actor<Pulse, Poll, Beat, Quiet, troupe::ReceiveTimeout> {
 public:
  void post_start() {
    send_after<Poll>(10ms);          // once
    beats_ = send_every<Beat>(1ms);  // until cancelled; ticks do not drift
    stop_after(1min);                // this actor's own end
  }

  troupe::Task<> handle(Poll) {
    co_await troupe::sleep_for(5ms);  // the mailbox waits, no thread does
    self().cast<Quiet>();
  }

  void handle(Beat) { ++count_; }

  void handle(Quiet) {
    beats_.cancel();
    receive_timeout(10ms);  // a ReceiveTimeout after 10 ms without a message
  }

  void handle(troupe::ReceiveTimeout) { stop("nothing happens any more"); }

 private:
  troupe::TimerHandle beats_;
  int count_ = 0;
};

int main() {
  troupe::System system;
  auto pulse = system.spawn<Pulse>();
  check(pulse.wait().get()->text == "nothing happens any more");
}
