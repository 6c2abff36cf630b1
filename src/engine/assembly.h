#pragma once
// The engine put together: its parts, and what one tells another. Private to engine/.

#include <memory>

#include "audit/trail.h"
#include "engine/client/clients.h"
#include "engine/command/commands.h"
#include "engine/control.h"
#include "engine/engine.h"
#include "engine/parts.h"
#include "engine/policy/policies.h"
#include "engine/report/audit_sink.h"
#include "engine/report/client_events.h"
#include "engine/report/latency.h"
#include "engine/report/log_sink.h"
#include "engine/report/notice_sink.h"
#include "engine/report/publisher.h"
#include "engine/report/receipt.h"
#include "engine/routing/routing.h"
#include "engine/session/roster.h"

namespace openbell::engine {

class Engine::Assembly final : public rib::PeerOutput,
                               public rib::PathResolver,
                               public RosterListener {
 public:
  Assembly(const Ports& all_ports, Options all_options, audit::Trail* audit_trail);

  // rib::PeerOutput
  [[nodiscard]] bool writable(rib::PeerIndex peer) const override;
  void write(rib::PeerIndex peer, bgp::Bytes messages) override;
  void unsendable(rib::PeerIndex peer, const bgp::NlriView& nlri) override;
  void overrun(rib::PeerIndex peer) override { roster.note_overrun(peer); }
  void introduced(const rib::Snapshot& peers, std::size_t routes, rib::ChangeRange range) override;
  void written_in_part(rib::Token token, rib::PeerIndex peer) override {
    receipts.on_written(token, peer);
  }
  void unsent(rib::Token token, rib::PeerIndex peer, const bgp::NlriView& nlri) override {
    receipts.on_unsent(token, peer, why_unsendable(peer, nlri));
  }
  void settled(rib::Token token, rib::PeerIndex peer, Fate fate) override {
    receipts.on_settled(token, peer, fate);
  }
  // rib::PathResolver
  [[nodiscard]] bool same(rib::PeerIndex peer, bgp::Family family, const bgp::PathView& a,
                          const bgp::PathView& b) const override;
  [[nodiscard]] std::string why_unsendable(rib::PeerIndex peer,
                                           const bgp::NlriView& nlri) const override;
  // RosterListener
  void on_born() override;
  void on_gone() override { clients.forget_selections(); }
  void on_session(const Neighbor& neighbor, bool up, std::string_view reason) override;

  /// When a neighbor, a helper or a rate limit is due.
  [[nodiscard]] base::Tick session_deadline();
  [[nodiscard]] base::Tick policy_deadline() const;
  void on_helper_timers();

  const Options options;
  const Ports ports;
  audit::Trail* const trail;
  Turn turn;
  Routing routing{turn, publisher, latency, ports.log, *this, *this};  // has the sets of the rest
  Publisher publisher{turn};
  Latency latency{ports.clock, turn};
  Clients clients{options, ports.processes, ports.clients};
  ClientEvents events{options, turn, clients};
  ReceiptBook receipts{ports.clock, routing, roster, clients};
  bgp::UpdateDecoder sent_decoder;
  const SessionContext sessions{options,   turn,     ports.network, ports.clock,
                                ports.log, routing,  publisher,     events,
                                latency,   receipts, *this,         sent_decoder};
  Roster roster{sessions};
  Policies policies{ports, routing, roster, clients, receipts, latency};
  Control control{ports.lifecycle, publisher, events, roster};
  grammar::Configuration configuration;
  Parts parts{options, ports,    turn,     publisher, routing, roster,
              clients, policies, receipts, latency,   control, configuration};
  Commands commands{parts};

  LogSink log_sink{ports.log};
  NoticeSink notice_sink{events};
  std::unique_ptr<AuditSink> audit_sink;  // null: no audit log
  bool started = false;                   // a configuration was applied
};

}  // namespace openbell::engine
