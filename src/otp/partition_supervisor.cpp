#include "troupe/partition_supervisor.hpp"

#include "actor/system_state.hpp"

namespace troupe::detail {

std::size_t workers_of(const AnyRef& actor) noexcept { return cell_of(actor)->system->workers(); }

}  // namespace troupe::detail
