// EXPECT: Counter
// EXPECT: Reset
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
  auto counter = system.spawn<Counter>();
  counter.cast<Reset>();
}
