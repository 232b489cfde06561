#pragma once

// Everything that users of Troupe include.

#include "troupe/actor.hpp"
#include "troupe/actor_ref.hpp"
#include "troupe/any_ref.hpp"
#include "troupe/blocking.hpp"
#include "troupe/call.hpp"
#include "troupe/call_error.hpp"
#include "troupe/end.hpp"
#include "troupe/exit.hpp"
#include "troupe/format.hpp"
#include "troupe/log.hpp"
#include "troupe/reply_port.hpp"
#include "troupe/sleep.hpp"
#include "troupe/spawn.hpp"
#include "troupe/system.hpp"
#include "troupe/task.hpp"
#include "troupe/timer.hpp"
