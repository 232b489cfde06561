#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <ostream>
#include <string>
#include <string_view>
#include <troupe/call_error.hpp>
#include <troupe/exit.hpp>
#include <troupe/format.hpp>
#include <troupe/log.hpp>

using troupe::format;

namespace shapes {

struct Point {
  int x;
  int y;
};
std::string to_string(const Point& point) { return format("({}, {})", point.x, point.y); }

}  // namespace shapes

TEST_CASE("format replaces each pair of braces by its argument") {
  CHECK(format("nothing") == "nothing");
  CHECK(format("") == "");
  CHECK(format("{}", 1) == "1");
  CHECK(format("{} and {} and {}", 1, "two", 3.5) == "1 and two and 3.5");
}

TEST_CASE("format writes doubled braces once") {
  CHECK(format("{{}}") == "{}");
  CHECK(format("{{{}}}", 1) == "{1}");
  CHECK(format("a}}b{{c") == "a}b{c");
}

TEST_CASE("format knows every kind of number") {
  CHECK(format("{} {}", true, false) == "true false");
  CHECK(format("{}", 'x') == "x");
  CHECK(format("{} {}", std::int8_t{-5}, std::uint8_t{200}) == "-5 200");
  CHECK(format("{}", std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
  CHECK(format("{}", std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
  CHECK(format("{} {}", 0.1, 2.5F) == "0.1 2.5");
  CHECK(format("{}", std::numeric_limits<double>::infinity()) == "inf");
}

TEST_CASE("format knows every kind of text") {
  const std::string text = "string";
  const std::string_view view = "view";
  const char* literal = "literal";
  CHECK(format("{} {} {} {}", text, view, literal, "array") == "string view literal array");
  CHECK(format("[{}]", std::string()) == "[]");
  CHECK(format("{}", std::string("{}")) == "{}");
}

TEST_CASE("format obeys specifications") {
  CHECK(format("{:5}|{:<5}|{:>5}|{:^5}", 42, 42, 42, 42) == "   42|42   |   42| 42  ");
  CHECK(format("{:03}", 7) == "007");
  CHECK(format("{:x} {:#x} {:b}", 255, 255, 5) == "ff 0xff 101");
  CHECK(format("{:.2f} {:.3g}", 3.14159, 1234.5) == "3.14 1.23e+03");
  CHECK(format("{:*^9}", "mid") == "***mid***");
  CHECK(format("{:+}", 3) == "+3");
}

TEST_CASE("format shows a wrong specification as it stands") {
  CHECK(format("a {:q} b {}", 1, 2) == "a {:q} b 2");
  CHECK(format("{:d}", "text") == "{:d}");
}

TEST_CASE("format uses a type's own to_string") {
  CHECK(format("at {}", shapes::Point{1, -2}) == "at (1, -2)");
  CHECK(format("{:>8}", shapes::Point{1, 2}) == "  (1, 2)");
  CHECK(format("{}", troupe::LogLevel::warning) == "warning");
  CHECK(format("{}", troupe::ExitReason{troupe::ExitKind::failed, "broken"}) == "failed: broken");
  CHECK(format("{}", troupe::AnyRef()) == "nobody");
  CHECK(format("{}, {}", troupe::CallErrorCode::timeout, troupe::CallStage::queued) ==
        "timed out, queued");
}

TEST_CASE("format prints pointers") {
  int value = 0;
  CHECK(format("{}", static_cast<const void*>(&value)).starts_with("0x"));
}

TEST_CASE("durations are written with three digits and their unit") {
  using troupe::detail::duration_text;
  CHECK(duration_text(0) == "0 ns");
  CHECK(duration_text(730) == "730 ns");
  CHECK(duration_text(1'500) == "1.5 us");
  CHECK(duration_text(20'000'000) == "20 ms");
  CHECK(duration_text(1'500'000'000) == "1.5 s");
  CHECK(duration_text(100'000'000'000) == "100 s");
}

TEST_CASE("durations of any size are readable") {
  using troupe::detail::duration_text;
  CHECK(duration_text(3'600'000'000'000) == "3600 s");
  CHECK(duration_text(999'999) == "1 ms");
  CHECK(duration_text(999'999'999) == "1 s");
}
