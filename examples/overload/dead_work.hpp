#pragma once

#include <cstdint>
#include <troupe/troupe.hpp>

#include "messages.hpp"

/// Counts what the system says nobody handled: the other half of the books.
class DeadWork : public troupe::Actor<DeadWork, troupe::DeadLetter, GetDeadWork> {
 public:
  void pre_start() { subscribe<troupe::DeadLetter>(); }

  void handle(troupe::DeadLetter letter) { count_ += letter.message == "Work"; }
  std::uint64_t handle(GetDeadWork) const { return count_; }

 private:
  std::uint64_t count_ = 0;
};
