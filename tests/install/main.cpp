#include <chrono>
#include <troupe/troupe.hpp>

struct Add {
  int amount;
};
struct Get {
  using Reply = int;
};

class Counter : public troupe::Actor<Counter, Add, Get> {
 public:
  void handle(Add m) { value_ += m.amount; }
  int handle(Get) const { return value_; }

 private:
  int value_ = 0;
};

int main() {
  using namespace std::chrono_literals;
  troupe::System system;
  auto counter = system.spawn<Counter>();
  counter.cast<Add>(2);
  counter.cast<Add>(3);
  auto value = system.call<Get>(counter).within(5s).get();
  return value && *value == 5 ? 0 : 1;
}
