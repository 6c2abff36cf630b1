#pragma once
// The log of a health check: stderr and syslog, neither of which can hold it up.

#include <cstdint>
#include <string>
#include <string_view>

#include "healthcheck/options.h"
#include "io/fd.h"

namespace openbell::healthcheck {

/// A name that --syslog-facility takes.
bool is_facility(std::string_view name);

class Journal {
 public:
  explicit Journal(const Options& options);

  void debug(std::string_view message);
  void info(std::string_view message);
  void warning(std::string_view message);
  void error(std::string_view message);

 private:
  struct Level;
  /// A line that stderr or syslog does not take at once is lost to it.
  void write(const Level& level, std::string_view message);

  bool console_;
  bool debug_;
  io::Fd syslog_;  // none: not used, or not there
  int facility_ = 0;
  std::string ident_;  // "healthcheck-NAME[PID]: "
};

}  // namespace openbell::healthcheck
