#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "troupe/supervisor.hpp"

/// Supervision trees as data: what the model of one and the real one are both made of.
namespace trees {

inline constexpr int kMostActors = 1'000;
inline constexpr int kMostDepth = 6;

enum class Kind : unsigned char { worker, supervisor, dynamic };
enum class StartIn : unsigned char { pre_start, constructor, coroutine };

/// An actor, its place in its supervisor's specification, and those below it.
struct Spec {
  int number = 0;  ///< unique in the tree; also its id
  Kind kind = Kind::worker;
  troupe::Restart restart = troupe::Restart::permanent;
  bool significant = false;

  // Workers.
  StartIn start_in = StartIn::pre_start;
  bool fails_to_stop = false;  ///< its post_stop throws
  bool brutal = false;         ///< its supervisor kills it
  bool parent = false;         ///< has a child of its own
  int pool = -1;               ///< the dynamic supervisor that it is a child of

  // Supervisors.
  troupe::Strategy strategy = troupe::Strategy::one_for_one;
  troupe::AutoShutdown auto_shutdown = troupe::AutoShutdown::never;
  std::uint32_t intensity = 0;
  troupe::Restart of_children = troupe::Restart::permanent;  ///< of a dynamic one
  std::vector<Spec> children;
};

/// What a test draws for one actor. Any values make sense, and so does any list of these: a list
/// that lost some is a smaller tree. Zeros are what is simplest.
struct Sprout {
  unsigned parent = 0;         ///< which of the supervisors before it
  unsigned kind = 0;           ///< below 10
  unsigned restart = 0;        ///< below 3
  unsigned significant = 0;    ///< below 2
  unsigned traits = 0;         ///< below 64
  unsigned strategy = 0;       ///< below 3
  unsigned auto_shutdown = 0;  ///< below 6
  unsigned intensity = 0;      ///< below 4

  Spec spec(int number) const {
    Spec spec;
    spec.number = number;
    spec.kind = kind < 7 ? Kind::worker : kind < 9 ? Kind::supervisor : Kind::dynamic;
    spec.restart = static_cast<troupe::Restart>(restart);
    if (spec.kind == Kind::worker) {
      spec.start_in = traits % 4 == 3   ? StartIn::coroutine
                      : traits % 4 == 2 ? StartIn::constructor
                                        : StartIn::pre_start;
      spec.fails_to_stop = traits / 4 % 4 == 3;
      spec.brutal = traits / 16 == 3;
      spec.parent = traits / 16 == 2;
    }
    spec.strategy = static_cast<troupe::Strategy>(strategy);
    spec.auto_shutdown =
        static_cast<troupe::AutoShutdown>(auto_shutdown < 3 ? 0 : auto_shutdown - 3);
    spec.intensity = intensity;
    spec.of_children = static_cast<troupe::Restart>(traits % 3);
    return spec;
  }
};

inline bool may_be_significant(const Spec& child, const Spec& supervisor) {
  return child.restart != troupe::Restart::permanent &&
         supervisor.auto_shutdown != troupe::AutoShutdown::never;
}

/// The first sprout is the root, whatever its kind.
inline Spec grow(const std::vector<Sprout>& sprouts) {
  struct Place {
    std::size_t parent;
    int depth;
    Spec spec;
  };
  std::vector<Place> places;
  std::vector<std::size_t> supervisors;
  for (const Sprout& sprout : sprouts) {
    Spec spec = sprout.spec(static_cast<int>(places.size()));
    std::size_t parent = 0;
    int depth = 0;
    if (places.empty()) {
      spec.kind = Kind::supervisor;
    } else {
      parent = supervisors[sprout.parent % supervisors.size()];
      depth = places[parent].depth + 1;
      spec.significant = sprout.significant && may_be_significant(spec, places[parent].spec);
    }
    if (spec.kind == Kind::supervisor && depth < kMostDepth - 1)
      supervisors.push_back(places.size());
    places.push_back({parent, depth, std::move(spec)});
  }
  if (places.empty()) return Sprout{.kind = 7}.spec(0);
  // Children come after their parents: from the end, each is complete when it is moved.
  for (std::size_t i = places.size(); i-- > 1;) {
    auto& siblings = places[places[i].parent].spec.children;
    siblings.insert(siblings.begin(), std::move(places[i].spec));
  }
  return std::move(places[0].spec);
}

// -- what happens, in order ---

enum class What : unsigned char { starts, fails_to_start, stops };

struct Entry {
  What what;
  int number;
  int pool;
  friend bool operator==(const Entry&, const Entry&) = default;
};

inline std::string to_text(const Entry& entry) {
  constexpr const char* kTexts[] = {" starts", " fails to start", " stops"};
  return std::to_string(entry.number) + kTexts[static_cast<int>(entry.what)];
}

inline std::string to_text(const std::vector<Entry>& entries) {
  std::string text;
  for (const Entry& entry : entries) text += (text.empty() ? "" : ", ") + to_text(entry);
  return text.empty() ? "nothing" : text;
}

/// A tree as people read it, a line an actor.
inline std::string to_text(const Spec& spec, int depth = 0) {
  constexpr const char* kRestarts[] = {"permanent", "transient", "temporary"};
  constexpr const char* kStrategies[] = {"one_for_one", "one_for_all", "rest_for_one"};
  constexpr const char* kShutdowns[] = {"", ", any_significant", ", all_significant"};
  constexpr const char* kStarts[] = {"", ", starts in its constructor", ", starts in a coroutine"};
  const auto name = [](auto value, const auto& names) {
    return std::string(names[static_cast<int>(value)]);
  };
  std::string text(static_cast<std::size_t>(depth) * 2, ' ');
  text += std::to_string(spec.number) + ": " + name(spec.restart, kRestarts);
  if (spec.significant) text += ", significant";
  switch (spec.kind) {
    case Kind::worker:
      text += " worker" + name(spec.start_in, kStarts);
      if (spec.fails_to_stop) text += ", fails to stop";
      if (spec.brutal) text += ", is killed";
      break;
    case Kind::supervisor:
      text += " " + name(spec.strategy, kStrategies) + name(spec.auto_shutdown, kShutdowns);
      text += ", intensity " + std::to_string(spec.intensity);
      break;
    case Kind::dynamic:
      text += " dynamic supervisor of " + name(spec.of_children, kRestarts) + " workers";
      text += ", intensity " + std::to_string(spec.intensity);
  }
  text += '\n';
  for (const Spec& child : spec.children) text += to_text(child, depth + 1);
  return text;
}

}  // namespace trees
