#pragma once

#include <doctest/doctest.h>
#include <errno.h>
#include <rapidcheck.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stress/support.hpp"

/// What the property tests share. rapidcheck draws the cases, prints the seed, makes a failing case
/// smaller and says with which RC_PARAMS it is repeated.
namespace stress {

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
  std::printf("To repeat it, set RC_PARAMS as is said at the end, for: %s -tc='%s'\n",
              program_invocation_short_name, test_case.c_str());
  return false;
}

/// A number that does not depend on the size of the case.
inline rc::Gen<unsigned> below(unsigned bound) {
  return rc::gen::resize(100, rc::gen::inRange(0u, bound));
}

template <class T>
rc::Gen<std::vector<T>> up_to(int length, rc::Gen<T> element) {
  return rc::gen::resize(length, rc::gen::container<std::vector<T>>(std::move(element)));
}

}  // namespace stress
