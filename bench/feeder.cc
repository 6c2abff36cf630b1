// The helper process of a measured speaker, and the driver of the floor.
//
//     bench_feeder GO OUT singles COUNT SPACING_US       one `announce` per line and write
//     bench_feeder GO OUT pairs COUNT SPACING_US         each prefix announced, then withdrawn
//     bench_feeder GO OUT bulk COUNT                     all announces as fast as they are taken
//     bench_feeder GO OUT receipts COUNT                 the same, each with an id of its own
//     bench_feeder GO OUT churn COUNT                    all announced, all withdrawn, for ever
//     bench_feeder GO OUT reader COUNT                   reads JSON until COUNT prefixes have come
//
// GO is a FIFO: nothing happens until somebody has written a byte to it. OUT receives time stamps
// of CLOCK_MONOTONIC in nanoseconds, as 64-bit numbers: for singles and pairs one per line, taken
// before its write; for bulk and receipts one before the first write and one after the last; for
// reader one when the last prefix has been read. The speaker's answers are read and thrown away.

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include "wire.h"

using namespace openbell::bench;

namespace {

struct Arguments {
  const char* go;
  std::string out;
  std::string_view mode;
  std::uint32_t count;
  std::uint64_t spacing_us;
};

// False: the speaker has gone.
bool discard_answers() {
  std::array<char, 65536> answers;
  ssize_t got = 0;
  while ((got = read(STDIN_FILENO, answers.data(), answers.size())) > 0) {
  }
  return got != 0;
}

std::string announce(std::uint32_t index) {
  return "announce route " + prefix_text(index) + " next-hop 10.0.0.1\n";
}

std::string announce_with_id(std::uint32_t index) {
  return "announce route " + prefix_text(index) + " next-hop 10.0.0.1 id r" +
         std::to_string(index) + "\n";
}

std::string withdraw(std::uint32_t index) {
  return "withdraw route " + prefix_text(index) + " next-hop 10.0.0.1\n";
}

// As fast as they are taken. False: the speaker has gone.
bool write_lines(std::string_view left) {
  while (!left.empty()) {
    std::array<pollfd, 2> ready = {pollfd{STDOUT_FILENO, POLLOUT, 0},
                                   pollfd{STDIN_FILENO, POLLIN, 0}};
    poll(ready.data(), ready.size(), -1);
    if (ready[1].revents != 0 && !discard_answers()) return false;
    const ssize_t written = write(STDOUT_FILENO, left.data(), left.size());
    if (written < 0 && errno != EAGAIN) die("write");
    if (written > 0) left.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

void write_bulk(const Arguments& arguments) {
  const bool for_ever = arguments.mode == "churn";
  const auto line = arguments.mode == "receipts" ? announce_with_id : announce;
  std::string text;
  for (std::uint32_t index = 0; index < arguments.count; ++index) text += line(index);
  for (std::uint32_t index = 0; for_ever && index < arguments.count; ++index)
    text += withdraw(index);
  fcntl(STDOUT_FILENO, F_SETFL, O_NONBLOCK);
  wait_for_go(arguments.go);
  const std::uint64_t begin = now_ns();
  do {
    if (!write_lines(text)) return;
  } while (for_ever);
  save(arguments.out, std::array{begin, now_ns()});
}

void read_events(const Arguments& arguments) {
  constexpr std::string_view mark = "\"nlri\"";
  std::vector<char> buffer(1U << 20);
  std::size_t kept = 0;  // the end of what was read before, which may be half a mark
  std::uint32_t seen = 0;
  wait_for_go(arguments.go);
  while (seen < arguments.count) {
    const ssize_t got = read(STDIN_FILENO, buffer.data() + kept, buffer.size() - kept);
    if (got < 0 && errno == EAGAIN) {
      pollfd ready = {STDIN_FILENO, POLLIN, 0};
      poll(&ready, 1, -1);
      continue;
    }
    if (got <= 0) die("events end");
    const std::string_view text(buffer.data(), kept + static_cast<std::size_t>(got));
    std::size_t at = 0;
    for (std::size_t next = 0; (next = text.find(mark, at)) != text.npos; at = next + mark.size()) {
      ++seen;
    }
    const std::size_t tail = std::max(at, text.size() - std::min(text.size(), mark.size() - 1));
    kept = text.size() - tail;
    std::memmove(buffer.data(), buffer.data() + tail, kept);
  }
  save(arguments.out, std::array{now_ns()});
}

std::vector<std::string> lines_for(const Arguments& arguments) {
  std::vector<std::string> lines;
  for (std::uint32_t index = 0; index < arguments.count; ++index) {
    lines.push_back(announce(index));
    if (arguments.mode == "pairs") lines.push_back(withdraw(index));
  }
  return lines;
}

void run(const Arguments& arguments) {
  if (arguments.mode == "bulk" || arguments.mode == "receipts" || arguments.mode == "churn")
    return write_bulk(arguments);
  if (arguments.mode == "reader") return read_events(arguments);
  const std::vector<std::string> lines = lines_for(arguments);
  wait_for_go(arguments.go);
  save(arguments.out, paced(lines.size(), arguments.spacing_us, [&](std::size_t index) {
         discard_answers();
         const std::uint64_t before = now_ns();
         write_all(STDOUT_FILENO, lines[index]);
         return before;
       }));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fputs(
        "usage: bench_feeder GO OUT singles|pairs|bulk|receipts|churn|reader COUNT [SPACING_US]\n",
        stderr);
    return 2;
  }
  fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
  run({argv[1], argv[2], argv[3],
       static_cast<std::uint32_t>(number_argument("COUNT", argv[4], prefix_count_max)),
       argc > 5 ? number_argument("SPACING_US", argv[5], 10'000'000) : 0});
  // A speaker restarts a helper that ends.
  while (true) {
    pollfd closed = {STDIN_FILENO, POLLIN, 0};
    poll(&closed, 1, -1);
    std::array<char, 65536> answers;
    if (read(STDIN_FILENO, answers.data(), answers.size()) == 0) return 0;
  }
}
