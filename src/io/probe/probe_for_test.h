#pragma once
// A table of probes on a loop, and what it answered.

#include <cstdlib>
#include <dirent.h>
#include <filesystem>
#include <map>
#include <optional>
#include <sched.h>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

#include "base/ip.h"
#include "io/loop/loop_for_test.h"
#include "io/probe/probe_table.h"

namespace openbell::io {

/// What an attempt gave, kept.
struct Answer {
  bool ok = false;
  std::string error;
  base::Tick again;
  Answer() = default;
  explicit Answer(const health::ProbeResult& result)
      : ok(result.ok), error(result.error), again(result.again) {}
};

inline base::IpAddress address_of(std::string_view text) {
  base::IpAddress address;
  EXPECT_TRUE(base::parse_ip(text, address)) << text;
  return address;
}

/// Descriptors that this process has open.
inline std::size_t open_descriptors() {
  std::size_t count = 0;
  DIR* directory = ::opendir("/proc/self/fd");
  while (::readdir(directory) != nullptr) ++count;
  ::closedir(directory);
  return count;
}

/// Runs `body` in a network of its own, with lo up, where links can be made and cut.
inline void in_own_network(const std::function<void()>& body) {
  std::thread alone([&] {
    ASSERT_EQ(::unshare(CLONE_NEWNET), 0) << "needs root";
    ASSERT_EQ(std::system("ip link set lo up"), 0);
    body();
  });
  alone.join();
}

/// A directory that goes with the test.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = "/dev/shm/openbell-test-XXXXXX";
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  [[nodiscard]] std::string path(std::string_view name) const {
    return path_ + "/" + std::string(name);
  }

 private:
  std::string path_;
};

class ProbeTest : public ::testing::Test, public ProbeEvents {
 protected:
  void on_probe(health::ProbeId id, const health::ProbeResult& result) override {
    ++heard_;
    answers_[id].emplace_back(result);
    if (on_probe_) on_probe_(id);
  }
  /// Runs until the attempt is answered.
  Answer run(health::ProbeId id) {
    if (const auto result = probes_.run(id)) return Answer(*result);
    return next(id);
  }
  /// The next answer that comes by itself.
  Answer next(health::ProbeId id) {
    std::vector<Answer>& answers = answers_[id];
    EXPECT_TRUE(loop_.until([&] { return !answers.empty(); }))
        << "no answer of " << std::to_underlying(id);
    if (answers.empty()) return {};
    const Answer first = answers.front();
    answers.erase(answers.begin());
    return first;
  }

  LoopForTest loop_;
  std::map<health::ProbeId, std::vector<Answer>> answers_;
  std::size_t heard_ = 0;
  std::function<void(health::ProbeId)> on_probe_;
  ProbeTable probes_{loop_.reactor, *this};
};

}  // namespace openbell::io
