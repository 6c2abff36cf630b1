#pragma once
// `check`, `config`, `validate`, `configuration export`: what the configuration files say, without
// running them.

#include "main/command/arguments.h"
#include "main/daemon/settings.h"

namespace openbell {

/// A summary of each file, or everything that is wrong with it. Exit status 0 when all are right.
int run_check(const Arguments& arguments, const Settings& settings);
/// The normal form of each file on standard output.
int run_config(const Arguments& arguments, const Settings& settings);
/// Silent when all is right, `error: FILE is not a valid config file: …` on standard error else.
int run_validate(const Arguments& arguments, const Settings& settings);

}  // namespace openbell
