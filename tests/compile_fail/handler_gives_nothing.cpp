// EXPECT: HandlerReturnsNoReply<Mute, Get>
// EXPECT: Get
// EXPECT: see the note
#include <troupe/troupe.hpp>

struct Add {
  int amount;
};
struct Get {
  using Reply = int;
};
struct Reset {};

class Mute : public troupe::Actor<Mute, Get> {
 public:
  void handle(Get) {}
};

void use(troupe::System& system) { system.spawn<Mute>(); }
