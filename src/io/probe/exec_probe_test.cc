// The kinds exec and file.

#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/probe/command_reaper.h"
#include "io/probe/probe_for_test.h"

namespace openbell::io {
namespace {

using health::ProbeId;

class ExecProbeTest : public ProbeTest {
 protected:
  void shell(health::ProbeId id, const std::string& script) {
    health::CheckConfig config;
    config.kind = "exec";
    config.shell = true;
    config.command = {script};
    probes_.start(id, config);
  }
  void start(health::ProbeId id, std::vector<std::string> command, int exit_status = 0) {
    health::CheckConfig config;
    config.kind = "exec";
    config.command = std::move(command);
    config.exit_status = exit_status;
    probes_.start(id, config);
  }
  static std::string contents(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static bool lives(pid_t pid) { return ::kill(pid, 0) == 0; }
};

TEST_F(ExecProbeTest, TheExitStatusDecides) {
  start(ProbeId{1}, {"true"});
  EXPECT_FALSE(probes_.run(ProbeId{1}));
  const Answer good = next(ProbeId{1});
  EXPECT_TRUE(good.ok) << good.error;
  EXPECT_EQ(good.again, base::Tick{});
  EXPECT_TRUE(run(ProbeId{1}).ok) << "and again";
  start(ProbeId{1}, {"/bin/false"});
  EXPECT_EQ(run(ProbeId{1}).error, "exit 1");
  start(ProbeId{1}, {"/bin/false"}, 1);
  EXPECT_TRUE(run(ProbeId{1}).ok);
  start(ProbeId{1}, {"true"}, 1);
  EXPECT_EQ(run(ProbeId{1}).error, "exit 0");
  shell(ProbeId{1}, "kill -9 $$");
  EXPECT_EQ(run(ProbeId{1}).error, "signal 9");
}

TEST_F(ExecProbeTest, ACommandThatCannotBeStartedIsAnAnswer) {
  start(ProbeId{1}, {"/nowhere/command"});
  EXPECT_EQ(run(ProbeId{1}).error, "cannot start: no such file or directory");
  const std::size_t before = open_descriptors();
  EXPECT_EQ(run(ProbeId{1}).error, "cannot start: no such file or directory");
  start(ProbeId{1}, {});
  EXPECT_EQ(run(ProbeId{1}).error, "cannot start: invalid argument");
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(ExecProbeTest, WithoutAShellNothingIsInterpreted) {
  start(ProbeId{1}, {"sh", "-c", "printf '%s' \"$1\" >&2; exit 3", "name", "$(id) ; *"});
  EXPECT_EQ(run(ProbeId{1}).error, "exit 3: $(id) ; *");
}

TEST_F(ExecProbeTest, TheStartOfWhatItPrintsIsTheReason) {
  shell(ProbeId{1}, "echo one; printf 'two\\033\\n\\n' >&2; exit 2");
  EXPECT_EQ(run(ProbeId{1}).error, "exit 2: one two");
  shell(ProbeId{1}, "yes | head -c 3000000; exit 4");
  const Answer much = run(ProbeId{1});
  EXPECT_EQ(much.error.substr(0, 13), "exit 4: y y y");
  EXPECT_EQ(much.error.size(), std::string("exit 4: ").size() + 511) << "512, the last a blank";
  shell(ProbeId{1}, "read line && echo input || echo none; exit 1");
  EXPECT_EQ(run(ProbeId{1}).error, "exit 1: none");
}

TEST_F(ExecProbeTest, AChildThatStaysWithTheOutputDoesNotHoldUpTheAnswer) {
  const TemporaryDirectory directory;
  shell(ProbeId{1}, "sleep 1000 & echo $! > " + directory.path("pid") + "; exit 5");
  EXPECT_EQ(run(ProbeId{1}).error, "exit 5");
  const pid_t pid = std::stoi(contents(directory.path("pid")));
  EXPECT_TRUE(lives(pid));
  ::kill(pid, SIGKILL);
}

TEST_F(ExecProbeTest, CancelKillsTheWholeGroupAndANewAttemptNeedNotWait) {
  const TemporaryDirectory directory;
  start(ProbeId{1}, {"true"});
  EXPECT_TRUE(run(ProbeId{1}).ok);
  const std::size_t before = open_descriptors();
  shell(ProbeId{1}, "sleep 1000 & echo $$ $! > " + directory.path("pids") + "; mv " +
                        directory.path("pids") + " " + directory.path("ready") + "; wait");
  EXPECT_FALSE(probes_.run(ProbeId{1}));
  EXPECT_TRUE(loop_.until([&] { return !contents(directory.path("ready")).empty(); }));
  pid_t shell_pid = 0;
  pid_t sleep_pid = 0;
  std::ifstream(directory.path("ready")) >> shell_pid >> sleep_pid;
  ASSERT_GT(sleep_pid, 0);
  probes_.cancel(ProbeId{1});
  EXPECT_FALSE(probes_.run(ProbeId{1}));
  probes_.stop(ProbeId{1});
  EXPECT_TRUE(loop_.until([&] { return !lives(shell_pid) && open_descriptors() == before; }))
      << "reaped";  // the second one too, which may have been cancelled before it was started
  EXPECT_TRUE(loop_.until([&] {
    const std::string status = contents("/proc/" + std::to_string(sleep_pid) + "/stat");
    return status.empty() || status.find(") Z ") != std::string::npos;
  }));
  EXPECT_EQ(heard_, 1u);
}

TEST(ExecProbeTable, EndsItsThreadAndKillsWhatWasJustStarted) {
  struct Nobody final : ProbeEvents {
    void on_probe(health::ProbeId, const health::ProbeResult&) override {}
  } nobody;
  LoopForTest loop;
  const std::size_t before = open_descriptors();
  health::CheckConfig config;
  config.kind = "exec";
  config.command = {"sleep", "1000"};
  for (int round = 0; round < 20; ++round) {
    ProbeTable probes(loop.reactor, nobody);
    probes.start(ProbeId{1}, config);
    EXPECT_FALSE(probes.run(ProbeId{1}));
    if (round % 2 == 0) loop.pass(base::milliseconds(5));
  }
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_TRUE(loop.until([] { return ::waitpid(-1, nullptr, WNOHANG) < 0; })) << "no child is left";
}

class FileProbeTest : public ProbeTest {
 protected:
  FileProbeTest() {
    config_.kind = "file";
    config_.path = directory_.path("file");
  }
  void touch(std::int64_t age_s) {
    std::ofstream(config_.path) << "x";
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    now.tv_sec -= age_s;
    const timespec times[2] = {now, now};
    ASSERT_EQ(::utimensat(AT_FDCWD, config_.path.c_str(), times, 0), 0);
  }
  TemporaryDirectory directory_;
  health::CheckConfig config_;
};

TEST_F(FileProbeTest, ExistingIsEnough) {
  probes_.start(ProbeId{1}, config_);
  EXPECT_EQ(run(ProbeId{1}).error, "no such file or directory");
  touch(1'000'000);
  const Answer there = run(ProbeId{1});
  EXPECT_TRUE(there.ok) << there.error;
  EXPECT_EQ(there.again, base::Tick{});
}

TEST_F(FileProbeTest, OrModifiedRecently) {
  config_.stale = base::seconds(1000);
  config_.interval = base::seconds(600);
  probes_.start(ProbeId{1}, config_);
  touch(500);
  const Answer fresh = run(ProbeId{1});
  EXPECT_TRUE(fresh.ok) << fresh.error;
  EXPECT_LE(fresh.again, tick() + base::seconds(500)) << "the deadline";
  EXPECT_GT(fresh.again, tick() + base::seconds(480));
  touch(1);
  EXPECT_EQ(run(ProbeId{1}).again, base::Tick{}) << "the interval comes first";
  touch(1234);
  EXPECT_EQ(run(ProbeId{1}).error, "modified 1234s ago");
  touch(-5000);
  EXPECT_TRUE(run(ProbeId{1}).ok) << "from the future";
}

}  // namespace
}  // namespace openbell::io
