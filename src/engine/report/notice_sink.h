#pragma once
// Facts that only OpenBell has, as events to those helpers that subscribed to their kind.

#include <vector>

#include "engine/report/publisher.h"
#include "event/event.h"

namespace openbell::engine {

class ClientEvents;

class NoticeSink final : public Sink {
 public:
  explicit NoticeSink(ClientEvents& events) : events_(events) {}
  void on(const Event& event) override;

 private:
  struct Writer;

  ClientEvents& events_;
};

/// Members of a receipt's second event.
std::vector<event::Field> fields_of(const ReceiptSettled& receipt);

}  // namespace openbell::engine
