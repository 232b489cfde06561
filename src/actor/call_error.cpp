#include "troupe/call_error.hpp"

#include "actor/locate.hpp"
#include "actor/wait_graph.hpp"
#include "troupe/format.hpp"

namespace troupe {

std::string_view to_string(CallErrorCode code) noexcept {
  switch (code) {
    case CallErrorCode::timeout:
      return "timed out";
    case CallErrorCode::stopped:
      return "the actor stopped";
    case CallErrorCode::killed:
      return "the actor was killed";
    case CallErrorCode::failed:
      return "the actor failed";
    case CallErrorCode::no_reply:
      return "no reply";
    case CallErrorCode::full:
      return "the mailbox is full";
    case CallErrorCode::dropped:
      return "dropped from a full mailbox";
    case CallErrorCode::deadlock:
      return "deadlock";
    case CallErrorCode::open:
      return "the circuit breaker is open";
    case CallErrorCode::limited:
      return "over the limit";
  }
  return "?";
}

std::string_view to_string(CallStage stage) noexcept {
  switch (stage) {
    case CallStage::not_delivered:
      return "not delivered";
    case CallStage::blocked:
      return "blocked";
    case CallStage::queued:
      return "queued";
    case CallStage::running:
      return "running";
  }
  return "?";
}

namespace {

constexpr std::uint64_t kMostCounted = detail::Located::kMostCounted;

std::string ahead_text(std::uint64_t ahead) {
  return format("{}{} message{} before it", ahead >= kMostCounted ? "over " : "",
                ahead >= kMostCounted ? kMostCounted : ahead, ahead == 1 ? "" : "s");
}

std::string stage_text(const CallError& error) {
  using detail::duration_text;
  const std::string queued = duration_text(error.queued_for.count());
  switch (error.stage) {
    case CallStage::not_delivered:
      return error.code == CallErrorCode::stopped ? "not delivered: it had ended" : "not delivered";
    case CallStage::blocked:
      return "blocked for " + queued + ": the mailbox was full";
    case CallStage::queued: {
      std::string text = "queued for " + queued;
      if (error.ahead != 0) text += ", " + ahead_text(error.ahead);
      if (!error.busy_with.empty()) text += "; the actor was in " + error.busy_with;
      if (error.busy_waiting_for) text += format(", which waited for {}", error.busy_waiting_for);
      return text;
    }
    case CallStage::running:
      return format("queued for {}, running for {}", queued,
                    duration_text(error.running_for.count()));
  }
  return "?";
}

}  // namespace

std::string to_string(const CallError& error) {
  std::string text = format("{} {} to {}: {}", error.sent ? "send" : "call", error.message,
                            error.target, error.code);
  if (!error.circle.empty()) text += ": " + detail::circle_text(error.circle);
  if (!error.reason.empty()) text += ": " + error.reason;
  text += format(" after {} (", detail::duration_text(error.elapsed.count()));
  if (error.ended_at) text += format("passed on to {}; ", error.ended_at);
  return text + stage_text(error) + ")";
}

}  // namespace troupe
