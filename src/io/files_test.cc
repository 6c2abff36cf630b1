#include "io/files.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include "gtest/gtest.h"

namespace openbell::io {
namespace {

class FilesTest : public ::testing::Test {
 protected:
  FilesTest() {
    char folder[] = "/tmp/openbell-files-XXXXXX";
    if (::mkdtemp(folder) == nullptr) ADD_FAILURE() << "no folder";
    folder_ = folder;
    path_ = folder_ + "/file";
  }
  ~FilesTest() override {
    ::unlink(path_.c_str());
    ::rmdir(folder_.c_str());
  }
  void put(const std::string& text) { std::ofstream(path_) << text; }

  std::string folder_;
  std::string path_;
};

TEST_F(FilesTest, ReadsAWholeFile) {
  put(std::string(3'000'000, 'x') + "end");
  const auto text = read_file(path_, 1u << 30);
  ASSERT_TRUE(text) << text.error();
  EXPECT_EQ(text->size(), 3'000'003u);
  EXPECT_TRUE(text->ends_with("xend"));
}

TEST_F(FilesTest, NamesAFileThatCannotBeRead) {
  EXPECT_EQ(read_file(path_, 100).error(), path_ + ": No such file or directory");
  EXPECT_EQ(read_file(folder_, 100).error(), folder_ + ": Is a directory");
  put("12345");
  EXPECT_TRUE(read_file(path_, 5));
  EXPECT_EQ(read_file(path_, 4).error(), path_ + ": larger than 4 bytes");
}

TEST_F(FilesTest, APidFileIsHeldByOneLivingProcess) {
  {
    PidFile file;
    EXPECT_EQ(file.create(path_), "");
    EXPECT_EQ(*read_file(path_, 100), std::to_string(::getpid()) + "\n");
  }
  EXPECT_FALSE(file_kind(path_).exists) << "removed at the end";
  put("1\n");
  EXPECT_EQ(PidFile().create(path_), path_ + ": process 1 is running already");
  EXPECT_TRUE(file_kind(path_).exists) << "not ours to remove";
}

TEST_F(FilesTest, AStalePidFileIsReplaced) {
  put("4194304000\n");
  PidFile file;
  EXPECT_EQ(file.create(path_), "");
}

TEST_F(FilesTest, TellsWhatAProgramIs) {
  EXPECT_FALSE(file_kind(path_).exists);
  put("#!/bin/sh\n");
  ::chmod(path_.c_str(), 0644);
  EXPECT_TRUE(file_kind(path_).is_regular);
  EXPECT_FALSE(file_kind(path_).is_executable);
  ::chmod(path_.c_str(), 04755);
  EXPECT_TRUE(file_kind(path_).is_executable);
  EXPECT_TRUE(file_kind(path_).is_setid);
  EXPECT_TRUE(file_kind(folder_).is_directory);
}

TEST_F(FilesTest, AnUnknownUserCannotBecome) {
  if (::geteuid() == 0) {
    EXPECT_EQ(drop_privileges("no-such-user"), "cannot become user no-such-user: no such user");
    EXPECT_EQ(drop_privileges("root"), "");
  } else {
    EXPECT_EQ(drop_privileges("no-such-user"), "");
  }
}

}  // namespace
}  // namespace openbell::io
