#include <stdexcept>
#include <utility>

#include "troupe/mailbox.hpp"

namespace troupe {

std::string_view to_string(Overflow overflow) noexcept {
  switch (overflow) {
    case Overflow::reject:
      return "reject";
    case Overflow::drop_newest:
      return "drop_newest";
    case Overflow::drop_oldest:
      return "drop_oldest";
    case Overflow::block:
      return "block";
    case Overflow::redirect:
      return "redirect";
  }
  return "?";
}

Mailbox&& Mailbox::bytes(std::size_t most) && {
  if (most == 0) throw std::invalid_argument("a mailbox has room for one byte at least");
  bytes_ = most;
  return std::move(*this);
}

Mailbox&& Mailbox::high_water(std::size_t messages) && {
  if (messages == 0 || messages > capacity_) {
    throw std::invalid_argument("a mailbox's high-water mark is between 1 and its capacity");
  }
  high_water_ = messages;
  return std::move(*this);
}

Mailbox bounded(std::size_t capacity, Overflow overflow) {
  if (capacity == 0) throw std::invalid_argument("a mailbox has room for one message at least");
  if (overflow == Overflow::redirect) {
    throw std::invalid_argument("a mailbox that redirects says where: bounded(n, redirect(ref))");
  }
  Mailbox mailbox;
  mailbox.capacity_ = capacity;
  mailbox.overflow_ = overflow;
  return mailbox;
}

Mailbox bounded(std::size_t capacity, Redirect target) {
  if (!target.target) {
    throw std::invalid_argument("a mailbox cannot redirect to nobody: the reference is empty");
  }
  Mailbox mailbox = bounded(capacity);
  mailbox.overflow_ = Overflow::redirect;
  mailbox.target_ = std::move(target);
  return mailbox;
}

}  // namespace troupe
