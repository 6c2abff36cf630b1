#pragma once
// From the name of a configuration file to a configuration, or to all that is wrong with it.

#include <string>
#include <vector>

#include "grammar/config/configuration.h"
#include "main/daemon/settings.h"

namespace openbell {

struct LoadedConfiguration {
  bool ok = false;
  grammar::Configuration configuration;
  std::vector<grammar::Diagnostic> diagnostics;  // warnings too
  std::string failure;                           // the file could not be read
  std::vector<std::string> notes;                // what was taken in the place of something else
  /// Everything that was said, for people.
  [[nodiscard]] std::string text() const;
};

/// Reads and parses; any thread.
LoadedConfiguration load_configuration(const std::string& file, const Settings& settings);

}  // namespace openbell
