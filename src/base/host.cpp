#include "base/host.hpp"

#include "troupe/fault_point.hpp"

namespace troupe::detail {

constinit thread_local Host* host_of_this_thread = nullptr;

bool fault_is_due(std::string_view name) noexcept {
  return host_of_this_thread && host_of_this_thread->fault_is_due(name);
}

}  // namespace troupe::detail
