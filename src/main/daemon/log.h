#pragma once
// The log of the daemon: lines for people, written by a thread of its own, so that a terminal, pipe
// or disk that does not take them costs the loop nothing.

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "engine/ports.h"

namespace openbell {

struct LogOptions {
  bool enable = true;
  int level_max = 6;                    // as in syslog: 3 error, 4 warning, 6 info, 7 debug
  std::string destination = "stdout";   // stdout, stderr, syslog, file:PATH or a path
  std::vector<std::string> muted = {};  // sources whose lines of information are left out
};

class Log final : public engine::Log {
 public:
  /// Starts the thread. `error` tells why the destination cannot be used; standard error serves
  /// then.
  Log(LogOptions options, std::string& error);
  /// Writes what waits, for half a second at most.
  ~Log() override;
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  /// Queues `HH:MM:SS pid source message`. Never waits: beyond 1 MiB of waiting text lines are
  /// dropped and counted, which the log says when it flows again.
  void log(int level, std::string_view source, std::string_view message) override;
  [[nodiscard]] bool takes(int level, std::string_view source) const;

 private:
  void run();
  void put(std::string_view text);
  void rotate();

  const LogOptions options_;
  int fd_ = 2;
  bool owned_ = false;    // fd_ is a file of ours
  bool rotates_ = false;  // it is no pipe or device
  bool syslog_ = false;
  std::string path_;
  std::uint64_t file_size_ = 0;

  std::mutex mutex_;
  std::condition_variable news_;
  std::condition_variable finished_;
  std::string waiting_;
  std::uint64_t dropped_ = 0;
  bool stopping_ = false;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace openbell
