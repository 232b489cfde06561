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
#include "troupe/child_operation.hpp"
#include "troupe/delivery.hpp"
#include "troupe/dynamic_supervisor.hpp"
#include "troupe/end.hpp"
#include "troupe/exit.hpp"
#include "troupe/factory.hpp"
#include "troupe/group.hpp"
#include "troupe/inspect.hpp"
#include "troupe/log.hpp"
#include "troupe/look_up.hpp"
#include "troupe/monitor.hpp"
#include "troupe/output_port.hpp"
#include "troupe/partition_supervisor.hpp"
#include "troupe/point_to_point.hpp"
#include "troupe/reply_port.hpp"
#include "troupe/sleep.hpp"
#include "troupe/spawn.hpp"
#include "troupe/state_machine.hpp"
#include "troupe/subscription.hpp"
#include "troupe/supervisor.hpp"
#include "troupe/task.hpp"
#include "troupe/timer.hpp"
#include "troupe/work.hpp"
#include "troupe/work_queue.hpp"
