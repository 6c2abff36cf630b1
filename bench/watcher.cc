// The floor of failover: watches one program and does one send() when it dies. No speaker on the
// same machine can be faster than this.
//
//     bench_watcher PORT AS INDEX process PID_FILE
//     bench_watcher PORT AS INDEX hold WATCHED_PORT
//     bench_watcher PORT AS INDEX heartbeat FILE STALE_US [--spin]
//
// Announces prefix INDEX to the peer at PORT whenever there is something to watch and withdraws it
// at its death: the end of the process (its pidfd), the end of a connection kept to 127.0.0.1, a
// record (etc/heartbeat) without a bump for so long. --spin looks at the record without sleeping.

#include <algorithm>
#include <array>
#include <cstdio>
#include <fcntl.h>
#include <fstream>
#include <functional>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../etc/heartbeat/heartbeat.h"
#include "wire.h"

using namespace openbell::bench;

namespace {

struct Watch {
  std::function<bool()> begin;     // true: there is something to watch
  std::function<void()> wait_end;  // returns at its death
};

Watch watch_process(const std::string& path) {
  static int pidfd = -1;
  return {[path] {
            int pid = 0;
            std::ifstream(path) >> pid;
            pidfd = pid == 0 ? -1 : static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
            pollfd ended = {pidfd, POLLIN, 0};
            if (pidfd < 0 || poll(&ended, 1, 0) == 0) return pidfd >= 0;
            close(pidfd);  // dead, but not reaped yet
            return false;
          },
          [] {
            pollfd ended = {pidfd, POLLIN, 0};
            poll(&ended, 1, -1);
            close(pidfd);
          }};
}

Watch watch_connection(std::uint16_t port) {
  static int connection = -1;
  return {[port] { return (connection = connect_to(port)) >= 0; },
          [] {
            char byte;
            while (recv(connection, &byte, 1, 0) > 0) {
            }
            close(connection);
          }};
}

Watch watch_heartbeat(const char* path, std::uint64_t stale_ns, bool spin) {
  static const openbell_heartbeat_record* record = nullptr;
  const int fd = open(path, O_RDONLY);
  void* memory = fd < 0 ? MAP_FAILED : mmap(nullptr, sizeof *record, PROT_READ, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) die(path);
  record = static_cast<const openbell_heartbeat_record*>(memory);
  static const auto deadline = [stale_ns] {
    return __atomic_load_n(&record->bump_ns, __ATOMIC_ACQUIRE) + stale_ns;
  };
  return {[] { return now_ns() <= deadline(); },
          [spin] {
            while (now_ns() <= deadline()) {
              if (!spin) sleep_until(deadline() + 1);
            }
          }};
}

int usage() {
  std::fputs(
      "usage: bench_watcher PORT AS INDEX process PID_FILE | hold WATCHED_PORT | "
      "heartbeat FILE STALE_US [--spin]\n",
      stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) return usage();
  const auto as = static_cast<std::uint32_t>(number_argument("AS", argv[2], UINT32_MAX));
  const auto index =
      static_cast<std::uint32_t>(number_argument("INDEX", argv[3], prefix_count_max - 1));
  const std::string_view kind = argv[4];
  const bool spin = argc > 7 && std::string_view(argv[7]) == "--spin";
  Watch watch;
  if (kind == "process")
    watch = watch_process(argv[5]);
  else if (kind == "hold")
    watch = watch_connection(
        static_cast<std::uint16_t>(number_argument("WATCHED_PORT", argv[5], 65535)));
  else if (kind == "heartbeat" && argc > 6)
    watch = watch_heartbeat(argv[5], number_argument("STALE_US", argv[6], 10'000'000) * 1000, spin);
  else
    return usage();

  const int peer = connect_to(static_cast<std::uint16_t>(number_argument("PORT", argv[1], 65535)));
  if (peer < 0) die("connect");
  const Bytes announce = update_message(as, index, index + 1, 0);
  const Bytes withdraw = withdraw_message(index);
  prctl(PR_SET_TIMERSLACK, 1UL);  // else the kernel adds 50 us to every sleep
  while (true) {
    while (!watch.begin()) {
      if (!spin) usleep(1000);
    }
    write_all(peer, announce);
    watch.wait_end();
    if (send(peer, withdraw.data(), withdraw.size(), MSG_NOSIGNAL) < 0) die("send");
  }
}
