#include "grammar/config/environment.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace openbell::grammar {
namespace {

struct Result {
  std::string error;
  std::vector<std::string> warnings;
};

Result set(Environment& environment, std::string_view name, std::string_view value) {
  Result result;
  result.error = apply(environment, name, value, "environment", result.warnings);
  return result;
}

TEST(Environment, BothSpellingsNameAnOption) {
  for (const char* name : {"exabgp.tcp.port", "exabgp_tcp_port", "tcp.port"}) {
    Environment environment;
    EXPECT_EQ(set(environment, name, "1790").error, "");
    EXPECT_EQ(environment.tcp_port, 1790) << name;
  }
  for (const char* name : {"exabgp_api_show-routes-format", "exabgp_api_show_routes_format"}) {
    Environment environment;
    set(environment, name, "v2");
    EXPECT_EQ(environment.api_routes_format, 2u) << name;
  }
  Environment environment;
  set(environment, "exabgp_tcp_connections", "3");
  EXPECT_EQ(environment.tcp_attempts, 3u);
  EXPECT_TRUE(is_environment_variable("exabgp_tcp_port"));
  EXPECT_FALSE(is_environment_variable("EXABGP_ROOT"));
}

TEST(Environment, ReadsEveryKind) {
  Environment environment;
  EXPECT_EQ(set(environment, "api.ack", "Off").error, "");
  EXPECT_FALSE(environment.api_ack);
  EXPECT_EQ(set(environment, "daemon.umask", "0o22").error, "");
  EXPECT_EQ(environment.daemon_umask, 022u);
  EXPECT_EQ(set(environment, "daemon.user", "'exabgp'").error, "");
  EXPECT_EQ(environment.daemon_user, "exabgp");
  EXPECT_EQ(set(environment, "tcp.bind", "'127.0.0.1 ::1'").error, "");
  EXPECT_EQ(environment.tcp_bind.size(), 2u);
  EXPECT_EQ(set(environment, "log.level", "debug").error, "");
  EXPECT_EQ(environment.log_level, 7u);
}

TEST(Environment, RefusesBadValuesAndKeepsTheOldOnes) {
  const std::pair<const char*, const char*> bad[] = {
      {"tcp.port", "0"},           {"tcp.port", "65536"},
      {"tcp.bind", "127.0.0.1 x"}, {"api.ack", "maybe"},
      {"daemon.umask", "888"},     {"log.level", "LOUD"},
      {"api.encoder", "yaml"},     {"api.chunk", "-1"},
      {"bgp.openwait", ""},        {"api.show-routes-format", "v3"}};
  for (const auto& [name, value] : bad) {
    Environment environment;
    EXPECT_NE(set(environment, name, value).error, "") << name << "=" << value;
    EXPECT_EQ(print_environment(environment, EnvironmentScope::changed, EnvironmentForm::ini), "");
  }
}

TEST(Environment, WarnsOfWhatHasNoEffect) {
  Environment environment;
  EXPECT_EQ(set(environment, "exabgp.reactor.speed", "2.0").warnings,
            (std::vector<std::string>{
                "environment: exabgp.reactor.speed has no effect: the loop does not poll"}));
  EXPECT_EQ(set(environment, "exabgp.reactor.speed", "1.0").warnings.size(), 0u);
  EXPECT_EQ(set(environment, "exabgp.no.such", "2").warnings,
            (std::vector<std::string>{"environment: exabgp.no.such: there is no such option"}));
  EXPECT_EQ(set(environment, "exabgp_", "2").warnings.size(), 1u);
}

TEST(Environment, ReadsIniFiles) {
  Environment environment;
  std::vector<std::string> warnings;
  const auto errors = apply_file(environment,
                                 "# comment\n\n[exabgp.tcp]\nport = 1790\r\nbind='::1'\n"
                                 "[exabgp.api]\nack = perhaps\n nonsense\n; other comment",
                                 "a.env", warnings);
  EXPECT_EQ(environment.tcp_port, 1790);
  EXPECT_EQ(environment.tcp_bind.size(), 1u);
  ASSERT_EQ(errors.size(), 2u);
  EXPECT_EQ(errors[0].substr(0, 9), "a.env:7: ");
  EXPECT_EQ(errors[1].substr(0, 9), "a.env:8: ");
}

TEST(Environment, PrintsAsExabgp) {
  Environment environment;
  const std::string all =
      print_environment(environment, EnvironmentScope::all, EnvironmentForm::ini);
  EXPECT_EQ(all.substr(0, 28), "\n[exabgp.api]\nack = true\nchu");
  EXPECT_NE(all.find("umask = 0o137\nuser = 'nobody'\n"), std::string::npos);
  EXPECT_EQ(all.find("debug"), std::string::npos);
  set(environment, "tcp.port", "1790");
  set(environment, "cache.attributes", "false");
  EXPECT_EQ(print_environment(environment, EnvironmentScope::changed, EnvironmentForm::ini),
            "\n[exabgp.cache]\nattributes = false\n\n[exabgp.tcp]\nport = 1790\n");
  EXPECT_EQ(print_environment(environment, EnvironmentScope::changed, EnvironmentForm::variables),
            "exabgp.cache.attributes=false\nexabgp.tcp.port=1790\n");
}

TEST(Environment, WhatIsPrintedReadsBackTheSame) {
  Environment environment;
  for (const auto& [name, value] :
       {std::pair{"tcp.bind", "::1 127.0.0.1"}, {"log.level", "ERROR"}, {"daemon.pid", "/a b"}})
    ASSERT_EQ(set(environment, name, value).error, "");
  const std::string text =
      print_environment(environment, EnvironmentScope::all, EnvironmentForm::ini);
  Environment again;
  std::vector<std::string> warnings;
  EXPECT_EQ(apply_file(again, text, "env", warnings), std::vector<std::string>{});
  EXPECT_EQ(warnings, std::vector<std::string>{});
  EXPECT_EQ(print_environment(again, EnvironmentScope::all, EnvironmentForm::ini), text);
}

TEST(Environment, DefaultsArePrintedAsTheTableSays) {
  const Environment environment;
  EXPECT_EQ(print_environment(environment, EnvironmentScope::changed, EnvironmentForm::ini), "");
  const auto& options = environment_options();
  EXPECT_TRUE(std::is_sorted(options.begin(), options.end(), [](const auto& a, const auto& b) {
    return a.section != b.section ? a.section < b.section : a.name < b.name;
  }));
}

}  // namespace
}  // namespace openbell::grammar
