#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <troupe/explore.hpp>
#include <troupe/troupe.hpp>

using troupe::Scenario;
using troupe::Simulation;

namespace {

struct Write {
  char letter;
};

/// Keeps what is written, in order.
class Paper : public troupe::Actor<Paper, Write> {
 public:
  explicit Paper(std::string* text) : text_(*text) {}
  void handle(Write m) {
    text_ += m.letter;
    if (text_ == "!") std::abort();
  }

 private:
  std::string& text_;
};

struct Go {};
class Writer : public troupe::Actor<Writer, Go> {
 public:
  Writer(troupe::ActorRef<Write> paper, char letter) : paper_(std::move(paper)), letter_(letter) {}
  void handle(Go) { paper_.cast<Write>(letter_); }

 private:
  troupe::ActorRef<Write> paper_;
  char letter_;
};

std::string written(Simulation& simulation, std::string_view letters) {
  std::string text;
  auto paper = simulation.system().spawn<Paper>(&text);
  for (const char letter : letters) simulation.system().spawn<Writer>(paper, letter).cast<Go>();
  simulation.run();
  return text;
}

int differing = 0;

const std::vector<Scenario> kScenarios = {
    {"holds", [](Simulation& simulation) { (void)written(simulation, "ab"); }},
    {"fails",
     [](Simulation& simulation) {
       simulation.check(written(simulation, "abcdef").back() != 'c', "c is not the last");
     }},
    {"fails-by-many",  // every third must not be 0; what is written afterwards does not matter
     [](Simulation& simulation) {
       bool fails = true;
       for (int i = 0; i < 200; ++i) {
         const bool is_plain = simulation.below(1000) == 0;
         fails = fails && !(i % 3 == 0 && is_plain);
       }
       (void)written(simulation, std::string(simulation.below(1000), 'a'));
       simulation.check(!fails, "none is plain");
     }},
    {"crashes", [](Simulation& simulation) { (void)written(simulation, "!a"); }},
    {"crashes-at-once", [](Simulation&) { std::abort(); }},
    {"crashes-between",
     [](Simulation& simulation) {
       if (written(simulation, "a") == "a") std::abort();
     }},
    {"differs",
     [](Simulation& simulation) { simulation.add_node(troupe::format("n{}", differing++)); }},
};

struct Output {
  int status;
  std::string out;
  std::string error;
};

/// What a descriptor gets, for as long as this is there.
class Captured {
 public:
  explicit Captured(int descriptor) : descriptor_(descriptor), before_(dup(descriptor)) {
    std::fflush(nullptr);
    dup2(fileno(file_.get()), descriptor_);
  }
  Captured(const Captured&) = delete;
  Captured& operator=(const Captured&) = delete;
  ~Captured() {
    std::fflush(nullptr);
    dup2(before_, descriptor_);
    close(before_);
  }
  std::string text() const {
    std::fflush(nullptr);
    std::string text;
    std::rewind(file_.get());
    for (int each = std::fgetc(file_.get()); each != EOF; each = std::fgetc(file_.get())) {
      text += static_cast<char>(each);
    }
    return text;
  }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> file_{std::tmpfile()};
  int descriptor_;
  int before_;
};

Output run(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "program");
  std::vector<const char*> argv;
  for (const std::string& each : arguments) argv.push_back(each.c_str());
  const Captured out(STDOUT_FILENO);
  const Captured error(STDERR_FILENO);
  const int status = troupe::explore_main(static_cast<int>(argv.size()), argv.data(), kScenarios);
  return {status, out.text(), error.text()};
}

std::vector<std::string> words(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

/// The arguments of the command that stands in a line of the output behind `label`.
std::vector<std::string> command_after(const std::string& output, std::string_view label) {
  const std::size_t at = output.find(label);
  REQUIRE(at != std::string::npos);
  const std::size_t begin = output.find("program ", at);
  auto arguments = words(output.substr(begin, output.find('\n', begin) - begin));
  arguments.erase(arguments.begin());
  for (std::string& each : arguments) std::erase(each, '\'');
  return arguments;
}

std::string line_with(const std::string& text, std::string_view part) {
  const std::size_t at = text.find(part);
  if (at == std::string::npos) return {};
  const std::size_t begin = text.rfind('\n', at) + 1;
  return text.substr(begin, text.find('\n', at) - begin);
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A folder of this test, which is the working directory meanwhile.
class Folder {
 public:
  Folder() : before_(std::filesystem::current_path()) {
    std::string path = (std::filesystem::temp_directory_path() / "troupe-XXXXXX").string();
    REQUIRE(mkdtemp(path.data()));
    path_ = path;
    std::filesystem::current_path(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::filesystem::current_path(before_);
    std::filesystem::remove_all(path_);
  }

 private:
  std::filesystem::path before_;
  std::filesystem::path path_;
};

}  // namespace

TEST_CASE("scenarios that hold are told with their runs, and the status is 0") {
  const Output held = run({"--scenario", "holds", "--seeds", "30"});
  CHECK(held.status == 0);
  CHECK(held.out.starts_with("holds: 30 runs, 120 messages in "));
  CHECK(held.out.ends_with(" s: all held\n"));
  CHECK(held.error.empty());
}

TEST_CASE("a failure is told with a command that repeats it") {
  const Folder folder;
  const Output found = run({"--scenario", "fails", "--seeds", "100"});
  CHECK(found.status == 1);
  CHECK(line_with(found.out, "fails: ").ends_with(": FAILED"));
  const std::string told = line_with(found.out, "  seed ");
  CHECK(told.find(": c is not the last (step ") != std::string::npos);

  const Output repeated = run(command_after(found.out, "repeat it:"));
  CHECK(repeated.status == 1);
  const std::string seed = words(told)[1];  // "12:"
  CHECK(repeated.out.find("seed " + seed.substr(0, seed.size() - 1) + ")") != std::string::npos);
  CHECK(line_with(repeated.out, "failure").ends_with("c is not the last"));
}

TEST_CASE("several scenarios are run one after the other, and one that fails decides the status") {
  const Output found =
      run({"--scenario", "holds", "--scenario", "fails", "--seeds", "50", "--shrink", "0"});
  CHECK(found.status == 1);
  CHECK(found.out.find("holds: ") < found.out.find("fails: "));
  CHECK(found.out.find("all held") != std::string::npos);
}

TEST_CASE("choices that are long are in a file, which the command names") {
  const Folder folder;
  const Output found = run({"--scenario", "fails-by-many", "--seeds", "1", "--shrink", "5"});
  CHECK(found.status == 1);
  REQUIRE(std::filesystem::exists("fails-by-many-1.choices"));
  const auto command = command_after(found.out, " steps instead of ");
  CHECK(std::ranges::find(command, "@fails-by-many-1.choices") != command.end());
  const Output repeated = run(command);
  CHECK(repeated.status == 1);
  CHECK(repeated.out.starts_with("fails-by-many: none is plain"));
  CHECK(content_of("fails-by-many.html").find("none is plain") != std::string::npos);
}

TEST_CASE("one run is told with its steps, messages and hash, the same each time") {
  const Output first = run({"--scenario", "holds", "--seed", "3"});
  CHECK(first.status == 0);
  CHECK(first.out.starts_with("holds: held\n  8 steps, 4 messages, hash "));
  CHECK(run({"--scenario", "holds", "--seed", "3"}).out == first.out);
}

TEST_CASE("what happens in a run is printed, or saved for a browser and for Perfetto") {
  const Folder folder;
  const Output shown = run({"--scenario", "holds", "--seed", "3", "--events", "--html", "run.html",
                            "--perfetto", "run.json"});
  CHECK(shown.status == 0);
  CHECK(line_with(shown.out, "Paper").find("spawned") != std::string::npos);
  CHECK(content_of("run.html").find("Paper") != std::string::npos);
  CHECK(content_of("run.json").find("Paper") != std::string::npos);
}

TEST_CASE("a run that crashes is shown up to the step that it crashes in") {
  const Output found = run({"--scenario", "crashes", "--seeds", "50", "--shrink", "0"});
  CHECK(found.status == 1);
  CHECK(found.out.find("it ended its process: Aborted (step ") != std::string::npos);
  const Output repeated = run(command_after(found.out, "repeat it:"));
  CHECK(repeated.status == 1);
  const std::size_t failure = repeated.out.find("failure");
  REQUIRE(failure != std::string::npos);
  CHECK(line_with(repeated.out, "failure").ends_with("it ended its process: Aborted"));
  const std::string before = repeated.out.substr(0, repeated.out.rfind('\n', failure));
  const std::string last = before.substr(before.rfind('\n') + 1);
  CHECK(last.find("Paper") != std::string::npos);
  CHECK(last.find("Write") != std::string::npos);
}

TEST_CASE("a run that crashes between steps is shown up to there") {
  const Output shown = run({"--scenario", "crashes-between", "--seed", "1", "--events"});
  CHECK(shown.status == 1);
  CHECK(shown.out.find("crashes-between: it ended its process: Aborted (step 4, 0 ns after") !=
        std::string::npos);
  CHECK(line_with(shown.out, "message  ").find("Writer") != std::string::npos);
}

TEST_CASE("a run that crashes before anything happens has nothing to show") {
  const Output shown = run({"--scenario", "crashes-at-once", "--seed", "1", "--events"});
  CHECK(shown.status == 1);
  CHECK(shown.out == "crashes-at-once: before its first step, it ended its process: Aborted\n");
}

TEST_CASE("determinism is checked with every seed, and the first difference told") {
  const Output same = run({"--scenario", "holds", "--check-determinism", "--seeds", "5"});
  CHECK(same.status == 0);
  CHECK(same.out == "holds: 5 seeds, each twice the same\n");
  const Output differs = run({"--scenario", "differs", "--check-determinism", "--seeds", "5"});
  CHECK(differs.status == 1);
  CHECK(differs.out ==
        "differs: seed 1: two runs are not the same:\n"
        "first:  0  0 s  n1/n1  node  starts\n"
        "second: 0  0 s  n2/n2  node  starts\n");
  const Output crashes = run({"--scenario", "crashes-at-once", "--check-determinism"});
  CHECK(crashes.status == 1);
  CHECK(crashes.out == "crashes-at-once: seed 1: it ended its process: Aborted\n");
}

TEST_CASE("hashes are a line a seed, the same as a run's") {
  const Output hashes = run({"--scenario", "fails", "--hashes", "--seeds", "3", "--first", "2"});
  CHECK(hashes.status == 0);
  const auto fields = words(hashes.out);
  REQUIRE(fields.size() == 9);
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string seed = std::to_string(i + 2);
    CHECK(fields[3 * i] == "fails");
    CHECK(fields[3 * i + 1] == seed);
    CHECK(run({"--scenario", "fails", "--seed", seed}).out.find("hash " + fields[3 * i + 2]) !=
          std::string::npos);
  }
  const Output crashes = run({"--scenario", "crashes-at-once", "--hashes", "--seeds", "1"});
  CHECK(crashes.status == 1);
  CHECK(crashes.out == "crashes-at-once 1 it ended its process: Aborted\n");
}

TEST_CASE("scenarios are listed, and options explained") {
  CHECK(run({"--list"}).out ==
        "holds\nfails\nfails-by-many\ncrashes\ncrashes-at-once\ncrashes-between\ndiffers\n");
  const Output help = run({"--help"});
  CHECK(help.status == 0);
  CHECK(help.out.find("--seeds N") != std::string::npos);
}

TEST_CASE("another schedule is part of the command that repeats a failure") {
  const Output found =
      run({"--scenario", "fails", "--schedule", "pct", "--seeds", "500", "--shrink", "0"});
  REQUIRE(found.status == 1);
  const auto command = command_after(found.out, "repeat it:");
  CHECK(std::ranges::find(command, "pct") != command.end());
  CHECK(run(command).status == 1);
}

TEST_CASE("a scenario whose options make no sense is told once") {
  const std::vector<Scenario> wrong = {
      {"wrong", [](Simulation&) {}, {.step_time = std::chrono::nanoseconds(-1)}}};
  for (const auto& options :
       {std::vector<const char*>{"program"}, std::vector<const char*>{"program", "--hashes"}}) {
    const Captured error(STDERR_FILENO);
    CHECK(troupe::explore_main(static_cast<int>(options.size()), options.data(), wrong) == 2);
    CHECK(error.text() == "program: SimulationOptions: step_time is from 0 to 2 s\n");
  }
}

TEST_CASE("wrong options are told in one line, and the status is 2") {
  const Folder folder;
  std::ofstream("words.choices") << "no numbers\n";
  struct Case {
    std::vector<std::string> options;
    const char* error;
  };
  const Case cases[] = {
      {{"--nonsense"}, "there is no option '--nonsense'"},
      {{"--seeds"}, "--seeds takes a value"},
      {{"--seeds", "0"}, "--seeds takes a whole number from 1, not '0'"},
      {{"--seeds", "-1"}, "--seeds takes a whole number from 1, not '-1'"},
      {{"--seeds", "12x"}, "--seeds takes a whole number from 1, not '12x'"},
      {{"--seed", "99999999999999999999"},
       "--seed takes a whole number from 0, not '99999999999999999999'"},
      {{"--processes", "257"}, "--processes takes a whole number from 1 to 256, not '257'"},
      {{"--failures", ""}, "--failures takes a whole number from 1, not ''"},
      {{"--first", "18446744073709551615", "--scenario", "holds"},
       "ExploreOptions: there are not so many seeds after first_seed"},
      {{"--schedule", "best"}, "--schedule takes fifo, random, pct or delays, not 'best'"},
      {{"--scenario", "none"}, "there is no scenario 'none'"},
      {{"--seed", "1"}, "--seed and --choices take one --scenario"},
      {{"--scenario", "holds", "--html", "a.html"},
       "--html, --perfetto and --events take --seed or --choices"},
      {{"--scenario", "holds", "--choices", "1,,2"},
       "--choices takes numbers as a failing run's are told"},
      {{"--scenario", "holds", "--choices", "@missing"}, "cannot read 'missing'"},
      {{"--scenario", "holds", "--choices", "@words.choices"},
       "--choices takes numbers as a failing run's are told"},
      {{"--scenario", "holds", "--seed", "1", "--html", "no/such/folder.html"},
       "cannot write 'no/such/folder.html'"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.error);
    const Output wrong = run(each.options);
    CHECK(wrong.status == 2);
    CHECK(wrong.error.starts_with(std::string("program: ") + each.error));
    CHECK(std::ranges::count(wrong.error, '\n') == 1);
    CHECK(wrong.out.empty());
  }
}
