#include "io/process/child.h"

#include <csignal>
#include <functional>
#include <map>
#include <sched.h>
#include <string>
#include <unistd.h>
#include <vector>

#include "gtest/gtest.h"

#include "io/loop/loop_for_test.h"
#include "io/loop/realtime.h"

namespace openbell::io {
namespace {

class ChildTest : public ::testing::Test, public ChildEvents {
 protected:
  void shell(ChildId id, const std::string& script) {
    children_.start(id, {"/bin/sh", "-c", script});
  }
  ChildTest() {
    loop_.at_end = [this] {
      children_.flush();
      return false;
    };
  }

  std::size_t say(ChildId id, const std::string& lines) {
    const std::size_t waiting = children_.write(id, lines);
    children_.flush();
    return waiting;
  }

  void on_line(ChildId id, std::string_view line) override {
    ++line_count_[id];
    if (lines_[id].size() < 100) lines_[id].emplace_back(line);
    if (on_line_) on_line_(id);
  }
  void on_line_refused(ChildId id, std::size_t size) override { refused_[id] = size; }
  void on_output_closed(ChildId id, std::size_t unfinished) override {
    output_closed_[id] = unfinished;
  }
  void on_input_closed(ChildId id) override { ++input_closed_[id]; }
  void on_drained(ChildId id) override { ++drained_[id]; }
  void on_exit(ChildId id, std::string_view how) override { exit_[id] = how; }
  bool exited(ChildId id) {
    return loop_.until([&] { return exit_.contains(id); });
  }

  LoopForTest loop_;
  ChildTable children_{loop_.reactor, *this, {.patience = base::milliseconds(200)}};
  std::map<ChildId, std::vector<std::string>> lines_;
  std::map<ChildId, std::size_t> line_count_;
  std::map<ChildId, std::size_t> refused_;
  std::map<ChildId, std::size_t> output_closed_;
  std::map<ChildId, int> input_closed_;
  std::map<ChildId, int> drained_;
  std::map<ChildId, std::string> exit_;
  std::function<void(ChildId)> on_line_;
};

TEST_F(ChildTest, SpeaksAndIsSpokenTo) {
  shell(ChildId{1}, "echo hello; read answer; echo got $answer; exit 3");
  ASSERT_TRUE(loop_.until([&] { return line_count_[ChildId{1}] == 1; }));
  EXPECT_GT(children_.pid(ChildId{1}), 0);
  say(ChildId{1}, "done\n");
  ASSERT_TRUE(exited(ChildId{1}));
  EXPECT_EQ(lines_[ChildId{1}], (std::vector<std::string>{"hello", "got done"}));
  EXPECT_EQ(exit_[ChildId{1}], "exit 3");
  EXPECT_EQ(children_.size(), 0u);
}

TEST_F(ChildTest, StartsInRootWithADumbTerminalInItsOwnGroupAndNothingOfOursOpen) {
  ::setenv("OPENBELL_TEST_VARIABLE", "inherited", 1);
  shell(ChildId{1},
        "pwd; echo $TERM; echo $OPENBELL_TEST_VARIABLE; echo $$; ps -o pgid= -p $$ | tr -d ' '; "
        "echo $(ls /proc/self/fd); grep -E 'Sig(Blk|Ign)' /proc/self/status");
  ASSERT_TRUE(exited(ChildId{1}));
  ASSERT_EQ(lines_[ChildId{1}].size(), 8u);
  EXPECT_EQ(lines_[ChildId{1}][0], "/");
  EXPECT_EQ(lines_[ChildId{1}][1], "dumb");
  EXPECT_EQ(lines_[ChildId{1}][2], "inherited");
  EXPECT_EQ(lines_[ChildId{1}][3], lines_[ChildId{1}][4]);
  EXPECT_EQ(lines_[ChildId{1}][5], "0 1 2 3") << "3 is the folder that ls reads";
  EXPECT_EQ(lines_[ChildId{1}][6], "SigBlk:\t0000000000000000");
  // The C library keeps its own two signals (32, 33) to itself.
  EXPECT_TRUE(lines_[ChildId{1}][7] == "SigIgn:\t0000000000000000" ||
              lines_[ChildId{1}][7] == "SigIgn:\t0000000180000000")
      << lines_[ChildId{1}][7];
}

TEST_F(ChildTest, AProgramThatCannotBeStartedIsReportedFromTheLoop) {
  children_.start(ChildId{1}, {"/nowhere/helper"});
  EXPECT_TRUE(exit_.empty());
  ASSERT_TRUE(exited(ChildId{1}));
  EXPECT_EQ(exit_[ChildId{1}], "cannot start: No such file or directory");
  EXPECT_EQ(children_.size(), 0u);
}

TEST_F(ChildTest, EverythingWrittenBeforeTheEndIsDelivered) {
  shell(ChildId{1}, "seq 1 50000; kill -9 $$");
  ASSERT_TRUE(exited(ChildId{1}));
  EXPECT_EQ(line_count_[ChildId{1}], 50000u);
  EXPECT_EQ(exit_[ChildId{1}], "signal 9");
}

TEST_F(ChildTest, AFloodDoesNotKeepAnotherHelperWaiting) {
  shell(ChildId{1}, "exec yes announce route 10.0.0.0/24 next-hop 1.2.3.4");
  ASSERT_TRUE(loop_.until([&] { return line_count_[ChildId{1}] > 100'000; }));
  shell(ChildId{2}, "echo short");
  std::size_t lines_in_turn = 0;
  std::size_t lines_in_turn_max = 0;
  on_line_ = [&](ChildId id) {
    if (id == ChildId{1}) lines_in_turn_max = std::max(lines_in_turn_max, ++lines_in_turn);
  };
  loop_.at_end = [&] {
    lines_in_turn = 0;
    return false;
  };
  EXPECT_TRUE(loop_.until([&] { return line_count_[ChildId{2}] == 1; }));
  EXPECT_LE(lines_in_turn_max, 4096u);
  children_.stop(ChildId{1});
  ASSERT_TRUE(exited(ChildId{1}));
}

TEST_F(ChildTest, AHelperThatNeverReadsLosesNothingAndDelaysNobody) {
  shell(ChildId{1}, "exec sleep 1000");
  shell(ChildId{2}, "read x; echo $x");
  const std::string event(1000, 'e');
  std::size_t waiting = 0;
  for (int i = 0; i < 5000; ++i) waiting = children_.write(ChildId{1}, event + "\n");
  EXPECT_GE(waiting, 5000u * 1001u - (2u << 20));
  say(ChildId{2}, "quick\n");
  ASSERT_TRUE(exited(ChildId{2}));
  EXPECT_EQ(lines_[ChildId{2}], (std::vector<std::string>{"quick"}));
  children_.stop(ChildId{1});
  ASSERT_TRUE(exited(ChildId{1}));
  EXPECT_EQ(exit_[ChildId{1}], "signal 15");
}

TEST_F(ChildTest, AHelperThatReadsLateGetsEverything) {
  shell(ChildId{1}, "kill -STOP $$; head -c 5000000 | wc -c");
  const std::string event(999, 'e');
  for (int i = 0; i < 5000; ++i) say(ChildId{1}, event + "\n");
  EXPECT_EQ(drained_[ChildId{1}], 0) << "the pipe holds 1 MiB at most";
  ASSERT_TRUE(loop_.until([&] {
    if (children_.pid(ChildId{1}) > 0)
      ::kill(children_.pid(ChildId{1}), SIGCONT);  // until it has stopped first
    return drained_[ChildId{1}] == 1;
  }));
  ASSERT_TRUE(exited(ChildId{1}));
  EXPECT_EQ(lines_[ChildId{1}], (std::vector<std::string>{"5000000"}));
}

TEST_F(ChildTest, ClosingItsStdinIsReportedAndNotFatal) {
  shell(ChildId{1}, "exec 0<&-; echo closed; sleep 0.1; echo alive");
  ASSERT_TRUE(loop_.until([&] { return input_closed_[ChildId{1}] == 1; }));
  EXPECT_EQ(say(ChildId{1}, "dropped\n"), 0u);
  ASSERT_TRUE(exited(ChildId{1}));
  EXPECT_EQ(lines_[ChildId{1}], (std::vector<std::string>{"closed", "alive"}));
}

TEST_F(ChildTest, ClosingItsStdoutIsReportedAndItsStdinStillWorks) {
  shell(ChildId{1}, "printf half; exec 1>&-; read code; exit $code");
  ASSERT_TRUE(loop_.until([&] { return output_closed_.contains(ChildId{1}); }));
  EXPECT_EQ(output_closed_[ChildId{1}], 4u);
  say(ChildId{1}, "7\n");
  ASSERT_TRUE(exited(ChildId{1}));
  EXPECT_EQ(exit_[ChildId{1}], "exit 7");
}

TEST_F(ChildTest, AChildOfItsOwnThatKeepsThePipeDoesNotHideItsEnd) {
  shell(ChildId{1}, "sleep 1000 & echo $!; exit 0");
  ASSERT_TRUE(exited(ChildId{1}));
  ASSERT_EQ(lines_[ChildId{1}].size(), 1u);
  ::kill(std::stoi(lines_[ChildId{1}][0]), SIGKILL);
}

TEST_F(ChildTest, TermIsFollowedByKill) {
  shell(ChildId{1}, "trap '' TERM; echo ready; while :; do sleep 1; done");
  ASSERT_TRUE(loop_.until([&] { return line_count_[ChildId{1}] == 1; }));
  children_.stop(ChildId{1});
  ASSERT_TRUE(exited(ChildId{1}));
  EXPECT_EQ(exit_[ChildId{1}], "signal 9");
}

TEST_F(ChildTest, AYoungerChildTakesTheIdAndTheOlderIsNotHeardOf) {
  shell(ChildId{1}, "echo old; exec sleep 1000");
  ASSERT_TRUE(loop_.until([&] { return line_count_[ChildId{1}] == 1; }));
  shell(ChildId{1}, "echo new; exec sleep 1000");
  ASSERT_TRUE(loop_.until([&] { return line_count_[ChildId{1}] == 2 && children_.size() == 1; }));
  EXPECT_FALSE(exit_.contains(ChildId{1}));
  EXPECT_EQ(lines_[ChildId{1}], (std::vector<std::string>{"old", "new"}));
}

TEST_F(ChildTest, GarbageAndALongLineDoNotDisturbTheRest) {
  shell(ChildId{1},
        "printf 'a\\0b\\377\\n'; head -c 1100000 /dev/zero | tr '\\0' x; echo; echo end");
  ASSERT_TRUE(exited(ChildId{1}));
  EXPECT_EQ(refused_[ChildId{1}], 1'100'000u);
  using namespace std::string_literals;
  EXPECT_EQ(lines_[ChildId{1}], (std::vector<std::string>{"a\0b\xFF"s, "end"}));
}

TEST_F(ChildTest, MayUseEveryProcessorThoughTheLoopHasOne) {
  cpu_set_t before;
  ASSERT_EQ(::sched_getaffinity(0, sizeof before, &before), 0);
  int cpu = 0;
  while (!CPU_ISSET(static_cast<std::size_t>(cpu), &before)) ++cpu;
  ASSERT_TRUE(apply_realtime({.cpu = cpu}).empty());
  shell(ChildId{1}, "nproc");
  EXPECT_TRUE(loop_.until([&] { return line_count_[ChildId{1}] == 1; }));
  EXPECT_EQ(::sched_setaffinity(0, sizeof before, &before), 0);
  EXPECT_EQ(lines_[ChildId{1}].at(0), std::to_string(CPU_COUNT(&before)));
}

}  // namespace
}  // namespace openbell::io
