// show adj-rib: reports as ExaBGP 5.0 prints them, in slices, at the pace at which the client
// reads.

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

#include "bgp/attr/attribute.h"
#include "engine/client/clients.h"
#include "engine/command/command.h"
#include "engine/routing/bulk.h"
#include "engine/routing/routing.h"
#include "engine/session/roster.h"
#include "rib/update_encoder.h"

namespace openbell::engine {

namespace {

constexpr std::size_t slice_routes = 1024;

/// What a table report was asked for.
struct RibReport {
  enum class Table : std::uint8_t { in, out } table = Table::out;
  bool extensive = false;
  bool json = false;
  std::string_view only;  // "inet", "flow", "l2vpn": families of that kind; empty: all
  base::IpAddress peer;   // none: all
  bool other_words = false;
  rib::Snapshot neighbors;
};

bool of_kind(bgp::Family family, std::string_view only) {
  return only.empty() || bgp::ops(family).kind == only;
}

class RibReportJob final : public BulkJob {
 public:
  RibReportJob(const Parts& parts, ClientId client, std::uint64_t number, const RibReport& report)
      : parts_(parts), client_(client), number_(number), report_(report) {
    report.neighbors.for_each([&](rib::PeerIndex peer) { peers_.push_back(peer); });
  }

  Progress step() override {
    Client* client = parts_.clients.find(client_);
    if (client == nullptr || client->replies.report_is_gone(number_)) return Progress::done;
    Replies& replies = client->replies;
    if (replies.backlogged() || !replies.is_reporting(number_)) return Progress::waiting;
    std::string text;
    for (std::size_t n = 0; n < slice_routes && place_ < peers_.size(); ++n) {
      const Neighbor* neighbor = parts_.roster.find(peers_[place_]);
      if (neighbor == nullptr || at_ >= end(*neighbor)) {
        ++place_;
        at_ = 1;
      } else if (report_.table == RibReport::Table::out) {
        print_out(*client, *neighbor, parts_.routing.store[at_++], text);
      } else {
        print_in(*client, *neighbor, neighbor->adj_rib_in()[at_++], text);
      }
    }
    replies.report(text);
    if (place_ < peers_.size()) return Progress::more;
    replies.end_report();
    return Progress::done;
  }

 private:
  [[nodiscard]] base::Handle end(const Neighbor& neighbor) const {
    return report_.table == RibReport::Table::out ? parts_.routing.store.end()
                                                  : neighbor.adj_rib_in().end();
  }

  void print_out(const Client& client, const Neighbor& neighbor, const rib::Route& route,
                 std::string& out) const {
    if (!route.announced() || !parts_.routing.peers.contains(route.audience, neighbor.id())) return;
    // ExaBGP: routes announced while the peer is down are not shown.
    if (!neighbor.established()) return;
    if (!neighbor.wire_context()->families.contains(route.nlri.family())) return;
    const bgp::PathView path = parts_.routing.paths.view(route.path);
    // It was said when the session could carry it, or may come to.
    if (!bgp::can_send(route.nlri.family(), path.next_hop, *neighbor.wire_context())) return;
    if (route.unsent && !rib::can_carry(*neighbor.wire_context(), route.nlri.view(), path)) return;
    const bgp::IpAddress next_hop =
        bgp::resolve_next_hop(path.next_hop, route.nlri.family(), *neighbor.wire_context());
    print(client, neighbor, route.nlri.view(), next_hop, path.attributes, out);
  }

  void print_in(const Client& client, const Neighbor& neighbor, const rib::AdjRibIn::Record& record,
                std::string& out) const {
    if (!record.used) return;
    const bgp::PathView path = parts_.routing.paths.view(record.path);
    print(client, neighbor, record.nlri.view(), path.next_hop.address, path.attributes, out);
  }

  void print(const Client& client, const Neighbor& neighbor, const bgp::NlriView& nlri,
             const bgp::IpAddress& next_hop, bgp::Bytes attributes, std::string& out) const {
    if (!of_kind(nlri.family, report_.only)) return;
    if (report_.json) return print_json(neighbor, nlri, next_hop, out);
    base::TextWriter to(out);
    const bgp::Dialect dialect = client.dialect;
    if (report_.extensive) {
      to.put(neighbor.config().name()).put(' ');
    } else {
      to.put(dialect == bgp::Dialect::v4_2 ? "neighbor " : "");
      neighbor.peer_address().print(to);
      to.put(' ');
    }
    bgp::print_family(nlri.family, to);
    to.put(' ');
    bgp::ops(nlri.family).print(nlri, next_hop, to);
    if (report_.extensive && !attributes.empty()) {
      to.put(' ');
      bgp::print_attributes(attributes, dialect, to);
    }
    to.put('\n');
  }

  static void print_json(const Neighbor& neighbor, const bgp::NlriView& nlri,
                         const bgp::IpAddress& next_hop, std::string& out) {
    std::string family;
    base::TextWriter family_out(family);
    bgp::print_family(nlri.family, family_out);
    std::string text;
    base::TextWriter text_out(text);
    bgp::ops(nlri.family).print(nlri, next_hop, text_out);
    const bgp::NlriShape shape = bgp::ops(nlri.family).shape;
    const bool prefix = shape == bgp::NlriShape::prefix || shape == bgp::NlriShape::labelled_prefix;
    if (prefix) text.resize(std::min(text.find(' '), text.size()));
    fmt::format_to(std::back_inserter(out),
                   "{{\"{}\": {{\"routes\": [{{\"{}\": ", neighbor.peer_address().text(),
                   prefix ? "prefix" : "nlri");
    base::TextWriter(out).json_string(text);
    fmt::format_to(std::back_inserter(out), ", \"family\": \"{}\"}}]}}}}\n", family);
  }

  const Parts parts_;
  ClientId client_;
  std::uint64_t number_;
  RibReport report_;
  std::vector<rib::PeerIndex> peers_;
  std::size_t place_ = 0;  // in peers_
  base::Handle at_ = 1;
};

Reply list_routes(Invocation& call, RibReport report) {
  Parts& parts = call.parts;
  report.neighbors = parts.routing.peers.snapshot(call.audience);
  if (report.peer || report.other_words) {
    // ExaBGP takes any other word as the name of a peer: a word that names none shows nothing.
    report.neighbors = {};
    parts.roster.for_each(call.audience, [&](const Neighbor& neighbor) {
      if (!report.other_words && neighbor.peer_address() == report.peer)
        report.neighbors |= parts.routing.peers.snapshot(neighbor.id());
    });
  }
  const std::uint64_t number = call.client.replies.begin_report({});
  parts.routing.jobs.add(std::make_unique<RibReportJob>(parts, call.client.id(), number, report));
  // What the command is answered waits behind its report.
  return Reply::done;
}

}  // namespace

ActionPtr show_adj_rib(CommandText& text) {
  RibReport report;
  if (text.in.accept("in")) {
    report.table = RibReport::Table::in;
  } else if (!text.in.accept("out")) {
    return text.refuse("wanted 'in' or 'out'");
  }
  constexpr std::string_view kinds[] = {"inet", "flow", "l2vpn"};
  while (!text.in.at_end()) {
    const std::string_view word = text.in.word();
    const auto kind = std::find(std::begin(kinds), std::end(kinds), word);
    if (kind != std::end(kinds)) {
      report.only = *kind;
    } else if (word == "extensive") {
      report.extensive = true;
    } else if (word == "json") {
      report.json = true;
    } else if (!base::parse_ip(word, report.peer)) {
      report.other_words = true;
    }
  }
  return action([report](Invocation& call) { return list_routes(call, report); });
}

}  // namespace openbell::engine
