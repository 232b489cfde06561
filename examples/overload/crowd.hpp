#pragma once

#include "interrupt.hpp"
#include "settings.hpp"

/// Very many senders, one receiver whose mailbox is bounded and makes them wait. The exit status: 1
/// when anything was lost.
int run_crowd(const Settings& settings, Interrupt& interrupt);
