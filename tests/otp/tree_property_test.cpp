// Random supervision trees behave as the model of Erlang/OTP's supervisors says.

#include <doctest/doctest.h>

#include "actor/support.hpp"
#include "otp/any_tree.hpp"
#include "otp/tree_play.hpp"

namespace trees {

namespace {

rc::Gen<Event> any_event() {
  using stress::below;
  return rc::gen::build<Event>(rc::gen::set(&Event::kind, below(Event::kinds)),
                               rc::gen::set(&Event::target, below(1'000)),
                               rc::gen::set(&Event::detail, below(64)));
}

}  // namespace
}  // namespace trees

TEST_CASE("random supervision trees go through random events as the model does") {
  using namespace trees;
  CHECK(stress::holds(
      "supervision trees follow the model",
      [] { return Case{*any_tree(), *stress::up_to(40, any_event())}; },
      [](const Case& drawn) {
        Ground ground;
        auto options = support::World::options_for(2);
        options.log_level = troupe::LogLevel::off;
        support::World world(options);
        Play play(world.system, ground, grow(drawn.sprouts));
        for (const Event& event : drawn.events) play.apply(event);
        play.end();
      }));
}
