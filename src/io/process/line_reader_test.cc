#include "io/process/line_reader.h"

#include <fcntl.h>
#include <string>
#include <unistd.h>
#include <vector>

#include "gtest/gtest.h"

#include "io/fd.h"

namespace openbell::io {
namespace {

class LineReaderTest : public ::testing::Test {
 protected:
  LineReaderTest() {
    int fds[2];
    if (::pipe2(fds, O_NONBLOCK | O_CLOEXEC) != 0) ADD_FAILURE() << "no pipe";
    read_ = Fd(fds[0]);
    write_ = Fd(fds[1]);
    ::fcntl(write_.get(), F_SETPIPE_SZ, 1 << 20);
  }

  /// Feeds `text` in pieces that the pipe can hold and collects the lines ("<refused>" for one).
  void feed(std::string_view text, std::size_t piece = 1u << 16) {
    while (!text.empty()) {
      const std::string_view part = text.substr(0, piece);
      ASSERT_EQ(::write(write_.get(), part.data(), part.size()), static_cast<ssize_t>(part.size()));
      text.remove_prefix(part.size());
      while (reader_.fill(read_.get()) == LineReader::Fill::some) collect();
    }
  }
  void collect() {
    std::string_view line;
    for (;;) {
      const auto take = reader_.next(line);
      if (take == LineReader::Take::none) return;
      lines_.emplace_back(take == LineReader::Take::line ? line : "<refused>");
    }
  }

  Fd read_;
  Fd write_;
  LineReader reader_{1u << 20};
  std::vector<std::string> lines_;
};

using namespace std::string_literals;

TEST_F(LineReaderTest, GivesWholeLinesHoweverTheyArrive) {
  feed("one\ntwo\r\n\nthree\n", 1);
  EXPECT_EQ(lines_, (std::vector<std::string>{"one", "two", "", "three"}));
  EXPECT_EQ(reader_.unfinished(), 0u);
}

TEST_F(LineReaderTest, KeepsHalfALineUntilItsEndComes) {
  feed("announce route 10.0.");
  EXPECT_TRUE(lines_.empty());
  EXPECT_EQ(reader_.unfinished(), 20u);
  feed("0.0/24\n");
  EXPECT_EQ(lines_, (std::vector<std::string>{"announce route 10.0.0.0/24"}));
}

TEST_F(LineReaderTest, PassesNulAndEightBitBytesOn) {
  feed("a\0b\xC3\xA9\xFF\n"s);
  EXPECT_EQ(lines_, (std::vector<std::string>{"a\0b\xC3\xA9\xFF"s}));
}

TEST_F(LineReaderTest, TakesALineOfExactlyTheLimit) {
  feed(std::string(1u << 20, 'x') + "\nnext\n");
  ASSERT_EQ(lines_.size(), 2u);
  EXPECT_EQ(lines_[0].size(), 1u << 20);
  EXPECT_EQ(lines_[1], "next");
}

TEST_F(LineReaderTest, RefusesALongerLineAndLosesNothingElse) {
  feed("before\n" + std::string((1u << 20) + 1, 'x') + "\nafter\n");
  EXPECT_EQ(lines_, (std::vector<std::string>{"before", "<refused>", "after"}));
}

TEST_F(LineReaderTest, CountsTheBytesOfAHugeLine) {
  for (int i = 0; i < 64; ++i) feed(std::string(1u << 18, 'y'));
  feed("tail\nafter\n");
  EXPECT_EQ(lines_, (std::vector<std::string>{"<refused>", "after"}));
  EXPECT_EQ(reader_.refused_size(), 64u * (1u << 18) + 4);
}

TEST_F(LineReaderTest, SaysWhenTheOtherSideHasClosed) {
  feed("last\nhalf");
  write_.reset();
  EXPECT_EQ(reader_.fill(read_.get()), LineReader::Fill::end);
  EXPECT_EQ(lines_, (std::vector<std::string>{"last"}));
  EXPECT_EQ(reader_.unfinished(), 4u);
}

}  // namespace
}  // namespace openbell::io
