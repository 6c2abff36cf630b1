#include "main/daemon/stand_in.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string_view>

namespace openbell {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t line_size_max = 4096;

std::string_view name_of(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

/// python, python3, python3.11, pypy3
bool is_python(std::string_view name) {
  for (const std::string_view start : {"python", "pypy"})
    if (name.starts_with(start))
      return name.substr(start.size()).find_first_not_of("0123456789.") == std::string_view::npos;
  return false;
}

/// The word after `healthcheck` when that is what stands at `at`, else 0.
std::size_t skip_healthcheck(const std::vector<std::string>& run, std::size_t at) {
  if (at < run.size() && run[at] == "--run") ++at;  // ExaBGP 4.2
  return at < run.size() && run[at] == "healthcheck" ? at + 1 : 0;
}

/// Of `python -u -m exabgp healthcheck`.
std::size_t skip_module(const std::vector<std::string>& run, std::size_t at) {
  while (at < run.size() && run[at].starts_with('-') && run[at] != "-m") ++at;
  const bool module = at + 1 < run.size() && run[at] == "-m" && run[at + 1] == "exabgp";
  return module ? skip_healthcheck(run, at + 2) : 0;
}

bool is_program_file(const fs::path& path) {
  char magic[4] = {};
  std::ifstream(path, std::ios::binary).read(magic, sizeof magic);
  return std::string_view(magic, sizeof magic) ==
         "\x7f"
         "ELF";
}

std::vector<std::string> read_lines(const fs::path& path) {
  std::vector<std::string> lines;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line) && line.size() < line_size_max;)
    lines.push_back(line);
  return lines;
}

/// A folder for modules holds exabgp, or names another folder that does.
bool holds_exabgp(const fs::path& folder) {
  std::error_code error;
  if (fs::exists(folder / "exabgp", error) || fs::exists(folder / "exabgp.py", error)) return true;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename();
    const bool names_folders = name.ends_with(".pth") || name.ends_with(".egg-link");
    if (name.find("exabgp") != std::string::npos && (names_folders || name.ends_with(".egg")))
      return true;
    if (!names_folders) continue;
    for (const std::string& line : read_lines(entry.path()))
      if (!line.empty() && fs::exists(folder / line / "exabgp", error)) return true;
  }
  return false;
}

/// LIB/python3.11/site-packages and its likes, of this version of Python.
void add_folders(const fs::path& lib, std::string_view version, std::vector<fs::path>& folders) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(lib, error)) {
    const std::string name = entry.path().filename();
    // python3.11 looks in python3 as well.
    if (!is_python(name) || !version.starts_with(name)) continue;
    for (const char* kind : {"site-packages", "dist-packages"})
      if (fs::is_directory(entry.path() / kind, error)) folders.push_back(entry.path() / kind);
  }
}

void add_installation(const fs::path& prefix, std::string_view version,
                      std::vector<fs::path>& folders) {
  for (const char* lib : {"lib", "lib64", "local/lib"}) add_folders(prefix / lib, version, folders);
}

/// pyvenv.cfg lets the environment see the modules of the installation.
bool sees_installation(const fs::path& settings) {
  return std::ranges::any_of(read_lines(settings), [](const std::string& line) {
    return line.starts_with("include-system-site-packages") &&
           line.find("true") != std::string::npos;
  });
}

}  // namespace

std::optional<HealthcheckCall> find_healthcheck_call(const std::vector<std::string>& run) {
  HealthcheckCall call;
  if (run.size() > 1 && name_of(run[0]) == "env") call.program = 1;
  if (call.program >= run.size()) return std::nullopt;
  const std::string_view name = name_of(run[call.program]);
  const std::size_t next = call.program + 1;
  if (name == "exabgp-healthcheck") {
    call.options = next;
  } else if (name == "exabgp") {
    call.options = skip_healthcheck(run, next);
  } else if (is_python(name)) {
    call.options = skip_module(run, next);
    call.python = true;
  }
  if (call.options == 0) return std::nullopt;
  return call;
}

bool lacks_exabgp(const std::string& program, const PythonPlaces& places) {
  std::error_code error;
  const fs::path real = fs::canonical(program, error);
  if (error || !is_program_file(real)) return false;
  const std::string version = real.filename();
  std::vector<fs::path> folders;
  const fs::path environment = fs::path(program).parent_path().parent_path();
  const bool is_environment = fs::exists(environment / "pyvenv.cfg", error);
  if (is_environment) add_installation(environment, version, folders);
  if (!is_environment || sees_installation(environment / "pyvenv.cfg")) {
    add_installation(real.parent_path().parent_path(), version, folders);
    if (!places.home.empty()) add_folders(fs::path(places.home) / ".local/lib", version, folders);
  }
  if (folders.empty()) return false;  // a Python laid out in a way that we do not know
  for (std::string_view rest = places.path; !rest.empty();) {
    const std::size_t colon = rest.find(':');
    folders.emplace_back(rest.substr(0, colon));
    rest = colon == std::string_view::npos ? std::string_view() : rest.substr(colon + 1);
  }
  return std::ranges::none_of(folders, holds_exabgp);
}

}  // namespace openbell
