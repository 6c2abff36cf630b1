#include "main/daemon/log.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fcntl.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "io/fd.h"

namespace openbell {

namespace {

constexpr std::size_t waiting_max = 1u << 20;
constexpr std::uint64_t size_before_rotation = 1u << 20;
constexpr int files_kept = 3;

std::string time_of_day() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::localtime_r(&now, &parts);
  std::array<char, 16> text{};
  std::strftime(text.data(), text.size(), "%H:%M:%S", &parts);
  return text.data();
}

/// One line whatever the message holds.
void append_printable(std::string_view message, std::string& line) {
  for (const char c : message) line.push_back(static_cast<unsigned char>(c) < 0x20 ? ' ' : c);
}

}  // namespace

Log::Log(LogOptions options, std::string& error) : options_(std::move(options)) {
  std::string_view to = options_.destination;
  if (to == "stdout") {
    fd_ = STDOUT_FILENO;
  } else if (to == "syslog" || to.starts_with("host:")) {
    syslog_ = true;
    ::openlog("openbell", LOG_PID, LOG_DAEMON);
  } else if (to != "stderr") {
    if (to.starts_with("file:")) to.remove_prefix(5);
    path_ = to;
    fd_ = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    owned_ = fd_ >= 0;
    struct stat status{};
    if (!owned_) {
      error = io::system_error("cannot write the log to " + path_, errno);
      fd_ = STDERR_FILENO;
    } else if (::fstat(fd_, &status) == 0) {
      rotates_ = S_ISREG(status.st_mode);
      file_size_ = static_cast<std::uint64_t>(status.st_size);
    }
  }
  thread_ = std::thread([this] { run(); });
}

Log::~Log() {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  news_.notify_one();
  const bool ended =
      finished_.wait_for(lock, std::chrono::milliseconds(500), [this] { return ended_; });
  lock.unlock();
  if (!ended) {
    // Nobody reads the other end: the thread hangs in a write. The process ends, nothing else can
    // be done about it.
    std::fflush(nullptr);
    ::_exit(1);
  }
  thread_.join();
  if (owned_) ::close(fd_);
}

bool Log::takes(int level, std::string_view source) const {
  if (!options_.enable || level > options_.level_max) return false;
  return level < 6 || std::ranges::find(options_.muted, source) == options_.muted.end();
}

void Log::log(int level, std::string_view source, std::string_view message) {
  if (!takes(level, source)) return;
  std::string line;
  if (syslog_)
    line = std::to_string(level);
  else
    line = time_of_day() + " " + std::to_string(::getpid());
  line.append(" ").append(source);
  for (std::size_t width = source.size(); width < 15; ++width) line.push_back(' ');
  line.push_back(' ');
  append_printable(message, line);
  line.push_back('\n');
  const std::lock_guard lock(mutex_);
  if (waiting_.size() + line.size() > waiting_max) {
    ++dropped_;
    return;
  }
  waiting_ += line;
  news_.notify_one();
}

void Log::run() {
  std::unique_lock lock(mutex_);
  std::string text;
  for (;;) {
    news_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) break;
    text.swap(waiting_);
    if (dropped_ != 0)
      text += (syslog_ ? "4 " : "") + std::string("log ") + std::to_string(dropped_) +
              " lines dropped\n";
    dropped_ = 0;
    lock.unlock();
    put(text);
    text.clear();
    lock.lock();
  }
  ended_ = true;
  finished_.notify_one();
}

void Log::put(std::string_view text) {
  if (syslog_) {
    while (!text.empty()) {
      const std::string line(text.substr(0, text.find('\n')));
      ::syslog(line[0] - '0', "%s", line.c_str() + 2);
      text.remove_prefix(line.size() + 1);
    }
    return;
  }
  if (rotates_ && file_size_ + text.size() > size_before_rotation) rotate();
  while (!text.empty()) {
    const ssize_t n = ::write(fd_, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    file_size_ += static_cast<std::uint64_t>(n);
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

/// PATH, PATH.1 … as ExaBGP rotates.
void Log::rotate() {
  for (int i = files_kept - 1; i > 0; --i) {
    const std::string from = i == 1 ? path_ : path_ + "." + std::to_string(i - 1);
    std::rename(from.c_str(), (path_ + "." + std::to_string(i)).c_str());
  }
  const int fresh = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
  if (fresh < 0) return;
  ::close(fd_);
  fd_ = fresh;
  file_size_ = 0;
}

}  // namespace openbell
