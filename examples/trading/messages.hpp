#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <troupe/actor_ref.hpp>

// What the actors say to one another. A message is a plain struct; one that names a Reply is a
// request.

// -- to the exchange, which is the world outside ---

struct Connect {
  using Reply = bool;  // whether it accepts the connection
};

// -- to the market data feed ---

struct NextTick {};  // from itself

// -- to the order book ---

struct Tick {
  std::uint64_t number;
  double price;
};

struct CloseMarket {};

struct AwaitOpen {  // answered when there is a price
  using Reply = void;
};

struct AwaitClose {  // answered when the market has closed
  using Reply = void;
};

// -- orders ---

enum class Side { buy, sell };

struct Fill {
  double price;
  std::int64_t position;  // after it: how many shares are held
};

/// A fill, or why the order was refused.
using Outcome = std::expected<Fill, std::string>;

struct PlaceOrder {  // to the order book: at the market's price
  std::uint64_t number;
  Side side;
  std::int64_t shares;
  using Reply = Outcome;
};

struct Order {  // to the risk manager, and from there to the executor
  std::uint64_t number;
  Side side;
  std::int64_t shares;
  double price;
  using Reply = Outcome;

  std::int64_t change() const { return side == Side::buy ? shares : -shares; }  // of the position
};

// -- to the order executor ---

struct Account {
  std::int64_t position = 0;
  std::uint64_t executed = 0;  // orders
};

struct GetAccount {
  using Reply = Account;
};
