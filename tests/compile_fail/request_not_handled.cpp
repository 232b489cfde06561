// EXPECT: Add
// EXPECT: Get
// EXPECT: the actor does not handle this message
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

void use(const troupe::ActorRef<Add>& counter) { (void)counter.call<Get>(); }
