// EXPECT: ConsumerDoesNotHandle
// EXPECT: Resizer
// EXPECT: Work<Image>
#include <troupe/work_queue.hpp>

struct Image {
  int width;
};

class Resizer : public troupe::Actor<Resizer, Image> {
 public:
  void handle(Image) {}
};

void use(const Resizer::Reference& resizer) { troupe::AddConsumer<Image> message(resizer); }
