// EXPECT: states that change can be compared with ==
// EXPECT: Place
#include <troupe/troupe.hpp>

struct Place {
  int x;
};
struct Go {};

class Walker : public troupe::StateMachine<Walker, Place, Go> {
 public:
  Walker() : StateMachine(Place{0}) {}
  void handle(Go) { become({state().x + 1}); }
};

void use(troupe::System& system) { system.spawn<Walker>(); }
