#include "main/daemon/bfd_sessions.h"

#include <algorithm>

namespace openbell {

void BfdSessions::stay_ahead_of(int loop_priority) {
  if (loop_priority < io::BfdThread::default_priority) return;
  std::string error;
  thread_.set_priority(std::min(loop_priority + 1, 99), -1, error);
  if (!error.empty()) world_.log.log(3, "daemon", error);
}

std::string BfdSessions::start_bfd(bfd::SessionId session, const bfd::SessionConfig& config) {
  return thread_.start(session, config);
}

void BfdSessions::stop_bfd(bfd::SessionId session) {
  thread_.stop(session);
}

bfd::Statistics BfdSessions::bfd_statistics(bfd::SessionId session) {
  return thread_.statistics(session);
}

void BfdSessions::on_bfd(bfd::SessionId session, const bfd::Report& report) {
  world_.engine->on_bfd(session, report, world_.now());
}

}  // namespace openbell
