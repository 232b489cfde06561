// EXPECT: Ask
// EXPECT: a request is postponed with its port, by handle(M, ReplyPort<Reply>)
#include <troupe/troupe.hpp>

enum class Door { closed, open };
struct Ask {
  using Reply = int;
};

class Lock : public troupe::StateMachine<Lock, Door, Ask> {
 public:
  Lock() : StateMachine(Door::closed) {}
  int handle(Ask m) {
    if (state() == Door::closed) postpone(m);
    return 1;
  }
};

void use(troupe::System& system) { system.spawn<Lock>(); }
