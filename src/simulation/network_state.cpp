#include "simulation/network_state.hpp"

#include <algorithm>
#include <stdexcept>

#include "simulation/simulation_state.hpp"

namespace troupe {

namespace {

bool is_share(double value) noexcept { return value >= 0 && value <= 1; }

void check(const LinkOptions& options) {
  if (options.min_latency.count() < 0 || options.max_latency < options.min_latency ||
      options.slow_latency.count() < 0) {
    throw std::invalid_argument(
        "LinkOptions: a latency is negative, or the most less than the least");
  }
  if (!is_share(options.slow) || !is_share(options.drop)) {
    throw std::invalid_argument("LinkOptions: slow and drop are from 0 to 1");
  }
}

}  // namespace

namespace detail {

NetworkLink& NetworkState::link(NodeState& from, NodeState& to) {
  NetworkLink*& link = by_nodes_[{from.index(), to.index()}];
  if (!link) {
    links_.push_back(
        std::make_unique<NetworkLink>(NetworkLink{&from, &to, options_, mix(links_.size() + 1)}));
    link = links_.back().get();
  }
  return *link;
}

void NetworkState::set(const LinkOptions& options) {
  options_ = options;
  for (auto& link : links_) {
    if (!link->own_options) link->options = options;
  }
}

void NetworkState::heal() {
  options_.drop = options_.slow = 0;
  for (auto& link : links_) {
    link->cut = link->clogged = false;
    link->options.drop = link->options.slow = 0;
  }
}

// The plainest choice is the shortest.
Nanoseconds NetworkState::latency(const LinkOptions& options) {
  const bool slow = choices_.chance(options.slow);
  const Nanoseconds least = slow ? options.max_latency.count() : options.min_latency.count();
  const Nanoseconds most =
      slow ? std::max(least, options.slow_latency.count()) : options.max_latency.count();
  const auto width = std::min<Nanoseconds>(most - least, UINT32_MAX - 1);
  return least + choices_.below(static_cast<std::uint32_t>(width) + 1);
}

void NetworkState::send(NetworkLink& link, Nanoseconds now, std::vector<std::byte> frame) {
  ++sent;
  if (link.cut || choices_.chance(link.options.drop)) return lose();
  // Later than the one before: they stay in order.
  link.last = std::max(link.last + 1, now + latency(link.options));
  link.frames.push_back({link.last, std::move(frame)});
}

std::vector<std::byte> NetworkState::take(NetworkLink& link) {
  std::vector<std::byte> bytes = std::move(link.frames.front().bytes);
  link.frames.pop_front();
  return bytes;
}

}  // namespace detail

void SimulatedNetwork::set(const LinkOptions& options) {
  check(options);
  state_.network.set(options);
}

void SimulatedNetwork::set(std::string_view from, std::string_view to, const LinkOptions& options) {
  check(options);
  detail::NetworkLink& link = state_.network.link(state_.get_node(from), state_.get_node(to));
  link.options = options;
  link.own_options = true;
}

void SimulatedNetwork::cut(std::string_view from, std::string_view to) {
  state_.network.link(state_.get_node(from), state_.get_node(to)).cut = true;
}

void SimulatedNetwork::heal(std::string_view from, std::string_view to) {
  state_.network.link(state_.get_node(from), state_.get_node(to)).cut = false;
}

void SimulatedNetwork::partition(const std::vector<std::string_view>& one,
                                 const std::vector<std::string_view>& other) {
  for (const std::string_view a : one) {
    for (const std::string_view b : other) {
      cut(a, b);
      cut(b, a);
    }
  }
}

void SimulatedNetwork::clog(std::string_view from, std::string_view to) {
  state_.network.link(state_.get_node(from), state_.get_node(to)).clogged = true;
}

void SimulatedNetwork::unclog(std::string_view from, std::string_view to) {
  state_.network.link(state_.get_node(from), state_.get_node(to)).clogged = false;
}

void SimulatedNetwork::heal() { state_.network.heal(); }

std::uint64_t SimulatedNetwork::sent() const noexcept { return state_.network.sent; }
std::uint64_t SimulatedNetwork::delivered() const noexcept { return state_.network.delivered; }
std::uint64_t SimulatedNetwork::lost() const noexcept { return state_.network.lost; }

}  // namespace troupe
