#pragma once

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "otp/live_tree.hpp"
#include "stress/support.hpp"

/// What the property tests share. rapidcheck draws the cases, prints the seed, makes a failing case
/// smaller and says with which RC_PARAMS it is repeated.
namespace trees {

/// Tests a property for as long as a stress test goes on (TROUPE_STRESS_SECONDS says how long) with
/// cases that `draw` gives: `run` throws Broken where it does not hold. A failing case is made
/// smaller for at most ten times as long.
template <class Draw, class Run>
bool holds(const std::string& name, Draw draw, Run run) {
  // rapidcheck reads this once, when it is first asked for its configuration.
  const char* given = std::getenv("RC_PARAMS");
  if (!given || std::string_view(given).find("max_success") == std::string_view::npos) {
    const std::string params = "max_success=20000 " + std::string(given ? given : "");
    setenv("RC_PARAMS", params.c_str(), 1);
  }
  const bool repeats = given && std::string_view(given).find("reproduce") != std::string_view::npos;
  auto until = std::chrono::steady_clock::now() + stress::duration();
  unsigned cases = 0;
  std::string failing;
  std::string why;
  const bool held = rc::check(name, [&] {
    if (std::chrono::steady_clock::now() > until && !repeats && failing.empty()) return;
    const auto drawn = draw();
    std::string text = to_text(drawn);
    if (std::chrono::steady_clock::now() > until && !repeats) {
      // rapidcheck runs the smallest case once more, to show it.
      if (!failing.empty() && text == failing) RC_FAIL(why);
      return;
    }
    ++cases;
    std::string why_now;
    try {
      run(drawn);
    } catch (const Broken& broken) {
      if (failing.empty()) {
        std::printf("%s does not hold: %s\n", name.c_str(), broken.what());
        std::fflush(stdout);
        until += 10 * stress::duration();
      }
      failing = std::move(text);
      why = why_now = broken.what();
    }
    if (!why_now.empty()) RC_FAIL(why_now);
  });
  std::printf("%s: %u cases\n", name.c_str(), cases);
  if (held) return true;
  const doctest::String test_case = doctest::getContextOptions()->currentTest->m_name;
  std::printf("%s\n%s\n", failing.c_str(), why.c_str());
  std::printf(
      "To repeat it, set RC_PARAMS as is said at the end, for: test_otp_property -tc='%s'\n",
      test_case.c_str());
  return false;
}

inline rc::Gen<Sprout> any_sprout() {
  // Its parts do not depend on the size of the tree.
  const auto below = [](unsigned bound) {
    return rc::gen::resize(100, rc::gen::inRange(0u, bound));
  };
  return rc::gen::build<Sprout>(
      rc::gen::set(&Sprout::parent, below(1'000)), rc::gen::set(&Sprout::kind, below(10)),
      rc::gen::set(&Sprout::restart, below(3)), rc::gen::set(&Sprout::significant, below(2)),
      rc::gen::set(&Sprout::traits, below(64)), rc::gen::set(&Sprout::strategy, below(3)),
      rc::gen::set(&Sprout::auto_shutdown, below(6)), rc::gen::set(&Sprout::intensity, below(4)));
}

template <class T>
rc::Gen<std::vector<T>> up_to(int length, rc::Gen<T> element) {
  return rc::gen::resize(length, rc::gen::container<std::vector<T>>(std::move(element)));
}

/// Mostly small ones, in which everything happens; some as large as it gets.
inline rc::Gen<std::vector<Sprout>> any_tree() {
  return rc::gen::weightedOneOf<std::vector<Sprout>>({{12, up_to(8, any_sprout())},
                                                      {12, up_to(30, any_sprout())},
                                                      {4, up_to(150, any_sprout())},
                                                      {1, up_to(kMostActors, any_sprout())}});
}

}  // namespace trees
