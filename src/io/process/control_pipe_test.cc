#include "io/process/control_pipe.h"

#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "gtest/gtest.h"

#include "io/loop/loop_for_test.h"
#include "io/loop/wakeup.h"

namespace openbell::io {
namespace {

class ControlPipeTest : public ::testing::Test {
 protected:
  ControlPipeTest() {
    char folder[] = "/tmp/openbell-control-XXXXXX";
    if (::mkdtemp(folder) == nullptr) ADD_FAILURE() << "no folder";
    folder_ = folder;
    name_ = folder_ + "/bell";
    ::mkfifo((name_ + ".in").c_str(), 0600);
    ::mkfifo((name_ + ".out").c_str(), 0600);
  }
  ~ControlPipeTest() override {
    ::unlink((name_ + ".in").c_str());
    ::unlink((name_ + ".out").c_str());
    ::rmdir(folder_.c_str());
  }
  void open(ControlPipe::OnLine on_line) {
    auto pipe = ControlPipe::open(loop_.reactor, name_, std::move(on_line));
    ASSERT_TRUE(pipe) << pipe.error();
    pipe_ = std::move(*pipe);
  }
  /// Sends a command from a thread of its own, as another process would.
  std::expected<std::string, std::string> ask(const std::string& command,
                                              std::vector<std::string>& lines) {
    std::expected<std::string, std::string> answer;
    bool finished = false;
    Wakeup done(loop_.reactor, [&] { finished = true; });
    std::thread client([&] {
      answer =
          send_command(name_, command, [&](std::string_view line) { lines.emplace_back(line); });
      done.wake();
    });
    EXPECT_TRUE(loop_.until([&] { return finished; }));
    client.join();
    return answer;
  }

  LoopForTest loop_;
  std::string folder_;
  std::string name_;
  std::unique_ptr<ControlPipe> pipe_;
};

TEST_F(ControlPipeTest, CarriesACommandAndItsAnswer) {
  open([this](std::string_view line) {
    pipe_->write("you said " + std::string(line) + "\n");
    pipe_->write("done\n");
  });
  std::vector<std::string> lines;
  for (const std::string command : {"show neighbor", "version"}) {
    const auto answer = ask(command, lines);
    ASSERT_TRUE(answer) << answer.error();
    EXPECT_EQ(*answer, "done");
  }
  EXPECT_EQ(lines, (std::vector<std::string>{"you said show neighbor", "you said version"}));
}

TEST_F(ControlPipeTest, CarriesALongAnswer) {
  open([this](std::string_view) {
    for (int i = 0; i < 20'000; ++i) pipe_->write("route number " + std::to_string(i) + "\n");
    pipe_->write("error\n");
  });
  std::vector<std::string> lines;
  const auto answer = ask("show adj-rib out", lines);
  ASSERT_TRUE(answer) << answer.error();
  EXPECT_EQ(*answer, "error");
  ASSERT_EQ(lines.size(), 20'000u);
  EXPECT_EQ(lines.back(), "route number 19999");
}

TEST_F(ControlPipeTest, ANewClientDoesNotGetWhatAnEarlierOneLeft) {
  open([this](std::string_view line) { pipe_->write(std::string(line) + "\ndone\n"); });
  pipe_->write("stale\ndone\n");
  std::vector<std::string> lines;
  ASSERT_TRUE(ask("fresh", lines));
  EXPECT_EQ(lines, (std::vector<std::string>{"fresh"}));
}

TEST_F(ControlPipeTest, SaysThatNobodyListens) {
  const auto answer = send_command(name_, "version", [](std::string_view) {});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error(), "no speaker listens on " + name_ + ".in");
}

TEST_F(ControlPipeTest, IsFoundByPathAndOnlyWhenBothPipesAreThere) {
  EXPECT_EQ(find_control_pipe(name_), name_);
  ::unlink((name_ + ".out").c_str());
  EXPECT_EQ(find_control_pipe(name_), "");
}

}  // namespace
}  // namespace openbell::io
