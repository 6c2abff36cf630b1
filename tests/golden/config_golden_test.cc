// Every configuration in tests/golden/config: NAME.err holds what is said about it (nothing when
// there is no such file), NAME.ok its normal form when it has no errors.

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <set>
#include <sstream>
#include <string>

#include "grammar/config/configuration.h"

namespace openbell::grammar {
namespace {

namespace fs = std::filesystem;

const fs::path folder = "tests/golden/config";

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

struct Outcome {
  bool ok = false;
  std::string said;
  Configuration configuration;
};

Outcome parse(const std::string& text, const std::string& name) {
  Outcome outcome;
  ParseOptions options;
  options.file_name = name;
  std::vector<Diagnostic> diagnostics;
  outcome.ok = parse_configuration(text, options, outcome.configuration, diagnostics);
  for (const Diagnostic& diagnostic : diagnostics) outcome.said += diagnostic.text() + "\n";
  return outcome;
}

std::set<std::string> names() {
  std::set<std::string> found;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".conf") found.insert(entry.path().stem().string());
  return found;
}

class ConfigGolden : public testing::TestWithParam<std::string> {};

TEST_P(ConfigGolden, IsReadAsExpected) {
  const std::string name = GetParam() + ".conf";
  const Outcome outcome = parse(contents(folder / name), name);
  const fs::path expected_errors = folder / (GetParam() + ".err");
  EXPECT_EQ(outcome.said, fs::exists(expected_errors) ? contents(expected_errors) : "");
  const fs::path expected = folder / (GetParam() + ".ok");
  ASSERT_EQ(outcome.ok, fs::exists(expected));
  if (!outcome.ok) return;
  const std::string normal = print_configuration(outcome.configuration);
  EXPECT_EQ(normal, contents(expected));
}

void expect_same_services(const Configuration& again, const Configuration& before) {
  ASSERT_EQ(again.services.size(), before.services.size());
  for (std::size_t i = 0; i < again.services.size(); ++i) {
    const ServiceConfig& a = again.services[i];
    const ServiceConfig& b = before.services[i];
    EXPECT_EQ(a.name, b.name);
    EXPECT_EQ(a.checks, b.checks) << a.name;
    EXPECT_EQ(a.needed, b.needed) << a.name;
    EXPECT_EQ(a.dampen, b.dampen) << a.name;
    EXPECT_EQ(a.last_announcer, b.last_announcer) << a.name;
    EXPECT_EQ(a.neighbors, b.neighbors) << a.name;
    EXPECT_EQ(a.up.routes->size(), b.up.routes->size()) << a.name;
    EXPECT_EQ(a.down.routes->size(), b.down.routes->size()) << a.name;
    EXPECT_EQ(a.disabled.routes->size(), b.disabled.routes->size()) << a.name;
  }
}

void expect_same_plans(const Configuration& again, const Configuration& before) {
  ASSERT_EQ(again.plans.size(), before.plans.size());
  for (std::size_t i = 0; i < again.plans.size(); ++i) {
    const PlanConfig& a = again.plans[i];
    const PlanConfig& b = before.plans[i];
    EXPECT_EQ(a.name, b.name);
    EXPECT_EQ(a.neighbors, b.neighbors) << a.name;
    EXPECT_EQ(a.triggers, b.triggers) << a.name;
    EXPECT_EQ(a.armed, b.armed) << a.name;
    ASSERT_EQ(a.steps.size(), b.steps.size()) << a.name;
    for (std::size_t step = 0; step < a.steps.size(); ++step) {
      EXPECT_EQ(a.steps[step].kind, b.steps[step].kind);
      EXPECT_EQ(a.steps[step].service, b.steps[step].service);
      EXPECT_EQ(a.steps[step].text, b.steps[step].text);
      EXPECT_EQ(a.steps[step].routes.size(), b.steps[step].routes.size());
    }
  }
}

TEST_P(ConfigGolden, NormalFormReadsBackTheSame) {
  const Outcome outcome = parse(contents(folder / (GetParam() + ".conf")), "original");
  if (!outcome.ok) return;
  const std::string normal = print_configuration(outcome.configuration);
  const Outcome again = parse(normal, "normal");
  EXPECT_TRUE(again.ok) << again.said;
  EXPECT_EQ(print_configuration(again.configuration), normal);
  EXPECT_EQ(again.configuration.processes, outcome.configuration.processes);
  EXPECT_EQ(again.configuration.audit, outcome.configuration.audit);
  ASSERT_EQ(again.configuration.neighbors.size(), outcome.configuration.neighbors.size());
  for (std::size_t i = 0; i < again.configuration.neighbors.size(); ++i) {
    const NeighborConfig& a = again.configuration.neighbors[i];
    const NeighborConfig& b = outcome.configuration.neighbors[i];
    EXPECT_TRUE(a.same_session(b)) << a.name();
    EXPECT_EQ(a.description, b.description);
    EXPECT_EQ(a.name(), b.name());
    EXPECT_EQ(a.routes.size(), b.routes.size());
  }
  EXPECT_EQ(again.configuration.guard, outcome.configuration.guard);
  EXPECT_EQ(again.configuration.realtime, outcome.configuration.realtime);
  EXPECT_EQ(again.configuration.bfd_sessions, outcome.configuration.bfd_sessions);
  expect_same_services(again.configuration, outcome.configuration);
  expect_same_plans(again.configuration, outcome.configuration);
}

/// Files are cut and damaged in the middle of everything; nothing of that may crash or be accepted
/// with an open brace.
TEST_P(ConfigGolden, DamagedFilesAreRefusedCleanly) {
  const std::string text = contents(folder / (GetParam() + ".conf"));
  for (std::size_t size = 0; size < text.size(); size += 7) parse(text.substr(0, size), "cut");
  for (std::size_t at = 0; at < text.size(); at += 5) {
    std::string damaged = text;
    damaged[at] = "{};\"'\\[](),#\n\0x"[at % 15];
    parse(damaged, "damaged");
  }
}

INSTANTIATE_TEST_SUITE_P(Files, ConfigGolden, testing::ValuesIn(names()),
                         [](const auto& file) { return file.param; });

}  // namespace
}  // namespace openbell::grammar
