// Threads that meet, answer each other and wait for each other.

#include "../workloads.hpp"
#include "mailbox.hpp"

namespace bench {
namespace {

using Number = std::uint64_t;

// -- chameneos ------------------------------------------------------------------------------------

using Colour = int;  // 0, 1 or 2

/// The same if both are equal, else the third.
Colour complement(Colour one, Colour other) { return one == other ? one : 3 - one - other; }

struct Encounter;
using Creature = Mailbox<Encounter>;

struct Encounter {
  enum { start, meet, change, exit } what;
  Colour colour = 0;
  Creature* partner = nullptr;
};

struct Visit {
  Colour colour;
  Creature* visitor;
};

constexpr std::size_t creatures = 100;

void open_mall(Mailbox<Visit>& mall, Number meetings) {
  for (; meetings > 0; --meetings) {
    Creature* const first = mall.receive().visitor;
    const Visit second = mall.receive();
    first->send({Encounter::meet, second.colour, second.visitor});
  }
  for (std::size_t i = 0; i < creatures; ++i) mall.receive().visitor->send({Encounter::exit});
}

Number visit(Mailbox<Visit>& mall, Creature& own, Colour colour) {
  for (Number meetings = 0;;) {
    const Encounter encounter = own.receive();
    if (encounter.what == Encounter::exit) return meetings;
    if (encounter.what == Encounter::meet) {
      ++meetings;
      colour = complement(colour, encounter.colour);
      encounter.partner->send({Encounter::change, colour});
    } else if (encounter.what == Encounter::change) {
      ++meetings;
      colour = encounter.colour;
    }
    mall.send({colour, &own});
  }
}

// -- big ------------------------------------------------------------------------------------------

constexpr std::size_t peers = 120;

struct Peer {
  enum What { start, ping, pong, stop } what;
  std::size_t from = 0;
};

void answer_and_ping(std::vector<Mailbox<Peer>>& all, std::size_t index, Number pings,
                     Mailbox<Number>& reports) {
  Random random(index);
  std::size_t expected = index;
  Number right_pongs = 0;
  for (;;) {
    const Peer message = all[index].receive();
    if (message.what == Peer::stop) return;
    if (message.what == Peer::ping) {
      all[message.from].send({Peer::pong, index});
      continue;
    }
    right_pongs += message.what == Peer::pong && message.from == expected;
    if (pings-- == 0) {
      reports.send(right_pongs);
      continue;
    }
    expected = random.draw() % peers;
    all[expected].send({Peer::ping, index});
  }
}

// -- bounded buffer -------------------------------------------------------------------------------

constexpr std::size_t sides = 40;  // producers, and as many consumers
constexpr std::size_t full = 50 - sides;

enum class Produce { one };

struct Item {
  bool last = false;
  double value = 0;
};

struct Request {
  enum { item, ready, exit } what;
  double value = 0;
  Mailbox<Produce>* producer = nullptr;
  Mailbox<Item>* consumer = nullptr;
};

template <class Value>
Value pop(std::deque<Value>& values) {
  Value value = values.front();
  values.pop_front();
  return value;
}

void manage(Mailbox<Request>& own) {
  std::deque<double> items;
  std::deque<Mailbox<Produce>*> parked_producers;
  std::deque<Mailbox<Item>*> parked_consumers;
  for (std::size_t producing = sides; producing > 0 || parked_consumers.size() < sides;) {
    const Request request = own.receive();
    if (request.what == Request::item) {
      if (parked_consumers.empty()) {
        items.push_back(request.value);
      } else {
        pop(parked_consumers)->send({false, request.value});
      }
      if (items.size() >= full) {
        parked_producers.push_back(request.producer);
      } else {
        request.producer->send(Produce::one);
      }
    } else if (request.what == Request::exit) {
      --producing;
    } else if (items.empty()) {
      parked_consumers.push_back(request.consumer);
    } else {
      request.consumer->send({false, pop(items)});
      if (!parked_producers.empty()) pop(parked_producers)->send(Produce::one);
    }
  }
  for (const auto each : parked_consumers) each->send({true});
}

void produce(Mailbox<Request>& manager, Mailbox<Produce>& own, Number items) {
  double value = 0;
  for (; items > 0; --items) {
    own.receive();
    value = process_item(value);
    manager.send({Request::item, value, &own});
  }
  own.receive();
  manager.send({Request::exit});
}

Number consume(Mailbox<Request>& manager, Mailbox<Item>& own) {
  double value = 0;
  own.receive();  // to start
  for (Number consumed = 0;; ++consumed) {
    manager.send({Request::ready, 0, nullptr, &own});
    const Item item = own.receive();
    if (item.last) return consumed;
    value = process_item(value + item.value);
    keep(value);
  }
}

// -- philosophers ---------------------------------------------------------------------------------

constexpr std::size_t seats = 20;

enum class Turn { start, denied, eat };

struct Order {
  enum { hungry, eaten, leave } what;
  std::size_t seat;
};

struct Dinner {
  Number meals = 0;
  Number retries = 0;
};

void arbitrate(Mailbox<Order>& own, std::vector<Mailbox<Turn>>& philosophers) {
  std::array<bool, seats> taken = {};
  for (std::size_t present = seats; present > 0;) {
    const Order order = own.receive();
    auto& left = taken[order.seat];
    auto& right = taken[(order.seat + 1) % seats];
    if (order.what == Order::leave) {
      --present;
    } else if (order.what == Order::eaten) {
      left = right = false;
    } else if (left || right) {
      philosophers[order.seat].send(Turn::denied);
    } else {
      left = right = true;
      philosophers[order.seat].send(Turn::eat);
    }
  }
}

Dinner dine(Mailbox<Order>& arbitrator, Mailbox<Turn>& own, std::size_t seat, Number meals) {
  Dinner dinner;
  for (;;) {
    const Turn turn = own.receive();
    if (turn == Turn::denied) ++dinner.retries;
    if (turn == Turn::eat) {
      arbitrator.send({Order::eaten, seat});
      if (++dinner.meals == meals) break;
    }
    arbitrator.send({Order::hungry, seat});
  }
  arbitrator.send({Order::leave, seat});
  return dinner;
}

}  // namespace

Result chameneos(unsigned workers, std::uint64_t meetings) {
  Mailbox<Visit> mall;
  std::vector<Creature> all(creatures);
  Mailbox<Number> reports;
  Threads threads(workers);
  threads.start([&] { open_mall(mall, meetings); });
  for (std::size_t i = 0; i < creatures; ++i) {
    threads.start([&, i] { reports.send(visit(mall, all[i], static_cast<Colour>(i % 3))); });
  }
  const Stopwatch watch;
  for (auto& each : all) each.send({Encounter::start});
  Number sum = 0;
  for (std::size_t i = 0; i < creatures; ++i) sum += reports.receive();
  return timed(watch.nanoseconds(), sum);
}

Result big(unsigned workers, std::uint64_t pings) {
  std::vector<Mailbox<Peer>> all(peers);
  Mailbox<Number> reports;
  Threads threads(workers);
  for (std::size_t i = 0; i < peers; ++i) {
    threads.start([&, i] { answer_and_ping(all, i, pings, reports); });
  }
  const Stopwatch watch;
  for (auto& each : all) each.send({Peer::start});
  Number right_pongs = 0;
  for (std::size_t i = 0; i < peers; ++i) right_pongs += reports.receive();
  const auto time = watch.nanoseconds();
  for (auto& each : all) each.send({Peer::stop});
  return timed(time, right_pongs);
}

Result bounded_buffer(unsigned workers, std::uint64_t items) {
  Mailbox<Request> manager;
  std::vector<Mailbox<Produce>> producers(sides);
  std::vector<Mailbox<Item>> consumers(sides);
  Mailbox<Number> reports;
  Threads threads(workers);
  threads.start([&] { manage(manager); });
  for (std::size_t i = 0; i < sides; ++i) {
    threads.start([&, i] { produce(manager, producers[i], items); });
    threads.start([&, i] { reports.send(consume(manager, consumers[i])); });
  }
  const Stopwatch watch;
  for (auto& each : consumers) each.send({});
  for (auto& each : producers) each.send(Produce::one);
  Number consumed = 0;
  for (std::size_t i = 0; i < sides; ++i) consumed += reports.receive();
  return timed(watch.nanoseconds(), consumed);
}

Result philosophers(unsigned workers, std::uint64_t meals) {
  Mailbox<Order> arbitrator;
  std::vector<Mailbox<Turn>> all(seats);
  Mailbox<Dinner> reports;
  Threads threads(workers);
  threads.start([&] { arbitrate(arbitrator, all); });
  for (std::size_t seat = 0; seat < seats; ++seat) {
    threads.start([&, seat] { reports.send(dine(arbitrator, all[seat], seat, meals)); });
  }
  const Stopwatch watch;
  for (auto& each : all) each.send(Turn::start);
  Dinner sum;
  for (std::size_t seat = 0; seat < seats; ++seat) {
    const Dinner dinner = reports.receive();
    sum.meals += dinner.meals;
    sum.retries += dinner.retries;
  }
  Result result = timed(watch.nanoseconds(), sum.meals);
  result.more = "retries=" + std::to_string(sum.retries);
  return result;
}

}  // namespace bench
