#include "main/programs.h"

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

}  // namespace

std::string Programs::find(std::string_view program, std::string_view configuration_directory,
                           std::string& why) {
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
  const std::string* found = nullptr;
  for (const std::string& candidate : candidates)
    if (io::file_kind(candidate).exists) found = &candidate;
  const std::string quoted = "\"" + std::string(program) + "\"";
  if (found == nullptr) {
    why = "can not locate the program " + quoted;
    return {};
  }
  const io::FileKind kind = io::file_kind(*found);
  if (kind.is_directory)
    why = "can not execute directories " + quoted;
  else if (!kind.is_regular)
    why = quoted + " is not a regular file";
  else if (kind.is_setid)
    why = "refusing to run setuid programs " + quoted;
  else if (!kind.is_executable)
    why = "the program " + quoted + " is not executable for this user";
  else
    return program.starts_with('/') ? *found : io::absolute_path(*found);
  return {};
}

}  // namespace openbell
