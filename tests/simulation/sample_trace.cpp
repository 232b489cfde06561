#include "simulation/sample_trace.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "simulation/choices.hpp"

using troupe::detail::Choices;
using troupe::detail::Nanoseconds;
using troupe::detail::Trace;

namespace {

enum Who : std::uint32_t {
  web,
  client_1,
  client_2,
  client_3,
  orders,
  audit,
  stock,
  payments,
  bank
};

constexpr Nanoseconds kMicrosecond = 1'000;
constexpr Nanoseconds kMillisecond = 1'000'000;

class Shop {
 public:
  explicit Shop(std::size_t events) : most_(events) {}

  Trace run() {
    for (const auto& [node, name, class_name] :
         std::initializer_list<std::array<std::string_view, 3>>{{"front", "web", "WebServer"},
                                                                {"front", "client-1", "Client"},
                                                                {"front", "client-2", "Client"},
                                                                {"front", "client-3", "Client"},
                                                                {"back", "orders", "Orders"},
                                                                {"back", "audit", "AuditLog"},
                                                                {"back", "stock", "Stock"},
                                                                {"vault", "payments", "Payments"},
                                                                {"vault", "Bank#9", "Bank"}}) {
      trace_.actors.push_back({std::string(node), trace_.actors.size() + 1, std::string(name),
                               std::string(class_name)});
    }
    for (const std::string_view node : {"front", "back", "vault"}) {
      begin();
      add(Trace::Kind::node, Trace::kNobody, "", std::string(node) + " has started");
    }
    for (std::uint32_t actor = web; actor <= bank; ++actor) {
      begin();
      add(Trace::Kind::spawned, actor);
      add(Trace::Kind::hook, actor, "pre_start");
    }
    for (const Who client : {client_1, client_2, client_3}) send(Trace::kNobody, client, "Shop");
    while (trace_.events.size() + 8 < most_ && !waiting_.empty()) go_on();
    end();
    return std::move(trace_);
  }

 private:
  struct Sent {
    std::uint32_t from;
    std::uint32_t to;
    std::string_view type;
    std::uint64_t step;
    Nanoseconds time;
    Nanoseconds arrives;
  };

  void begin() { ++step_; }

  Trace::Event& add(Trace::Kind kind, std::uint32_t actor, std::string_view type = "",
                    std::string text = "") {
    return trace_.events.emplace_back(Trace::Event{.step = step_,
                                                   .time = now_,
                                                   .kind = kind,
                                                   .actor = actor,
                                                   .type = type,
                                                   .text = std::move(text)});
  }

  void send(std::uint32_t from, std::uint32_t to, std::string_view type) {
    const bool near = from == Trace::kNobody || trace_.actors[from].node == trace_.actors[to].node;
    const Nanoseconds way = near ? 0 : (200 + choices_.below(900)) * kMicrosecond;
    waiting_.push_back({from, to, type, step_, now_, now_ + way});
  }

  /// One of those that have arrived, whichever; the first to arrive when none has.
  void go_on() {
    begin();
    std::vector<std::size_t> arrived;
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
      if (waiting_[i].arrives <= now_) arrived.push_back(i);
    }
    if (arrived.empty()) {
      const auto next = std::ranges::min_element(waiting_, {}, &Sent::arrives);
      now_ = next->arrives;
      arrived.push_back(static_cast<std::size_t>(next - waiting_.begin()));
    }
    const auto at = arrived[choices_.below(static_cast<std::uint32_t>(arrived.size()))];
    const Sent sent = waiting_[at];
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(at));

    const bool is_answer = sent.type == "Reserved" || sent.type == "Charged";
    Trace::Event& event =
        add(is_answer ? Trace::Kind::signal : Trace::Kind::message, sent.to, sent.type);
    event.from = sent.from;
    event.sent_step = sent.step;
    event.sent_time = sent.time;
    handle(sent);
    if (step_ % 97 == 0) disturb();
  }

  void handle(const Sent& sent) {
    if (sent.type == "Shop") {
      send(sent.to, web, "PlaceOrder");
      add(Trace::Kind::timer, sent.to, "Impatience");
    } else if (sent.type == "PlaceOrder") {
      customers_.push_back(sent.from);
      send(web, orders, "Order");
    } else if (sent.type == "Order") {
      send(orders, stock, "Reserve");
      send(orders, audit, "Record");
    } else if (sent.type == "Reserve") {
      send(stock, orders, "Reserved");
    } else if (sent.type == "Reserved") {
      send(orders, payments, "Charge<Euro>");
    } else if (sent.type == "Charge<Euro>") {
      charge();
    } else if (sent.type == "Transfer") {
      add(Trace::Kind::work, bank, "", "signed a transfer");
      send(bank, payments, "Transferred");
    } else if (sent.type == "Transferred") {
      send(payments, orders, "Charged");
    } else if (sent.type == "Charged") {
      send(orders, web, "Shipped");
      send(orders, orders, "Tidy");
    } else if (sent.type == "Shipped" && !customers_.empty()) {
      const std::uint32_t customer = customers_.front();
      customers_.erase(customers_.begin());
      send(web, customer, "Parcel");
    } else if (sent.type == "Parcel") {
      send(sent.to, sent.to, "Shop");
    }
  }

  void charge() {
    if (++charges_ % 9 == 0) {
      add(Trace::Kind::failed, payments, "",
          "std::runtime_error: the card reader said </script><script>alert(1)</script>");
      Trace::Event& restarted = add(Trace::Kind::hook, payments, "post_start");
      restarted.text = "restarted by its supervisor";
    }
    send(payments, bank, "Transfer");
  }

  void disturb() {
    now_ += kMillisecond;
    begin();
    const bool cut = ++disturbances_ % 2 == 1;
    add(Trace::Kind::fault, Trace::kNobody, "partition", cut ? "front | back" : "healed");
    begin();
    add(Trace::Kind::frame, web, "", "heartbeat of back");
  }

  void end() {
    begin();
    add(Trace::Kind::ended, client_3, "", "stopped");
    begin();
    now_ += kMillisecond;
    Trace::Event& event = add(Trace::Kind::message, stock, "Reserve");
    event.from = orders;
    event.sent_step = step_ - 2;
    event.sent_time = now_ - 2 * kMillisecond;
    for (const Trace::Event& sending : trace_.events) {
      if (sending.actor != orders) continue;
      event.sent_step = sending.step;
      event.sent_time = sending.time;
    }
    add(Trace::Kind::failure, Trace::kNobody, "", "what is in stock is never below zero: it is -1");
  }

  std::size_t most_;
  Choices choices_{7};
  Trace trace_;
  std::vector<Sent> waiting_;
  std::vector<std::uint32_t> customers_;
  std::uint64_t step_ = 0;
  Nanoseconds now_ = 0;
  int charges_ = 0;
  int disturbances_ = 0;
};

}  // namespace

Trace sample_trace(std::size_t events) { return Shop(events).run(); }
