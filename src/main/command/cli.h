#pragma once
// `cli`, `run`, `exabgpcli`: one command to the running speaker over its named pipes.

#include "main/command/arguments.h"

namespace openbell {

/// Prints the lines of the answer. Exit status 0 for `done`; 1 for `error`, for no answer and when
/// there is no speaker.
int run_cli(const Arguments& arguments, const std::string& pipe_name);

}  // namespace openbell
