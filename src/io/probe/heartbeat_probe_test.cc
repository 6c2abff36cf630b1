// The reader of heartbeats, and the three writers of etc/heartbeat.

#include <cstddef>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include "etc/heartbeat/heartbeat.hpp"
#include "io/probe/probe_for_test.h"

namespace openbell::io {
namespace {

using health::ProbeId;

using Record = openbell_heartbeat_record;
static_assert(sizeof(Record) == 64 && offsetof(Record, version) == 8);
static_assert(offsetof(Record, pid) == 12 && offsetof(Record, counter) == 16);
static_assert(offsetof(Record, bump_ns) == 24 && offsetof(Record, state) == 32);

class HeartbeatProbeTest : public ProbeTest {
 protected:
  HeartbeatProbeTest() {
    config_.kind = "heartbeat";
    config_.path = directory_.path("heart");
    config_.stale = base::seconds(100);  // never by accident
    config_.interval = base::seconds(1000);
  }
  void write(const Record& record, std::size_t size = sizeof(Record)) {
    std::ofstream file(config_.path, std::ios::binary | std::ios::trunc);
    file.write(reinterpret_cast<const char*>(&record), static_cast<std::streamsize>(size));
  }
  static Record record(std::uint64_t counter, std::uint64_t bump_ns = 0) {
    Record result{};
    std::memcpy(result.magic, OPENBELL_HEARTBEAT_MAGIC, sizeof result.magic);
    result.version = OPENBELL_HEARTBEAT_VERSION;
    result.counter = counter;
    result.bump_ns = bump_ns;
    return result;
  }
  static std::uint64_t ns(base::Tick at) { return static_cast<std::uint64_t>(at.ns); }
  void start() { probes_.start(ProbeId{1}, config_); }
  /// A record whose last bump is too old, from now on.
  void turn_stale() {
    config_.stale = base::microseconds(400);
    start();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

  TemporaryDirectory directory_;
  health::CheckConfig config_;
};

TEST_F(HeartbeatProbeTest, IsFreshUntilTheLastBumpIsTooOld) {
  openbell::Heartbeat heart(config_.path);
  start();
  EXPECT_EQ(run(ProbeId{1}).error, "no bump seen yet");
  const base::Tick before = tick();
  heart.bump();
  const base::Tick after = tick();
  const Answer up = run(ProbeId{1});
  EXPECT_TRUE(up.ok) << up.error;
  EXPECT_GE(up.again, before + config_.stale);
  EXPECT_LE(up.again, after + config_.stale);
  EXPECT_EQ(run(ProbeId{1}).again, up.again) << "without a bump the deadline stays";
  EXPECT_TRUE(
      probes_.detail(ProbeId{1}).starts_with("pid " + std::to_string(::getpid()) + " counter 1 "))
      << probes_.detail(ProbeId{1});
}

TEST_F(HeartbeatProbeTest, TheUsualIntervalWinsOverALaterDeadline) {
  config_.interval = base::seconds(1);
  openbell::Heartbeat heart(config_.path);
  heart.bump();
  start();
  EXPECT_TRUE(run(ProbeId{1}).ok);
  EXPECT_EQ(run(ProbeId{1}).again, base::Tick{});
}

TEST_F(HeartbeatProbeTest, FailsAtItsDeadlineAndLooksAgainSoon) {
  openbell::Heartbeat heart(config_.path);
  heart.bump();
  turn_stale();
  const base::Tick before = tick();
  const Answer down = run(ProbeId{1});
  const base::Tick after = tick();
  EXPECT_FALSE(down.ok);
  EXPECT_TRUE(down.error.starts_with("stale for ") && down.error.ends_with(" us")) << down.error;
  EXPECT_GE(down.again, before + base::microseconds(100)) << "a quarter of stale";
  EXPECT_LE(down.again, after + base::microseconds(100));
  heart.bump();
  config_.stale = base::seconds(100);
  start();
  EXPECT_TRUE(run(ProbeId{1}).ok);
}

TEST_F(HeartbeatProbeTest, TheNextLookIsNotSoonerThan50usNorLaterThanTheInterval) {
  openbell::Heartbeat heart(config_.path);
  config_.interval = base::seconds(2);
  start();
  const Answer slow = run(ProbeId{1});
  EXPECT_LE(slow.again, tick() + config_.interval);
  config_.stale = base::microseconds(100);
  start();
  const base::Tick before = tick();
  EXPECT_GE(run(ProbeId{1}).again, before + base::microseconds(50));
}

TEST_F(HeartbeatProbeTest, AWriterWithoutAClockIsJudgedByTheTimeOfReading) {
  write(record(7));
  start();
  EXPECT_EQ(run(ProbeId{1}).error, "no bump seen yet") << "it may have been there for days";
  write(record(8));
  const base::Tick before = tick();
  const Answer up = run(ProbeId{1});
  EXPECT_TRUE(up.ok) << up.error;
  EXPECT_GE(up.again, before + config_.stale);

  write(record(9, ns(tick() + base::seconds(500))));
  const Answer future = run(ProbeId{1});
  EXPECT_TRUE(future.ok);
  EXPECT_LE(future.again, tick() + config_.stale) << "a time that has not come is not believed";
}

TEST_F(HeartbeatProbeTest, AFirstLookBelievesARecentBumpAndNotAnOldOne) {
  write(record(1, ns(tick())));
  start();
  EXPECT_TRUE(run(ProbeId{1}).ok);
  config_.stale = base::microseconds(100);
  write(record(1, ns(tick() - base::milliseconds(5))));
  start();
  EXPECT_TRUE(run(ProbeId{1}).error.starts_with("stale for "));
}

TEST_F(HeartbeatProbeTest, DrainingIsAFailureHoweverFresh) {
  openbell::Heartbeat heart(config_.path);
  heart.bump();
  start();
  EXPECT_TRUE(run(ProbeId{1}).ok);
  heart.drain();
  heart.bump();
  EXPECT_EQ(run(ProbeId{1}).error, "draining");
  openbell::Heartbeat restarted(config_.path);
  restarted.bump();
  EXPECT_TRUE(run(ProbeId{1}).ok);
}

TEST_F(HeartbeatProbeTest, SaysWhatIsWrongWithAFile) {
  start();
  const Answer gone = run(ProbeId{1});
  EXPECT_EQ(gone.error, "no such file or directory");
  EXPECT_EQ(gone.again, base::Tick{}) << "a missing file is looked for at the usual interval";
  Record odd = record(1);
  write(odd, 63);
  EXPECT_EQ(run(ProbeId{1}).error, "the record is cut short: 63 bytes");
  odd.version = 2;
  write(odd);
  EXPECT_EQ(run(ProbeId{1}).error, "heartbeat record of unknown version 2");
  odd.magic[7] = '2';
  write(odd);
  EXPECT_EQ(run(ProbeId{1}).error, "not a heartbeat record");
  config_.path = directory_.path("");
  start();
  EXPECT_EQ(run(ProbeId{1}).error, "is a directory");
  config_.path = directory_.path("fifo");
  ASSERT_EQ(::mkfifo(config_.path.c_str(), 0600), 0);
  start();
  EXPECT_EQ(run(ProbeId{1}).error, "illegal seek");
}

TEST_F(HeartbeatProbeTest, SurvivesAFileTruncatedUnderIt) {
  write(record(1, ns(tick())));
  start();
  EXPECT_TRUE(run(ProbeId{1}).ok);
  ASSERT_EQ(::truncate(config_.path.c_str(), 0), 0);
  EXPECT_EQ(run(ProbeId{1}).error, "the record is cut short: 0 bytes");
  write(record(2, ns(tick())));
  EXPECT_TRUE(run(ProbeId{1}).ok);
}

TEST_F(HeartbeatProbeTest, FollowsAPathToItsNewFileOnceTheOldOneIsStale) {
  auto old_heart = std::make_unique<openbell::Heartbeat>(config_.path);
  old_heart->bump();
  start();
  EXPECT_TRUE(run(ProbeId{1}).ok);
  ASSERT_EQ(::unlink(config_.path.c_str()), 0);
  old_heart->drain();
  EXPECT_TRUE(loop_.until([&] { return run(ProbeId{1}).error == "no such file or directory"; }));
  openbell::Heartbeat new_heart(config_.path);
  new_heart.bump();
  EXPECT_TRUE(run(ProbeId{1}).ok);
  ASSERT_EQ(::rename(config_.path.c_str(), directory_.path("elsewhere").c_str()), 0);
  openbell::Heartbeat third(config_.path);
  third.bump();
  EXPECT_TRUE(run(ProbeId{1}).ok) << "fresh: the path is not looked at";
  new_heart.drain();
  EXPECT_TRUE(loop_.until([&] { return run(ProbeId{1}).ok; })) << "the third";
}

TEST_F(HeartbeatProbeTest, HoldsNoDescriptorAfterStop) {
  const std::size_t before = open_descriptors();
  write(record(1, ns(tick())));
  start();
  EXPECT_TRUE(run(ProbeId{1}).ok);
  EXPECT_EQ(open_descriptors(), before + 1);
  probes_.stop(ProbeId{1});
  EXPECT_EQ(open_descriptors(), before);
}

/// Runs a writer that bumps three times, and reads what it left.
class HeartbeatWriters : public HeartbeatProbeTest {
 protected:
  void expect_three_bumps_and(std::string_view state) {
    config_.stale = base::seconds(1000);
    start();
    const Answer answer = run(ProbeId{1});
    EXPECT_EQ(answer.error, state);
    const std::string detail = probes_.detail(ProbeId{1});
    EXPECT_NE(detail.find(" counter 3 last "), std::string::npos) << detail;
  }
  void shell(const std::string& command) { EXPECT_EQ(std::system(command.c_str()), 0) << command; }
};

TEST_F(HeartbeatWriters, C99) {
  std::ofstream(directory_.path("writer.c")) << R"(
#include "heartbeat.h"
int main(int count, char **arguments) {
  struct openbell_heartbeat heart;
  int i;
  if (count != 2 || openbell_heartbeat_open(&heart, "/nowhere/heart") == 0) return 1;
  if (openbell_heartbeat_open(&heart, arguments[1]) != 0) return 2;
  for (i = 0; i < 3; ++i) openbell_heartbeat_bump(&heart);
  openbell_heartbeat_drain(&heart);
  openbell_heartbeat_close(&heart);
  return 0;
})";
  shell(
      "cc -std=c99 -Wall -Wextra -Wpedantic -Wdeclaration-after-statement -Werror "
      "-Ietc/heartbeat -o " +
      directory_.path("writer") + " " + directory_.path("writer.c"));
  shell(directory_.path("writer") + " " + config_.path);
  expect_three_bumps_and("draining");
}

TEST_F(HeartbeatWriters, Cxx17) {
  openbell::Heartbeat first(config_.path);
  first.bump();
  openbell::Heartbeat heart(std::move(first));
  heart.bump();
  first = std::move(heart);
  first.bump();
  expect_three_bumps_and("");
  EXPECT_THROW(openbell::Heartbeat("/nowhere/heart"), std::system_error);
  std::ofstream(directory_.path("writer.cc")) << "#include \"heartbeat.hpp\"\nint main() {}\n";
  shell(
      "c++ -std=c++17 -Wall -Wextra -Wpedantic -Wold-style-cast -Werror -fsyntax-only "
      "-Ietc/heartbeat " +
      directory_.path("writer.cc"));
}

TEST_F(HeartbeatWriters, Python) {
  std::ofstream(directory_.path("writer.py")) << R"(
import sys
from openbell_heartbeat import Heartbeat
try:
    Heartbeat("/nowhere/heart")
    sys.exit(1)
except FileNotFoundError:
    pass
with Heartbeat(sys.argv[1]) as heart:
    heart.bump()
    heart.bump()
    heart.drain()
heart.close()
with Heartbeat(sys.argv[1]) as heart:
    heart.bump()
)";
  shell("PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=etc/heartbeat python3 " +
        directory_.path("writer.py") + " " + config_.path);
  expect_three_bumps_and("");
}

TEST_F(HeartbeatWriters, APreviousRecordIsTakenOver) {
  write(record(41));
  openbell::Heartbeat heart(config_.path);
  start();
  EXPECT_EQ(run(ProbeId{1}).error, "no bump seen yet");
  heart.bump();
  EXPECT_TRUE(run(ProbeId{1}).ok);
  EXPECT_NE(probes_.detail(ProbeId{1}).find(" counter 42 "), std::string::npos)
      << probes_.detail(ProbeId{1});
}

}  // namespace
}  // namespace openbell::io
