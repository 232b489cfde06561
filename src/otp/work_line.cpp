#include "otp/work_line.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "actor/extras.hpp"
#include "troupe/detail/mailbox.hpp"
#include "troupe/detail/turn.hpp"

namespace troupe::detail {

void no_consumer() { throw std::invalid_argument("the consumer's reference is empty"); }

// -- jobs ---

WorkItem::~WorkItem() = default;

void WorkItemRef::destroy() noexcept {
  WorkItem& item = *item_;
  if (item.number != 0 && !item.settled && item.shared->dead) {
    item.send_dead(item.shared->dead, DeadWorkReason::queue_ended, std::move(item.last_consumer));
  }
  delete item_;
}

// -- handles ---

void WorkLease::take_first() const noexcept { item_ = line_->take(); }

void WorkLease::acknowledge() noexcept {
  take();
  if (!item_->settled) line_->acknowledge(*item_);
}

void WorkLease::drop() noexcept {
  // A handler that takes a reference and does not look has had the job, too.
  if (!item_ && line_->in_hand(this)) take();
  if (!item_) {
    line_->drop_token();
  } else if (!item_->settled) {
    line_->drop(std::move(item_));
  }
}

// -- lines ---

void retain_line(WorkLine& line) noexcept {
  // relaxed: whoever retains holds a reference.
  line.references_.fetch_add(1, std::memory_order_relaxed);
}

void release_line(WorkLine& line) noexcept {
  // acq_rel: as with every reference count, the last one sees what the others did.
  if (line.references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete &line;
}

WorkLine::WorkLine(std::shared_ptr<const WorkShared> shared, AnyRef consumer, std::size_t window)
    : shared_(std::move(shared)), consumer_(std::move(consumer)), window_(window) {}

bool WorkLine::in_hand(const void* address) const noexcept {
  const Cell& cell = *cell_of(consumer_);
  if (turn.cell != &cell) return false;
  const Node* node = cell.current();
  if (!node) return false;
  const auto* begin = reinterpret_cast<const char*>(node);
  return address >= begin && address < begin + node->type->node_size;
}

// Of the consumer, when this is its turn; else 0.
std::uint32_t WorkLine::running_incarnation() const noexcept {
  const Cell& cell = *cell_of(consumer_);
  if (turn.cell != &cell) return 0;
  const Extras* extras = extras_if_any(cell);
  return extras ? extras->incarnation : 1;
}

void WorkLine::insert(WorkItemRef item) {
  const auto place = std::upper_bound(
      jobs_.begin(), jobs_.end(), item->number,
      [](std::uint64_t number, const WorkItemRef& other) { return number < other->number; });
  jobs_.insert(place, std::move(item));
}

bool WorkLine::is_excluded(const WorkItem& item) const noexcept {
  const WorkItem::Taker taker{consumer_.id(), incarnation_};
  return std::find(item.takers.begin(), item.takers.end(), taker) != item.takers.end();
}

// Whatever the bound of the queue's mailbox: what it has sent comes back.
template <class... Parts>
void WorkLine::tell(Parts&&... parts) noexcept {
  retain_line(*this);
  push_unbounded(*cell_of(shared_->queue),
                 *make_node<WorkEvent>(WorkLineRef(this), std::forward<Parts>(parts)...));
}

WorkItemRef WorkLine::take() noexcept {
  const std::uint32_t running = running_incarnation();
  std::lock_guard lock(mutex_);
  if (running > incarnation_) {
    incarnation_ = running;
    opened_ = 0;
  }
  const auto found = std::find_if(jobs_.begin(), jobs_.end(), [&](const WorkItemRef& item) {
    return closed_ || !is_excluded(*item);
  });
  WorkItemRef item = std::move(*found);
  jobs_.erase(found);
  --tokens_;
  ++opened_;
  ++item->deliveries;
  item->incarnation = incarnation_;
  return item;
}

void WorkLine::acknowledge(WorkItem& item) noexcept {
  item.settled = true;
  {
    std::lock_guard lock(mutex_);
    if (item.incarnation == incarnation_) --opened_;
    if (closed_) return;
  }
  tell(WorkItemRef(), WorkEvent::acknowledged, item.number, item.confirmed, item.deliveries);
}

void WorkLine::drop(WorkItemRef item) noexcept {
  {
    std::lock_guard lock(mutex_);
    if (item->incarnation == incarnation_) --opened_;
    item->takers.push_back({consumer_.id(), item->incarnation});
    item->last_consumer = consumer_;
    if (closed_) return;
    // At once: the next token may be opened before the queue has heard of this.
    if (shared_->ordered && item->deliveries < shared_->max_deliveries) insert(std::move(item));
  }
  tell(std::move(item), WorkEvent::dropped);
}

void WorkLine::drop_token() noexcept {
  WorkItemRef item;
  {
    std::lock_guard lock(mutex_);
    --tokens_;
    if (closed_ || !shared_->ordered) {
      item = std::move(jobs_.back());
      jobs_.pop_back();
    }
    if (closed_) return;
  }
  tell(std::move(item), WorkEvent::unopened);
}

std::size_t WorkLine::credit() const noexcept {
  std::lock_guard lock(mutex_);
  if (shared_->ordered) {
    for (const WorkItemRef& item : jobs_) {
      if (is_excluded(*item)) return 0;
    }
  }
  const std::size_t used = jobs_.size() + opened_;
  return window_ > used ? window_ - used : 0;
}

bool WorkLine::excludes(const WorkItem& item) const noexcept {
  if (item.takers.empty()) return false;
  std::lock_guard lock(mutex_);
  return is_excluded(item);
}

void WorkLine::send_token() {
  retain_line(*this);
  Node* token = shared_->traits.make_token(WorkLineRef(this));
  // The window is its bound.
  if (!push_unbounded(*cell_of(consumer_), *token)) ended = true;
}

void WorkLine::give(WorkItemRef item) {
  {
    std::lock_guard lock(mutex_);
    insert(std::move(item));
    ++tokens_;
  }
  send_token();
}

void WorkLine::refill() {
  std::size_t missing = 0;
  {
    std::lock_guard lock(mutex_);
    for (const WorkItemRef& item : jobs_) missing += !is_excluded(*item);
    missing -= tokens_;
    tokens_ += missing;
  }
  for (; missing > 0; --missing) send_token();
}

void WorkLine::restarted(std::uint32_t incarnation) noexcept {
  std::lock_guard lock(mutex_);
  if (incarnation <= incarnation_) return;
  incarnation_ = incarnation;
  opened_ = 0;
}

void WorkLine::set_window(std::size_t window) noexcept {
  std::lock_guard lock(mutex_);
  window_ = window;
}

void WorkLine::close() noexcept {
  std::deque<WorkItemRef> left;  // destroyed after the mutex is given up
  std::lock_guard lock(mutex_);
  closed_ = true;
  std::size_t kept = 0;
  for (auto item = jobs_.begin(); item != jobs_.end();) {
    if (kept < tokens_ && !is_excluded(**item)) {
      ++kept;
      ++item;
    } else {
      left.push_back(std::move(*item));
      item = jobs_.erase(item);
    }
  }
}

}  // namespace troupe::detail
