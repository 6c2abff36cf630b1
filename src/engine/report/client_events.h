#pragma once
// What happens to sessions, told to the clients that asked for it, each in its own language.

#include <span>
#include <string>
#include <string_view>

#include "engine/client/client.h"
#include "engine/options.h"
#include "engine/turn.h"
#include "event/event.h"
#include "grammar/config/configuration.h"

namespace openbell::engine {

class Clients;
class Neighbor;

class ClientEvents {
 public:
  ClientEvents(const Options& options, const Turn& turn, Clients& clients)
      : options_(options), turn_(turn), clients_(clients) {}

  /// An event of a neighbor, to every helper whose api section asks for it. Each gets what it asked
  /// for itself, not what another did (runtime 2.6).
  void emit(Neighbor& neighbor, const event::Event& event);
  /// Somebody wants messages of this kind in this direction: for callers that would have to decode
  /// first.
  [[nodiscard]] static bool wanted(const Neighbor& neighbor, event::Kind kind,
                                   bgp::Direction direction);

  /// A notice, to every client that subscribed to its kind.
  void notify(bool grammar::Subscriptions::* kind, std::string_view subject,
              std::span<const event::Field> fields);
  /// A notice to one client, subscribed or not: it asked for it.
  void tell(ClientId client, std::string_view subject, std::span<const event::Field> fields);
  /// The end of the daemon, to everybody.
  void emit_shutdown();
  /// Everything that clients were told in this turn leaves.
  void hand_over();

 private:
  /// Appends the `lost` event of a client.
  void append_loss(const Client& client, std::uint64_t lost, std::string& out) const;
  void append(const Client& client, const event::Event& event, std::uint64_t counter,
              event::Style style, std::string& out) const;
  void deliver(Neighbor& neighbor, std::size_t place, const event::Event& event,
               event::Detail detail);
  void tell(Client& client, std::string_view subject, std::span<const event::Field> fields);

  const Options& options_;
  const Turn& turn_;
  Clients& clients_;
  std::uint64_t notices_ = 0;  // counter of the events that no neighbor has caused
  std::string scratch_;        // an event being encoded
};

}  // namespace openbell::engine
