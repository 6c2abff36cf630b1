#pragma once
// `decode` and `encode`: messages without a session.

#include "main/command/arguments.h"

namespace openbell {

/// Prints the message as one JSON event. Returns the exit status: 1 and `invalid payload` when it
/// is none.
int run_decode(const Arguments& arguments);

/// Prints the UPDATEs of a route in hexadecimal, one a line.
int run_encode(const Arguments& arguments);

}  // namespace openbell
