// EXPECT: MapDoesNotTake
// EXPECT: Price
#include <troupe/troupe.hpp>

struct Price {
  int cents;
};

class Listener : public troupe::Actor<Listener, Price> {
 public:
  void handle(Price) {}
};

void use(troupe::System& system) {
  troupe::OutputPort<Price> port;
  port.subscribe(system.spawn<Listener>(), [](int cents) { return Price{cents}; });
}
