#include "main/programs.h"

#include <cstdlib>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include "gtest/gtest.h"

namespace openbell {
namespace {

class ProgramsTest : public ::testing::Test {
 protected:
  ProgramsTest() {
    char folder[] = "/tmp/openbell-programs-XXXXXX";
    if (::mkdtemp(folder) == nullptr) ADD_FAILURE() << "no folder";
    folder_ = folder;
    ::mkdir((folder_ + "/conf").c_str(), 0755);
    ::mkdir((folder_ + "/bin").c_str(), 0755);
  }
  ~ProgramsTest() override {
    for (const char* name : {"/conf/bell-helper", "/bin/bell-helper"})
      ::unlink((folder_ + name).c_str());
    ::rmdir((folder_ + "/conf").c_str());
    ::rmdir((folder_ + "/bin").c_str());
    ::rmdir(folder_.c_str());
  }
  void make(const std::string& name, mode_t mode) {
    std::ofstream(folder_ + name) << "#!/bin/sh\n";
    ::chmod((folder_ + name).c_str(), mode);
  }
  std::string find(std::string_view program) {
    why_.clear();
    return Programs(folder_ + "/bin:/usr/bin", {}).find(program, folder_ + "/conf", why_);
  }

  std::string folder_;
  std::string why_;
};

TEST_F(ProgramsTest, LooksBesideTheConfigurationThenAlongThePath) {
  make("/conf/bell-helper", 0755);
  EXPECT_EQ(find("bell-helper"), folder_ + "/conf/bell-helper");
  EXPECT_EQ(find("./bell-helper"), folder_ + "/conf/bell-helper");
  make("/bin/bell-helper", 0755);
  EXPECT_EQ(find("bell-helper"), folder_ + "/bin/bell-helper") << "the last one found is taken";
}

TEST_F(ProgramsTest, TakesAnAbsoluteProgramAsItIs) {
  EXPECT_EQ(find("/bin/sh"), "/bin/sh");
}

TEST_F(ProgramsTest, SaysWhyAProgramWillNotDo) {
  EXPECT_EQ(find("nowhere-to-be-found"), "");
  EXPECT_EQ(why_, "can not locate the program \"nowhere-to-be-found\"");
  EXPECT_EQ(find(folder_), "");
  EXPECT_EQ(why_, "can not execute directories \"" + folder_ + "\"");
  make("/conf/bell-helper", 04755);
  EXPECT_EQ(find(folder_ + "/conf/bell-helper"), "");
  EXPECT_EQ(why_, "refusing to run setuid programs \"" + folder_ + "/conf/bell-helper\"");
  make("/conf/bell-helper", 0644);
  EXPECT_EQ(find(folder_ + "/conf/bell-helper"), "");
  EXPECT_EQ(why_,
            "the program \"" + folder_ + "/conf/bell-helper\" is not executable for this user");
}

}  // namespace
}  // namespace openbell
