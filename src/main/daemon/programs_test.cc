#include "main/daemon/programs.h"

#include <cstdlib>
#include <filesystem>
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

TEST_F(ProgramsTest, LeavesLinksAsTheyAre) {
  ASSERT_EQ(::symlink("/bin/sh", (folder_ + "/bin/bell-helper").c_str()), 0);
  EXPECT_EQ(find("bell-helper"), folder_ + "/bin/bell-helper");
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

using Words = std::vector<std::string>;

TEST(HealthcheckCall, KnowsTheWaysToCallIt) {
  const auto options = [](const Words& run) {
    const auto call = find_healthcheck_call(run);
    return call ? call->options : 0;
  };
  EXPECT_EQ(options({"exabgp", "healthcheck", "--cmd", "true"}), 2u);
  EXPECT_EQ(options({"/usr/bin/exabgp", "healthcheck"}), 2u);
  EXPECT_EQ(options({"exabgp", "--run", "healthcheck", "-s"}), 3u);
  EXPECT_EQ(options({"/usr/bin/exabgp-healthcheck", "-s"}), 1u);
  EXPECT_EQ(options({"python3", "-u", "-m", "exabgp", "healthcheck", "-s"}), 5u);
  EXPECT_EQ(options({"/usr/bin/env", "python3.11", "-m", "exabgp", "healthcheck"}), 5u);
  EXPECT_EQ(options({"exabgp", "cli"}), 0u);
  EXPECT_EQ(options({"exabgp"}), 0u);
  EXPECT_EQ(options({"env"}), 0u);
  EXPECT_EQ(options({"python3", "-m", "http.server", "healthcheck"}), 0u);
  EXPECT_EQ(options({"python3", "-m"}), 0u);
  EXPECT_EQ(options({"python3", "healthcheck"}), 0u);
  EXPECT_EQ(options({"pythonic", "-m", "exabgp", "healthcheck"}), 0u);
  EXPECT_EQ(options({"/opt/healthcheck", "exabgp", "healthcheck"}), 0u);
}

class StandInTest : public ::testing::Test {
 protected:
  StandInTest() {
    char folder[] = "/tmp/openbell-stand-in-XXXXXX";
    if (::mkdtemp(folder) == nullptr) ADD_FAILURE() << "no folder";
    folder_ = folder;
    std::filesystem::create_directories(folder_ / "bin");
    std::filesystem::create_directories(modules());
    std::filesystem::copy_file("/proc/self/exe", folder_ / "bin/python3.11");
    std::filesystem::create_symlink("python3.11", folder_ / "bin/python3");
  }
  ~StandInTest() override { std::filesystem::remove_all(folder_); }
  [[nodiscard]] std::filesystem::path modules() const {
    return folder_ / "lib/python3.11/site-packages";
  }
  Words stand_in(Words run) {
    Programs programs(folder_ / "bin", folder_ / "etc");
    changed_ = programs.stand_in(run, folder_.string());
    EXPECT_EQ(programs.notes().size(), changed_ ? 1u : 0u);
    return run;
  }

  std::filesystem::path folder_;
  bool changed_ = false;
};

TEST_F(StandInTest, TakesThePlaceOfAProgramThatIsMissing) {
  const std::string ours = std::filesystem::canonical("/proc/self/exe");
  EXPECT_EQ(stand_in({"exabgp", "healthcheck", "--cmd", "exit 0"}),
            (Words{ours, "healthcheck", "--cmd", "exit 0"}));
  EXPECT_EQ(stand_in({"/nowhere/python3", "-m", "exabgp", "healthcheck"}),
            (Words{ours, "healthcheck"}));
}

TEST_F(StandInTest, LeavesAProgramThatIsThere) {
  std::ofstream(folder_ / "bin/exabgp") << "#!/bin/sh\n";
  const Words run{"exabgp", "healthcheck"};
  EXPECT_EQ(stand_in(run), run);
  EXPECT_FALSE(changed_);
}

TEST_F(StandInTest, LooksForTheModuleOfAPython) {
  const Words run{"python3", "-m", "exabgp", "healthcheck", "-s"};
  stand_in(run);
  EXPECT_TRUE(changed_);
  std::filesystem::create_directories(modules() / "exabgp");
  stand_in(run);
  EXPECT_FALSE(changed_);
}

TEST_F(StandInTest, FollowsPthFilesAndVirtualEnvironments) {
  const Words run{"python3", "-m", "exabgp", "healthcheck"};
  std::filesystem::create_directories(folder_ / "source/exabgp");
  std::ofstream(modules() / "easy-install.pth") << (folder_ / "source").string() << "\n";
  stand_in(run);
  EXPECT_FALSE(changed_);

  std::filesystem::create_directories(folder_ / "venv/bin");
  std::filesystem::create_directories(folder_ / "venv/lib/python3.11/site-packages");
  std::filesystem::create_symlink(folder_ / "bin/python3.11", folder_ / "venv/bin/python");
  std::ofstream(folder_ / "venv/pyvenv.cfg") << "include-system-site-packages = false\n";
  Words in_environment{folder_ / "venv/bin/python", "-m", "exabgp", "healthcheck"};
  stand_in(in_environment);
  EXPECT_TRUE(changed_) << "the module of the installation is not seen";
  std::ofstream(folder_ / "venv/pyvenv.cfg") << "include-system-site-packages = true\n";
  stand_in(in_environment);
  EXPECT_FALSE(changed_);
}

TEST_F(StandInTest, LeavesAPythonThatItCannotLookInto) {
  std::filesystem::remove(folder_ / "bin/python3");
  std::ofstream(folder_ / "bin/python3") << "#!/bin/sh\nexec something\n";
  stand_in({"python3", "-m", "exabgp", "healthcheck"});
  EXPECT_FALSE(changed_);
}

}  // namespace
}  // namespace openbell
