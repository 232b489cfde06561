// EXPECT: list troupe::Down among the actor's messages to monitor others
#include <troupe/troupe.hpp>

struct Watch {
  troupe::AnyRef actor;
};

class Watcher : public troupe::Actor<Watcher, Watch> {
 public:
  void handle(Watch m) { (void)monitor(m.actor); }
};

void use(troupe::System& system) { system.spawn<Watcher>(); }
