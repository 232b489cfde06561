// EXPECT: NoPublicHandleFor<Lock, troupe::StateTimeout>
// EXPECT: a timeout that is started has a handler
#include <troupe/troupe.hpp>

enum class Door { closed, open };
struct Button {};

class Lock : public troupe::StateMachine<Lock, Door, Button> {
 public:
  Lock() : StateMachine(Door::closed) {}
  void handle(Button) { state_timeout(std::chrono::seconds(1)); }
};

void use(troupe::System& system) { system.spawn<Lock>(); }
