// EXPECT: Counter
// EXPECT: Add
// EXPECT: using Reply
#include <troupe/troupe.hpp>

struct Add {
  int amount;
};
struct Get {
  using Reply = int;
};
struct Reset {};

class Counter : public troupe::Actor<Counter, Add, Get> {
 public:
  void handle(Add m) { value_ += m.amount; }
  int handle(Get) const { return value_; }

 private:
  int value_ = 0;
};

void use(troupe::System& system) {
  auto counter = system.spawn<Counter>();
  (void)counter.call<Add>(1);
}
