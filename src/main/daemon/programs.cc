#include "main/daemon/programs.h"

#include <filesystem>
#include <vector>

#include "io/files.h"

namespace openbell {

namespace {

constexpr std::string_view etc_prefix = "etc/exabgp/";

std::string join(std::string_view directory, std::string_view name) {
  std::string path(directory.empty() ? "." : directory);
  if (!path.ends_with('/')) path.push_back('/');
  return path.append(name);
}

/// From the root. Links stay: a Python knows its environment, and many a program what it is to do,
/// by the name it was started by.
std::string without_dots(const std::string& path) {
  std::error_code error;
  return std::filesystem::absolute(path, error).lexically_normal();
}

}  // namespace

std::string Programs::locate(std::string_view program,
                             std::string_view configuration_directory) const {
  std::vector<std::string> candidates;
  if (program.starts_with('/')) {
    candidates.emplace_back(program);
  } else {
    const bool in_etc = program.starts_with(etc_prefix);
    const std::string etc = etc_.empty() ? "/etc/exabgp" : etc_;
    candidates.push_back(join(etc, in_etc ? program.substr(etc_prefix.size()) : program));
    candidates.push_back(join(configuration_directory, program));
    // A program with a folder in its name is meant to be near the configuration.
    const bool on_path = program.find('/') == std::string_view::npos;
    for (std::string_view rest = on_path ? std::string_view(path_) : std::string_view();
         !rest.empty();) {
      const std::size_t colon = rest.find(':');
      candidates.push_back(join(rest.substr(0, colon), program));
      rest = colon == std::string_view::npos ? std::string_view{} : rest.substr(colon + 1);
    }
  }
  std::string found;
  for (std::string& candidate : candidates)
    if (io::file_kind(candidate).exists) found = std::move(candidate);
  return found;
}

std::string Programs::find(std::string_view program, std::string_view configuration_directory,
                           std::string& why) {
  const std::string found = locate(program, configuration_directory);
  const std::string quoted = "\"" + std::string(program) + "\"";
  if (found.empty()) {
    why = "can not locate the program " + quoted;
    return {};
  }
  const io::FileKind kind = io::file_kind(found);
  if (kind.is_directory)
    why = "can not execute directories " + quoted;
  else if (!kind.is_regular)
    why = quoted + " is not a regular file";
  else if (kind.is_setid)
    why = "refusing to run setuid programs " + quoted;
  else if (!kind.is_executable)
    why = "the program " + quoted + " is not executable for this user";
  else
    return without_dots(found);
  return {};
}

bool Programs::stand_in(std::vector<std::string>& run, std::string_view configuration_directory) {
  const auto call = find_healthcheck_call(run);
  if (!call) return false;
  const std::string& program = run[call->program];
  const std::string found = locate(program, configuration_directory);
  if (!found.empty() && !(call->python && lacks_exabgp(found, python_))) return false;
  notes_.push_back(found.empty() ? program + " is not installed" : found + " has no module exabgp");
  notes_.back() += ": `healthcheck` of OpenBell stands in for that of ExaBGP";
  run.erase(run.begin(), run.begin() + static_cast<std::ptrdiff_t>(call->options));
  // It stays the link when a new version has replaced our file.
  run.insert(run.begin(), {io::absolute_path("/proc/self/exe"), "healthcheck"});
  return true;
}

}  // namespace openbell
