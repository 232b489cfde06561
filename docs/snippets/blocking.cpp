#include <fstream>
#include <iterator>
#include <string>
#include <troupe/troupe.hpp>
#include <utility>

#include "check.hpp"

struct Load {
  std::string path;
  using Reply = std::string;
};

std::string read_file(std::string path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Loader : public troupe::Actor<Loader, Load> {
 public:
  troupe::Task<std::string> handle(Load m) {
    co_return co_await troupe::blocking(read_file, std::move(m.path));
  }
};

int main(int, char** argv) {
  troupe::System system;
  auto loader = system.spawn<Loader>();
  check(!system.call<Load>(loader, argv[0]).get()->empty());
}
