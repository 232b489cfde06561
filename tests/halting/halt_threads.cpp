// Makes any program's races likely, where a busy machine would show them once in a thousand runs:
//
//   HALT_US=3000 LD_PRELOAD=build/dev/tests/halt_threads.so build/dev/tests/test_actor
//
// It halts threads picked at random, wherever they are, for up to HALT_US microseconds (3000), and
// lets new threads begin late. It is as hard on sanitizers' builds. Its seed is on stderr;
// HALT_SEED repeats the choices, though not where they strike.

#include <dirent.h>
#include <dlfcn.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>

namespace {

std::uint32_t longest_ns;
std::uint32_t seed;

class Random {  // xorshift32
 public:
  explicit Random(std::uint32_t salt) : state_((seed ^ salt * 2'654'435'761u) | 1) {}
  std::uint32_t below(std::uint32_t bound) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return state_ % bound;
  }

 private:
  std::uint32_t state_;
};

std::uint32_t this_thread() { return static_cast<std::uint32_t>(syscall(SYS_gettid)); }

// A system call rather than a function that a sanitizer has taken over; it may be interrupted.
void halt(std::uint32_t nanoseconds) {
  const timespec time{nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
  syscall(SYS_nanosleep, &time, nullptr);
}

void halt_this(int) {
  const int error = errno;
  thread_local Random random(this_thread());
  halt(random.below(longest_ns));
  errno = error;
}

// How many other threads there are; the first of them.
std::size_t find_threads(std::array<int, 256>& found) {
  std::size_t count = 0;
  DIR* tasks = opendir("/proc/self/task");
  if (!tasks) return 0;
  while (const dirent* entry = readdir(tasks)) {
    const int id = std::atoi(entry->d_name);
    if (id != 0 && id != static_cast<int>(this_thread()) && count < found.size()) {
      found[count++] = id;
    }
  }
  closedir(tasks);
  return count;
}

void* halt_others(void*) {
  Random random(0);
  std::array<int, 256> threads;
  std::size_t count = 0;
  halt(20'000'000);  // the program begins
  for (;;) {
    // Each thread runs for longer than it is halted, but not for much longer.
    const auto divisor = static_cast<std::uint32_t>(std::clamp<std::size_t>(count, 1, 8));
    halt(1 + random.below(longest_ns) * 5 / 2 / divisor);
    count = find_threads(threads);
    if (count == 0) continue;
    const int victim = threads[random.below(static_cast<std::uint32_t>(count))];
    syscall(SYS_tgkill, getpid(), victim, SIGRTMAX);
  }
}

using CreateThread = int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);

CreateThread* create_thread() {
  static auto* const next = reinterpret_cast<CreateThread*>(dlsym(RTLD_NEXT, "pthread_create"));
  return next;
}

struct Beginning {
  void* (*function)(void*);
  void* argument;
};

void* begin_late(void* given) {
  const auto beginning = std::unique_ptr<Beginning>(static_cast<Beginning*>(given));
  Random random(this_thread());
  if (random.below(4) != 0) halt(random.below(longest_ns));
  return beginning->function(beginning->argument);
}

void start() {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);  // nobody halts the one that halts
  pthread_t thread;
  if (create_thread()(&thread, nullptr, halt_others, nullptr) == 0) pthread_detach(thread);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

// What the environment says, or `otherwise`. Ends the program when it says no number from `least`
// to `most`.
std::uint32_t number(const char* name, std::uint32_t otherwise, std::uint32_t least,
                     std::uint32_t most) {
  const char* given = std::getenv(name);
  if (!given) return otherwise;
  std::uint32_t value = 0;
  const char* const end = given + std::strlen(given);
  const auto [rest, error] = std::from_chars(given, end, value);
  if (error == std::errc() && rest == end && value >= least && value <= most) return value;
  std::fprintf(stderr, "%s=%s is no number from %u to %u\n", name, given, least, most);
  _exit(2);
}

[[gnu::constructor]] void set_up() {
  longest_ns = 1'000 * number("HALT_US", 3'000, 1, 500'000);
  const auto any = static_cast<std::uint32_t>(std::time(nullptr) ^ getpid() << 8);
  seed = number("HALT_SEED", any, 0, UINT32_MAX);
  std::fprintf(stderr, "HALT_SEED=%u HALT_US=%u\n", seed, longest_ns / 1'000);
  struct sigaction action{};
  action.sa_handler = halt_this;
  action.sa_flags = SA_RESTART;
  sigaction(SIGRTMAX, &action, nullptr);
  start();
  pthread_atfork(nullptr, nullptr, start);
}

}  // namespace

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                              void* (*function)(void*), void* argument) {
  auto beginning = std::make_unique<Beginning>(function, argument);
  const int error = create_thread()(thread, attributes, begin_late, beginning.get());
  if (error == 0) (void)beginning.release();  // the thread has it
  return error;
}
