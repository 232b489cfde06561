#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <troupe/troupe.hpp>
#include <vector>

#include "stress/support.hpp"

using namespace std::chrono_literals;

/// Hundreds of actors link, unlink, monitor, demonitor and die at random. Within a round they do so
/// at the same time; the rounds are of such a kind that each one's outcome is known beforehand.
namespace {

constexpr std::chrono::nanoseconds kForever = 1h;

struct Order {
  std::vector<troupe::AnyRef> link;
  std::vector<troupe::AnyRef> unlink;
  std::vector<troupe::AnyRef> waver;  // linked and unlinked again and again, and at last unlinked
  std::vector<troupe::AnyRef> monitor;
  std::size_t demonitor = 0;
};
struct Monitored {
  using Reply = std::vector<troupe::AnyRef>;  // whose ends are still waited for, oldest first
};
struct Errors {
  using Reply = int;
};
struct Fail {};

class Member : public troupe::Actor<Member, Order, Monitored, Errors, Fail, troupe::Down> {
 public:
  void handle(Order m) {
    for (const auto& other : m.link) link(other);
    for (int i = 0; i < 5; ++i) {
      for (const auto& other : m.waver) link(other);
      for (const auto& other : m.waver) unlink(other);
    }
    for (const auto& other : m.unlink) unlink(other);
    for (const auto& other : m.monitor) {
      monitors_.push_back({monitor(other), other});
    }
    for (std::size_t i = 0; i < m.demonitor && !monitors_.empty(); ++i) {
      demonitor(monitors_.front().handle);
      monitors_.erase(monitors_.begin());
    }
  }
  std::vector<troupe::AnyRef> handle(Monitored) {
    std::vector<troupe::AnyRef> targets;
    for (const auto& entry : monitors_) targets.push_back(entry.target);
    return targets;
  }
  int handle(Errors) const { return errors_; }
  void handle(Fail) { throw std::runtime_error("broken"); }
  void handle(troupe::Down m) {
    const auto found = std::find_if(monitors_.begin(), monitors_.end(),
                                    [&](const auto& entry) { return entry.handle == m.monitor; });
    if (found == monitors_.end() || found->target != m.actor ||
        m.reason.kind == troupe::ExitKind::no_process) {
      ++errors_;
    } else {
      monitors_.erase(found);
    }
  }

 private:
  struct Entry {
    troupe::MonitorHandle handle;
    troupe::AnyRef target;
  };
  std::vector<Entry> monitors_;
  int errors_ = 0;
};

class Crowd {
 public:
  Crowd(troupe::System& system, std::size_t size, std::uint64_t seed)
      : system_(system), random_(seed), members_(size), links_(size), monitors_(size) {
    for (auto& member : members_) member = system_.spawn<Member>();
  }

  void link_and_monitor() {
    std::vector<Order> orders(members_.size());
    for (std::size_t a = 0; a < members_.size(); ++a) {
      for (std::uint32_t n = random_.below(2); n > 0; --n) {
        const std::size_t b = other_than(a);
        orders[a].link.push_back(members_[b]);
        if (random_.below(3) == 0) orders[b].link.push_back(members_[a]);  // both at once
        links_[a].insert(b);
        links_[b].insert(a);
      }
      for (std::uint32_t n = random_.below(4); n > 0; --n) {
        const std::size_t b = random_.below(size());  // itself too
        orders[a].monitor.push_back(members_[b]);
        monitors_[a].push_back(b);
      }
      orders[a].demonitor = std::min<std::size_t>(random_.below(3), monitors_[a].size());
      monitors_[a].erase(monitors_[a].begin(),
                         monitors_[a].begin() + static_cast<std::ptrdiff_t>(orders[a].demonitor));
    }
    carry_out(std::move(orders));
  }

  void unlink() {
    std::vector<Order> orders(members_.size());
    for (std::size_t a = 0; a < members_.size(); ++a) {
      for (const std::size_t b : std::set<std::size_t>(links_[a])) {
        if (random_.below(3) == 0) continue;
        orders[a].unlink.push_back(members_[b]);
        if (random_.below(2)) orders[b].unlink.push_back(members_[a]);
        links_[a].erase(b);
        links_[b].erase(a);
      }
    }
    carry_out(std::move(orders));
  }

  /// Whether those that waver are linked in the end is open; then they unlink.
  void waver() {
    std::vector<Order> orders(members_.size());
    std::vector<Order> after(members_.size());
    for (std::size_t n = 0; n < members_.size() / 2; ++n) {
      const std::size_t a = random_.below(size());
      const std::size_t b = other_than(a);
      if (links_[a].contains(b)) continue;
      orders[a].waver.push_back(members_[b]);
      orders[b].waver.push_back(members_[a]);
      after[a].unlink.push_back(members_[b]);
      after[b].unlink.push_back(members_[a]);
    }
    carry_out(std::move(orders));
    carry_out(std::move(after));
  }

  /// Some die, and with them all that they are linked to when they do not stop in order.
  void die() {
    const bool in_order = random_.below(3) == 0;
    std::set<std::size_t> dead;
    std::vector<std::size_t> first;
    for (std::uint32_t n = 1 + random_.below(size() / 16); n > 0; --n) {
      first.push_back(random_.below(size()));
    }
    std::vector<std::size_t> open = first;
    while (!open.empty()) {
      const std::size_t a = open.back();
      open.pop_back();
      if (!dead.insert(a).second || in_order) continue;
      open.insert(open.end(), links_[a].begin(), links_[a].end());
    }
    for (const std::size_t a : first) {
      if (in_order) {
        members_[a].stop();
      } else if (random_.below(2)) {
        members_[a].kill();
      } else {
        members_[a].cast<Fail>();
      }
    }
    for (const std::size_t a : dead) REQUIRE(members_[a].wait().within(kForever).get());
    for (std::size_t a = 0; a < members_.size(); ++a) {
      std::erase_if(links_[a], [&](std::size_t b) { return dead.contains(b); });
      std::erase_if(monitors_[a], [&](std::size_t b) { return dead.contains(b); });
    }
    for (const std::size_t a : dead) {
      links_[a].clear();
      monitors_[a].clear();
      members_[a] = system_.spawn<Member>();
    }
    check();
  }

 private:
  std::uint32_t size() const { return static_cast<std::uint32_t>(members_.size()); }
  std::size_t other_than(std::size_t a) { return (a + 1 + random_.below(size() - 1)) % size(); }

  void carry_out(std::vector<Order> orders) {
    for (std::size_t a = 0; a < members_.size(); ++a) members_[a].cast(std::move(orders[a]));
    check();
  }

  /// Everybody that should be alive is, and waits for the ends of those that it should.
  void check() {
    // At first each has done what it was told to, then each has heard what others did.
    for (int i = 0; i < 2; ++i) {
      for (std::size_t a = 0; a < members_.size(); ++a) {
        const auto errors = members_[a].call<Errors>().within(kForever).get();
        REQUIRE(errors.has_value());
        REQUIRE(*errors == 0);
      }
    }
    for (std::size_t a = 0; a < members_.size(); ++a) {
      const auto targets = members_[a].call<Monitored>().within(kForever).get();
      REQUIRE(targets.has_value());
      REQUIRE(targets->size() == monitors_[a].size());
      for (std::size_t i = 0; i < targets->size(); ++i) {
        REQUIRE((*targets)[i] == members_[monitors_[a][i]]);
      }
    }
  }

  troupe::System& system_;
  stress::Random random_;
  std::vector<Member::Reference> members_;
  std::vector<std::set<std::size_t>> links_;
  std::vector<std::vector<std::size_t>> monitors_;  // oldest first
};

}  // namespace

TEST_CASE("exactly those that are linked to a dead actor die, and every monitor is told once") {
  const auto until = std::chrono::steady_clock::now() + stress::duration();
  for (unsigned round = 0; std::chrono::steady_clock::now() < until; ++round) {
    troupe::SystemOptions options;
    options.workers = 2 + round % 3;
    options.log_level = troupe::LogLevel::off;
    options.watchdog = 0ns;
    troupe::System system(options);
    Crowd crowd(system, 256, stress::seed() + round);
    for (int i = 0; i < 8; ++i) {
      crowd.link_and_monitor();
      crowd.waver();
      crowd.unlink();
      crowd.die();
    }
    if (round % 2) REQUIRE(system.shutdown().complete);
  }
}
