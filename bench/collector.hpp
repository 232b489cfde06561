#pragma once

#include <cstdint>
#include <future>

#include "troupe/troupe.hpp"

namespace bench {

struct Report {
  std::uint64_t count;
};

/// Adds up what is reported to it; the sum is there when all reports have come.
class Collector : public troupe::Actor<Collector, Report> {
 public:
  Collector(std::uint64_t reports, std::promise<std::uint64_t>* sum)
      : left_(reports), promise_(sum) {}

  void handle(Report m) {
    sum_ += m.count;
    if (--left_ == 0) promise_->set_value(sum_);
  }

 private:
  std::uint64_t left_;
  std::uint64_t sum_ = 0;
  std::promise<std::uint64_t>* promise_;
};

}  // namespace bench
