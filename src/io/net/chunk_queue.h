#pragma once
// Bytes that wait for a descriptor: a queue of fixed chunks, so that a long queue grows without
// copying what waits already and gives memory back as it drains.

#include <array>
#include <cstdint>
#include <deque>
#include <memory>

#include "base/bytes.h"

namespace openbell::io {

class TransmitStamps;

class ChunkQueue {
 public:
  static constexpr std::size_t chunk_bytes = 64u << 10;

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  void append(base::Bytes bytes);
  void clear();

  /// Gives the queue to `fd` until it is empty or the kernel takes no more (one system call for 16
  /// chunks). 0, or the errno that is neither EAGAIN nor EINTR.
  int write_to(int fd);
  /// The same with MSG_NOSIGNAL on a socket.
  int send_to(int socket);
  /// Gives the socket the first `limit` bytes, and asks for the time stamps of the last of them
  /// (io/net/transmit_stamps.h) in the call that has it.
  int send_stamped_to(int socket, std::size_t limit, TransmitStamps& stamps);

 private:
  using Chunk = std::unique_ptr<std::array<std::uint8_t, chunk_bytes>>;
  template <typename Put>
  int drain(std::size_t limit, Put put);
  void consume(std::size_t n);

  std::deque<Chunk> chunks_;
  Chunk spare_;            // the chunk emptied last: a queue that comes and goes allocates nothing
  std::size_t begin_ = 0;  // in the first chunk
  std::size_t end_ = chunk_bytes;  // in the last chunk
  std::size_t size_ = 0;
};

}  // namespace openbell::io
