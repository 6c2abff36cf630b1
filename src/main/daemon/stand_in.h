#pragma once
// ExaBGP's health check in a configuration, where ExaBGP is not installed: which command lines mean
// it, and whether a Python has the module.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace openbell {

/// A command line that starts ExaBGP's health check.
struct HealthcheckCall {
  std::size_t program = 0;  // the word that has to be found: exabgp, exabgp-healthcheck, python3 …
  std::size_t options = 0;  // the first word that is for the health check
  bool python = false;      // `python -m exabgp healthcheck`: its module has to be found too
};

/// `exabgp healthcheck …`, `exabgp --run healthcheck …`, `exabgp-healthcheck …` and
/// `python -m exabgp healthcheck …`, in any folder, also behind `env`.
std::optional<HealthcheckCall> find_healthcheck_call(const std::vector<std::string>& run);

/// Where Python looks besides its own folders.
struct PythonPlaces {
  std::string path;  // $PYTHONPATH
  std::string home;  // $HOME
};

/// Looks in the folders for modules of the Python at `program` (its installation or virtual
/// environment, the user's, and what their .pth files name) without running it. False whenever that
/// cannot be told, such as for a script that chooses a Python.
bool lacks_exabgp(const std::string& program, const PythonPlaces& places);

}  // namespace openbell
