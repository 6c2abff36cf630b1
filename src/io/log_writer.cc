#include "io/log_writer.h"

#include <cerrno>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace openbell::io {

namespace {

std::int64_t utc_day() {
  using namespace std::chrono;
  return floor<days>(system_clock::now()).time_since_epoch().count();
}

/// "YYYYMMDD"
std::string day_text(std::int64_t day) {
  using namespace std::chrono;
  const year_month_day date{sys_days(days(day))};
  const std::uint64_t number = static_cast<std::uint64_t>(static_cast<int>(date.year())) * 10'000 +
                               static_cast<unsigned>(date.month()) * 100 +
                               static_cast<unsigned>(date.day());
  return std::to_string(number);
}

/// The entry of a file just made survives a loss of power only once its directory is synced.
void sync_directory(const std::string& directory) {
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

}  // namespace

LogWriter::LogWriter(LogWriterOptions options, Fill fill)
    : options_(std::move(options)), fill_(std::move(fill)), thread_([this] { run(); }) {}

LogWriter::~LogWriter() {
  stop();
}

void LogWriter::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_condition_.notify_all();
  if (thread_.joinable()) thread_.join();
}

/// True when the thread shall end.
bool LogWriter::wait_for(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return stop_condition_.wait_for(lock, time, [this] { return stopping_; });
}

void LogWriter::run() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  pthread_setname_np(pthread_self(), "log-writer");
  bool stopped = false;
  while (!stopped) {
    const bool more = turn();
    if (error_ != 0) {
      stopped = wait_for(options_.retry);
    } else if (!more) {
      stopped = wait_for(options_.poll);
    }
  }
  while (turn() && error_ == 0) {
  }
  close_file();
}

/// Fills and writes one batch. True when more may be waiting.
bool LogWriter::turn() {
  bool more = true;
  if (batch_.empty()) more = fill_(batch_, batch_size_max);
  if (!batch_.empty() && !write_batch()) return true;
  if ((!more || unsynced_ >= unsynced_size_max) && !sync()) return true;
  return more;
}

bool LogWriter::write_batch() {
  if (!open_for(utc_day())) return failed();
  while (batch_written_ < batch_.size()) {
    const ssize_t size =
        ::write(file_, batch_.data() + batch_written_, batch_.size() - batch_written_);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return failed();
    batch_written_ += static_cast<std::size_t>(size);
    file_size_ += static_cast<std::uint64_t>(size);
    unsynced_ += static_cast<std::uint64_t>(size);
    written_bytes_ += static_cast<std::uint64_t>(size);
  }
  batch_.clear();
  batch_written_ = 0;
  error_ = 0;
  return true;
}

bool LogWriter::sync() {
  if (unsynced_ == 0) return true;
  if (::fdatasync(file_) != 0 && errno != EINVAL) return failed();  // EINVAL: not a disk file
  unsynced_ = 0;
  return true;
}

/// Opens the file of the day, or the next one when it is full.
bool LogWriter::open_for(std::int64_t day) {
  const auto full = [this] {
    return options_.file_size_max != 0 && file_size_ >= options_.file_size_max;
  };
  if (file_ >= 0 && file_day_ == day && !full()) return true;
  std::uint32_t number = file_day_ == day ? file_number_ : 0;
  if (file_ >= 0 && !sync()) return false;
  do {
    close_file();
    if (!open_numbered(day, number++)) return false;
  } while (full());
  return finish_cut_line();
}

bool LogWriter::open_numbered(std::int64_t day, std::uint32_t number) {
  std::string path = options_.directory + '/' + options_.prefix + '-' + day_text(day);
  if (number != 0) path += '.' + std::to_string(number);
  path += ".jsonl";
  file_ = ::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
  struct stat status{};
  if (file_ < 0 || ::fstat(file_, &status) != 0) return false;
  file_day_ = day;
  file_number_ = number;
  file_size_ = static_cast<std::uint64_t>(status.st_size);
  if (file_size_ == 0) sync_directory(options_.directory);
  return true;
}

/// Before the first write to a file just opened: goes on with the line that was cut when this file
/// has its first half, else begins that line anew, on a line of its own.
bool LogWriter::finish_cut_line() {
  struct stat status{};
  if (::fstat(file_, &status) != 0) return false;
  const bool same_file = status.st_ino == cut_inode_ && status.st_dev == cut_device_;
  cut_inode_ = cut_device_ = 0;
  const bool cut = batch_written_ != 0 && batch_[batch_written_ - 1] != '\n';
  if (cut && same_file) return true;
  if (cut) {
    const std::size_t end = batch_.rfind('\n', batch_written_ - 1);
    batch_written_ = end == std::string::npos ? 0 : end + 1;
  }
  char last = '\n';
  if (S_ISREG(status.st_mode) && status.st_size != 0 &&
      ::pread(file_, &last, 1, status.st_size - 1) != 1)
    return false;
  return last == '\n' || ::write(file_, "\n", 1) == 1;
}

void LogWriter::close_file() {
  if (file_ >= 0) ::close(file_);
  file_ = -1;
  unsynced_ = 0;
}

/// Counts a failure and closes the file, so that the next attempt opens it anew.
bool LogWriter::failed() {
  error_ = errno;
  ++failures_;
  struct stat status{};
  if (file_ >= 0 && ::fstat(file_, &status) == 0) {
    cut_device_ = status.st_dev;
    cut_inode_ = status.st_ino;
  }
  close_file();
  return false;
}

}  // namespace openbell::io
