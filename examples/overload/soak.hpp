#pragma once

#include "interrupt.hpp"
#include "settings.hpp"

/// Each policy alone, for a long time. The exit status: 1 when the process's memory moves by more
/// than a tenth under one of them.
int run_soak(const Settings& settings, Interrupt& interrupt);
