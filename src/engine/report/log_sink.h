#pragma once
// Facts as lines of the log.

#include "engine/ports.h"
#include "engine/report/publisher.h"

namespace openbell::engine {

class LogSink final : public Sink {
 public:
  explicit LogSink(Log& log) : log_(log) {}
  void on(const Event& event) override;

 private:
  struct Writer;

  Log& log_;
};

}  // namespace openbell::engine
