#include <chrono>
#include <string>
#include <troupe/troupe.hpp>
#include <utility>

#include "check.hpp"

using namespace std::chrono_literals;

struct Line {
  std::string text;
};

struct Close {};

class Journal : public troupe::Actor<Journal, Line, Close> {
 public:
  explicit Journal(std::string path) : path_(std::move(path)) {}

  void pre_start() {
    if (path_.empty()) throw std::invalid_argument("a journal needs a path");
  }
  void post_start() { log().info("open"); }
  void post_stop() { log().info("closed after {} lines", lines_); }

  void handle(Line) { ++lines_; }
  void handle(Close) { stop("asked to close"); }  // ends after this message

 private:
  std::string path_;
  int lines_ = 0;
};

class Session : public troupe::Actor<Session> {
 public:
  troupe::Task<> pre_start() {  // a coroutine: spawn does not wait for it
    co_await troupe::sleep_for(5ms);
  }
};

int main() {
  troupe::System system;

  auto journal = system.spawn<Journal>("journal.txt");
  journal.cast<Line>("one");
  journal.cast<Line>("two");
  auto end = journal.drain_and_wait().within(1s).get();
  if (end) check(end->clean() && end->kind == troupe::ExitKind::drained);

  auto refused = system.try_spawn<Journal>("");
  if (!refused) check(refused.error().code() == troupe::SpawnErrorCode::start_failed);

  auto session = system.spawn<Session>();
  auto runs = troupe::started(session).within(1s).get();
  check(runs.has_value());
  session.kill();
  check(session.wait().get()->kind == troupe::ExitKind::killed);

  auto another = system.spawn<Journal>("another.txt");
  another.cast<Close>();
  check(to_string(*another.wait().get()) == "stopped: asked to close");
}
