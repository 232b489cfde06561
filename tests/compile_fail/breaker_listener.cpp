// EXPECT: list troupe::CircuitChanged among the listener's messages
#include <troupe/troupe.hpp>

struct Add {};

void use(const troupe::CircuitBreaker& breaker, const troupe::ActorRef<Add>& counter) {
  breaker.notify(counter);
}
