#include "main/daemon/loader.h"

#include <utility>

#include "io/loop/worker_thread.h"

namespace openbell {

Loader::Loader(World& world, const Settings& settings, std::vector<std::string> files,
               Loaded loaded)
    : world_(world),
      settings_(settings),
      files_(std::move(files)),
      loaded_(std::move(loaded)),
      read_(world.reactor, [this] { on_read(); }) {}

Loader::~Loader() {
  if (thread_.joinable()) thread_.join();
}

void Loader::load() {
  if (leaving_) return;
  if (thread_.joinable()) {  // it may have read the file before the last change of it
    again_ = true;
    return;
  }
  if (settings_.environment.debug_rotate) file_at_ = (file_at_ + 1) % files_.size();
  world_.log.log(6, "configuration", "reading " + files_[file_at_]);
  thread_ = io::start_worker("openbell-load", [this, file = files_[file_at_]] {
    made_ = std::make_unique<LoadedConfiguration>(load_configuration(file, settings_));
    read_.wake();
  });
}

void Loader::on_read() {
  if (!thread_.joinable()) return;
  thread_.join();
  const std::unique_ptr<LoadedConfiguration> made = std::move(made_);
  if (leaving_) return;
  if (std::exchange(again_, false)) return load();
  loaded_(std::move(*made));
}

}  // namespace openbell
