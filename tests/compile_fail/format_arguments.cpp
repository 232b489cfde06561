// EXPECT: one {} for each argument
#include <troupe/troupe.hpp>

struct Add {
  int amount;
};
struct Get {
  using Reply = int;
};
struct Reset {};

void use(troupe::System& system) { system.log().info("{} and {}", 1); }
