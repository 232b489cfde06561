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

void use(const troupe::Bulkhead& bulkhead, const troupe::ActorRef<Add>& counter) {
  (void)bulkhead.call<Get>(counter);
}
