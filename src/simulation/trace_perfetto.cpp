#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "simulation/json_text.hpp"
#include "simulation/trace.hpp"
#include "troupe/format.hpp"

namespace troupe::detail {

namespace {

/// Many events of a simulation share a moment, where a viewer shows none of them: each is given
/// this much of its own, and begins no earlier than the one before has ended.
constexpr Nanoseconds kSlice = 100;
/// A little less, as viewers read times as floating-point numbers: no slice may reach into the
/// next.
constexpr std::string_view kDuration = "0.090";

std::string microseconds_text(Nanoseconds time) {
  auto nanoseconds = static_cast<std::uint64_t>(time);
  if (time < 0) nanoseconds = 0 - nanoseconds;
  const std::string fraction = std::to_string(nanoseconds % 1000);
  return troupe::format("{}{}.{}{}", time < 0 ? "-" : "", nanoseconds / 1000,
                        std::string(3 - fraction.size(), '0'), fraction);
}

std::string json(std::string_view text) {
  std::string out;
  append_json(out, text);
  return out;
}

class Writer {
 public:
  explicit Writer(const Trace& trace) : trace_(trace) {}

  std::string write() {
    out_ = "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[";
    write_names();
    write_events();
    out_ += "\n]}\n";
    return std::move(out_);
  }

 private:
  void line(const std::string& object) {
    out_ += first_ ? "\n" : ",\n";
    out_ += object;
    first_ = false;
  }

  void write_names() {
    std::vector<std::string_view> nodes;
    for (const Trace::Actor& actor : trace_.actors) {
      const auto found = std::ranges::find(nodes, actor.node);
      processes_.push_back(static_cast<std::size_t>(found - nodes.begin()) + 1);
      if (found == nodes.end()) {
        nodes.push_back(actor.node);
        write_name("process_name", nodes.size(), 0, actor.node);
      }
    }
    simulation_ = nodes.size() + 1;
    write_name("process_name", simulation_, 0, "simulation");
    for (std::size_t i = 0; i < trace_.actors.size(); ++i) {
      write_name("thread_name", processes_[i], thread_of(i), trace_.actors[i].name);
    }
  }

  void write_name(std::string_view what, std::size_t process, std::size_t thread,
                  std::string_view name) {
    line(troupe::format(
        "{{\"ph\":\"M\",\"pid\":{},\"tid\":{},\"name\":\"{}\",\"args\":{{\"name\":{}}}}}", process,
        thread, what, json(name)));
  }

  void write_events() {
    Nanoseconds free_from = INT64_MIN;
    for (std::size_t i = 0; i < trace_.events.size(); ++i) {
      const Trace::Event& event = trace_.events[i];
      starts_.push_back(std::max(event.time, free_from));
      free_from = starts_.back() + kSlice;
      write_event(event, starts_.back());
      write_arrow(event, i);
    }
  }

  void write_event(const Trace::Event& event, Nanoseconds start) {
    const std::string_view kind = to_string(event.kind);
    const bool somebody = event.actor != Trace::kNobody;
    const std::string_view unnamed = somebody || event.text.empty() ? kind : event.text;
    const std::string_view name = event.type.empty() ? unnamed : event.type;
    const std::string phase = somebody ? troupe::format("\"ph\":\"X\",\"dur\":{}", kDuration)
                                       : "\"ph\":\"i\",\"s\":\"g\"";
    line(troupe::format("{{{},{},\"ts\":{},\"name\":{},\"cat\":\"{}\",\"args\":{}}}", phase,
                        place(event.actor), microseconds_text(start), json(name), kind,
                        arguments(event)));
  }

  std::string arguments(const Trace::Event& event) const {
    std::string out = troupe::format("{{\"step\":{},\"time_ns\":{}", event.step, event.time);
    if (event.from != Trace::kNobody) {
      const Trace::Actor& from = trace_.actors[event.from];
      out += troupe::format(",\"from\":{},\"sent_step\":{},\"latency_ns\":{}",
                            json(from.node + '/' + from.name), event.sent_step,
                            event.time - event.sent_time);
    }
    if (!event.text.empty()) out += ",\"text\":" + json(event.text);
    return out + '}';
  }

  /// A viewer ties the ends of an arrow to the slices that they lie in.
  void write_arrow(const Trace::Event& event, std::size_t number) {
    if (event.from == Trace::kNobody || event.actor == Trace::kNobody) return;
    const std::optional<std::size_t> sending = sending_of(event);
    if (!sending || *sending == number) return;
    write_end("\"ph\":\"s\"", event, event.from, starts_[*sending], number);
    write_end("\"ph\":\"f\",\"bp\":\"e\"", event, event.actor, starts_[number], number);
  }

  void write_end(std::string_view phase, const Trace::Event& event, std::uint32_t actor,
                 Nanoseconds start, std::size_t number) {
    line(troupe::format("{{{},\"id\":{},{},\"ts\":{},\"name\":{},\"cat\":\"{}\"}}", phase, number,
                        place(actor), microseconds_text(start + kSlice / 2),
                        json(event.type.empty() ? to_string(event.kind) : event.type),
                        to_string(event.kind)));
  }

  /// The event in which this one was sent, by its sender's step.
  std::optional<std::size_t> sending_of(const Trace::Event& event) const {
    const auto& events = trace_.events;
    auto found = std::ranges::lower_bound(events, event.sent_step, {}, &Trace::Event::step);
    for (; found != events.end() && found->step == event.sent_step; ++found) {
      if (found->actor != event.from) continue;
      const auto number = static_cast<std::size_t>(found - events.begin());
      if (number >= starts_.size()) return std::nullopt;
      return number;
    }
    return std::nullopt;
  }

  /// No two threads have the same number, and none has a process's: a viewer takes that for the
  /// process's main thread.
  std::size_t thread_of(std::size_t actor) const noexcept { return simulation_ + 1 + actor; }

  std::string place(std::uint32_t actor) const {
    const bool somebody = actor != Trace::kNobody;
    return troupe::format("\"pid\":{},\"tid\":{}", somebody ? processes_[actor] : simulation_,
                          thread_of(somebody ? actor : trace_.actors.size()));
  }

  const Trace& trace_;
  std::string out_;
  bool first_ = true;
  std::vector<std::size_t> processes_;  // of the actors
  std::size_t simulation_ = 0;          // the process of what belongs to no actor
  std::vector<Nanoseconds> starts_;     // of the events so far
};

}  // namespace

std::string trace_perfetto(const Trace& trace) { return Writer(trace).write(); }

}  // namespace troupe::detail
