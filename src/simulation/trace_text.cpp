#include <algorithm>
#include <cstddef>
#include <vector>

#include "simulation/trace.hpp"

namespace troupe::detail {

namespace {

constexpr int kPlaces = 9;

/// How many decimal places the time needs in seconds.
int places_of(Nanoseconds time) noexcept {
  if (time == 0) return 0;
  int places = kPlaces;
  for (; places > 0 && time % 10 == 0; time /= 10) --places;
  return places;
}

std::string seconds_text(Nanoseconds time, int places) {
  constexpr std::uint64_t kSecond = 1'000'000'000;
  auto nanoseconds = static_cast<std::uint64_t>(time);
  if (time < 0) nanoseconds = 0 - nanoseconds;
  std::string fraction = std::to_string(nanoseconds % kSecond);
  fraction.insert(0, kPlaces - fraction.size(), '0');
  fraction.resize(static_cast<std::size_t>(places));
  std::string text = time < 0 ? "-" : "";
  text += std::to_string(nanoseconds / kSecond);
  if (places > 0) text += '.' + fraction;
  return text + " s";
}

std::string who(const Trace& trace, std::uint32_t actor) {
  if (actor == Trace::kNobody) return "-";
  const Trace::Actor& found = trace.actors[actor];
  return found.node + '/' + found.name;
}

/// The text on one line.
std::string on_a_line(std::string_view text) {
  std::string line;
  for (const char character : text) {
    if (character == '\n') {
      line += "\\n";
    } else {
      line += static_cast<unsigned char>(character) < 0x20 ? ' ' : character;
    }
  }
  return line;
}

std::size_t width_of(std::string_view text) noexcept {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char byte) { return (byte & 0xC0) != 0x80; }));
}

struct Column {
  bool to_the_right = false;
  std::size_t width = 0;
};

using Cells = std::vector<std::string>;

Cells cells_of(const Trace& trace, const Trace::Event& event, int places) {
  Cells cells;
  cells.push_back(std::to_string(event.step));
  cells.push_back(seconds_text(event.time, places));
  cells.push_back(who(trace, event.actor));
  cells.push_back(std::string(to_string(event.kind)));
  cells.push_back(on_a_line(event.type));
  cells.push_back(event.from == Trace::kNobody ? "" : "from " + who(trace, event.from));
  cells.push_back(on_a_line(event.text));
  return cells;
}

void append_line(std::string& out, const Cells& cells, const std::vector<Column>& columns) {
  const std::size_t start = out.size();
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (columns[i].width == 0) continue;
    const std::string padding(columns[i].width - width_of(cells[i]), ' ');
    if (out.size() > start) out += "  ";
    out += columns[i].to_the_right ? padding + cells[i] : cells[i] + padding;
  }
  while (out.back() == ' ') out.pop_back();
  out += '\n';
}

}  // namespace

std::string_view to_string(Trace::Kind kind) noexcept {
  switch (kind) {
    case Trace::Kind::message:
      return "message";
    case Trace::Kind::signal:
      return "signal";
    case Trace::Kind::hook:
      return "hook";
    case Trace::Kind::timer:
      return "timer";
    case Trace::Kind::frame:
      return "frame";
    case Trace::Kind::work:
      return "work";
    case Trace::Kind::spawned:
      return "spawned";
    case Trace::Kind::failed:
      return "failed";
    case Trace::Kind::ended:
      return "ended";
    case Trace::Kind::fault:
      return "fault";
    case Trace::Kind::node:
      return "node";
    case Trace::Kind::failure:
      return "failure";
  }
  return "unknown";
}

std::string trace_text(const Trace& trace) {
  int places = 0;
  for (const Trace::Event& event : trace.events) places = std::max(places, places_of(event.time));

  std::vector<Cells> lines;
  lines.reserve(trace.events.size());
  std::vector<Column> columns{{.to_the_right = true}, {.to_the_right = true}, {}, {}, {}, {}, {}};
  for (const Trace::Event& event : trace.events) {
    const Cells& cells = lines.emplace_back(cells_of(trace, event, places));
    for (std::size_t i = 0; i < cells.size(); ++i) {
      columns[i].width = std::max(columns[i].width, width_of(cells[i]));
    }
  }
  std::string out;
  for (const Cells& cells : lines) append_line(out, cells, columns);
  return out;
}

}  // namespace troupe::detail
