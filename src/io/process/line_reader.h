#pragma once
// Lines out of a pipe: bytes come as the kernel has them, whole lines leave. What bytes a line
// holds (NUL, 8-bit, controls) is not its business.

#include <cstdint>
#include <memory>
#include <string_view>

namespace openbell::io {

class LineReader {
 public:
  /// A line longer than `line_max` bytes is refused: skipped up to its LF, nothing else is lost.
  explicit LineReader(std::size_t line_max = 1u << 20) : line_max_(line_max) {}

  enum class Fill : std::uint8_t { some, nothing, end };
  /// One read() of at most 256 KiB. `end` also for a read error. Views given before become invalid.
  Fill fill(int fd);

  enum class Take : std::uint8_t { none, line, refused };
  /// The next whole line without its LF, nor a CR before it; valid until fill(). `refused` once for
  /// each line that was too long, with an empty line.
  Take next(std::string_view& line);

  /// Length of the line refused last.
  [[nodiscard]] std::size_t refused_size() const { return refused_size_; }
  /// Bytes after the last LF: a line not finished yet.
  [[nodiscard]] std::size_t unfinished() const { return end_ - begin_; }

 private:
  void make_room();

  std::size_t line_max_;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;    // of the next line
  std::size_t scanned_ = 0;  // no LF from begin_ to here
  std::size_t end_ = 0;
  std::size_t skipped_ = 0;  // bytes thrown away of a line that is too long, 0: not inside one
  std::size_t refused_size_ = 0;
};

}  // namespace openbell::io
