#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <optional>

#include "planted/bugs.hpp"

// planted --list
// planted --table [--seeds 10000]
// planted --check <name>                           found, and the mended one holds: exit status 0
// planted --search <name> <strategy> [--seeds n]   "<seeds> <seconds> <failure>" of this program

namespace {

using planted::Bug;
using planted::Found;
using Kind = troupe::Schedule::Kind;

struct Strategy {
  Kind kind;
  std::string_view name;
};
constexpr Strategy kStrategies[] = {
    {Kind::random, "random"}, {Kind::pct, "pct"}, {Kind::delays, "delays"}, {Kind::fifo, "fifo"}};
constexpr std::uint64_t kSeeds = 10'000;
constexpr std::uint64_t kSeedsMended = 2'000;

std::string_view name_of(Kind kind) {
  return std::ranges::find(kStrategies, kind, &Strategy::kind)->name;
}

int wrong_options() {
  std::fputs("planted --list | --table [--seeds N] | --check NAME | --search NAME STRATEGY\n",
             stderr);
  return 2;
}

// Runs the program that is linked with the patch: it lies in library/, beside this one.
Found search_patched(const std::string& program, const Bug& bug, Kind strategy,
                     std::uint64_t seeds) {
  const std::string folder = program.substr(0, program.rfind('/') + 1);
  const std::string command = troupe::format("'{}library/{}' --search {} {} --seeds {}", folder,
                                             bug.name, bug.name, name_of(strategy), seeds);
  struct Close {
    void operator()(FILE* file) const { pclose(file); }
  };
  const std::unique_ptr<FILE, Close> output(popen(command.c_str(), "r"));
  Found found;
  char text[1000] = "";
  unsigned long long tried = 0;
  if (!output || std::fscanf(output.get(), "%llu %lf%999[^\n]", &tried, &found.seconds, text) < 2) {
    std::fprintf(stderr, "planted: no answer of %s\n", command.c_str());
    std::exit(1);
  }
  found.seeds = tried;
  found.text = text[0] != 0 ? text + 1 : "";
  return found;
}

Found search_planted(const std::string& program, const Bug& bug, Kind strategy,
                     std::uint64_t seeds) {
  if (bug.in_library) return search_patched(program, bug, strategy, seeds);
  return planted::search(bug, strategy, false, seeds);
}

int check(const std::string& program, const Bug& bug) {
  const Found found = search_planted(program, bug, bug.best, kSeeds);
  if (found.text.empty()) {
    std::printf("not found within %llu seeds\n", static_cast<unsigned long long>(found.seeds));
    return 1;
  }
  std::printf("found: %s\n", found.text.c_str());
  const Found mended = planted::search(bug, bug.best, true, std::min(found.seeds, kSeedsMended));
  if (mended.text.empty()) return 0;
  std::printf("the mended one fails as well: %s\n", mended.text.c_str());
  return 1;
}

void print_table(const std::string& program, std::uint64_t seeds) {
  std::puts("| bug | kind | random | pct | delays | fifo | mended |");
  std::puts("|---|---|---|---|---|---|---|");
  for (const Bug& bug : planted::bugs()) {
    std::printf("| %s | %s |", std::string(bug.name).c_str(), std::string(bug.kind).c_str());
    std::uint64_t held = 0;
    std::string trouble;
    for (const Strategy& strategy : kStrategies) {
      const Found found = search_planted(program, bug, strategy.kind, seeds);
      if (found.text.empty()) {
        std::printf(" – |");
      } else {
        std::printf(" %llu (%.1f ms) |", static_cast<unsigned long long>(found.seeds),
                    found.seconds * 1e3);
      }
      const Found mended = planted::search(bug, strategy.kind, true, seeds);
      held += mended.seeds;
      if (!mended.text.empty()) trouble = mended.text;
      std::fflush(stdout);
    }
    if (trouble.empty()) {
      std::printf(" holds, %llu runs |\n", static_cast<unsigned long long>(held));
    } else {
      std::printf(" FAILS: %s |\n", trouble.c_str());
    }
    std::fflush(stdout);
  }
}

std::optional<std::uint64_t> seeds_in(std::span<char*> arguments) {
  if (arguments.empty()) return kSeeds;
  if (arguments.size() != 2 || std::string_view(arguments[0]) != "--seeds") return std::nullopt;
  const std::uint64_t seeds = std::strtoull(arguments[1], nullptr, 10);
  return seeds == 0 ? std::nullopt : std::optional(seeds);
}

}  // namespace

int main(int argc, char** argv) {
  const std::span arguments(argv + 1, static_cast<std::size_t>(std::max(argc - 1, 0)));
  const std::string program = argv[0];
  const auto is = [&](std::size_t place, std::string_view text) {
    return place < arguments.size() && arguments[place] == text;
  };
  if (is(0, "--list") && arguments.size() == 1) {
    for (const Bug& bug : planted::bugs()) std::puts(std::string(bug.name).c_str());
    return 0;
  }
  if (is(0, "--table")) {
    const auto seeds = seeds_in(arguments.subspan(1));
    if (!seeds) return wrong_options();
    print_table(program, *seeds);
    return 0;
  }
  if (arguments.size() < 2) return wrong_options();
  const auto bug = std::ranges::find(planted::bugs(), std::string_view(arguments[1]), &Bug::name);
  if (bug == planted::bugs().end()) return wrong_options();
  if (is(0, "--check") && arguments.size() == 2) return check(program, *bug);
  if (!is(0, "--search") || arguments.size() < 3) return wrong_options();
  const auto* const strategy =
      std::ranges::find(kStrategies, std::string_view(arguments[2]), &Strategy::name);
  const auto seeds = seeds_in(arguments.subspan(3));
  if (strategy == std::end(kStrategies) || !seeds) return wrong_options();
  const Found found = planted::search(*bug, strategy->kind, false, *seeds);
  std::printf("%llu %.6f %s\n", static_cast<unsigned long long>(found.seeds), found.seconds,
              found.text.c_str());
  return 0;
}
