#pragma once

#include <cstddef>

#include "simulation/trace.hpp"

/// A run of a shop on three nodes that ends with a failure, of about this many events.
troupe::detail::Trace sample_trace(std::size_t events);
