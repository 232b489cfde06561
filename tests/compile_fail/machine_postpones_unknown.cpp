// EXPECT: Reset
// EXPECT: the actor does not handle this message
#include <troupe/troupe.hpp>

enum class Door { closed, open };
struct Button {};
struct Reset {};

class Lock : public troupe::StateMachine<Lock, Door, Button> {
 public:
  Lock() : StateMachine(Door::closed) {}
  void handle(Button) { postpone(Reset()); }
};

void use(troupe::System& system) { system.spawn<Lock>(); }
