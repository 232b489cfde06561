#include <algorithm>
#include <cstddef>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "simulation/json_text.hpp"
#include "simulation/trace.hpp"

namespace troupe::detail {

namespace {

constexpr std::string_view kPage =
#include "simulation/trace_page.inc"
    ;
constexpr std::string_view kTitle = "@title@";
constexpr std::string_view kData = "@data@";

void append_html(std::string& out, std::string_view text) {
  std::string valid;
  append_utf8(valid, text);
  for (const char character : valid) {
    switch (character) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += character;
    }
  }
}

void append_number(std::string& out, std::uint32_t actor) {
  out += actor == Trace::kNobody ? "-1" : std::to_string(actor);
}

void append_actor(std::string& out, const Trace::Actor& actor) {
  out += '[';
  append_json(out, actor.node);
  out += ',' + std::to_string(actor.id) + ',';
  append_json(out, actor.name);
  out += ',';
  append_json(out, actor.class_name);
  out += ']';
}

/// Types are many times the same: an event has their number.
class Types {
 public:
  std::size_t number_of(std::string_view type) {
    const auto [found, is_new] = numbers_.try_emplace(type, types_.size());
    if (is_new) types_.push_back(type);
    return found->second;
  }
  const std::vector<std::string_view>& all() const noexcept { return types_; }

 private:
  std::unordered_map<std::string_view, std::size_t> numbers_;
  std::vector<std::string_view> types_;
};

void append_event(std::string& out, const Trace::Event& event, Types& types) {
  out += '[' + std::to_string(event.step) + ',' + std::to_string(event.time) + ',';
  out += std::to_string(static_cast<unsigned>(event.kind)) + ',';
  append_number(out, event.actor);
  out += ',';
  append_number(out, event.from);
  out += ',' + std::to_string(event.sent_step) + ',' + std::to_string(event.sent_time) + ',';
  out += std::to_string(types.number_of(event.type)) + ',';
  append_json(out, event.text);
  out += ']';
}

/// Appends `"name":[...]`, an element a line.
template <class Elements, class Append>
void append_list(std::string& out, std::string_view name, const Elements& elements,
                 const Append& append) {
  append_json(out, name);
  out += ":[";
  bool first = true;
  for (const auto& element : elements) {
    out += std::exchange(first, false) ? "\n" : ",\n";
    append(out, element);
  }
  out += ']';
}

void append_data(std::string& out, const Trace& trace) {
  std::vector<std::string_view> kinds;
  for (unsigned kind = 0; kind <= static_cast<unsigned>(Trace::Kind::failure); ++kind) {
    kinds.push_back(to_string(static_cast<Trace::Kind>(kind)));
  }
  Types types;
  out += '{';
  append_list(out, "kinds", kinds, append_json);
  out += ",\n";
  append_list(out, "actors", trace.actors, append_actor);
  out += ",\n";
  append_list(out, "events", trace.events,
              [&](std::string& to, const Trace::Event& event) { append_event(to, event, types); });
  out += ",\n";
  append_list(out, "types", types.all(), append_json);
  out += '}';
}

}  // namespace

std::string trace_html(const Trace& trace, std::string_view title) {
  const std::size_t title_at = kPage.find(kTitle);
  const std::size_t data_at = kPage.find(kData);
  const std::size_t after_title = title_at + kTitle.size();
  std::string out(kPage.substr(0, title_at));
  append_html(out, title);
  out += kPage.substr(after_title, data_at - after_title);
  append_data(out, trace);
  out += kPage.substr(data_at + kData.size());
  return out;
}

}  // namespace troupe::detail
