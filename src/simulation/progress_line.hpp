#pragma once

#include <string>

namespace troupe::detail {

/// A line on stderr that says how far something has come; only if that is a terminal. It is gone
/// when this is.
class ProgressLine {
 public:
  explicit ProgressLine(bool wanted) noexcept;
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine();

  bool on() const noexcept { return on_; }
  void show(const std::string& text) noexcept;

 private:
  const bool on_;
};

}  // namespace troupe::detail
