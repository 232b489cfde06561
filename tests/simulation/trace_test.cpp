#include "simulation/trace.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "simulation/sample_trace.hpp"

using troupe::detail::Trace;
using troupe::detail::trace_html;
using troupe::detail::trace_perfetto;
using troupe::detail::trace_text;

namespace {

Trace::Event event(std::uint64_t step, troupe::detail::Nanoseconds time, Trace::Kind kind,
                   std::uint32_t actor, std::string_view type = "", std::string text = "") {
  Trace::Event made{};
  made.step = step;
  made.time = time;
  made.kind = kind;
  made.actor = actor;
  made.type = type;
  made.text = std::move(text);
  return made;
}

/// A client asks a server on another node, which fails, and with it the run.
Trace small_trace() {
  constexpr auto kAsked = 21'500'000;
  Trace trace;
  trace.actors = {{"near", 1, "client", "Client"}, {"far", 1, "Server#1", "Server"}};
  trace.events = {event(1, 0, Trace::Kind::spawned, 0),
                  event(2, 1'000'000, Trace::Kind::timer, 0, "Tick"),
                  event(10, kAsked, Trace::Kind::message, 1, "Ask"),
                  event(10, kAsked, Trace::Kind::failed, 1, "", "no \"room\""),
                  event(10, kAsked, Trace::Kind::failure, Trace::kNobody, "", "it failed")};
  trace.events[2].from = 0;
  trace.events[2].sent_step = 2;
  trace.events[2].sent_time = 1'000'000;
  return trace;
}

Trace with_text(std::string text) {
  Trace trace;
  trace.events = {event(1, 0, Trace::Kind::fault, Trace::kNobody, "", std::move(text))};
  return trace;
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

}  // namespace

TEST_CASE("each kind of event has a name") {
  CHECK(to_string(Trace::Kind::message) == "message");
  CHECK(to_string(Trace::Kind::failure) == "failure");
}

TEST_CASE("a trace as text is an aligned line an event") {
  CHECK(trace_text(small_trace()) ==
        " 1  0.0000 s  near/client   spawned\n"
        " 2  0.0010 s  near/client   timer    Tick\n"
        "10  0.0215 s  far/Server#1  message  Ask   from near/client\n"
        "10  0.0215 s  far/Server#1  failed                           no \"room\"\n"
        "10  0.0215 s  -             failure                          it failed\n");
}

TEST_CASE("times have as many decimals as the most precise of them needs") {
  Trace trace = with_text("cut");
  CHECK(trace_text(trace) == "1  0 s  -  fault  cut\n");
  trace.events[0].time = 12'000'000'001;
  CHECK(trace_text(trace) == "1  12.000000001 s  -  fault  cut\n");
  trace.events[0].time = -1'500'000'000;
  CHECK(trace_text(trace) == "1  -1.5 s  -  fault  cut\n");
}

TEST_CASE("an event's text stays on its line") {
  CHECK(trace_text(with_text("one\ntwo\tthree")) == "1  0 s  -  fault  one\\ntwo three\n");
}

TEST_CASE("names are aligned by characters, not by bytes") {
  Trace trace;
  trace.actors = {{"n", 1, "\u00e9t\u00e9", "A"}, {"n", 2, "abc", "B"}};
  trace.events = {event(1, 0, Trace::Kind::ended, 0), event(2, 0, Trace::Kind::ended, 1)};
  CHECK(trace_text(trace) == "1  0 s  n/\u00e9t\u00e9  ended\n2  0 s  n/abc  ended\n");
}

TEST_CASE("an empty trace is an empty text, a page and an empty list of trace events") {
  CHECK(trace_text({}).empty());
  CHECK(contains(trace_html({}, "nothing"), "\"events\":[]"));
  CHECK(trace_perfetto({}) ==
        R"({"displayTimeUnit":"ns","traceEvents":[
{"ph":"M","pid":1,"tid":0,"name":"process_name","args":{"name":"simulation"}}
]}
)");
}

TEST_CASE("for Perfetto, nodes are processes, actors threads and messages arrows") {
  CHECK(trace_perfetto(small_trace()) ==
        R"({"displayTimeUnit":"ns","traceEvents":[
{"ph":"M","pid":1,"tid":0,"name":"process_name","args":{"name":"near"}},
{"ph":"M","pid":2,"tid":0,"name":"process_name","args":{"name":"far"}},
{"ph":"M","pid":3,"tid":0,"name":"process_name","args":{"name":"simulation"}},
{"ph":"M","pid":1,"tid":4,"name":"thread_name","args":{"name":"client"}},
{"ph":"M","pid":2,"tid":5,"name":"thread_name","args":{"name":"Server#1"}},
{"ph":"X","dur":0.090,"pid":1,"tid":4,"ts":0.000,"name":"spawned","cat":"spawned","args":{"step":1,"time_ns":0}},
{"ph":"X","dur":0.090,"pid":1,"tid":4,"ts":1000.000,"name":"Tick","cat":"timer","args":{"step":2,"time_ns":1000000}},
{"ph":"X","dur":0.090,"pid":2,"tid":5,"ts":21500.000,"name":"Ask","cat":"message","args":{"step":10,"time_ns":21500000,"from":"near/client","sent_step":2,"latency_ns":20500000}},
{"ph":"s","id":2,"pid":1,"tid":4,"ts":1000.050,"name":"Ask","cat":"message"},
{"ph":"f","bp":"e","id":2,"pid":2,"tid":5,"ts":21500.050,"name":"Ask","cat":"message"},
{"ph":"X","dur":0.090,"pid":2,"tid":5,"ts":21500.100,"name":"failed","cat":"failed","args":{"step":10,"time_ns":21500000,"text":"no \"room\""}},
{"ph":"i","s":"g","pid":3,"tid":6,"ts":21500.200,"name":"it failed","cat":"failure","args":{"step":10,"time_ns":21500000,"text":"it failed"}}
]}
)");
}

TEST_CASE("what is no text in JSON is escaped, and what is no UTF-8 replaced") {
  const std::string json =
      trace_perfetto(with_text("a\"b\\c\nd\te\x01 \xC3\xA9 \xC3( \xED\xA0\x80"));
  CHECK(contains(json,
                 "\"text\":\"a\\\"b\\\\c\\nd\\te\\u0001 \xC3\xA9 \xEF\xBF\xBD( "
                 "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""));
}

TEST_CASE("no text ends the script element that it stands in") {
  const std::string page =
      trace_html(with_text("</script><script>alert(1)</script><!--"), "</title><script>");
  CHECK(contains(page, "\\u003c/script>\\u003cscript>alert(1)"));
  CHECK(contains(page, "<title>&lt;/title&gt;&lt;script&gt;</title>"));
  CHECK(count(page, "<script") == 2);
  CHECK(count(page, "</script>") == 2);
  CHECK(!contains(page, "<!--"));
}

TEST_CASE("a text that looks like the page's own placeholders stays as it is") {
  const std::string page = trace_html(with_text("@data@ @title@"), "@data@ & @title@");
  CHECK(contains(page, "<title>@data@ &amp; @title@</title>"));
  CHECK(contains(page, "\"@data@ @title@\""));
  CHECK(!contains(page, "@include"));
}

TEST_CASE("the page holds the events, and needs nothing from outside") {
  const std::string page = trace_html(small_trace(), "run");
  CHECK(contains(page, "[\"far\",1,\"Server#1\",\"Server\"]"));
  CHECK(contains(page, "[10,21500000,0,1,0,2,1000000,2,\"\"]"));
  CHECK(contains(page, "\"types\":[\n\"\",\n\"Tick\",\n\"Ask\"]"));
  CHECK(!contains(page, "http:"));
  CHECK(!contains(page, "https:"));
  CHECK(!contains(page, " src="));
}

TEST_CASE("traces of many events are written") {
  const Trace trace = sample_trace(20'000);
  CHECK(count(trace_text(trace), "\n") == trace.events.size());
  CHECK(count(trace_perfetto(trace), "\"step\":") == trace.events.size());
  CHECK(trace_html(trace, "many").size() > trace.events.size() * 20);
}
