#include "troupe/detail/type_name.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

using troupe::detail::type_name;

struct Outer {
  struct Inner {};
};
namespace shop {
struct Order {};
template <class T>
struct Box {};
namespace {
struct Private {};
}  // namespace
}  // namespace shop

namespace {
struct Hidden {};
template <class... T>
struct Pack {};
}  // namespace

TEST_CASE("a type is named as people wrote it") {
  CHECK(type_name<int>() == "int");
  CHECK(type_name<Outer>() == "Outer");
  CHECK(type_name<Outer::Inner>() == "Outer::Inner");
  CHECK(type_name<shop::Order>() == "shop::Order");
  CHECK(type_name<shop::Box<int>>() == "shop::Box<int>");
  CHECK(type_name<shop::Box<shop::Order>>() == "shop::Box<shop::Order>");
}

TEST_CASE("an anonymous namespace is not shown") {
  CHECK(type_name<Hidden>() == "Hidden");
  CHECK(type_name<shop::Private>() == "shop::Private");
}

TEST_CASE("a template's arguments do not cut the name") {
  CHECK(type_name<int[3]>().find(']') != std::string_view::npos);
  const std::string_view pack = type_name<shop::Box<std::vector<std::string>>>();
  CHECK(pack.starts_with("shop::Box<std::"));
  CHECK(pack.ends_with('>'));
}

TEST_CASE("names are the same for the same type, and differ for others") {
  CHECK(type_name<shop::Order>() == type_name<const shop::Order>().substr(6));
  CHECK(type_name<shop::Box<int>>() != type_name<shop::Box<long>>());
  static_assert(type_name<Outer>().size() == 5);
}
