#pragma once

// Everything that users of Troupe include.

// These two first: where a message or a format string is wrong, the compiler then names them
// without a chain of includes.
// clang-format off
#include "troupe/actor_ref.hpp"
#include "troupe/format.hpp"
// clang-format on

#include "troupe/actor.hpp"
#include "troupe/any_ref.hpp"
#include "troupe/blocking.hpp"
#include "troupe/call.hpp"
#include "troupe/call_error.hpp"
#include "troupe/delivery.hpp"
#include "troupe/end.hpp"
#include "troupe/exit.hpp"
#include "troupe/inspect.hpp"
#include "troupe/log.hpp"
#include "troupe/output_port.hpp"
#include "troupe/reply_port.hpp"
#include "troupe/sleep.hpp"
#include "troupe/spawn.hpp"
#include "troupe/subscription.hpp"
#include "troupe/supervisor.hpp"
#include "troupe/system.hpp"
#include "troupe/task.hpp"
#include "troupe/timer.hpp"
