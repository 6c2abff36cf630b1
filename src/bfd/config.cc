#include "bfd/config.h"

namespace openbell::bfd {

std::string_view name(State state) {
  switch (state) {
    case State::admin_down:
      return "admin-down";
    case State::down:
      return "down";
    case State::init:
      return "init";
    case State::up:
      return "up";
  }
  return "unknown";
}

std::string_view name(Diagnostic diagnostic) {
  switch (diagnostic) {
    case Diagnostic::none:
      return "no diagnostic";
    case Diagnostic::control_detection_time_expired:
      return "control detection time expired";
    case Diagnostic::echo_function_failed:
      return "echo function failed";
    case Diagnostic::neighbor_signaled_session_down:
      return "neighbor signaled session down";
    case Diagnostic::forwarding_plane_reset:
      return "forwarding plane reset";
    case Diagnostic::path_down:
      return "path down";
    case Diagnostic::concatenated_path_down:
      return "concatenated path down";
    case Diagnostic::administratively_down:
      return "administratively down";
    case Diagnostic::reverse_concatenated_path_down:
      return "reverse concatenated path down";
  }
  return "reserved";  // a peer may send any of the 32 values
}

}  // namespace openbell::bfd
