// EXPECT: Counter
// EXPECT: Reset
// EXPECT: the actor does not handle this group's messages
#include <troupe/troupe.hpp>

struct Add {
  int amount;
};
struct Reset {};

class Counter : public troupe::Actor<Counter, Add> {
 public:
  void handle(Add m) { value_ += m.amount; }

 private:
  int value_ = 0;
};

void use(troupe::System& system) {
  troupe::Group<Add, Reset> counters(system, "counters");
  counters.join(system.spawn<Counter>());
}
