#include "actor/server.hpp"

using namespace server;

TEST_CASE("a failure tells whose port is in the handler") {
  from_both([](Scene& scene) {
    auto caller = scene.take_up<SuspendWithPort>();
    scene.gate.answer(-1);
    check_error(scene, caller.get(), CallErrorCode::failed, CallStage::running,
                "server::SuspendWithPort", "broken");
  });
}

TEST_CASE("a kill tells whose port is in the handler") {
  from_both([](Scene& scene) {
    auto caller = scene.take_up<SuspendWithPort>();
    scene.server.kill();
    check_error(scene, caller.get(), CallErrorCode::killed, CallStage::running,
                "server::SuspendWithPort", "");
  });
}

TEST_CASE("a stop lets a suspended handler answer through its port") {
  from_both([](Scene& scene) {
    auto caller = scene.take_up<SuspendWithPort>();
    scene.server.stop();
    scene.gate.answer(6);
    CHECK(*caller.get() == 6);
  });
}

TEST_CASE("a stop tells whose port is kept") {
  from_both([](Scene& scene) {
    auto caller = scene.take_up<Keep>();
    scene.server.stop("closing time");
    check_error(scene, caller.get(), CallErrorCode::stopped, CallStage::running, "server::Keep",
                "closing time");
  });
}

TEST_CASE("a drain tells whose port is kept") {
  from_both([](Scene& scene) {
    auto caller = scene.take_up<Keep>();
    scene.server.drain();
    check_error(scene, caller.get(), CallErrorCode::stopped, CallStage::running, "server::Keep",
                "");
  });
}

TEST_CASE("a failure tells whose port is kept") {
  from_both([](Scene& scene) {
    auto caller = scene.take_up<Keep>();
    scene.server.cast<Break>();
    check_error(scene, caller.get(), CallErrorCode::failed, CallStage::running, "server::Keep",
                "broken");
  });
}

TEST_CASE("a kill tells whose port is kept") {
  from_both([](Scene& scene) {
    auto caller = scene.take_up<Keep>();
    scene.server.kill();
    check_error(scene, caller.get(), CallErrorCode::killed, CallStage::running, "server::Keep", "");
  });
}
