// EXPECT: give the lambda a name first
// ONLY: GNU 12
#include <string>
#include <troupe/troupe.hpp>

troupe::Task<std::size_t> use(std::string text) {
  co_return co_await troupe::blocking([text] { return text.size(); });
}
