#pragma once
// Every fact that belongs on record becomes a record of the audit log.

#include "audit/trail.h"
#include "engine/report/publisher.h"

namespace openbell::engine {

class Roster;

class AuditSink final : public Sink {
 public:
  AuditSink(const Roster& roster, audit::Trail& trail) : roster_(roster), trail_(trail) {}
  void on(const Event& event) override;

 private:
  struct Writer;

  const Roster& roster_;
  audit::Trail& trail_;
};

}  // namespace openbell::engine
