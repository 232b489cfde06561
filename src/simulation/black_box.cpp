#include "simulation/black_box.hpp"

#include <sys/mman.h>

#include <utility>

#include "simulation/child_process.hpp"

namespace troupe::detail {

constinit thread_local BlackBox* black_box = nullptr;

BlackBox::BlackBox() : memory_(static_cast<Memory*>(shared_memory(sizeof(Memory)))) {}

BlackBox::~BlackBox() { munmap(memory_, sizeof *memory_); }

std::optional<std::vector<std::uint32_t>> BlackBox::choices() const {
  if (memory_->choices > kMostChoices) return std::nullopt;
  return std::vector(memory_->chosen, memory_->chosen + memory_->choices);
}

void BlackBox::clear() noexcept {
  memory_->step = 0;
  memory_->time = 0;
  memory_->in_step = false;
  memory_->choices = 0;
}

void BlackBox::stop_there(std::string trouble) {
  stop_ = Stop{memory_->step, memory_->in_step, std::move(trouble)};
}

}  // namespace troupe::detail
