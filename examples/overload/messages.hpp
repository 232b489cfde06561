#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <troupe/actor_ref.hpp>

// What the actors of a lane say to one another.

// -- to a consumer ---

struct Work {
  std::chrono::steady_clock::time_point made;
  std::array<std::byte, 232> data{};
};

/// What one Work takes while it waits: itself, a link and its type.
inline constexpr std::size_t kWorkBytes = sizeof(Work) + 2 * sizeof(void*);
static_assert(kWorkBytes == 256);

// -- to a producer ---

struct Tick {};   // make what is due
struct Pause {};  // make no more

// -- to a lane ---

/// What a producer has done so far.
struct Produced {
  std::uint64_t sent = 0;        // tried to
  std::uint64_t refused = 0;     // nobody took it, and the producer was told
  std::uint64_t dropped = 0;     // the new one was dropped
  std::uint64_t displaced = 0;   // an older one was dropped for it
  std::uint64_t redirected = 0;  // the spare consumer took it
  std::chrono::nanoseconds blocked{};
  std::chrono::nanoseconds active{};  // since it began, or until it was paused

  std::uint64_t accepted() const { return sent - refused - dropped; }
};

/// What a consumer has done so far. It says so itself, because to be asked it would need room in
/// its mailbox, and that is full.
struct Consumed {
  bool spare = false;
  std::uint64_t handled = 0;
  std::chrono::nanoseconds age{};  // of the message handled last
};

/// All of a lane at one moment.
struct Figures {
  struct Consumer {
    std::uint64_t handled = 0;
    std::uint64_t waiting = 0;
    std::chrono::nanoseconds age{};
  };
  Produced produced;
  Consumer consumer;
  Consumer spare;       // redirect's
  bool paused = false;  // its producer, because too much waits

  std::uint64_t lost() const { return produced.refused + produced.dropped + produced.displaced; }
};

struct GetFigures {
  using Reply = Figures;
};

/// Ends the producer, then the consumers, and tells the last figures.
struct Finish {
  using Reply = Figures;
};

// -- to the dead letters' counter ---

struct GetDeadWork {
  using Reply = std::uint64_t;
};
