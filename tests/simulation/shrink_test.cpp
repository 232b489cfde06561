#include "simulation/shrink.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>

using troupe::detail::shrink;
using Choices = std::vector<std::uint32_t>;

namespace {

constexpr unsigned kManyTries = 100'000;

Choices noise(std::size_t size) {
  Choices choices(size);
  for (std::size_t i = 0; i < size; ++i) {
    choices[i] = static_cast<std::uint32_t>(i * 2'654'435'761u) >> 20;
  }
  return choices;
}

}  // namespace

TEST_CASE("what always fails needs no choice") {
  CHECK(shrink(noise(100), [](const Choices&) { return true; }, kManyTries).empty());
}

TEST_CASE("what fails by one choice keeps that one, and as small as it may be") {
  const auto fails = [](const Choices& choices) {
    return std::ranges::any_of(choices, [](std::uint32_t each) { return each >= 100; });
  };
  const Choices least = shrink(noise(200), fails, kManyTries);
  REQUIRE(least.size() == 1);
  CHECK(least[0] >= 100);
  CHECK(least[0] < 200);  // half of it does not fail any more
}

TEST_CASE("what fails by a choice at its place keeps the place, with the plainest before it") {
  const auto fails = [](const Choices& choices) { return choices.size() > 5 && choices[5] != 0; };
  CHECK(shrink(noise(200), fails, kManyTries) == Choices{0, 0, 0, 0, 0, 1});
}

TEST_CASE("what fails by two choices that belong together keeps both") {
  Choices choices = noise(150);
  for (std::uint32_t& each : choices) each = each % 10 + 1;
  choices[40] = 77;
  choices[120] = 78;
  const auto fails = [](const Choices& tried) {
    const auto first = std::ranges::find(tried, 77u);
    return std::find(first, tried.end(), 78u) != tried.end();
  };
  CHECK(shrink(choices, fails, kManyTries) == Choices{77, 78});
}

TEST_CASE("what a scenario draws together is left out together, wherever it is and however long") {
  // Each item is a 1 and four numbers; a 0 ends the list. It fails by one of the items and a later
  // one.
  Choices choices;
  for (std::uint32_t item = 0; item < 30; ++item) {
    choices.insert(choices.end(), {1, item % 7, item == 11 ? 50u : 3u, item == 23 ? 60u : 4u, 9});
  }
  const auto fails = [](const Choices& tried) {
    const auto at = [&](std::size_t i) { return i < tried.size() ? tried[i] : 0; };
    bool first = false;
    bool second = false;
    for (std::size_t i = 0; at(i) != 0; i += 5) {
      second = second || (first && at(i + 3) >= 60);
      first = first || at(i + 2) >= 50;
    }
    return second;
  };
  CHECK(shrink(choices, fails, kManyTries) == Choices{1, 0, 50, 0, 0, 1, 0, 0, 60});
}

TEST_CASE("every try that is kept has failed, and there are no more of them than allowed") {
  for (const unsigned most : {0u, 1u, 2u, 10u, 57u}) {
    CAPTURE(most);
    unsigned tries = 0;
    const auto sum = [](const Choices& each) {
      return std::accumulate(each.begin(), each.end(), 0u);
    };
    const Choices whole = noise(64);
    const auto fails = [&](const Choices& each) {
      ++tries;
      return sum(each) >= 5000;
    };
    const Choices least = shrink(whole, fails, most);
    CHECK(tries <= most);
    CHECK(sum(least) >= 5000);
    CHECK(least.size() <= whole.size());
  }
}
