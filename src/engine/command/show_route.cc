// show route PREFIX: who claims it, since when, by which command, and what each peer is told.

#include "engine/client/clients.h"
#include "engine/command/command.h"
#include "engine/policy/policies.h"
#include "engine/routing/routing.h"
#include "engine/session/roster.h"
#include "grammar/route/route.h"
#include "rib/update_encoder.h"

namespace openbell::engine {

namespace {

/// The NLRI of a statement such as `10.0.0.0/24 rd 65000:1`, in every family that has it.
class AskedNlri final : public grammar::RouteSink {
 public:
  void route(const grammar::RouteView& route) override {
    key_.assign(route.nlri.key.begin(), route.nlri.key.end());
    nlri_ = route.nlri;
    nlri_.tail = {};
  }
  template <typename Visit>
  void for_each_family(Visit visit) const {
    const bgp::Afi afi = bgp::ops(nlri_.family).afi;
    for (std::size_t i = 0; i < bgp::family_count; ++i) {
      bgp::NlriView nlri = nlri_;
      nlri.key = key_;
      nlri.family = static_cast<bgp::Family>(i);
      if (bgp::ops(nlri.family).afi == afi) visit(nlri);
    }
  }

 private:
  std::vector<std::uint8_t> key_;
  bgp::NlriView nlri_;
};

class RouteReport {
 public:
  RouteReport(const Parts& parts, bgp::Dialect dialect, std::string& text)
      : parts_(parts), dialect_(dialect), out_(text) {}

  void print(const bgp::NlriView& nlri) {
    const auto claims = parts_.routing.claims().claims_on(nlri);
    if (claims.empty()) return;
    bgp::print_family(nlri.family, out_);
    out_.put(' ');
    bgp::ops(nlri.family).print(nlri, {}, out_);
    out_.put('\n');
    for (const rib::Claims::ClaimView& claim : claims) print_claim(claim);
    parts_.routing.store.for_each(nlri, [&](base::Handle handle) { print_told(handle); });
  }

 private:
  void print_claim(const rib::Claims::ClaimView& claim) {
    out_.put("  ");
    print_claimant(claim.claimant);
    if (claim.path == rib::no_path) {
      out_.put(" withdraws");
    } else {
      out_.put(" announces");
      print_path(claim.path);
    }
    out_.put(" for");
    print_peers(claim.audience);
    const Journal& journal = parts_.routing.journal;
    const Journal::Entry* said =
        claim.change != 0 ? journal.of_change(claim.change) : journal.of_decision(claim.decision);
    if (said == nullptr) {
      out_.put(" since before the changes that are remembered\n");
      return;
    }
    out_.put(" since ");
    audit::print_rfc3339(said->utc_ns, out_);
    if (const auto name = journal.name(*said); !name.empty()) out_.put(" by ").put(name);
    if (const auto command = journal.command(*said); !command.empty()) out_.put(": ").put(command);
    out_.put('\n');
  }

  void print_told(base::Handle handle) {
    const rib::Route& route = parts_.routing.store[handle];
    if (!route.announced()) return;
    parts_.routing.peers.for_each(route.audience, [&](rib::PeerIndex peer) {
      const Neighbor* neighbor = parts_.roster.find(peer);
      if (neighbor == nullptr || neighbor->is_range()) return;
      out_.put("  ").put(neighbor->peer_address().text());
      if (!neighbor->config().families.contains(route.nlri.family())) {
        out_.put(" has no such family configured\n");
        return;
      }
      if (neighbor->established() &&
          !neighbor->wire_context()->families.contains(route.nlri.family())) {
        out_.put(" has agreed on no such family\n");
        return;
      }
      if (neighbor->established() && route.unsent &&
          !rib::can_carry(*neighbor->wire_context(), route.nlri.view(),
                          parts_.routing.paths.view(route.path))) {
        out_.put(" cannot be sent");
        print_path(route.path);
        out_.put('\n');
        return;
      }
      out_.put(neighbor->established() ? " is told" : " will be told");
      print_path(route.path);
      out_.put('\n');
    });
  }

  void print_claimant(rib::Claimant claimant) {
    if (const Service* service = parts_.policies.services.find(claimant)) {
      out_.put("service ").put(service->name());
    } else if (const Plan* plan = parts_.policies.plans.find(claimant)) {
      out_.put("plan ").put(plan->name());
    } else if (claimant.rank != rib::Rank::word) {
      out_.put("what is being removed");
    } else if (claimant.number == claimant_configuration) {
      out_.put("the configuration");
    } else {
      const Client* client = parts_.clients.find(claimant);
      out_.put("word of ").put(client == nullptr ? "a helper that has ended" : client->name);
    }
  }

  void print_path(rib::Path path) {
    const bgp::PathView view = parts_.routing.paths.view(path);
    if (view.next_hop.kind == bgp::NextHop::Kind::self) out_.put(" next-hop self");
    if (view.next_hop.kind == bgp::NextHop::Kind::address)
      out_.put(" next-hop ").put(view.next_hop.address.text());
    if (view.attributes.empty()) return;
    out_.put(' ');
    bgp::print_attributes(view.attributes, dialect_, out_);
  }

  void print_peers(const rib::Audience& audience) {
    std::size_t shown = 0;
    audience.for_each([&](rib::PeerIndex peer) {
      const Neighbor* neighbor = parts_.roster.find(peer);
      // Those who are born of a range are meant with it.
      if (neighbor == nullptr ||
          (neighbor->is_born_of_range() && audience.contains(neighbor->range())))
        return;
      if (shown++ == peers_shown) return static_cast<void>(out_.put(" …"));
      if (shown > peers_shown) return;
      neighbor->config().peer_address.print(out_.put(' '));
    });
    if (shown == 0) out_.put(" nobody");
  }

  static constexpr std::size_t peers_shown = 64;

  const Parts& parts_;
  bgp::Dialect dialect_;
  base::TextWriter out_;
};

Reply list_claims(Invocation& call, const AskedNlri& asked) {
  std::string text;
  RouteReport report(call.parts, call.client.dialect, text);
  asked.for_each_family([&](const bgp::NlriView& nlri) { report.print(nlri); });
  call.answer(text);
  return Reply::done;
}

}  // namespace

ActionPtr show_route(CommandText& text) {
  AskedNlri asked;
  if (!text.routes.parse(text.in, grammar::RouteForm::route, {}, bgp::Purpose::withdraw, asked))
    return text.refuse("wanted a prefix, as in: show route 10.0.0.0/24");
  return action([asked = std::move(asked)](Invocation& call) { return list_claims(call, asked); });
}

}  // namespace openbell::engine
