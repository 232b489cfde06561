// sample_page <html|perfetto|text> <events>: writes a sample of what shows a run to stdout; 0: an
// empty run.
#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "simulation/sample_trace.hpp"

int main(int count, char** arguments) {
  if (count != 3) {
    std::cerr << "usage: sample_page <html|perfetto|text> <events>\n";
    return 2;
  }
  const std::string_view form = arguments[1];
  const std::size_t events = std::strtoul(arguments[2], nullptr, 10);
  const troupe::detail::Trace trace = events == 0 ? troupe::detail::Trace{} : sample_trace(events);
  if (form == "perfetto") {
    std::cout << troupe::detail::trace_perfetto(trace);
  } else if (form == "text") {
    std::cout << troupe::detail::trace_text(trace);
  } else {
    std::cout << troupe::detail::trace_html(trace, "A shop & its <stock>");
  }
}
