#include "simulation/child_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <utility>

namespace troupe::detail {

ChildProcess::ChildProcess(const std::function<void(int)>& work) {
  int ends[2];
  if (pipe(ends) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  std::fflush(nullptr);  // or the child would write it once more
  process_ = fork();
  if (process_ < 0) {
    const int error = errno;
    close(ends[0]);
    close(ends[1]);
    throw std::system_error(error, std::generic_category(), "fork");
  }
  if (process_ == 0) {
    close(ends[0]);
    if (const int nowhere = open("/dev/null", O_WRONLY); nowhere >= 0) {
      dup2(nowhere, STDOUT_FILENO);
      close(nowhere);
    }
    [&]() noexcept { work(ends[1]); }();  // nothing leaves this process by an exception
    _exit(0);
  }
  close(ends[1]);
  descriptor_ = ends[0];
}

ChildProcess::~ChildProcess() {
  if (process_ > 0) {
    kill(process_, SIGKILL);
    while (waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  if (descriptor_ >= 0) close(descriptor_);
}

std::string ChildProcess::read() {
  std::array<char, 65536> buffer;
  for (;;) {
    const ssize_t count = ::read(descriptor_, buffer.data(), buffer.size());
    if (count >= 0) return std::string(buffer.data(), static_cast<std::size_t>(count));
    if (errno != EINTR) return {};
  }
}

ChildEnd ChildProcess::wait() {
  ChildEnd end;
  for (std::string more = read(); !more.empty(); more = read()) end.written += more;
  int status = 0;
  while (waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  process_ = -1;
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    end.trouble = signal == SIGALRM ? std::string(kTakesTooLong)
                                    : std::string("it ended its process: ") + strsignal(signal);
  } else if (WEXITSTATUS(status) != 0) {
    end.trouble = "it ended its process with status " + std::to_string(WEXITSTATUS(status));
  }
  return end;
}

void* shared_memory(std::size_t size) {
  void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
  return memory;
}

void write_all(int descriptor, const std::string& bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t count = ::write(descriptor, bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;  // nobody reads any more
    done += static_cast<std::size_t>(count);
  }
}

void end_after(std::chrono::seconds time) noexcept { alarm(static_cast<unsigned>(time.count())); }

}  // namespace troupe::detail
