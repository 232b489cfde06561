// EXPECT: NoPublicConstructorFor<troupe::PointToPoint<Trade>
// EXPECT: Ledger
#include <troupe/troupe.hpp>

struct Trade {
  int number;
};

class Ledger : public troupe::Actor<Ledger, Trade> {
 public:
  void handle(Trade) {}
};

void use(troupe::System& system) {
  system.spawn<troupe::PointToPoint<Trade>>(system.spawn<Ledger>());
}
