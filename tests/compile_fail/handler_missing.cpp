// EXPECT: NoPublicHandleFor<Forgetful, Reset>
// EXPECT: Reset
// EXPECT: see the note
#include <troupe/troupe.hpp>

struct Add {
  int amount;
};
struct Get {
  using Reply = int;
};
struct Reset {};

class Forgetful : public troupe::Actor<Forgetful, Add, Reset> {
 public:
  void handle(Add) {}
};

void use(troupe::System& system) { system.spawn<Forgetful>(); }
