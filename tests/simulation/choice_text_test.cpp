#include "simulation/choice_text.hpp"

#include <doctest/doctest.h>

using troupe::detail::choice_text;
using troupe::detail::choices_in;
using Choices = std::vector<std::uint32_t>;

TEST_CASE("choices are written with what is repeated once") {
  CHECK(choice_text({}).empty());
  CHECK(choice_text({7}) == "7");
  CHECK(choice_text({3, 0, 0, 0, 0, 0, 1}) == "3,0x5,1");
  CHECK(choice_text({4'294'967'295, 2, 2}) == "4294967295,2x2");
}

TEST_CASE("choices that were written are read again") {
  for (const Choices& choices :
       {Choices{}, Choices{7}, Choices{3, 0, 0, 0, 0, 0, 1}, Choices{4'294'967'295, 2, 2}}) {
    CHECK(choices_in(choice_text(choices)) == choices);
  }
}

TEST_CASE("what is no list of choices is none") {
  for (const char* text : {"x", "1,", "1,,2", "-1", "1x", "1xx2", "1x2x3", " 1", "1 ", "1;2",
                           "4294967296", "0x999999999", "0x99999999999999999999999"}) {
    CAPTURE(text);
    CHECK_FALSE(choices_in(text).has_value());
  }
}
