#pragma once

// Everything that users of Troupe include.

// These first: where a message, a format string or a spawned class is wrong, the compiler then
// names it without a chain of includes.
// clang-format off
#include "troupe/actor_ref.hpp"
#include "troupe/format.hpp"
#include "troupe/system.hpp"
// clang-format on

#include "troupe/actor.hpp"
#include "troupe/any_ref.hpp"
#include "troupe/blocking.hpp"
#include "troupe/call.hpp"
#include "troupe/call_error.hpp"
#include "troupe/end.hpp"
#include "troupe/exit.hpp"
#include "troupe/group.hpp"
#include "troupe/log.hpp"
#include "troupe/look_up.hpp"
#include "troupe/reply_port.hpp"
#include "troupe/sleep.hpp"
#include "troupe/spawn.hpp"
#include "troupe/task.hpp"
#include "troupe/timer.hpp"
