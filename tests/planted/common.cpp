#include <cstring>

#include "planted/planted.hpp"

namespace planted {

namespace {

struct Next {};

class Later : public troupe::Actor<Later, Next> {
 public:
  Later(int count, std::function<void()> what) : left_(count), what_(std::move(what)) {}

  void post_start() { self().cast<Next>(); }

  void handle(Next) {
    if (left_-- > 0) {
      self().cast<Next>();
      return;
    }
    what_();
    stop();
  }

 private:
  int left_;
  std::function<void()> what_;
};

}  // namespace

void after_messages(troupe::System& system, int count, std::function<void()> what) {
  system.spawn<Later>(count, std::move(what));
}

std::vector<std::byte> frame_of(std::vector<std::uint32_t> numbers) {
  std::vector<std::byte> frame(numbers.size() * sizeof(std::uint32_t));
  std::memcpy(frame.data(), numbers.data(), frame.size());
  return frame;
}

std::vector<std::uint32_t> numbers_in(std::span<const std::byte> frame) {
  std::vector<std::uint32_t> numbers(frame.size() / sizeof(std::uint32_t));
  std::memcpy(numbers.data(), frame.data(), frame.size());
  return numbers;
}

void receive_in(troupe::SimulatedNode& node, troupe::ActorRef<Frame> actor) {
  node.transport().receive([actor](std::string_view from, std::span<const std::byte> frame) {
    actor.cast<Frame>(numbers_in(frame), std::string(from));
  });
}

}  // namespace planted
