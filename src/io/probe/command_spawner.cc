#include "io/probe/command_spawner.h"

#include <cerrno>
#include <csignal>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include "io/loop/worker_thread.h"
#include "io/probe/command_reaper.h"
#include "io/process/spawn.h"

namespace openbell::io {

namespace {

CommandSpawner::Started start_command(const std::vector<std::string>& arguments, int output) {
  CommandSpawner::Started result;
  if (arguments.empty()) {
    result.error = EINVAL;
    return result;
  }
  result.error = spawn(arguments, {.output = output, .error = output}, result.pid);
  if (result.error != 0) return result;
  result.process = Fd(static_cast<int>(::syscall(SYS_pidfd_open, result.pid, 0)));
  if (result.process) return result;
  // Without a pidfd, for want of descriptors, nothing would tell us its end.
  result.error = errno;
  ::kill(-result.pid, SIGKILL);
  ::waitpid(result.pid, nullptr, 0);
  return result;
}

}  // namespace

CommandSpawner::CommandSpawner(Reactor& reactor, CommandReaper& reaper)
    : reaper_(reaper),
      started_(reactor, [this] { deliver(); }),
      thread_(start_worker("openbell-exec", [this] { run(); })) {}

CommandSpawner::~CommandSpawner() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  work_.notify_one();
  thread_.join();
  waiting_.clear();
  deliver();
}

CommandSpawner::Ticket CommandSpawner::start(std::vector<std::string> arguments, Fd output,
                                             Done done) {
  const Ticket ticket = ++last_ticket_;
  waiting_[ticket] = std::move(done);
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back({ticket, std::move(arguments), std::move(output)});
  }
  work_.notify_one();
  return ticket;
}

void CommandSpawner::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    work_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
    if (ending_) return;
    std::vector<Job> jobs = std::exchange(jobs_, {});
    for (Job& job : jobs) {
      lock.unlock();
      Started started = start_command(job.arguments, job.output.get());
      job.output.reset();
      lock.lock();
      answers_.push_back({job.ticket, std::move(started)});
      started_.wake();
    }
  }
}

void CommandSpawner::deliver() {
  std::vector<Answer> answers;
  {
    const std::lock_guard lock(mutex_);
    answers.swap(answers_);
  }
  for (Answer& answer : answers) {
    const auto at = waiting_.find(answer.ticket);
    if (at == waiting_.end()) {
      if (answer.started.error == 0)
        reaper_.kill(answer.started.pid, std::move(answer.started.process));
      continue;
    }
    const Done done = std::move(at->second);
    waiting_.erase(at);
    done(std::move(answer.started));
  }
}

}  // namespace openbell::io
