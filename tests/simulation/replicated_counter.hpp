#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <numeric>
#include <span>
#include <string>
#include <troupe/transport.hpp>
#include <troupe/troupe.hpp>
#include <utility>
#include <vector>

/// A counter with copies on several nodes, to be tried on a bad network: a primary numbers the
/// increments and sends them to its backups, again and again until they say that they have them.
/// One is acknowledged when so many backups have it besides the primary.
namespace replicated_counter {

using namespace std::chrono_literals;

/// What survives a crash.
struct Disk {
  std::vector<std::int64_t> log;  // increment n is at n - 1

  std::int64_t sum() const { return std::accumulate(log.begin(), log.end(), std::int64_t{0}); }
  bool has(std::uint64_t number, std::int64_t by) const {
    return number <= log.size() && log[number - 1] == by;
  }
};

struct Increment {
  std::int64_t by;
  using Reply = std::uint64_t;  // its number
};
struct Frame {
  std::string from;
  std::vector<std::byte> bytes;
};
struct Resend {};

/// Increments from a number on; none: only to hear what the backup has.
struct Entries {
  std::uint64_t first;
  std::vector<std::int64_t> increments;
};

inline std::vector<std::byte> encode(std::uint64_t first, std::span<const std::int64_t> rest = {}) {
  std::vector<std::byte> bytes(8 + 8 * rest.size());
  std::memcpy(bytes.data(), &first, 8);
  if (!rest.empty()) std::memcpy(bytes.data() + 8, rest.data(), 8 * rest.size());
  return bytes;
}
inline Entries decode(std::span<const std::byte> bytes) {
  Entries entries{0, std::vector<std::int64_t>(bytes.size() / 8 - 1)};
  std::memcpy(&entries.first, bytes.data(), 8);
  if (!entries.increments.empty()) {
    std::memcpy(entries.increments.data(), bytes.data() + 8, 8 * entries.increments.size());
  }
  return entries;
}

/// Appends what follows on what it has, and says how much it has.
class Backup : public troupe::Actor<Backup, Frame> {
 public:
  Backup(troupe::Transport* transport, Disk* disk) : transport_(transport), disk_(disk) {}

  void handle(Frame m) {
    const Entries entries = decode(m.bytes);
    std::uint64_t number = entries.first;
    for (const std::int64_t by : entries.increments) {
      if (number++ == disk_->log.size() + 1) disk_->log.push_back(by);
    }
    transport_->send(m.from, encode(disk_->log.size()));
  }

 private:
  troupe::Transport* transport_;
  Disk* disk_;
};

class Primary : public troupe::Actor<Primary, Increment, Frame, Resend> {
 public:
  Primary(troupe::Transport* transport, Disk* disk, const std::vector<std::string>& backups,
          std::size_t copies)
      : transport_(transport), disk_(disk), copies_(copies) {
    for (const std::string& each : backups) have_[each] = 0;
    send_every<Resend>(20ms);
  }

  void handle(Increment m, troupe::ReplyPort<std::uint64_t> port) {
    disk_->log.push_back(m.by);
    waiting_.emplace(disk_->log.size(), std::move(port));
    for (const auto& [backup, has] : have_) send_to(backup, disk_->log.size() - 1);
    acknowledge();
  }

  void handle(Frame m) {
    std::uint64_t& has = have_[m.from];
    has = std::max(has, decode(m.bytes).first);
    acknowledge();
  }

  void handle(Resend) {
    for (const auto& [backup, has] : have_) {
      if (has < disk_->log.size()) send_to(backup, has);
    }
  }

 private:
  void send_to(const std::string& backup, std::uint64_t after) {
    constexpr std::size_t kMost = 16;
    const auto rest = std::span<const std::int64_t>(disk_->log).subspan(after);
    transport_->send(backup, encode(after + 1, rest.first(std::min(kMost, rest.size()))));
  }

  // Up to what so many backups have at least.
  void acknowledge() {
    std::uint64_t up_to = disk_->log.size();
    if (copies_ != 0) {
      std::vector<std::uint64_t> had;
      for (const auto& [backup, has] : have_) had.push_back(has);
      std::ranges::sort(had, std::greater());
      up_to = had[copies_ - 1];
    }
    while (!waiting_.empty() && waiting_.begin()->first <= up_to) {
      waiting_.begin()->second.send(waiting_.begin()->first);
      waiting_.erase(waiting_.begin());
    }
  }

  troupe::Transport* transport_;
  Disk* disk_;
  std::size_t copies_;
  std::map<std::string, std::uint64_t> have_;  // up to which number, as far as it is known
  std::map<std::uint64_t, troupe::ReplyPort<std::uint64_t>> waiting_;  // by number
};

/// Frames that arrive at a node go to its actor.
template <class R>
void receive_by(const R& actor, troupe::Transport& transport) {
  transport.receive([actor](std::string_view from, std::span<const std::byte> frame) {
    actor.template cast<Frame>(std::string(from),
                               std::vector<std::byte>(frame.begin(), frame.end()));
  });
}

}  // namespace replicated_counter
