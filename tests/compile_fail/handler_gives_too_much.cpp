// EXPECT: HandlerReturnsNeitherVoidNorTask<Chatty, Add>
// EXPECT: Add
// EXPECT: see the note
#include <troupe/troupe.hpp>

struct Add {
  int amount;
};
struct Get {
  using Reply = int;
};
struct Reset {};

class Chatty : public troupe::Actor<Chatty, Add> {
 public:
  int handle(Add) { return 1; }
};

void use(troupe::System& system) { system.spawn<Chatty>(); }
