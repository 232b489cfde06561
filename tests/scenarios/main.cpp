#include "scenarios/scenarios.hpp"

int main(int argc, char** argv) {
  using namespace scenarios;
  const troupe::SimulationOptions busy{.step_time = 20us, .max_steps = 2'000'000};
  return troupe::explore_main(argc, argv,
                              {{"counters", counters, busy},
                               {"trading", trading, busy},
                               {"supervision", supervision, busy},
                               {"supervision-trees", supervision_trees, busy},
                               {"factory", factory, busy},
                               {"bounded-mailboxes", bounded_mailboxes, busy},
                               {"work-pulling", work_pulling, busy},
                               {"registry", registry, busy},
                               {"calls", calls, busy}});
}
