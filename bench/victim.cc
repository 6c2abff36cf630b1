// A program to be killed: it is there, listens, or bumps a heartbeat, and does nothing else.
//
//     bench_victim exist PID_FILE
//     bench_victim listen PORT
//     bench_victim bump FILE INTERVAL_US
//
// PID_FILE appears when it is whole. A connection to PORT is accepted and kept.

#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../etc/heartbeat/heartbeat.h"
#include "wire.h"

using namespace openbell::bench;

namespace {

[[noreturn]] void exist(const std::string& path) {
  std::ofstream(path + ".part") << getpid() << '\n';
  if (std::rename((path + ".part").c_str(), path.c_str()) != 0) die(path);
  while (true) pause();
}

[[noreturn]] void listen_for_ever(std::uint16_t port) {
  const int listener = listen_on(port);
  while (true) accept(listener, nullptr, nullptr);
}

[[noreturn]] void bump(const char* path, std::uint64_t interval_us) {
  openbell_heartbeat heart;
  if (openbell_heartbeat_open(&heart, path) != 0) die(path);
  prctl(PR_SET_TIMERSLACK, 1UL);  // else the kernel adds 50 us to every sleep
  for (std::uint64_t due = now_ns();; due += interval_us * 1000) {
    sleep_until(due);
    openbell_heartbeat_bump(&heart);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 2 ? argv[1] : "";
  if (what == "exist") exist(argv[2]);
  if (what == "listen")
    listen_for_ever(static_cast<std::uint16_t>(number_argument("PORT", argv[2], 65535)));
  if (what == "bump" && argc > 3) bump(argv[2], number_argument("INTERVAL_US", argv[3], 1'000'000));
  std::fputs("usage: bench_victim exist PID_FILE | listen PORT | bump FILE INTERVAL_US\n", stderr);
  return 2;
}
