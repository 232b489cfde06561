#pragma once

// Durations and clocks, without the calendars and streams that <chrono> has since C++20: those
// would be a good part of what a user's file costs to compile.
#if __has_include(<bits/chrono.h>)
#include <bits/chrono.h>
#else
#include <chrono>
#endif
