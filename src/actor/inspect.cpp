#include "actor/inspect.hpp"

#include <algorithm>
#include <utility>

#include "runtime/mailbox.hpp"
#include "troupe/format.hpp"
#include "troupe/system.hpp"

namespace troupe {

namespace detail {

namespace {

constexpr std::uint64_t kCounted = 10'000;

ActorInfo identity_of(Cell& cell) {
  ActorInfo info;
  info.ref = ref_to(cell);
  info.name = name_of(cell);
  info.type = cell.type->name;
  return info;
}

ActorState state_of(const Cell& cell) noexcept {
  switch (cell.phase) {
    case Phase::starting:
      return ActorState::starting;
    case Phase::stopping:
      return ActorState::stopping;
    case Phase::dormant:
      return ActorState::restarting;
    case Phase::ended:
      return ActorState::ended;
    default:
      return cell.handler ? ActorState::waiting : ActorState::running;
  }
}

void answer(Request& request, ActorInfo info) {
  request.emplace<ActorInfo>(std::move(info));
  request.answer = Answer::value;
  deliver(request);
}

}  // namespace

void answer_inspect(Cell& cell, Request& request) {
  ActorInfo info = identity_of(cell);
  info.state = state_of(cell);
  if (cell.handler && cell.handler->message) info.waiting_in = cell.handler->message->name;
  if (const Extras* extras = extras_if_any(cell)) info.restarts = extras->incarnation - 1;
  info.queued = count_messages(cell, kCounted);
  info.children = children_of(cell);
  answer(request, std::move(info));
}

void answer_inspect_ended(Cell& cell, Request& request) { answer(request, identity_of(cell)); }

}  // namespace detail

namespace {

ActorTree tree_of(const AnyRef& ref, std::chrono::nanoseconds timeout) {
  ActorTree tree;
  if (auto info = inspect(ref).within(timeout).get()) {
    tree.info = std::move(*info);
  } else {
    tree.answered = false;
    tree.info.ref = ref;
    tree.info.name = ref.name();
    tree.info.type = ref.type();
  }
  for (const AnyRef& child : tree.info.children) {
    ActorTree below = tree_of(child, timeout);
    if (below.info.state != ActorState::ended || !below.answered) {
      tree.children.push_back(std::move(below));
    }
  }
  return tree;
}

std::string plural(std::uint64_t count, std::string_view what) {
  return format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::size_t columns(std::string_view text) {  // of UTF-8
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](unsigned char byte) { return (byte & 0xC0) != 0x80; }));
}

// A table: names behind their branches, classes, states, and what else there is to say.
class TreePrinter {
 public:
  TreePrinter(const std::vector<ActorTree>& trees, bool colours) : colours_(colours) {
    for (const ActorTree& tree : trees) {
      add(tree, {});
      add_below(tree, {});
    }
  }

  std::string print() const {
    std::size_t name_width = 0;
    std::size_t type_width = 0;
    for (const Row& row : rows_) {
      name_width = std::max(name_width, columns(row.branches) + columns(row.tree.info.name));
      type_width = std::max(type_width, columns(row.type));
    }
    std::string text;
    for (const Row& row : rows_) {
      const ActorInfo& info = row.tree.info;
      const std::size_t name = columns(row.branches) + columns(info.name);
      text += coloured(kDim, row.branches) + coloured(kBold, info.name);
      text += std::string(name_width - name + 2, ' ');
      if (type_width != 0) {
        text += coloured(kDim, row.type);
        text += std::string(type_width - columns(row.type) + 2, ' ');
      }
      text += state_text(row.tree);
      if (info.restarts != 0) text += "  " + coloured(kYellow, plural(info.restarts, "restart"));
      if (info.queued != 0) text += coloured(kDim, "  " + std::to_string(info.queued) + " queued");
      text += '\n';
    }
    return text;
  }

 private:
  struct Row {
    const ActorTree& tree;
    std::string branches;
    std::string type;  // empty where the name tells it
  };

  static constexpr const char* kBold = "\x1b[1m";
  static constexpr const char* kDim = "\x1b[2m";
  static constexpr const char* kGreen = "\x1b[32m";
  static constexpr const char* kYellow = "\x1b[33m";
  static constexpr const char* kRed = "\x1b[31m";

  void add(const ActorTree& tree, std::string branches) {
    std::string type;
    if (!tree.info.name.starts_with(tree.info.type)) {
      type = tree.info.type;
      if (type.starts_with("troupe::")) type.erase(0, 8);
    }
    rows_.push_back({tree, std::move(branches), std::move(type)});
  }
  void add_below(const ActorTree& tree, const std::string& indent) {
    for (const ActorTree& child : tree.children) {
      const bool last = &child == &tree.children.back();
      add(child, indent + (last ? "└─ " : "├─ "));
      add_below(child, indent + (last ? "   " : "│  "));
    }
  }

  std::string coloured(const char* colour, const std::string& text) const {
    return colours_ && !text.empty() ? colour + text + "\x1b[0m" : text;
  }

  std::string state_text(const ActorTree& tree) const {
    if (!tree.answered) return coloured(kRed, "held by a handler");
    const std::string state(to_string(tree.info.state));
    switch (tree.info.state) {
      case ActorState::running:
        return coloured(kGreen, state);
      case ActorState::waiting:
        return coloured(
            kGreen, state + (tree.info.waiting_in.empty() ? "" : " in " + tree.info.waiting_in));
      default:
        return coloured(kRed, state);
    }
  }

  bool colours_;
  std::vector<Row> rows_;
};

}  // namespace

std::string_view to_string(ActorState state) noexcept {
  switch (state) {
    case ActorState::starting:
      return "starting";
    case ActorState::running:
      return "running";
    case ActorState::waiting:
      return "waiting";
    case ActorState::stopping:
      return "stopping";
    case ActorState::restarting:
      return "restarting";
    case ActorState::ended:
      return "ended";
  }
  return "?";
}

InspectOperation inspect(const AnyRef& ref) {
  return InspectOperation(*cell_of(ref), *detail::make_node<detail::Inspect>());
}

std::vector<ActorTree> actor_trees(const System& system, std::chrono::nanoseconds timeout) {
  std::vector<ActorTree> trees;
  for (const AnyRef& top : system.top_level()) {
    ActorTree tree = tree_of(top, timeout);
    if (tree.info.state != ActorState::ended || !tree.answered) trees.push_back(std::move(tree));
  }
  return trees;
}

std::string to_text(const std::vector<ActorTree>& trees, bool colours) {
  return TreePrinter(trees, colours).print();
}

}  // namespace troupe
