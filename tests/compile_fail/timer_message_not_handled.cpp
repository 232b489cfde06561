// EXPECT: Clock
// EXPECT: Reset
// EXPECT: the actor does not handle this message
#include <troupe/troupe.hpp>

struct Add {
  int amount;
};
struct Get {
  using Reply = int;
};
struct Reset {};

class Clock : public troupe::Actor<Clock, Add> {
 public:
  void handle(Add) { (void)send_after<Reset>(std::chrono::seconds(1)); }
};

void use(troupe::System& system) { system.spawn<Clock>(); }
