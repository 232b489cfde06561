#include "simulation/simulation_state.hpp"
#include "simulation/trace.hpp"
#include "troupe/simulation.hpp"

namespace troupe {

std::string Simulation::html(std::string_view title) const {
  return trace_html(state_->recorder.trace(), title);
}
std::string Simulation::perfetto() const { return trace_perfetto(state_->recorder.trace()); }
std::string Simulation::text() const { return trace_text(state_->recorder.trace()); }

}  // namespace troupe
