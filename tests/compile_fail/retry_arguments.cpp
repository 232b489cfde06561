// EXPECT: what is tried again is copied for each attempt: its arguments must be copyable
#include <memory>
#include <troupe/troupe.hpp>

struct Store {
  std::shared_ptr<int> value;
  using Reply = bool;
};

void use(const troupe::ActorRef<Store>& store, std::unique_ptr<int> value) {
  (void)troupe::retry(3).call<Store>(store, std::move(value));
}
