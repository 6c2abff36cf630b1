#pragma once
// Our own mistakes end the process with the values that broke the rule; input from outside never
// gets here.

namespace openbell::base {

/// Prints `file:line: CHECK failed: expression` to standard error and aborts.
[[noreturn]] void check_failed(const char* file, int line, const char* expression);

}  // namespace openbell::base

#define OPENBELL_CHECK(expression)                                     \
  do {                                                                 \
    if (!(expression)) [[unlikely]]                                    \
      ::openbell::base::check_failed(__FILE__, __LINE__, #expression); \
  } while (false)
