// The model that supervision trees are compared with does what Erlang/OTP's supervisors do.

#include "otp/tree_model.hpp"

#include <doctest/doctest.h>

using namespace trees;

namespace {

Spec worker(int number, troupe::Restart restart = troupe::Restart::permanent) {
  Spec spec;
  spec.number = number;
  spec.restart = restart;
  return spec;
}

Spec supervisor(int number, troupe::Strategy strategy, std::uint32_t intensity,
                std::vector<Spec> children) {
  Spec spec = worker(number);
  spec.kind = Kind::supervisor;
  spec.strategy = strategy;
  spec.intensity = intensity;
  spec.children = std::move(children);
  return spec;
}

// What is done between the two journals.
struct Scene {
  Model model;
  explicit Scene(Spec spec) : model(std::move(spec)) { model.take_journal(); }
  Model::Actor& child(int number) { return *model.root().find(number); }
  std::string text() { return to_text(model.take_journal()); }
};

constexpr auto kOne = troupe::Strategy::one_for_one;
constexpr auto kAll = troupe::Strategy::one_for_all;
constexpr auto kRest = troupe::Strategy::rest_for_one;

}  // namespace

TEST_CASE("the model restarts one, all, or the rest") {
  const auto after = [](troupe::Strategy strategy) {
    Scene scene(supervisor(0, strategy, 1, {worker(1), worker(2), worker(3)}));
    scene.model.fail(scene.child(2));
    return scene.text();
  };
  CHECK(after(kOne) == "2 stops, 2 starts");
  CHECK(after(kAll) == "2 stops, 3 stops, 1 stops, 1 starts, 2 starts, 3 starts");
  CHECK(after(kRest) == "2 stops, 3 stops, 2 starts, 3 starts");
}

TEST_CASE("the model forgets temporary children also when a sibling took them down") {
  Scene scene(supervisor(0, kAll, 1, {worker(1), worker(2, troupe::Restart::temporary)}));
  scene.model.fail(scene.child(1));
  CHECK(scene.text() == "1 stops, 2 stops, 1 starts");
  CHECK(scene.model.root().find(2) == nullptr);
}

TEST_CASE("the model restarts transient children that were stopped together with their group") {
  Scene scene(supervisor(0, kAll, 1, {worker(1), worker(2, troupe::Restart::transient)}));
  scene.model.stop(scene.child(2));
  CHECK(scene.text() == "2 stops");
  scene.model.fail(scene.child(1));
  CHECK(scene.text() == "1 stops, 1 starts, 2 starts");
}

TEST_CASE("the model counts a group's restart once, and each further try") {
  Scene scene(supervisor(0, kAll, 2, {worker(1), worker(2)}));
  scene.model.fail_starts(2, 1);
  scene.model.fail(scene.child(1));
  CHECK(scene.text() ==
        "1 stops, 2 stops, 1 starts, 2 fails to start, 1 stops, 1 starts, 2 starts");
  scene.model.fail(scene.child(1));
  CHECK(scene.text() == "1 stops, 2 stops");
  CHECK(!scene.model.root().alive);
}

TEST_CASE("in the model, who gives up ends in order, and comes back with its first children") {
  Spec inner = supervisor(1, kOne, 0, {worker(2), worker(3)});
  SUBCASE("a permanent one") {
    Scene scene(supervisor(0, kOne, 1, {inner}));
    CHECK(!scene.model.start_child(scene.child(1), worker(9)));
    CHECK(!scene.model.terminate_child(scene.child(1), 2));
    CHECK(scene.text() == "9 starts, 2 stops");
    scene.model.fail(*scene.child(1).find(9));
    CHECK(scene.text() == "9 stops, 3 stops, 2 starts, 3 starts");
  }
  SUBCASE("not a transient one") {
    inner.restart = troupe::Restart::transient;
    Scene scene(supervisor(0, kOne, 1, {inner}));
    scene.model.fail(*scene.child(1).find(2));
    CHECK(scene.text() == "2 stops, 3 stops");
    CHECK(!scene.child(1).alive);
    CHECK(!scene.model.restart_child(scene.model.root(), 1));
    CHECK(scene.text() == "2 starts, 3 starts");
  }
}

TEST_CASE("in the model, only significant children that end by themselves end their supervisor") {
  Spec spec = supervisor(0, kOne, 1, {});
  spec.auto_shutdown = troupe::AutoShutdown::all_significant;
  for (int number : {1, 2}) {
    spec.children.push_back(worker(number, troupe::Restart::transient));
    spec.children.back().significant = true;
  }
  Scene scene(spec);
  CHECK(!scene.model.terminate_child(scene.model.root(), 1));
  CHECK(scene.model.root().alive);
  scene.model.stop(scene.child(2));
  CHECK(!scene.model.root().alive);
}
