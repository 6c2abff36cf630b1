// heartbeat.hpp - the writing side of OpenBell's `check heartbeat`, for C++17 and later.
//
//     openbell::Heartbeat heart("/dev/shm/pricer.heartbeat");
//     while (work()) heart.bump();
//
#pragma once

#include <string>
#include <system_error>
#include <utility>

#include "heartbeat.h"

namespace openbell {

class Heartbeat {
 public:
  /// Opens or creates the record at `path`; std::system_error when that fails.
  explicit Heartbeat(const std::string& path) {
    if (openbell_heartbeat_open(&heart_, path.c_str()) != 0)
      throw std::system_error(errno, std::generic_category(), path);
  }
  ~Heartbeat() { openbell_heartbeat_close(&heart_); }
  Heartbeat(Heartbeat&& other) noexcept : heart_(std::exchange(other.heart_, {nullptr})) {}
  Heartbeat& operator=(Heartbeat&& other) noexcept {
    std::swap(heart_, other.heart_);
    return *this;
  }

  /// "I am alive": no system call, no allocation. From one thread at a time.
  void bump() noexcept { openbell_heartbeat_bump(&heart_); }
  /// "Send me nothing more": the check fails at once.
  void drain() noexcept { openbell_heartbeat_drain(&heart_); }

 private:
  openbell_heartbeat heart_{nullptr};
};

}  // namespace openbell
