#pragma once
// Facts as lines of the log.

#include "engine/report/publisher.h"

namespace openbell::engine {

class LogSink final : public Sink {
 public:
  explicit LogSink(Host& host) : host_(host) {}
  void on(const Event& event) override;

 private:
  struct Writer;

  Host& host_;
};

}  // namespace openbell::engine
