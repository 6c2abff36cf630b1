#include "main/daemon/command_pipes.h"

namespace openbell {

namespace {

// ExaBGP's own name for what relays the command line.
constexpr std::string_view client_name = "api-internal-cli";

}  // namespace

void CommandPipes::open(const Settings& settings) {
  if (!settings.environment.api_cli) return;
  const std::string path = io::find_control_pipe(settings.environment.api_pipename);
  if (path.empty())
    return world_.log.log(
        6, "cli",
        "no named pipes " + settings.environment.api_pipename +
            ".in and .out (mkfifo, owned by this user): the command line has no way in");
  auto pipe = io::ControlPipe::open(world_.reactor, path, [this](std::string_view line) {
    world_.engine->on_client_line(client_, line, world_.now());
  });
  if (!pipe) return world_.log.log(4, "cli", pipe.error());
  pipe_ = std::move(*pipe);
  // The pipes are this user's own: who else writes to them cannot be told apart.
  client_ = world_.engine->on_client(
      {.name = std::string(client_name), .role = engine::Role::administer, .user = settings.user},
      world_.now());
}

/// The pipe keeps a bound of its own: nobody may be there to read.
std::size_t CommandPipes::write_client(engine::ClientId, std::string_view lines) {
  pipe_->write(lines);
  return 0;
}

}  // namespace openbell
