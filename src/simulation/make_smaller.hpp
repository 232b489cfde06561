#pragma once

#include "troupe/explore.hpp"

namespace troupe::detail {

/// Looks for choices with which a run that has failed fails in the same way and does less, and
/// tells what it has found in `failed`. Each try is a process of its own, so it may crash.
void make_smaller(const Scenario& scenario, const ExploreOptions& explored, FailedRun& failed);

}  // namespace troupe::detail
