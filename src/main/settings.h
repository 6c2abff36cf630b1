#pragma once
// What the environment, its file and the command line say about this run.

#include <expected>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "grammar/environment.h"
#include "io/reactor.h"
#include "main/arguments.h"
#include "main/log.h"
#include "main/stand_in.h"

namespace openbell {

struct Settings {
  grammar::Environment environment;
  engine::Options engine;
  io::ReactorOptions reactor;
  LogOptions log;
  std::string path;                   // $PATH
  std::string etc;                    // $EXABGP_ETC
  PythonPlaces python;                // $PYTHONPATH, $HOME
  std::vector<std::string> warnings;  // options that are known but do nothing
};

/// Reads the environment options: variables before the file, the file before the defaults, the
/// command line before all. The error is for the operator.
std::expected<Settings, std::string> read_settings(const Arguments& arguments);

}  // namespace openbell
