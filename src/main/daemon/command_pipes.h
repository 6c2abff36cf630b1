#pragma once
// The engine's clients that are no processes: the named pipes of the command line.

#include <memory>
#include <string>

#include "io/process/control_pipe.h"
#include "main/daemon/settings.h"
#include "main/daemon/world.h"

namespace openbell {

class CommandPipes final : public engine::ClientLinks {
 public:
  explicit CommandPipes(World& world) : world_(world) {}

  /// Opens them where the settings want them and somebody has made them.
  void open(const Settings& settings);

  std::size_t write_client(engine::ClientId client, std::string_view lines) override;

 private:
  World& world_;
  std::unique_ptr<io::ControlPipe> pipe_;
  engine::ClientId client_{};
};

}  // namespace openbell
