#pragma once
// A thread of its own that appends lines to a file of the day, so that a disk that is full, slow or
// gone is felt by nobody else.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace openbell::io {

struct LogWriterOptions {
  std::string directory;                 // must exist
  std::string prefix = "audit";          // files: PREFIX-YYYYMMDD.jsonl, PREFIX-YYYYMMDD.1.jsonl, …
  std::uint64_t file_size_max = 0;       // bytes after which the next file is begun; 0: no limit
  std::chrono::milliseconds poll{20};    // how long a line may wait for its thread
  std::chrono::milliseconds retry{500};  // between attempts to write after a failure
};

/// Asks a callback for lines and writes them: O_APPEND, fdatasync once per batch, a new file each
/// UTC day. After a failure the file is opened again and what was not written is written then; the
/// callback is not asked meanwhile, so what piles up is bounded by its source. A line is never left
/// half written: a file that ends in the middle of a line (the disk was full, the machine lost
/// power) gets a newline before anything else unless the rest of that very line follows.
class LogWriter {
 public:
  /// Appends whole lines to `buffer`, at most about `size_max` bytes. True when more may be
  /// waiting. Called by the writer's thread alone, must not throw.
  using Fill = std::function<bool(std::string& buffer, std::size_t size_max)>;

  /// Starts the thread.
  LogWriter(LogWriterOptions options, Fill fill);
  /// stop()
  ~LogWriter();
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  /// Writes what is waiting (one last attempt, if the disk refuses) and ends the thread.
  void stop();

  /// Any thread.
  [[nodiscard]] std::uint64_t written_bytes() const { return written_bytes_.load(); }
  /// Calls that failed: open, write or fdatasync.
  [[nodiscard]] std::uint64_t failures() const { return failures_.load(); }
  /// errno of the last failure, 0 once writing works again.
  [[nodiscard]] int error() const { return error_.load(); }

 private:
  static constexpr std::size_t batch_size_max = 1 << 18;
  static constexpr std::uint64_t unsynced_size_max = 1 << 23;

  void run();
  bool turn();
  bool write_batch();
  bool open_for(std::int64_t day);
  bool open_numbered(std::int64_t day, std::uint32_t number);
  bool finish_cut_line();
  bool sync();
  void close_file();
  bool failed();
  bool wait_for(std::chrono::milliseconds time);

  const LogWriterOptions options_;
  const Fill fill_;

  // Of the thread.
  std::string batch_;
  std::size_t batch_written_ = 0;
  int file_ = -1;
  std::int64_t file_day_ = 0;
  std::uint32_t file_number_ = 0;
  std::uint64_t file_size_ = 0;
  std::uint64_t unsynced_ = 0;
  std::uint64_t cut_device_ = 0;  // the file that holds the first half of the line at hand
  std::uint64_t cut_inode_ = 0;

  std::atomic<std::uint64_t> written_bytes_{0};
  std::atomic<std::uint64_t> failures_{0};
  std::atomic<int> error_{0};
  std::mutex mutex_;
  std::condition_variable stop_condition_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace openbell::io
