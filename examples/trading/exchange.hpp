#pragma once

#include <cstdint>
#include <troupe/troupe.hpp>

#include "messages.hpp"
#include "say.hpp"

/// Stands for the world outside, so nobody here supervises it. It refuses the first connection.
class Exchange : public troupe::Actor<Exchange, Connect> {
 public:
  bool handle(Connect) {
    const bool accepts = ++attempts_ > 1;
    say("exchange", "{} connection {}", accepts ? "accepts" : "refuses", attempts_);
    return accepts;
  }

 private:
  std::uint64_t attempts_ = 0;
};
