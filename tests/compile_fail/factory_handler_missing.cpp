// EXPECT: NoPublicHandleFor<Resizer, Crop>
// EXPECT: see the note
#include <troupe/factory.hpp>
#include <troupe/troupe.hpp>

struct Resize {
  int width;
};
struct Crop {
  int width;
};

class Resizer : public troupe::Actor<Resizer, Resize, Crop> {
 public:
  void handle(Resize) {}
};

void use(troupe::System& system) {
  system.spawn<troupe::Factory<Resizer>>(troupe::FactoryOptions{.workers = 2});
}
