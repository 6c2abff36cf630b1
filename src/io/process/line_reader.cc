#include "io/process/line_reader.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <unistd.h>
#include <utility>

namespace openbell::io {

namespace {
constexpr std::size_t read_bytes = 256u << 10;
}

void LineReader::make_room() {
  const std::size_t held = end_ - begin_;
  if (begin_ != 0) {
    if (held != 0) std::memmove(buffer_.get(), buffer_.get() + begin_, held);
    scanned_ -= begin_;
    end_ = held;
    begin_ = 0;
  }
  if (capacity_ - end_ >= read_bytes / 4) return;
  const std::size_t larger = std::max(capacity_ * 2, read_bytes);
  auto buffer = std::make_unique_for_overwrite<char[]>(larger);
  if (held != 0) std::memcpy(buffer.get(), buffer_.get(), held);
  buffer_ = std::move(buffer);
  capacity_ = larger;
}

LineReader::Fill LineReader::fill(int fd) {
  make_room();
  const std::size_t room = std::min(read_bytes, capacity_ - end_);
  ssize_t n;
  do n = ::read(fd, buffer_.get() + end_, room);
  while (n < 0 && errno == EINTR);
  if (n < 0) return errno == EAGAIN ? Fill::nothing : Fill::end;
  if (n == 0) return Fill::end;
  end_ += static_cast<std::size_t>(n);
  return Fill::some;
}

LineReader::Take LineReader::next(std::string_view& line) {
  line = {};
  const char* from = buffer_.get() + scanned_;
  const void* found = end_ == scanned_ ? nullptr : std::memchr(from, '\n', end_ - scanned_);
  if (found == nullptr) {
    scanned_ = end_;
    if (skipped_ != 0 || end_ - begin_ > line_max_) {
      skipped_ += end_ - begin_;
      begin_ = end_;
    }
    return Take::none;
  }
  const auto lf = static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.get());
  const std::size_t length = lf - begin_;
  const bool refused = skipped_ != 0 || length > line_max_;
  if (refused) {
    refused_size_ = std::exchange(skipped_, 0) + length;
  } else {
    line = {buffer_.get() + begin_, length};
    if (line.ends_with('\r')) line.remove_suffix(1);
  }
  begin_ = scanned_ = lf + 1;
  return refused ? Take::refused : Take::line;
}

}  // namespace openbell::io
