#include "base/host.hpp"

namespace troupe::detail {

constinit thread_local Host* host_of_this_thread = nullptr;

}  // namespace troupe::detail
