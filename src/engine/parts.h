#pragma once
// The parts of the engine, for those that work with all of them: commands and reloads. Every other
// part is given what it uses.

#include "engine/options.h"
#include "engine/ports.h"
#include "engine/turn.h"
#include "grammar/config/configuration.h"

namespace openbell::engine {

class Clients;
class Control;
class Latency;
class Policies;
class Publisher;
class ReceiptBook;
class Roster;
class Routing;

struct Parts {
  const Options& options;
  const Ports& ports;
  Turn& turn;
  Publisher& publisher;
  Routing& routing;
  Roster& roster;
  Clients& clients;
  Policies& policies;
  ReceiptBook& receipts;
  Latency& latency;
  Control& control;
  /// As applied last; its neighbors, services and plans have gone to those who have them now.
  grammar::Configuration& configuration;
};

}  // namespace openbell::engine
