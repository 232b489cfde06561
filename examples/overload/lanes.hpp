#pragma once

#include "interrupt.hpp"
#include "settings.hpp"

/// The policies side by side. The exit status: 1 when the books do not balance.
int run_lanes(const Settings& settings, Interrupt& interrupt);
