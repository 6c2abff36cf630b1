// One binary: the first word says what it is to be.

#include <cstdio>
#include <sys/utsname.h>

#include "healthcheck/healthcheck.h"
#include "io/files.h"
#include "main/command/arguments.h"
#include "main/command/check.h"
#include "main/command/cli.h"
#include "main/command/decode.h"
#include "main/command/peer.h"
#include "main/command/server.h"
#include "main/daemon/jitter.h"
#include "main/daemon/settings.h"

namespace {

using openbell::Arguments;
using openbell::Command;

int print_version() {
  utsname system{};
  ::uname(&system);
  std::printf("OpenBell : %s\n", openbell::engine::Options().version.c_str());
  std::printf("Compiler : %s\n", __VERSION__);
  std::printf("Uname    : %s %s %s\n", system.sysname, system.release, system.machine);
  std::printf("From     : %s\n", openbell::io::absolute_path("/proc/self/exe").c_str());
  return 0;
}

int print_env(const Arguments& arguments, const openbell::Settings& settings) {
  using openbell::grammar::EnvironmentForm;
  using openbell::grammar::EnvironmentScope;
  const std::string text = openbell::grammar::print_environment(
      settings.environment,
      arguments.differences ? EnvironmentScope::changed : EnvironmentScope::all,
      arguments.as_environment ? EnvironmentForm::variables : EnvironmentForm::ini);
  std::fwrite(text.data(), 1, text.size(), stdout);
  return 0;
}

int run(const Arguments& arguments) {
  const auto settings = openbell::read_settings(arguments);
  if (!settings) {
    std::fprintf(stderr, "%s\n", settings.error().c_str());
    return 1;
  }
  switch (arguments.command) {
    case Command::server:
      return openbell::run_server(arguments, *settings);
    case Command::check:
      return openbell::run_check(arguments, *settings);
    case Command::config:
    case Command::config_export:
      return openbell::run_config(arguments, *settings);
    case Command::validate:
      return openbell::run_validate(arguments, *settings);
    case Command::decode:
      return openbell::run_decode(arguments);
    case Command::encode:
      return openbell::run_encode(arguments);
    case Command::version:
      return print_version();
    case Command::env:
      return print_env(arguments, *settings);
    case Command::peer:
      return openbell::run_peer(arguments);
    case Command::cli:
      return openbell::run_cli(arguments, settings->environment.api_pipename);
    case Command::jitter:
      return openbell::run_jitter(arguments);
    case Command::healthcheck:
      return openbell::healthcheck::run(arguments.healthcheck);
  }
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  openbell::io::open_standard_descriptors();
  int status = 0;
  const auto arguments = openbell::parse_arguments(argc, argv, status);
  return arguments ? run(*arguments) : status;
}
