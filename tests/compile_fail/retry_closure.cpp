// EXPECT: give the lambda a name first
// ONLY: GNU 12
#include <string>
#include <troupe/troupe.hpp>

struct Get {
  using Reply = int;
};

troupe::Task<bool> use(troupe::ActorRef<Get> counter, std::string passing) {
  auto result = co_await troupe::retry(3)
                    .on([passing](const troupe::CallError& e) { return e.reason == passing; })
                    .call<Get>(counter);
  co_return result.has_value();
}
