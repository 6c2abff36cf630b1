#include "main/daemon/configuration_file.h"

#include "io/files.h"
#include "io/time_zone.h"
#include "main/daemon/programs.h"

namespace openbell {

namespace {
constexpr std::uint64_t file_size_max = 1u << 30;
}

std::string LoadedConfiguration::text() const {
  std::string all = failure;
  for (const grammar::Diagnostic& diagnostic : diagnostics) {
    if (!all.empty() && !all.ends_with('\n')) all.push_back('\n');
    all += diagnostic.text();
  }
  while (all.ends_with('\n')) all.pop_back();
  return all;
}

LoadedConfiguration load_configuration(const std::string& file, const Settings& settings) {
  LoadedConfiguration loaded;
  const auto text = io::read_file(file, file_size_max);
  if (!text) {
    loaded.failure = text.error();
    return loaded;
  }
  Programs programs(settings.path, settings.etc, settings.python);
  grammar::ParseOptions options;
  options.file_name = file;
  options.finder = &programs;
  options.zone_exists = io::zone_exists;
  loaded.ok =
      grammar::parse_configuration(*text, options, loaded.configuration, loaded.diagnostics);
  loaded.notes = programs.notes();
  return loaded;
}

}  // namespace openbell
