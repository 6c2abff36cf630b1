// A peer that pours: accepts one BGP session and sends COUNT prefixes as fast as they are taken,
// from a buffer made beforehand.
//
//     bench_source PORT AS COUNT PER_MESSAGE ATTRIBUTE_SETS OUT [--again]
//
// Says `listening` and `established` on standard output. Sends when a byte comes on standard input;
// OUT then has two time stamps, before the first write and after the last. Ends at the end of
// standard input. With --again it sends all of it again and again instead, until it is killed.

#include <arpa/inet.h>
#include <array>
#include <cstdio>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

#include "wire.h"

using namespace openbell::bench;

namespace {

int accept_on(std::uint16_t port) {
  const int listener = listen_on(port);
  std::puts("listening");
  std::fflush(stdout);
  const int fd = accept(listener, nullptr, nullptr);
  if (fd < 0) die("accept");
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

// Read until the session is established, or what the speaker says once it is.
void read_some(int fd, Inbox& inbox, std::uint32_t as) {
  if (!inbox.fill(fd)) die("the speaker closed the session");
  Inbox::Message message{};
  while (inbox.next(message)) {
    if (message.type == MessageType::open) {
      write_all(fd, open_message(as, INADDR_LOOPBACK));
      write_all(fd, keepalive_message());
    } else if (message.type == MessageType::keepalive) {
      static bool established = false;
      if (!established) std::puts("established");
      std::fflush(stdout);
      established = true;
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 7) {
    std::fputs("usage: bench_source PORT AS COUNT PER_MESSAGE ATTRIBUTE_SETS OUT [--again]\n",
               stderr);
    return 2;
  }
  const auto as = static_cast<std::uint32_t>(number_argument("AS", argv[2], UINT32_MAX));
  const Bytes updates = update_messages(
      as, static_cast<std::uint32_t>(number_argument("COUNT", argv[3], prefix_count_max)),
      static_cast<std::uint32_t>(number_argument("PER_MESSAGE", argv[4], 1000)),
      static_cast<std::uint32_t>(number_argument("ATTRIBUTE_SETS", argv[5], 1000)));
  const int fd = accept_on(static_cast<std::uint16_t>(number_argument("PORT", argv[1], 65535)));
  Inbox inbox;
  while (true) {
    std::array<pollfd, 2> ready = {pollfd{fd, POLLIN, 0}, pollfd{STDIN_FILENO, POLLIN, 0}};
    constexpr int keepalive_ms = 30'000;
    if (poll(ready.data(), ready.size(), keepalive_ms) == 0) write_all(fd, keepalive_message());
    if (ready[0].revents != 0) read_some(fd, inbox, as);
    if (ready[1].revents != 0) {
      char byte = 0;
      if (read(STDIN_FILENO, &byte, 1) != 1) return 0;
      const std::uint64_t begin = now_ns();
      do {
        write_all(fd, updates);
        if (poll(ready.data(), 1, 0) > 0) read_some(fd, inbox, as);
      } while (argc > 7);
      save(argv[6], std::array{begin, now_ns()});
    }
  }
}
