#include "io/chunk_queue.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/uio.h>

namespace openbell::io {

void ChunkQueue::append(base::Bytes bytes) {
  size_ += bytes.size();
  while (!bytes.empty()) {
    if (end_ == chunk_bytes) {
      chunks_.push_back(spare_ ? std::move(spare_)
                               : std::make_unique_for_overwrite<Chunk::element_type>());
      end_ = 0;
    }
    const std::size_t n = std::min(bytes.size(), chunk_bytes - end_);
    std::memcpy(chunks_.back()->data() + end_, bytes.data(), n);
    end_ += n;
    bytes = bytes.subspan(n);
  }
}

void ChunkQueue::clear() {
  consume(size_);
}

void ChunkQueue::consume(std::size_t n) {
  size_ -= n;
  begin_ += n;
  while (!chunks_.empty() && (begin_ >= chunk_bytes || size_ == 0)) {
    spare_ = std::move(chunks_.front());
    chunks_.pop_front();
    begin_ = begin_ >= chunk_bytes ? begin_ - chunk_bytes : 0;
  }
  if (size_ == 0) {
    begin_ = 0;
    end_ = chunk_bytes;
  }
}

template <typename Put>
int ChunkQueue::drain(Put put) {
  while (size_ != 0) {
    std::array<iovec, 16> parts;
    const std::size_t count = std::min(parts.size(), chunks_.size());
    std::size_t asked = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t from = i == 0 ? begin_ : 0;
      const std::size_t to = i + 1 == chunks_.size() ? end_ : chunk_bytes;
      parts[i] = {chunks_[i]->data() + from, to - from};
      asked += to - from;
    }
    const ssize_t taken = put(parts.data(), count);
    if (taken < 0 && errno == EINTR) continue;
    if (taken < 0) return errno == EAGAIN ? 0 : errno;
    consume(static_cast<std::size_t>(taken));
    if (static_cast<std::size_t>(taken) < asked) return 0;
  }
  return 0;
}

int ChunkQueue::write_to(int fd) {
  return drain([fd](const iovec* parts, std::size_t count) {
    return ::writev(fd, parts, static_cast<int>(count));
  });
}

int ChunkQueue::send_to(int socket) {
  return drain([socket](iovec* parts, std::size_t count) {
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = count;
    return ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  });
}

}  // namespace openbell::io
