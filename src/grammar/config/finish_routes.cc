// What only the whole file can tell about routes: whether the neighbors they are for can send them.

#include <algorithm>

#include "grammar/config/draft.h"

namespace openbell::grammar {

namespace {

using bgp::Family;
using NextHops = RoutePlaces::NextHops;

void note(std::size_t& place, std::size_t offset) {
  if (place == 0) place = offset + 1;
}

void note(NextHops& place, const bgp::NextHop& next_hop, std::size_t count, std::size_t offset) {
  if (place.first == 0) place = {offset + 1, 0, next_hop};
  place.count += count;
}

std::string text_of(Family family) {
  std::string text;
  base::TextWriter out(text);
  bgp::print_family(family, out);
  return text;
}

/// "the route will not be sent", or "… nor will 3 more like it".
std::string fate_of(const NextHops& routes) {
  std::string text = "the route will not be sent";
  if (routes.count > 1)
    text.append(", nor will ").append(std::to_string(routes.count - 1)).append(" more like it");
  return text;
}

/// RFC 8950: what would make it possible; empty when nothing would.
std::string remedy_of(Family family, const Audience& audience) {
  const auto disabled = [&](const NeighborConfig* neighbor) {
    return neighbor->nexthop_families.contains(family) && !neighbor->capability.nexthop;
  };
  if (std::ranges::any_of(audience, disabled)) return "; the capability nexthop is disabled";
  const bgp::FamilyOps& row = bgp::ops(family);
  if (!row.next_hop.extended) return {};
  const std::string safi(row.safi_name);
  return "; it takes '" + text_of(family) + " ipv6' in section nexthop, and 'ipv6 " + safi +
         "' in section family";
}

/// Calls `visit(family)` for every family of `routes`.
template <typename Visit>
void for_each_family(const RoutePlaces& routes, Visit visit) {
  for (std::size_t i = 0; i < bgp::family_count; ++i)
    if (routes.first[i] != 0) visit(static_cast<Family>(i), routes.first[i] - 1);
}

void check_families(SectionParser& parser, const RoutePlaces& routes,
                    const bgp::FamilySet& families) {
  for_each_family(routes, [&](Family family, std::size_t place) {
    if (families.contains(family)) return;
    if (family == bgp::classic_family) {
      parser.warning(place, text_of(family) + " is not configured: the route will not be sent");
    } else {
      parser.error(place, "a route of " + text_of(family) +
                              " needs that family in section family of the neighbor");
    }
  });
  if (routes.first_group == 0) return;
  const Family unicast = routes.group_family;
  const std::string multicast = text_of(*bgp::ops(unicast).multicast);
  const std::size_t place = routes.first_group - 1;
  if (families.contains(*bgp::ops(unicast).multicast)) return;
  if (families.contains(unicast)) {
    parser.warning(place, "a multicast group is announced as " + text_of(unicast) + ": '" +
                              multicast + "' is not configured");
  } else {
    parser.error(place, "a route to a multicast group needs '" + multicast +
                            "' in section family of the neighbor");
  }
}

/// Some of the audience carry the family, and none of them can send the next hop.
bool cannot_send(const NextHops& routes, Family family, const Audience& audience) {
  if (routes.first == 0) return false;
  const auto carries = [&](const NeighborConfig* neighbor) {
    return neighbor->families.contains(family);
  };
  const auto can = [&](const NeighborConfig* neighbor) {
    return carries(neighbor) && neighbor->can_send(family, routes.next_hop);
  };
  return std::ranges::any_of(audience, carries) && std::ranges::none_of(audience, can);
}

}  // namespace

void RoutePlaces::add(const RouteView& route, std::size_t offset) {
  const Family family = route.nlri.family;
  const auto i = static_cast<std::size_t>(family);
  if (route.multicast_group) {
    note(first_group, offset);
    group_family = family;
  } else {
    note(first[i], offset);
  }
  if (!route.watchdog.empty()) note(first_watchdog, offset);
  const bgp::NextHop& next_hop = route.path.next_hop;
  if (next_hop.kind == bgp::NextHop::Kind::self) {
    note(self[i], next_hop, 1, offset);
  } else if (!bgp::may_send(family, next_hop, {}, false)) {
    note(foreign[i], next_hop, 1, offset);
  }
}

void RoutePlaces::inherit(const RoutePlaces& from, std::size_t offset) {
  const auto inherit = [&](NextHops& to, const NextHops& other) {
    if (other.first != 0) note(to, other.next_hop, other.count, offset);
  };
  for (std::size_t i = 0; i < bgp::family_count; ++i) {
    if (from.first[i] != 0) note(first[i], offset);
    inherit(foreign[i], from.foreign[i]);
    inherit(self[i], from.self[i]);
  }
  if (from.first_group == 0) return;
  note(first_group, offset);
  group_family = from.group_family;
}

void check_routes(SectionParser& parser, const RoutePlaces& routes,
                  const NeighborConfig& neighbor) {
  check_families(parser, routes, neighbor.families);
  neighbor.families.for_each([&](Family family) {
    const Audience audience = {&neighbor};
    const NextHops& foreign = routes.foreign[static_cast<std::size_t>(family)];
    if (cannot_send(foreign, family, audience))
      parser.warning(foreign.first - 1, bgp::next_hop_refusal(family, foreign.next_hop) + ": " +
                                            fate_of(foreign) + remedy_of(family, audience));
    const NextHops& self = routes.self[static_cast<std::size_t>(family)];
    if (cannot_send(self, family, audience))
      parser.error(self.first - 1, bgp::next_hop_refusal(family, self.next_hop) +
                                       ": local-address is " + neighbor.local_address.text());
  });
}

void check_routes(SectionParser& parser, const RoutePlaces& routes, const Audience& audience,
                  std::string_view whose) {
  for_each_family(routes, [&](Family family, std::size_t place) {
    const auto carries = [&](const NeighborConfig* neighbor) {
      return neighbor->families.contains(family);
    };
    if (std::ranges::any_of(audience, carries)) return;
    parser.warning(place, std::string("no neighbor of the ")
                              .append(whose)
                              .append(" has ")
                              .append(text_of(family))
                              .append(": the route will not be sent"));
  });
  check_next_hops(parser, routes, audience, whose);
}

void check_next_hops(SectionParser& parser, const RoutePlaces& routes, const Audience& audience,
                     std::string_view whose) {
  const std::string by = std::string(" by any neighbor of the ").append(whose);
  for (std::size_t i = 0; i < bgp::family_count; ++i) {
    const auto family = static_cast<Family>(i);
    const NextHops& foreign = routes.foreign[i];
    if (cannot_send(foreign, family, audience))
      parser.warning(foreign.first - 1, bgp::next_hop_refusal(family, foreign.next_hop) + by +
                                            ": " + fate_of(foreign) + remedy_of(family, audience));
    const NextHops& self = routes.self[i];
    if (cannot_send(self, family, audience))
      parser.error(self.first - 1, bgp::next_hop_refusal(family, self.next_hop) + by +
                                       ": none has a local-address of that kind");
  }
}

}  // namespace openbell::grammar
