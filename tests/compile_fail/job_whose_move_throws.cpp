// EXPECT: JobsMoveMayThrow<Image>
#include <troupe/troupe.hpp>

struct Image {
  Image() = default;
  Image(const Image&) {}
};

void use(troupe::System& system) { system.spawn<troupe::WorkQueue<Image>>(); }
