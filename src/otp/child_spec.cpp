#include "troupe/child_spec.hpp"

#include <stdexcept>

#include "troupe/supervisor.hpp"

namespace troupe {

detail::Recipe::~Recipe() = default;

std::chrono::nanoseconds ChildSpec::shutdown() const noexcept {
  return shutdown_.value_or(supervisor() ? kInfinity : std::chrono::seconds(5));
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

std::string_view to_string(SupervisionErrorCode code) noexcept {
  switch (code) {
    case SupervisionErrorCode::already_present:
      return "a stopped child of this id is kept";
    case SupervisionErrorCode::already_started:
      return "a child of this id was started before";
    case SupervisionErrorCode::running:
      return "the child is running";
    case SupervisionErrorCode::restarting:
      return "the child is being restarted";
    case SupervisionErrorCode::not_found:
      return "no such child";
    case SupervisionErrorCode::start_failed:
      return "the child did not start";
    case SupervisionErrorCode::invalid_spec:
      return "the specification makes no sense";
    case SupervisionErrorCode::at_maximum:
      return "there are as many children as there may be";
    case SupervisionErrorCode::no_answer:
      return "the supervisor did not answer";
  }
  return "?";
}

std::string to_string(const SupervisionError& error) {
  std::string text(to_string(error.code));
  if (!error.text.empty()) text += ": " + error.text;
  return text;
}

}  // namespace troupe
