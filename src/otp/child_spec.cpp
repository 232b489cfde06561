#include "troupe/child_spec.hpp"

#include <stdexcept>

#include "troupe/supervisor.hpp"

namespace troupe {

detail::Recipe::~Recipe() = default;

std::chrono::nanoseconds ChildSpec::shutdown() const noexcept {
  if (shutdown_) return *shutdown_;
  return supervisor() ? forever : std::chrono::seconds(5);
}

ChildSpec&& SupervisorSpec::last_child(const char* what) {
  if (children_.empty()) {
    throw std::logic_error(std::string(what) + " speaks of the child before it: there is none");
  }
  return std::move(children_.back());
}

SupervisorSpec&& SupervisorSpec::restart(Restart value) && {
  last_child("restart").restart(value);
  return std::move(*this);
}

SupervisorSpec&& SupervisorSpec::shutdown(std::chrono::nanoseconds time) && {
  last_child("shutdown").shutdown(time);
  return std::move(*this);
}

SupervisorSpec&& SupervisorSpec::significant() && {
  last_child("significant").significant();
  return std::move(*this);
}

SupervisorSpec&& SupervisorSpec::mailbox(Mailbox value) && {
  last_child("mailbox").mailbox(std::move(value));
  return std::move(*this);
}

SupervisorSpec&& SupervisorSpec::named(std::string name) && {
  last_child("named").named(std::move(name));
  return std::move(*this);
}

SupervisorSpec&& SupervisorSpec::backoff(std::chrono::nanoseconds minimum,
                                         std::chrono::nanoseconds maximum) && {
  last_child("backoff").backoff(minimum, maximum);
  return std::move(*this);
}

SupervisorSpec&& SupervisorSpec::backoff(Backoff value) && {
  last_child("backoff").backoff(value);
  return std::move(*this);
}

}  // namespace troupe
