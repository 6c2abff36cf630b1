#include "io/process/spawn.h"

#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>

#include "io/loop/realtime.h"

namespace openbell::io {

namespace {

/// Our environment with `setting` in it.
std::vector<char*> environment_with(const std::string& setting) {
  const std::string_view name = std::string_view(setting).substr(0, setting.find('=') + 1);
  std::vector<char*> result;
  for (char** entry = environ; *entry != nullptr; ++entry)
    if (name.empty() || !std::string_view(*entry).starts_with(name)) result.push_back(*entry);
  if (!setting.empty()) result.push_back(const_cast<char*>(setting.c_str()));
  result.push_back(nullptr);
  return result;
}

/// What happens between the fork and the program.
void set_actions(posix_spawn_file_actions_t& actions, const SpawnFiles& files,
                 const char* directory) {
  if (files.input < 0)
    ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  else
    ::posix_spawn_file_actions_adddup2(&actions, files.input, 0);
  if (files.output >= 0) ::posix_spawn_file_actions_adddup2(&actions, files.output, 1);
  if (files.error >= 0) ::posix_spawn_file_actions_adddup2(&actions, files.error, 2);
  ::posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  if (directory != nullptr) ::posix_spawn_file_actions_addchdir_np(&actions, directory);
}

}  // namespace

int spawn(const std::vector<std::string>& arguments, const SpawnFiles& files, pid_t& pid,
          const SpawnPlace& place) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const std::vector<char*> environment = environment_with(place.setting);
  sigset_t none;
  sigset_t all;
  ::sigemptyset(&none);
  ::sigfillset(&all);

  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  set_actions(actions, files, place.directory);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(
      &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  const Unpinned unpinned;
  // The child borrows our memory until it executes, so a large table costs nothing.
  const int error =
      ::posix_spawnp(&pid, argv[0], &actions, &attributes, argv.data(), environment.data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  return error;
}

std::string exit_text(int status) {
  return WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                             : "exit " + std::to_string(WEXITSTATUS(status));
}

}  // namespace openbell::io
