#include <csignal>
#include <fstream>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/probe/probe_for_test.h"

namespace openbell::io {
namespace {

using health::ProbeId;

/// A process that sleeps until it is killed, under a name of its own.
class Sleeper {
 public:
  explicit Sleeper(const char* name) {
    int ready[2];
    EXPECT_EQ(::pipe(ready), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_NAME, name);
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      [[maybe_unused]] const ssize_t told = ::write(ready[1], "x", 1);
      for (;;) ::pause();
    }
    char byte = 0;
    EXPECT_EQ(::read(ready[0], &byte, 1), 1);
    ::close(ready[0]);
    ::close(ready[1]);
  }
  ~Sleeper() {
    kill();
    reap();
  }
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;
  void kill() const { ::kill(pid_, SIGKILL); }
  void reap() {
    if (!reaped_) ::waitpid(pid_, nullptr, 0);
    reaped_ = true;
  }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_;
  bool reaped_ = false;
};

class ProcessProbeTest : public ProbeTest {
 protected:
  ProcessProbeTest() { config_.kind = "process"; }
  health::CheckConfig config_;
};

TEST_F(ProcessProbeTest, TheEndOfAPidIsReportedByItself) {
  Sleeper sleeper("ob-pid");
  const std::string pid = std::to_string(sleeper.pid());
  config_.pid = sleeper.pid();
  probes_.start(ProbeId{1}, config_);
  const Answer up = run(ProbeId{1});
  EXPECT_TRUE(up.ok) << up.error;
  EXPECT_EQ(up.again, base::never);
  EXPECT_EQ(probes_.detail(ProbeId{1}), "pid " + pid);
  EXPECT_EQ(run(ProbeId{1}).again, base::never);

  sleeper.kill();
  const Answer down = next(ProbeId{1});
  EXPECT_FALSE(down.ok);
  EXPECT_EQ(down.error, "process " + pid + " ended");
  EXPECT_EQ(down.again, base::Tick{});
  EXPECT_EQ(run(ProbeId{1}).error, "no process " + pid) << "not reaped yet, and dead all the same";
  sleeper.reap();
  EXPECT_EQ(run(ProbeId{1}).error, "no process " + pid);
}

TEST_F(ProcessProbeTest, AProcessThatEndedBeforeTheLoopSawItIsNotTakenForAlive) {
  auto first = std::make_unique<Sleeper>("ob-same-name");
  const Sleeper second("ob-same-name");
  config_.process_name = "ob-same-name";
  probes_.start(ProbeId{1}, config_);
  const Answer up = run(ProbeId{1});
  EXPECT_TRUE(up.ok) << up.error;
  first->kill();
  first->reap();
  const Answer again = run(ProbeId{1});
  EXPECT_TRUE(again.ok) << again.error;
  EXPECT_EQ(probes_.detail(ProbeId{1}), "pid " + std::to_string(second.pid()));
  loop_.pass(base::milliseconds(20));
  EXPECT_TRUE(answers_[ProbeId{1}].empty()) << answers_[ProbeId{1}].front().error;
}

TEST_F(ProcessProbeTest, AFileNamesThePidAndIsReadAnewAfterADeath) {
  const TemporaryDirectory directory;
  config_.pid_file = directory.path("pid");
  probes_.start(ProbeId{1}, config_);
  EXPECT_EQ(run(ProbeId{1}).error, config_.pid_file + ": no such file or directory");
  for (const std::string_view text : {"", "x", "-3\n", "0\n", "12x\n", "99999999999\n"}) {
    std::ofstream(config_.pid_file) << text;
    EXPECT_EQ(run(ProbeId{1}).error, config_.pid_file + ": not a pid") << text;
  }
  Sleeper first("ob-first");
  Sleeper second("ob-second");
  std::ofstream(config_.pid_file) << first.pid() << "\n";
  EXPECT_TRUE(run(ProbeId{1}).ok);
  std::ofstream(config_.pid_file) << second.pid();
  first.kill();
  EXPECT_EQ(next(ProbeId{1}).error, "process " + std::to_string(first.pid()) + " ended");
  EXPECT_TRUE(run(ProbeId{1}).ok);
  EXPECT_EQ(probes_.detail(ProbeId{1}), "pid " + std::to_string(second.pid()));
}

TEST_F(ProcessProbeTest, ANameIsComparedAsFarAsTheKernelKeepsIt) {
  const Sleeper sleeper("ob-a-very-long-name-of-a-program");
  for (const std::string_view name : {"ob-a-very-long-name-of-a-program", "ob-a-very-long-"}) {
    config_.process_name = name;
    probes_.start(ProbeId{1}, config_);
    const Answer answer = run(ProbeId{1});
    EXPECT_TRUE(answer.ok) << answer.error;
    EXPECT_EQ(probes_.detail(ProbeId{1}), "pid " + std::to_string(sleeper.pid()));
  }
  config_.process_name = "ob-a-very-long";
  probes_.start(ProbeId{1}, config_);
  EXPECT_EQ(run(ProbeId{1}).error, "no process called ob-a-very-long");
}

TEST_F(ProcessProbeTest, ASearchGivenUpLeavesNothingOpen) {
  std::vector<std::unique_ptr<Sleeper>> crowd;  // more than one turn looks at
  for (int i = 0; i < 40; ++i) crowd.push_back(std::make_unique<Sleeper>("ob-crowd"));
  config_.process_name = "ob-nobody";
  const std::size_t before = open_descriptors();
  probes_.start(ProbeId{1}, config_);
  EXPECT_FALSE(probes_.run(ProbeId{1})) << "the search goes on in the next turn";
  EXPECT_GT(open_descriptors(), before);
  probes_.cancel(ProbeId{1});
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_EQ(run(ProbeId{1}).error, "no process called ob-nobody");
  EXPECT_FALSE(probes_.run(ProbeId{1}));
  probes_.stop(ProbeId{1});
  EXPECT_EQ(open_descriptors(), before);

  on_probe_ = [&](health::ProbeId id) { probes_.stop(id); };
  probes_.start(ProbeId{2}, config_);
  EXPECT_EQ(run(ProbeId{2}).error, "no process called ob-nobody");
  config_.pid = ::getpid();
  probes_.start(ProbeId{3}, config_);
  EXPECT_TRUE(run(ProbeId{3}).ok);
  probes_.stop(ProbeId{3});
  EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace openbell::io
