#pragma once
// What the environment, its file and the command line say about this run.

#include <expected>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "grammar/config/environment.h"
#include "io/loop/reactor.h"
#include "main/command/arguments.h"
#include "main/daemon/log.h"
#include "main/daemon/stand_in.h"

namespace openbell {

struct Settings {
  grammar::Environment environment;
  engine::Options engine;
  io::ReactorOptions reactor;
  LogOptions log;
  std::string user;                   // that the daemon runs as
  std::string path;                   // $PATH
  std::string etc;                    // $EXABGP_ETC
  PythonPlaces python;                // $PYTHONPATH, $HOME
  std::vector<std::string> warnings;  // options that are known but do nothing
};

/// Reads the environment options: variables before the file, the file before the defaults, the
/// command line before all. The error is for the operator.
std::expected<Settings, std::string> read_settings(const Arguments& arguments);

}  // namespace openbell
