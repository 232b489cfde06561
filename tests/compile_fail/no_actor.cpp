// EXPECT: Plain
// EXPECT: NotDerivedFromActor<Plain>
#include <troupe/troupe.hpp>

struct Add {
  int amount;
};
struct Get {
  using Reply = int;
};
struct Reset {};

class Plain {};

void use(troupe::System& system) { system.spawn<Plain>(); }
