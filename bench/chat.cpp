// Clients in directories, chats that send to their members, and an accumulator that counts until
// all of a turn has come.

#include <future>

#include "bench.hpp"
#include "compute.hpp"
#include "draws.hpp"

namespace {

constexpr std::uint32_t kClients = 1024;
constexpr std::uint32_t kDirectories = 8;
constexpr std::uint32_t kPostsInHundred = 80;
constexpr unsigned kFibonacci = 15;

unsigned fibonacci(unsigned n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

/// A client's numbers: first the members of its chat, then what it does, turn by turn.
std::vector<std::uint32_t> draw_members(bench::Draws& draws) {
  std::vector<std::uint32_t> members(1 + draws.below(16));
  for (auto& member : members) member = draws.below(kClients);
  return members;
}
bool draw_whether_to_post(bench::Draws& draws) { return draws.below(100) < kPostsInHundred; }

// To the accumulator: what a client did, how many members a chat sent a post to, that a post came.
struct Posted {};
struct Computed {
  unsigned value;
};
struct Sent {
  std::uint64_t posts;
};
struct Received {};

struct Post {};
struct Act {};
struct Poke {};
struct TurnOver {
  std::uint64_t counted;
};

class Accumulator : public troupe::Actor<Accumulator, Posted, Computed, Sent, Received> {
 public:
  explicit Accumulator(troupe::ActorRef<TurnOver> poker) : poker_(std::move(poker)) {}

  void handle(Posted) {
    ++turn_.clients;
    ++turn_.chats_expected;
    end_turn_if_over();
  }
  void handle(Computed m) {
    ++turn_.clients;
    turn_.computed += m.value > 0;
    end_turn_if_over();
  }
  void handle(Sent m) {
    ++turn_.chats;
    turn_.posts_expected += m.posts;
    end_turn_if_over();
  }
  void handle(Received) {
    ++turn_.posts;
    end_turn_if_over();
  }

 private:
  struct Turn {
    std::uint64_t clients = 0;
    std::uint64_t chats = 0;
    std::uint64_t chats_expected = 0;
    std::uint64_t posts = 0;
    std::uint64_t posts_expected = 0;
    std::uint64_t computed = 0;
  };

  void end_turn_if_over() {
    if (turn_.clients < kClients || turn_.chats != turn_.chats_expected ||
        turn_.posts != turn_.posts_expected) {
      return;
    }
    poker_.cast<TurnOver>(turn_.posts + turn_.computed);
    turn_ = {};
  }

  Turn turn_;
  troupe::ActorRef<TurnOver> poker_;
};

class Chat : public troupe::Actor<Chat, Post> {
 public:
  Chat(std::vector<troupe::ActorRef<Post>> members, troupe::ActorRef<Sent> accumulator)
      : members_(std::move(members)), accumulator_(std::move(accumulator)) {}

  void handle(Post) {
    accumulator_.cast<Sent>(members_.size());
    for (auto& member : members_) member.cast<Post>();
  }

 private:
  std::vector<troupe::ActorRef<Post>> members_;
  troupe::ActorRef<Sent> accumulator_;
};

struct Join {
  troupe::ActorRef<Post> chat;
};

class Client : public troupe::Actor<Client, Join, Act, Post> {
 public:
  Client(bench::Draws draws, troupe::ActorRef<Posted, Computed, Received> accumulator)
      : draws_(draws), accumulator_(std::move(accumulator)) {}

  void handle(Join m) { chat_ = std::move(m.chat); }

  void handle(Act) {
    if (draw_whether_to_post(draws_)) {
      accumulator_.cast<Posted>();
      chat_.cast<Post>();
    } else {
      accumulator_.cast<Computed>(fibonacci(bench::opaque(kFibonacci)));
    }
  }

  void handle(Post) { accumulator_.cast<Received>(); }

 private:
  bench::Draws draws_;
  troupe::ActorRef<Post> chat_;
  troupe::ActorRef<Posted, Computed, Received> accumulator_;
};

using Clients = std::vector<troupe::ActorRef<Join, Act, Post>>;

class Directory : public troupe::Actor<Directory, Poke> {
 public:
  explicit Directory(Clients clients) : clients_(std::move(clients)) {}

  void handle(Poke) {
    for (auto& client : clients_) client.cast<Act>();
  }

 private:
  Clients clients_;
};

struct Start {
  std::vector<troupe::ActorRef<Poke>> directories;
};

class Poker : public troupe::Actor<Poker, Start, TurnOver> {
 public:
  Poker(std::uint64_t turns, std::promise<std::uint64_t>* counted)
      : left_(turns), promise_(counted) {}

  void handle(Start m) {
    directories_ = std::move(m.directories);
    poke();
  }

  void handle(TurnOver m) {
    counted_ += m.counted;
    if (--left_ > 0) {
      poke();
    } else {
      promise_->set_value(counted_);
    }
  }

 private:
  void poke() {
    for (auto& directory : directories_) directory.cast<Poke>();
  }

  std::uint64_t left_;
  std::uint64_t counted_ = 0;
  std::vector<troupe::ActorRef<Poke>> directories_;
  std::promise<std::uint64_t>* promise_;
};

std::vector<troupe::ActorRef<Poke>> spawn_directories(troupe::System& system,
                                                      troupe::ActorRef<TurnOver> poker) {
  auto accumulator = system.spawn<Accumulator>(std::move(poker));
  Clients clients;
  std::vector<std::vector<std::uint32_t>> members;
  for (std::uint32_t i = 0; i < kClients; ++i) {
    bench::Draws draws(i);
    members.push_back(draw_members(draws));
    clients.push_back(system.spawn<Client>(draws, accumulator));
  }
  std::vector<Clients> groups(kDirectories);
  for (std::uint32_t i = 0; i < kClients; ++i) {
    std::vector<troupe::ActorRef<Post>> refs;
    for (const std::uint32_t member : members[i]) refs.push_back(clients[member]);
    clients[i].cast<Join>(system.spawn<Chat>(std::move(refs), accumulator));
    groups[i % kDirectories].push_back(clients[i]);
  }
  std::vector<troupe::ActorRef<Poke>> directories;
  for (auto& group : groups) directories.push_back(system.spawn<Directory>(std::move(group)));
  return directories;
}

std::uint64_t count_without_actors(std::uint64_t turns) {
  std::uint64_t count = 0;
  for (std::uint32_t i = 0; i < kClients; ++i) {
    bench::Draws draws(i);
    const std::uint64_t members = draw_members(draws).size();
    for (std::uint64_t turn = 0; turn < turns; ++turn) {
      count += draw_whether_to_post(draws) ? members : 1;
    }
  }
  return count;
}

bench::Result chat(const bench::Run& run) {
  std::promise<std::uint64_t> counted;
  troupe::System system({.workers = run.workers});
  auto poker = system.spawn<Poker>(run.size, &counted);
  auto directories = spawn_directories(system, poker);

  const bench::Stopwatch watch(run);
  poker.cast<Start>(std::move(directories));
  const auto sum = counted.get_future().get();
  const auto ns = watch.stop();
  return bench::result(run.size, bench::time(ns), sum, count_without_actors(run.size));
}

}  // namespace

int main(int, char** argv) {
  return bench::measure({.name = "chat", .size = 40, .run = chat}, argv);
}
