#include <chrono>
#include <string>
#include <troupe/troupe.hpp>
#include <utility>

#include "check.hpp"

using namespace std::chrono_literals;

struct Translate {
  std::string text;
  using Reply = std::string;
};

class Translator : public troupe::Actor<Translator, Translate> {
 public:
  std::string handle(Translate m) { return m.text + "!"; }
};

struct Ask {
  std::string text;
  using Reply = std::string;
};

class Guide : public troupe::Actor<Guide, Ask> {
 public:
  explicit Guide(troupe::ActorRef<Translate> translator) : translator_(std::move(translator)) {}

  troupe::Task<std::string> handle(Ask m) {
    auto first = co_await translator_.call<Translate>(m.text).within(1s);  // right

    Translate named{m.text};  // right too, where a helper takes the struct: give it a name
    auto second = co_await ask(std::move(named));

    auto work = [text = m.text] { return text.size(); };  // a lambda with captures: named as well
    const auto size = co_await troupe::blocking(work);
    co_return first.value() + second + std::to_string(size);
  }

 private:
  troupe::Task<std::string> ask(Translate m) {
    auto answer = co_await translator_.call<Translate>(std::move(m.text));
    co_return answer.value();
  }

  troupe::ActorRef<Translate> translator_;
};

int main() {
  troupe::System system;
  auto guide = system.spawn<Guide>(system.spawn<Translator>());
  check(system.call<Ask>(guide, "hello").get() == "hello!hello!5");
}
