#pragma once
// A reload's reading and parsing: a large file takes a second, which the loop does not have.

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "io/loop/wakeup.h"
#include "main/daemon/configuration_file.h"
#include "main/daemon/world.h"

namespace openbell {

class Loader {
 public:
  using Loaded = std::function<void(LoadedConfiguration)>;
  /// `files` are taken in turn (debug.rotate); most have one, the first of which the daemon has
  /// begun with. `loaded` is told in the loop.
  Loader(World& world, const Settings& settings, std::vector<std::string> files, Loaded loaded);
  /// Waits for the file that is being read.
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  /// Reads anew; what is being read may be older than this wish, and is not told then.
  void load();
  /// Nothing is told any more.
  void leave() { leaving_ = true; }

 private:
  void on_read();

  World& world_;
  const Settings& settings_;
  const std::vector<std::string> files_;
  std::size_t file_at_ = 0;
  const Loaded loaded_;
  std::thread thread_;
  std::unique_ptr<LoadedConfiguration> made_;  // by the thread
  bool again_ = false;
  bool leaving_ = false;
  io::Wakeup read_;
};

}  // namespace openbell
