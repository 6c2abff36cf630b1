#include "io/log_writer.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <stdlib.h>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "base/ring.h"

namespace openbell::io {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

/// Lines on their way to the writer, as the audit trail has them.
struct Source {
  base::Ring ring{4096};
  LogWriter::Fill fill() {
    return [this](std::string& buffer, std::size_t size_max) {
      while (buffer.size() < size_max) {
        const base::Bytes line = ring.front();
        if (line.empty()) return false;
        buffer.append(base::text_of(line)).push_back('\n');
        ring.pop();
      }
      return true;
    };
  }
};

class LogWriterTest : public testing::Test {
 protected:
  LogWriterTest() {
    std::string pattern = fs::temp_directory_path() / "log_writer_XXXXXX";
    directory_ = ::mkdtemp(pattern.data());
  }
  ~LogWriterTest() override { fs::remove_all(directory_); }

  LogWriterOptions options() const {
    LogWriterOptions options;
    options.directory = directory_;
    options.prefix = "audit";
    options.poll = milliseconds(1);
    options.retry = milliseconds(1);
    return options;
  }
  std::vector<fs::path> files() const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(directory_)) found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    return found;
  }
  static std::string content(const fs::path& path) {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  fs::path path_of_today() const {
    Source source;
    source.ring.try_push(base::bytes_of("x"));
    LogWriter(options(), source.fill()).stop();
    const fs::path path = files().at(0);
    fs::remove(path);
    return path;
  }
  template <typename Condition>
  static void wait_until(Condition condition) {
    int turns = 30'000;
    while (!condition() && turns-- > 0) std::this_thread::sleep_for(milliseconds(1));
    ASSERT_TRUE(turns > 0);
  }

  fs::path directory_;
};

TEST_F(LogWriterTest, AppendsEveryLineToTheFileOfTheDay) {
  Source source;
  {
    LogWriter writer(options(), source.fill());
    source.ring.try_push(base::bytes_of("one"));
    wait_until([&] { return writer.written_bytes() == 4; });
    source.ring.try_push(base::bytes_of("two"));
    writer.stop();
    EXPECT_EQ(writer.failures(), 0u);
  }
  ASSERT_EQ(files().size(), 1u);
  EXPECT_EQ(content(files()[0]), "one\ntwo\n");
  const std::string name = files()[0].filename();
  ASSERT_EQ(name.size(), std::string("audit-YYYYMMDD.jsonl").size());
  EXPECT_EQ(name.substr(0, 8), "audit-20");

  source.ring.try_push(base::bytes_of("three"));
  LogWriter(options(), source.fill()).stop();
  EXPECT_EQ(content(files()[0]), "one\ntwo\nthree\n");
}

TEST_F(LogWriterTest, BeginsTheNextFileWhenOneIsFull) {
  LogWriterOptions small = options();
  small.file_size_max = 6;
  Source source;
  for (const char* line : {"aaa", "bbb", "ccc", "ddd"}) {
    source.ring.try_push(base::bytes_of(line));
    LogWriter(small, source.fill()).stop();
  }
  ASSERT_EQ(files().size(), 2u);
  EXPECT_EQ(content(files()[0]), "ccc\nddd\n");
  EXPECT_EQ(files()[0].extension(), ".jsonl");
  EXPECT_EQ(files()[0].stem().extension(), ".1");
  EXPECT_EQ(content(files()[1]), "aaa\nbbb\n");
}

TEST_F(LogWriterTest, NeverBlocksItsSourceAndWritesEverythingAcceptedOnceTheDiskIsBack) {
  const fs::path path = path_of_today();
  fs::create_symlink("/dev/full", path);
  Source source;
  LogWriter writer(options(), source.fill());
  std::string accepted;
  const auto push = [&](int i) {
    const std::string line = "line " + std::to_string(i);
    const bool fits = source.ring.try_push(base::bytes_of(line));
    if (fits) accepted += line + '\n';
    return fits;
  };
  int i = 0;
  push(i++);
  wait_until([&] { return writer.failures() >= 2; });
  EXPECT_EQ(writer.error(), ENOSPC);
  // The disk stays full: the source is refused at once when its ring is, and does not wait.
  while (push(i)) ++i;
  EXPECT_EQ(writer.written_bytes(), 0u);
  fs::remove(path);
  wait_until([&] { return writer.error() == 0 && writer.written_bytes() == accepted.size(); });
  writer.stop();
  EXPECT_EQ(content(path), accepted);
}

TEST_F(LogWriterTest, CountsFailuresAndEndsWhenTheDirectoryIsMissing) {
  LogWriterOptions missing = options();
  missing.directory = directory_ / "missing";
  Source source;
  source.ring.try_push(base::bytes_of("one"));
  LogWriter writer(missing, source.fill());
  wait_until([&] { return writer.failures() != 0; });
  writer.stop();
  EXPECT_EQ(writer.error(), ENOENT);
}

// A file size limit cuts a write in the middle of a line, as a disk that fills up does.
TEST_F(LogWriterTest, GoesOnInTheMiddleOfALineThatWasCut) {
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit limit = before;
  limit.rlim_cur = 10;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  Source source;
  source.ring.try_push(base::bytes_of("first"));
  source.ring.try_push(base::bytes_of("second"));
  LogWriter writer(options(), source.fill());
  wait_until([&] { return writer.failures() >= 2; });
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  wait_until([&] { return writer.error() == 0; });
  writer.stop();
  EXPECT_EQ(content(files().at(0)), "first\nsecond\n");
}

TEST_F(LogWriterTest, WritesACutLineAnewWhenItsFileIsGone) {
  ::signal(SIGXFSZ, SIG_IGN);
  const fs::path path = path_of_today();
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit limit = before;
  limit.rlim_cur = 10;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  Source source;
  source.ring.try_push(base::bytes_of("first"));
  source.ring.try_push(base::bytes_of("second"));
  LogWriter writer(options(), source.fill());
  wait_until([&] { return writer.failures() >= 1; });
  fs::rename(path, directory_ / "moved");
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  wait_until([&] { return writer.error() == 0; });
  writer.stop();
  EXPECT_EQ(content(path), "second\n");
}

TEST_F(LogWriterTest, BeginsOnALineOfItsOwnAfterALineCutByACrash) {
  const fs::path path = path_of_today();
  std::ofstream(path) << "whole\nhal";
  Source source;
  source.ring.try_push(base::bytes_of("next"));
  LogWriter(options(), source.fill()).stop();
  EXPECT_EQ(content(path), "whole\nhal\nnext\n");
}

}  // namespace
}  // namespace openbell::io
