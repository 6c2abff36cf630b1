#pragma once
// Starts the commands of checks on a thread of its own: the one that starts a program waits until
// it is loaded, most of a millisecond on a busy host, which the loop does not have.

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <sys/types.h>
#include <thread>
#include <unordered_map>
#include <vector>

#include "io/fd.h"
#include "io/loop/wakeup.h"

namespace openbell::io {

class CommandReaper;

class CommandSpawner {
 public:
  using Ticket = std::uint64_t;
  struct Started {
    int error = 0;  // of the system; else:
    pid_t pid = 0;
    Fd process;  // pidfd
  };
  using Done = std::function<void(Started)>;

  /// Starts the thread. `reaper` gets what is cancelled too late.
  CommandSpawner(Reactor& reactor, CommandReaper& reaper);
  ~CommandSpawner();
  CommandSpawner(const CommandSpawner&) = delete;
  CommandSpawner& operator=(const CommandSpawner&) = delete;

  /// Starts `arguments`, stdout and stderr on `output`. `done` is called once, from the loop,
  /// unless cancelled before.
  Ticket start(std::vector<std::string> arguments, Fd output, Done done);
  /// A command that was started nevertheless is killed.
  void cancel(Ticket ticket) { waiting_.erase(ticket); }

 private:
  struct Job {
    Ticket ticket;
    std::vector<std::string> arguments;
    Fd output;
  };
  struct Answer {
    Ticket ticket;
    Started started;
  };

  void run();
  void deliver();

  CommandReaper& reaper_;
  Wakeup started_;
  std::unordered_map<Ticket, Done> waiting_;  // of the loop's thread
  Ticket last_ticket_ = 0;

  std::mutex mutex_;  // of everything below
  std::condition_variable work_;
  std::vector<Job> jobs_;
  std::vector<Answer> answers_;
  bool ending_ = false;

  std::thread thread_;
};

}  // namespace openbell::io
