#include "io/net/chunk_queue.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/uio.h>

#include "io/net/transmit_stamps.h"

namespace openbell::io {

namespace {

ssize_t send_parts(int socket, iovec* parts, std::size_t count) {
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = count;
  return ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

}  // namespace

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

/// Up to `limit` bytes go through put(parts, count, last): `last` when these are the end of them.
template <typename Put>
int ChunkQueue::drain(std::size_t limit, Put put) {
  while (limit != 0) {
    std::array<iovec, 16> parts;
    std::size_t count = 0;
    std::size_t asked = 0;
    while (count < parts.size() && asked < limit) {
      const std::size_t from = count == 0 ? begin_ : 0;
      const std::size_t to = count + 1 == chunks_.size() ? end_ : chunk_bytes;
      const std::size_t size = std::min(to - from, limit - asked);
      parts[count] = {chunks_[count]->data() + from, size};
      asked += size;
      ++count;
    }
    const ssize_t taken = put(parts.data(), count, asked == limit);
    if (taken < 0 && errno == EINTR) continue;
    if (taken < 0) return errno == EAGAIN ? 0 : errno;
    consume(static_cast<std::size_t>(taken));
    if (static_cast<std::size_t>(taken) < asked) return 0;
    limit -= asked;
  }
  return 0;
}

int ChunkQueue::write_to(int fd) {
  return drain(size_, [fd](const iovec* parts, std::size_t count, bool) {
    return ::writev(fd, parts, static_cast<int>(count));
  });
}

int ChunkQueue::send_to(int socket) {
  return drain(size_, [socket](iovec* parts, std::size_t count, bool) {
    return send_parts(socket, parts, count);
  });
}

int ChunkQueue::send_stamped_to(int socket, std::size_t limit, TransmitStamps& stamps) {
  return drain(limit, [&](iovec* parts, std::size_t count, bool last) {
    return last ? stamps.send(socket, parts, count) : send_parts(socket, parts, count);
  });
}

}  // namespace openbell::io
