#include <cstdio>
#include <troupe/troupe.hpp>

struct Add {  // a message is a plain struct
  int amount;
};
struct Get {  // a request names its reply
  using Reply = int;
};

class Counter : public troupe::Actor<Counter, Add, Get> {
 public:
  void handle(Add m) { value_ += m.amount; }
  int handle(Get) const { return value_; }  // what is returned is the reply

 private:
  int value_ = 0;  // no lock: an actor handles one message at a time
};

int main() {
  troupe::System system;
  auto counter = system.spawn<Counter>();
  counter.cast<Add>(5);                          // fire and forget
  auto value = system.call<Get>(counter).get();  // a std::expected
  if (value) std::printf("the counter is at %d\n", *value);
}
