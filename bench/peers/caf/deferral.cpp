// Actors that put other work off until they have an answer. What waits is kept by hand: `await`
// and `skip` walk all of it for every answer.

#include <deque>

#include "../workloads.hpp"
#include "stage.hpp"

namespace bench {
namespace {

using caf::actor;
using caf::behavior;
using caf::stateful_actor;

// -- logistic map ---------------------------------------------------------------------------------

using next_term_atom = caf::atom_constant<caf::atom("next_term")>;

constexpr std::size_t series = 10;

behavior computer(caf::event_based_actor*, double rate) {
  return {[=](double x) { return rate * x * (1 - x); }};
}

struct SeriesState {
  double x;
  std::uint64_t terms_left;
  std::uint64_t deferred = 0;
  bool asking = false;
};

void ask_for_term(stateful_actor<SeriesState>* self, const actor& main, const actor& computer,
                  std::size_t index) {
  self->state.asking = true;
  self->request(computer, caf::infinite, self->state.x).then([=](double x) {
    auto& state = self->state;
    state.x = x;
    state.asking = false;
    if (--state.terms_left == 0) return self->send(main, index, x);
    if (state.deferred > 0) {
      --state.deferred;
      ask_for_term(self, main, computer, index);
    }
  });
}

behavior series_worker(stateful_actor<SeriesState>* self, const actor& main, const actor& computer,
                       std::size_t index, double x, std::uint64_t terms) {
  self->state.x = x;
  self->state.terms_left = terms;
  return {
      [=](next_term_atom) {
        if (self->state.asking) {
          ++self->state.deferred;
        } else {
          ask_for_term(self, main, computer, index);
        }
      },
  };
}

// -- banking --------------------------------------------------------------------------------------

using start_atom = caf::atom_constant<caf::atom("start")>;
using transfer_atom = caf::atom_constant<caf::atom("transfer")>;
using credit_atom = caf::atom_constant<caf::atom("credit")>;
using done_atom = caf::atom_constant<caf::atom("done")>;
using balance_atom = caf::atom_constant<caf::atom("balance")>;

constexpr std::size_t accounts = 1000;

struct Order {
  actor target;
  std::int64_t amount;
  actor teller;
};

struct AccountState {
  std::int64_t balance = 1'000'000;
  std::deque<Order> deferred;
  bool asking = false;
};

void carry_out(stateful_actor<AccountState>* self, const Order& order) {
  self->state.asking = true;
  self->state.balance -= order.amount;
  self->request(order.target, caf::infinite, credit_atom::value, order.amount)
      .then([=, teller = order.teller] {
        auto& state = self->state;
        self->send(teller, done_atom::value);
        state.asking = false;
        if (state.deferred.empty()) return;
        const Order next = std::move(state.deferred.front());
        state.deferred.pop_front();
        carry_out(self, next);
      });
}

behavior account(stateful_actor<AccountState>* self) {
  return {
      [=](transfer_atom, actor& target, std::int64_t amount, actor& teller) {
        Order order{std::move(target), amount, std::move(teller)};
        if (self->state.asking) {
          self->state.deferred.push_back(std::move(order));
        } else {
          carry_out(self, order);
        }
      },
      [=](credit_atom, std::int64_t amount) { self->state.balance += amount; },
      [=](balance_atom) { return self->state.balance; },
  };
}

struct TellerState {
  std::uint64_t left;
};

behavior teller(stateful_actor<TellerState>* self, const actor& main,
                const std::vector<actor>& all_accounts, const std::vector<Transfer>& orders) {
  self->state.left = orders.size();
  return {
      [=](done_atom) {
        if (--self->state.left == 0) self->send(main, done_atom::value);
      },
      [=](start_atom) {
        for (const auto& order : orders) {
          self->send(all_accounts[order.source], transfer_atom::value, all_accounts[order.target],
                     order.amount, caf::actor_cast<actor>(self));
        }
      },
  };
}

}  // namespace

Result logistic_map(unsigned workers, std::uint64_t terms) {
  Stage stage(workers);
  std::vector<actor> all;
  for (std::size_t i = 0; i < series; ++i) {
    const auto asked = stage.spawn(computer, 3.46 + 0.0025 * static_cast<double>(i));
    all.push_back(
        stage.spawn(series_worker, stage.main(), asked, i, 0.0025 * static_cast<double>(i), terms));
  }
  const Stopwatch watch;
  for (std::uint64_t term = 0; term < terms; ++term) {
    for (const auto& each : all) caf::anon_send(each, next_term_atom::value);
  }
  std::array<double, series> last;
  for (std::size_t i = 0; i < series; ++i) {
    stage.receive([&](std::size_t index, double x) { last[index] = x; });
  }
  return timed(watch.nanoseconds(), sum_of_terms(last));
}

Result banking(unsigned workers, std::uint64_t count) {
  Stage stage(workers);
  std::vector<actor> all;
  for (std::size_t i = 0; i < accounts; ++i) all.push_back(stage.spawn(account));
  const auto sender = stage.spawn(teller, stage.main(), all, transfers(count));
  const Stopwatch watch;
  stage.send(sender, start_atom::value);
  stage.receive([](done_atom) {});
  const auto time = watch.nanoseconds();
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < accounts; ++i) {
    const auto balance = stage.ask<std::int64_t>(all[i], balance_atom::value);
    sum += (i + 1) * static_cast<std::uint64_t>(balance);
  }
  return timed(time, sum);
}

}  // namespace bench
