#include "main/daemon/log.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sys/stat.h>
#include <unistd.h>

#include "gtest/gtest.h"

namespace openbell {
namespace {

class LogTest : public ::testing::Test {
 protected:
  LogTest() {
    char folder[] = "/tmp/openbell-log-XXXXXX";
    if (::mkdtemp(folder) == nullptr) ADD_FAILURE() << "no folder";
    folder_ = folder;
    path_ = folder_ + "/log";
  }
  ~LogTest() override {
    for (const char* suffix : {"", ".1", ".2", ".3"}) ::unlink((path_ + suffix).c_str());
    ::rmdir(folder_.c_str());
  }
  static std::string contents(const std::string& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::string folder_;
  std::string path_;
  std::string error_;
};

TEST_F(LogTest, WritesOneLineForEachMessageOfItsLevels) {
  {
    Log log({.destination = "file:" + path_}, error_);
    log.log(6, "network", "session with 10.0.0.1 is up\nand \x01 odd");
    log.log(7, "network", "not shown");
    EXPECT_TRUE(log.takes(3, "network"));
    EXPECT_FALSE(log.takes(7, "network"));
  }
  EXPECT_EQ(error_, "");
  const std::string line = contents(path_);
  ASSERT_GT(line.size(), 9u);
  EXPECT_EQ(line[2], ':') << line;
  EXPECT_EQ(line.substr(9), std::to_string(::getpid()) +
                                " network         session with 10.0.0.1 is up and   odd\n");
}

TEST_F(LogTest, LeavesOutTheInformationOfMutedSourcesNotTheirWarnings) {
  const Log log({.destination = path_, .muted = {"message"}}, error_);
  EXPECT_FALSE(log.takes(6, "message"));
  EXPECT_TRUE(log.takes(4, "message"));
  EXPECT_TRUE(log.takes(6, "network"));
}

TEST_F(LogTest, SaysNothingWhenSwitchedOff) {
  {
    Log({.enable = false, .destination = path_}, error_).log(3, "daemon", "x");
  }
  EXPECT_EQ(contents(path_), "");
}

TEST_F(LogTest, KeepsThreeFilesOfBoundedSize) {
  {
    Log log({.destination = path_}, error_);
    const std::string message(1000, 'm');
    for (int i = 0; i < 6000; ++i) {
      log.log(6, "daemon", message);
      if (i % 500 == 0) ::usleep(20'000);
    }
  }
  struct stat status{};
  EXPECT_EQ(::stat((path_ + ".2").c_str(), &status), 0);
  EXPECT_NE(::stat((path_ + ".3").c_str(), &status), 0);
  EXPECT_LT(contents(path_).size(), 3u << 20);
}

TEST_F(LogTest, ADestinationThatCannotBeOpenedIsReported) {
  Log log({.destination = folder_ + "/nowhere/log"}, error_);
  EXPECT_EQ(error_,
            "cannot write the log to " + folder_ + "/nowhere/log: No such file or directory");
}

TEST_F(LogTest, AReaderThatDoesNotReadCostsTheWriterNothing) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  std::fstream reader(path_, std::ios::in | std::ios::out);  // opens it, does not read
  std::string kept;
  {
    Log log({.destination = path_}, error_);
    const std::string message(1000, 'm');
    for (int i = 0; i < 5000; ++i) log.log(6, "daemon", message);
    // All calls came back. Now somebody reads.
    std::string line;
    while (kept.find("lines dropped") == std::string::npos && std::getline(reader, line)) {
      kept = line;
    }
  }
  EXPECT_NE(kept.find("lines dropped"), std::string::npos);
}

}  // namespace
}  // namespace openbell
