#include <chrono>
#include <future>
#include <string>
#include <troupe/troupe.hpp>
#include <utility>

#include "check.hpp"

using namespace std::chrono_literals;

struct Digit {
  int value;
};
struct Enter {
  using Reply = std::string;
};
struct IsOpen {
  using Reply = bool;
};

enum class Door { closed, open };

class DoorLock : public troupe::StateMachine<DoorLock, Door, Digit, Enter, IsOpen> {
 public:
  DoorLock() : StateMachine(Door::closed) {}

  void enter(Door now, Door /*before*/) {  // optional
    digits_.clear();
    if (now == Door::open) state_timeout(10ms);
  }
  void handle(Digit m) {
    digits_ += std::to_string(m.value);
    event_timeout(5s);  // each digit starts it anew
    if (digits_.ends_with("42")) become(Door::open);
  }
  void handle(Enter m, troupe::ReplyPort<std::string> port) {
    if (state() == Door::closed) return postpone(m, std::move(port));  // until it is open
    port.send("come in");
  }
  void handle(troupe::StateTimeout) { become(Door::closed); }
  void handle(troupe::EventTimeout) { digits_.clear(); }

  bool handle(IsOpen) const { return state() == Door::open; }

 private:
  std::string digits_;
};

int main() {
  troupe::System system;
  auto door = system.spawn<DoorLock>();
  check(!*door.call<IsOpen>().get());
  auto visitor = std::async([&] { return *door.call<Enter>().within(1h).get(); });
  while (visitor.wait_for(1ms) != std::future_status::ready) {
    door.cast<Digit>(4);
    door.cast<Digit>(2);
  }
  check(visitor.get() == "come in");
  while (*door.call<IsOpen>().get()) {
  }
}
