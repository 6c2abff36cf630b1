#pragma once
// Every fact that belongs on record becomes a record of the audit log.

#include "audit/trail.h"
#include "engine/report/publisher.h"

namespace openbell::engine {

struct State;

class AuditSink final : public Sink {
 public:
  AuditSink(const State& state, audit::Trail& trail) : state_(state), trail_(trail) {}
  void on(const Event& event) override;

 private:
  struct Writer;

  const State& state_;
  audit::Trail& trail_;
};

}  // namespace openbell::engine
