// EXPECT: NoPublicConstructorFor<troupe::Factory<Resizer>
// EXPECT: see the note
#include <troupe/factory.hpp>
#include <troupe/troupe.hpp>

struct Resize {
  int width;
};

class Resizer : public troupe::Actor<Resizer, Resize> {
 public:
  explicit Resizer(int quality) : quality_(quality) {}
  void handle(Resize) {}

 private:
  int quality_;
};

void use(troupe::System& system) {
  system.spawn<troupe::Factory<Resizer>>(troupe::FactoryOptions{.workers = 2}, "good");
}
