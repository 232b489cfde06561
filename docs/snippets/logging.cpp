#include <atomic>
#include <chrono>
#include <string>
#include <troupe/troupe.hpp>
#include <utility>

#include "check.hpp"

struct Order {
  int number;
  double price;
};

class Desk : public troupe::Actor<Desk, Order> {
 public:
  void handle(Order m) {
    log().debug("order {} at {:.2f}", m.number, m.price);  // not even formatted when it is off
    if (m.price <= 0) log().error("order {} has no price", m.number);
  }
};

class CountingLog : public troupe::LogSink {
 public:
  void write(const troupe::LogRecord& record) noexcept override {
    if (record.level >= troupe::LogLevel::error) ++errors_;
  }
  int errors() const { return errors_; }

 private:
  std::atomic<int> errors_ = 0;  // several threads log at once
};

int main() {
  CountingLog log;
  troupe::System system({.log_level = troupe::LogLevel::debug, .log = &log});
  auto desk = system.spawn<Desk>();
  desk.cast<Order>(1, 9.5);
  desk.cast<Order>(2, 0.0);
  check(desk.drain_and_wait().get().has_value());
  check(log.errors() == 1);
}
