// Any text as a configuration file. What is accepted has a normal form that reads back to the same.

#include <string>
#include <vector>

#include "grammar/config/configuration.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace openbell;
  grammar::Configuration configuration;
  std::vector<grammar::Diagnostic> found;
  const bool ok = grammar::parse_configuration(fuzz::text_of(data, size), {.file_name = "fuzz"},
                                               configuration, found);
  bool errors = false;
  for (const grammar::Diagnostic& diagnostic : found) {
    OPENBELL_CHECK(!diagnostic.text().empty());
    errors = errors || diagnostic.severity == grammar::Diagnostic::Severity::error;
  }
  OPENBELL_CHECK(ok != errors);
  if (!ok) return 0;
  const std::string normal = grammar::print_configuration(configuration);
  for (const grammar::NeighborConfig& neighbor : configuration.neighbors)
    grammar::print_neighbor(neighbor, configuration);
  grammar::Configuration again;
  found.clear();
  OPENBELL_CHECK(grammar::parse_configuration(normal, {.file_name = "normal"}, again, found));
  OPENBELL_CHECK(grammar::print_configuration(again) == normal);
  return 0;
}
