#include "main/command/check.h"

#include <cstdio>

#include "main/daemon/configuration_file.h"
#include "main/daemon/jitter.h"

namespace openbell {

namespace {

std::string count(std::size_t n, const char* what) {
  return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

std::string summary(const grammar::Configuration& configuration) {
  std::size_t routes = 0;
  for (const grammar::NeighborConfig& neighbor : configuration.neighbors)
    routes += neighbor.routes.size();
  std::string text = count(configuration.neighbors.size(), "neighbor") + ", " +
                     count(configuration.processes.size(), "helper") + ", " +
                     count(routes, "route");
  const auto also = [&](std::size_t n, const char* what) {
    if (n != 0) text += ", " + count(n, what);
  };
  also(configuration.services.size(), "service");
  also(configuration.plans.size(), "plan");
  also(configuration.bfd_sessions.size(), "BFD session");
  return text;
}

}  // namespace

int run_check(const Arguments& arguments, const Settings& settings) {
  int status = 0;
  for (const std::string& file : arguments.words) {
    const LoadedConfiguration loaded = load_configuration(file, settings);
    if (const std::string text = loaded.text(); !text.empty())
      std::fprintf(stderr, "%s\n", text.c_str());
    for (const std::string& note : loaded.notes)
      std::fprintf(stderr, "%s: note: %s\n", file.c_str(), note.c_str());
    if (!loaded.ok) {
      status = 1;
      continue;
    }
    if (const std::string warning = jitter_warning(loaded.configuration); !warning.empty())
      std::fprintf(stderr, "%s\n", warning.c_str());
    std::printf("%s: %s\n", file.c_str(), summary(loaded.configuration).c_str());
  }
  return status;
}

int run_config(const Arguments& arguments, const Settings& settings) {
  int status = 0;
  for (const std::string& file : arguments.words) {
    const LoadedConfiguration loaded = load_configuration(file, settings);
    if (const std::string text = loaded.text(); !text.empty())
      std::fprintf(stderr, "%s\n", text.c_str());
    if (!loaded.ok) {
      status = 1;
      continue;
    }
    const std::string text = grammar::print_configuration(loaded.configuration);
    std::fwrite(text.data(), 1, text.size(), stdout);
  }
  return status;
}

int run_validate(const Arguments& arguments, const Settings& settings) {
  for (const std::string& file : arguments.words) {
    if (arguments.verbose) std::printf("checking %s\n", file.c_str());
    const LoadedConfiguration loaded = load_configuration(file, settings);
    if (loaded.ok) continue;
    if (!loaded.failure.empty())
      std::fprintf(stderr, "error: %s is not an exabgp config file (%s)\n", file.c_str(),
                   loaded.failure.c_str());
    else
      std::fprintf(stderr, "error: %s is not a valid config file:\n%s\n", file.c_str(),
                   loaded.text().c_str());
    return 1;
  }
  return 0;
}

}  // namespace openbell
