// EXPECT: NoPublicHandleFor<Lock, Button>
// EXPECT: see the note
#include <troupe/troupe.hpp>

enum class Door { closed, open };
struct Button {};

class Lock : public troupe::StateMachine<Lock, Door, Button> {
 public:
  Lock() : StateMachine(Door::closed) {}
};

void use(troupe::System& system) { system.spawn<Lock>(); }
