#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/host.hpp"

namespace troupe::detail {

/// What happened in a simulation, in order.
struct Trace {
  static constexpr std::uint32_t kNobody = UINT32_MAX;

  struct Actor {
    std::string node;
    std::uint64_t id;
    std::string name;  // as in logs: its own, or Class#id
    std::string class_name;
  };

  enum class Kind : std::uint8_t {
    message,  // an actor handled one
    signal,   // it heard one: an answer, a stop, a child's end
    hook,     // pre_start, post_start, post_stop, a child's end that it handles
    timer,    // a node's timer fired
    frame,    // one arrived; `from` is nobody
    work,     // blocking work was done
    spawned,
    failed,  // `text`: why
    ended,
    fault,    // one was put in: `text` says which
    node,     // crashed, paused, started: `text`
    failure,  // the run has failed: `text`; the last event
  };

  struct Event {
    std::uint64_t step;
    Nanoseconds time;  // the simulation's
    Kind kind;
    std::uint32_t actor = kNobody;  // whose it is
    std::uint32_t from = kNobody;   // who sent it
    std::uint64_t sent_step = 0;    // when
    Nanoseconds sent_time = 0;
    std::string_view type = {};  // of the message or signal
    std::string text = {};
  };

  std::vector<Actor> actors;
  std::vector<Event> events;
};

std::string_view to_string(Trace::Kind kind) noexcept;

/// A line an event.
std::string trace_text(const Trace& trace);
/// A page for a browser, without anything outside of it: a sequence diagram with zoom, a filter by
/// actor, and the failing event marked.
std::string trace_html(const Trace& trace, std::string_view title);
/// For the Perfetto trace viewer (the JSON format of Chromium's trace events): a process a node, a
/// thread an actor, an arrow a message.
std::string trace_perfetto(const Trace& trace);

}  // namespace troupe::detail
