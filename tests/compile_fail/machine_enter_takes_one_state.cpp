// EXPECT: Lock
// EXPECT: enter is public: `void enter(State state, State before)`
#include <troupe/troupe.hpp>

enum class Door { closed, open };
struct Button {};

class Lock : public troupe::StateMachine<Lock, Door, Button> {
 public:
  Lock() : StateMachine(Door::closed) {}
  void enter(Door) {}
  void handle(Button) { become(Door::open); }
};

void use(troupe::System& system) { system.spawn<Lock>(); }
