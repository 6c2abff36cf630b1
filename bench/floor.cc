// The floor: the path from a helper's line to a peer with no BGP in it. Reads lines from a pipe and
// sends one prebuilt message for each. No speaker on the same machine can be faster than this.
//
//     bench_floor PORT [--spin]
//
// --spin asks the pipe again and again instead of sleeping until it is readable.

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire.h"

using namespace openbell::bench;

namespace {

// As long as what a speaker sends for one route, and well-formed, so that the peer reads it alike.
constexpr std::array<std::uint8_t, 47> update = {
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,  // marker
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,  //
    0,    47,   2,                                   // length, type UPDATE
    0,    0,    0,    20,                            // nothing withdrawn, 20 bytes of attributes
    0x40, 1,    1,    0,                             // ORIGIN igp
    0x40, 2,    6,    2,    1,    0,    0,    0xFD, 0xE8,  // AS_PATH 65000
    0x40, 3,    4,    127,  0,    0,    1,                 // NEXT_HOP
    24,   16,   0,    0,                                   // 16.0.0.0/24
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: bench_floor PORT [--spin]\n", stderr);
    return 2;
  }
  const int peer = connect_to(static_cast<std::uint16_t>(number_argument("PORT", argv[1], 65535)));
  if (peer < 0) die("connect");
  const bool spin = argc > 2 && std::strcmp(argv[2], "--spin") == 0;
  if (spin) fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
  std::array<char, 65536> lines;
  while (true) {
    const ssize_t got = read(STDIN_FILENO, lines.data(), lines.size());
    if (got == 0) return 0;
    if (got < 0 && errno != EAGAIN) die("read");
    for (auto count = std::count(lines.begin(), lines.begin() + std::max<ssize_t>(got, 0), '\n');
         count > 0; --count) {
      if (send(peer, update.data(), update.size(), 0) < 0) die("send");
    }
  }
}
