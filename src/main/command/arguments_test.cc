#include "main/command/arguments.h"

#include "gtest/gtest.h"

namespace openbell {
namespace {

Arguments parse(std::vector<const char*> line) {
  int status = -1;
  const auto arguments = parse_arguments(static_cast<int>(line.size()), line.data(), status);
  EXPECT_TRUE(arguments) << "status " << status;
  return arguments.value_or(Arguments{});
}

using Words = std::vector<std::string>;

TEST(Arguments, AConfigurationAloneRunsTheSpeaker) {
  const Arguments arguments = parse({"openbell", "-d", "-p", "a.conf", "b.conf"});
  EXPECT_EQ(arguments.command, Command::server);
  EXPECT_TRUE(arguments.debug);
  EXPECT_EQ(arguments.words, (Words{"a.conf", "b.conf"}));
  EXPECT_FALSE(arguments.as_exabgp);
}

TEST(Arguments, ServerTakesTheOptionsOfExabgp) {
  const Arguments arguments = parse(
      {"/usr/sbin/exabgp", "--env-file", "f", "server", "-1", "-P", "-v", "-s", "5", "a.conf"});
  EXPECT_EQ(arguments.command, Command::server);
  EXPECT_TRUE(arguments.as_exabgp);
  EXPECT_TRUE(arguments.once);
  EXPECT_TRUE(arguments.passive);
  EXPECT_TRUE(arguments.verbose);
  EXPECT_EQ(arguments.signal_after_s, 5u);
  EXPECT_EQ(arguments.env_file, "f");
  EXPECT_EQ(arguments.words, Words{"a.conf"});
}

TEST(Arguments, OldSpellingOfDecodeValidateVersionAndEnvironment) {
  const Arguments decode = parse({"exabgp", "a.conf", "--decode", "FFFF"});
  EXPECT_EQ(decode.command, Command::decode);
  EXPECT_EQ(decode.words, Words{"FFFF"});
  EXPECT_EQ(decode.configuration, "a.conf");
  EXPECT_TRUE(parse({"exabgp", "--validate", "a.conf"}).test_only);
  EXPECT_TRUE(parse({"exabgp", "-t", "a.conf"}).test_only);
  EXPECT_EQ(parse({"exabgp", "--version"}).command, Command::version);
  EXPECT_EQ(parse({"exabgp", "-v"}).command, Command::version);
  const Arguments env = parse({"exabgp", "--de"});
  EXPECT_EQ(env.command, Command::env);
  EXPECT_TRUE(env.differences);
  EXPECT_TRUE(env.as_environment);
  EXPECT_FALSE(parse({"exabgp", "--full-ini"}).differences);
}

TEST(Arguments, DecodeAndEncode) {
  const Arguments decode =
      parse({"openbell", "decode", "-f", "ipv4 flow", "-i", "--nlri", "00:01", "02"});
  EXPECT_EQ(decode.command, Command::decode);
  EXPECT_EQ(decode.payload, PayloadKind::nlri);
  EXPECT_EQ(decode.family, "ipv4 flow");
  EXPECT_TRUE(decode.add_path);
  EXPECT_EQ(decode.words, (Words{"00:01", "02"}));
  const Arguments encode =
      parse({"openbell", "encode", "-z", "65001", "--no-header", "route 10.0.0.0/8"});
  EXPECT_EQ(encode.command, Command::encode);
  EXPECT_EQ(encode.peer_as, 65001u);
  EXPECT_TRUE(encode.no_header);
}

TEST(Arguments, TwoWordCommands) {
  EXPECT_EQ(parse({"openbell", "configuration", "validate", "-nrv", "a"}).command,
            Command::validate);
  EXPECT_EQ(parse({"openbell", "configuration", "export", "a"}).command, Command::config_export);
}

TEST(Arguments, TheCommandLineClientKeepsItsWords) {
  const Arguments cli = parse({"openbell", "cli", "show", "neighbor", "-x"});
  EXPECT_EQ(cli.command, Command::cli);
  EXPECT_EQ(cli.words, (Words{"show", "neighbor", "-x"}));
  EXPECT_EQ(parse({"exabgpcli", "version"}).words, Words{"version"});
}

TEST(Arguments, HealthcheckByAllItsNames) {
  for (const std::vector<const char*>& line :
       {std::vector<const char*>{"openbell", "healthcheck", "--cmd", "true", "--rise", "7"},
        {"exabgp", "healthcheck", "--cmd", "true", "--rise", "7"},
        {"exabgp", "--run", "healthcheck", "--cmd", "true", "--rise", "7"},
        {"/usr/bin/exabgp-healthcheck", "--cmd", "true", "--rise", "7"}}) {
    const Arguments arguments = parse(line);
    EXPECT_EQ(arguments.command, Command::healthcheck);
    EXPECT_EQ(arguments.healthcheck.command, "true");
    EXPECT_EQ(arguments.healthcheck.rise, 7u);
  }
}

TEST(Arguments, JitterByBothItsNames) {
  for (const std::vector<const char*>& line :
       {std::vector<const char*>{"openbell", "jitter", "--seconds", "7", "--json"},
        {"openbell", "bfd", "jitter", "-s", "7", "-j"}}) {
    const Arguments arguments = parse(line);
    EXPECT_EQ(arguments.command, Command::jitter);
    EXPECT_EQ(arguments.seconds, 7u);
    EXPECT_TRUE(arguments.json);
  }
  const char* const forever[] = {"openbell", "jitter", "--seconds", "0"};
  int status = 0;
  testing::internal::CaptureStderr();
  EXPECT_FALSE(parse_arguments(4, forever, status));
  EXPECT_EQ(status, 1);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("--seconds"), std::string::npos);
}

TEST(Arguments, EveryCommandExplainsItself) {
  for (const char* command :
       {"server", "check", "config", "validate", "configuration", "decode", "encode", "version",
        "env", "peer", "cli", "run", "healthcheck", "jitter", "bfd"}) {
    const char* const line[] = {"openbell", command, "--help"};
    int status = -1;
    testing::internal::CaptureStdout();
    EXPECT_FALSE(parse_arguments(3, line, status)) << command;
    EXPECT_EQ(status, 0) << command;
    EXPECT_NE(testing::internal::GetCapturedStdout().find("Options:"), std::string::npos)
        << command;
  }
}

TEST(Arguments, EnvTellsFormAndScope) {
  const Arguments env = parse({"openbell", "env", "-d", "-e", "--env-file", "f"});
  EXPECT_TRUE(env.differences);
  EXPECT_TRUE(env.as_environment);
  EXPECT_EQ(env.env_file, "f");
}

TEST(Arguments, UnknownOptionsAreRefusedWithStatusOne) {
  const char* const line[] = {"openbell", "check", "--nonsense", "a"};
  int status = -1;
  testing::internal::CaptureStderr();
  EXPECT_FALSE(parse_arguments(4, line, status));
  EXPECT_EQ(status, 1);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("--nonsense"), std::string::npos);
}

}  // namespace
}  // namespace openbell
