// EXPECT: CoroutineTakesItsMessageByReference<Waiter, Add>
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

class Waiter : public troupe::Actor<Waiter, Add> {
 public:
  troupe::Task<> handle(const Add&) { co_return; }
};

void use(troupe::System& system) { system.spawn<Waiter>(); }
