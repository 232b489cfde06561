#include "planted/bugs.hpp"

namespace planted {

namespace {

using Kind = troupe::Schedule::Kind;

constexpr Bug kBugs[] = {
    {"lost-update", "read and write back in two calls", Kind::pct, lost_update},
    {"double-apply", "retry of what was only late", Kind::random, double_apply},
    {"circular-wait", "two actors call each other", Kind::pct, circular_wait},
    {"stale-answer", "an old answer taken for the newest", Kind::delays, stale_answer},
    {"stale-timeout", "a cancelled timeout is in the mailbox", Kind::delays, stale_timeout},
    {"early-aggregation", "an end counted as an answer", Kind::random, early_aggregation},
    {"cast-order", "order assumed between two senders", Kind::random, cast_order},
    {"stop-loses-queue", "stop where drain was meant", Kind::pct, stop_loses_queue},
    {"check-then-act", "a name looked up, then taken", Kind::pct, check_then_act},
    {"late-monitor", "monitored only after the first use", Kind::pct, late_monitor},
    {"group-snapshot", "members asked, then followed", Kind::pct, group_snapshot},
    {"no-resubscribe", "a restart forgets subscribers", Kind::fifo, no_resubscribe},
    {"stale-sibling", "one_for_one where rest_for_one was meant", Kind::fifo, stale_sibling},
    {"refused-cast", "a full mailbox refuses unseen", Kind::pct, refused_cast},
    {"stuck-batch", "a flag that stays set", Kind::delays, stuck_batch},
    {"starvation", "urgent work always comes first", Kind::pct, starvation},
    {"redirect-loop", "each sends it to the other", Kind::pct, redirect_loop},
    {"ack-before-persist", "acknowledged, then saved", Kind::pct, ack_before_persist, nullptr,
     20us},
    {"forgotten-duplicates", "what was seen is lost in a crash", Kind::delays,
     forgotten_duplicates},
    {"repeated-resend", "a resend is done again", Kind::random, repeated_resend},
    {"replica-order", "what comes last taken for the newest", Kind::random, replica_order},
    {"quorum-of-duplicates", "one replica counted twice", Kind::pct, quorum_of_duplicates},
    {"split-brain", "silence taken for the other's end", Kind::random, split_brain},
    {"skewed-lease", "a lease by another's clock", Kind::delays, skewed_lease},
    {"reply-lost-in-kill", "library: a call to an actor that is killed", Kind::pct, nullptr,
     reply_lost_in_kill},
    {"restart-drops-mailbox", "library: unread messages at a restart", Kind::pct, nullptr,
     restart_drops_mailbox},
    {"double-restart", "library: two children fail together", Kind::pct, nullptr, double_restart},
    {"missed-wakeup", "library: room for several senders at once", Kind::pct, nullptr,
     missed_wakeup},
    {"timer-outlives-restart", "library: a timer during a slow end", Kind::delays, nullptr,
     timer_outlives_restart},
    {"name-stays-taken", "library: a kill during post_stop", Kind::pct, nullptr, name_stays_taken},
    {"start-told-too-soon", "library: asked while a failed start ends", Kind::pct, nullptr,
     start_told_too_soon},
    {"group-told-twice", "library: joined twice, left once", Kind::pct, nullptr, group_told_twice},
    {"down-after-demonitor", "library: a Down in the mailbox", Kind::pct, nullptr,
     down_after_demonitor},
    {"work-done-twice", "library: acknowledged after a restart", Kind::pct, nullptr,
     work_done_twice},
};

}  // namespace

std::span<const Bug> bugs() { return kBugs; }

}  // namespace planted
