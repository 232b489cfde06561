#include "troupe/supervision_error.hpp"

#include "troupe/child_operation.hpp"
#include "troupe/format.hpp"

namespace troupe {

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

std::expected<AnyRef, SupervisionError> detail::child_in(FindChild::Reply&& reply,
                                                         const ActorClass& type) {
  if (!reply) return std::unexpected(SupervisionError{SupervisionErrorCode::not_found, {}, {}});
  if (!reply->ref) {
    return std::unexpected(
        SupervisionError{SupervisionErrorCode::not_found, {}, "'" + reply->id + "' has never run"});
  }
  if (reply->ref.type() != type.name) {
    return std::unexpected(SupervisionError{
        SupervisionErrorCode::not_found, reply->ref,
        format("'{}' is no {} but a {}", reply->id, type.name, reply->ref.type())});
  }
  return reply->ref;
}

SupervisionError detail::no_answer(const CallError& error) {
  return {SupervisionErrorCode::no_answer, error.target, to_string(error)};
}

}  // namespace troupe
