#include "simulation/black_box.hpp"

#include <sys/mman.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace troupe::detail {

constinit thread_local BlackBox* black_box = nullptr;

namespace {

// Only the pages that are written to are there.
void* shared_memory(std::size_t size) {
  void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
  return memory;
}

}  // namespace

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
