// EXPECT: SubscriberDoesNotHandle
// EXPECT: Listener
// EXPECT: Price
#include <troupe/troupe.hpp>

struct Price {
  int cents;
};
struct Other {};

class Listener : public troupe::Actor<Listener, Other> {
 public:
  void handle(Other) {}
};

void use(troupe::System& system) {
  troupe::OutputPort<Price> port;
  port.subscribe(system.spawn<Listener>());
}
