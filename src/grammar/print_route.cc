#include "grammar/print_route.h"

#include "grammar/value.h"

namespace openbell::grammar {

namespace {

using base::TextWriter;
using bgp::Family;

constexpr bgp::Safi safi_multicast = 2;
constexpr bgp::Safi safi_flow = 133;
constexpr bgp::Safi safi_flow_vpn = 134;

bool is_flow(Family family) {
  const bgp::Safi safi = bgp::ops(family).safi;
  return safi == safi_flow || safi == safi_flow_vpn;
}

/// `route` would take it for something else: its words do not tell the family.
bool needs_family(const RouteView& route) {
  const Family family = route.nlri.family;
  if (is_flow(family) || bgp::ops(family).safi == safi_multicast) return true;
  const bool group =
      family == Family::ipv4_unicast && route.nlri.key.size() > 1 && route.nlri.key[1] >> 4 == 0xE;
  return group && !route.multicast_group;
}

}  // namespace

void print_next_hop(const bgp::NextHop& next_hop, TextWriter& out) {
  switch (next_hop.kind) {
    case bgp::NextHop::Kind::none:
      return;
    case bgp::NextHop::Kind::self:
      out.put("next-hop self");
      return;
    case bgp::NextHop::Kind::address:
      next_hop.address.print(out.put("next-hop "));
      return;
  }
}

RouteSection section_of(const RouteView& route) {
  if (!needs_family(route)) return RouteSection::statics;
  return bgp::ops(route.nlri.family).afi == bgp::afi_ipv6 ? RouteSection::announce_ipv6
                                                          : RouteSection::announce_ipv4;
}

void open_route_section(RouteSection section, TextWriter& out) {
  switch (section) {
    case RouteSection::none:
      break;
    case RouteSection::statics:
      out.put("    static {\n");
      break;
    case RouteSection::announce_ipv4:
      out.put("    announce {\n        ipv4 {\n");
      break;
    case RouteSection::announce_ipv6:
      out.put("    announce {\n        ipv6 {\n");
      break;
  }
}

void close_route_section(RouteSection section, TextWriter& out) {
  if (section == RouteSection::announce_ipv4 || section == RouteSection::announce_ipv6)
    out.put("        }\n");
  out.put("    }\n");
}

namespace {

/// From the word of the statement to its `;`.
void print_statement(const RouteView& route, TextWriter& out) {
  const Family family = route.nlri.family;
  if (is_flow(family)) {
    // The text of the NLRI begins with the word flow.
    if (bgp::ops(family).safi == safi_flow_vpn) {
      std::string nlri;
      TextWriter text(nlri);
      bgp::ops(family).print(route.nlri, {}, text);
      out.put("flow-vpn").put(std::string_view(nlri).substr(4));
    } else {
      bgp::ops(family).print(route.nlri, {}, out);
    }
  } else {
    out.put(needs_family(route) ? bgp::ops(family).safi_name : "route").put(' ');
    bgp::ops(family).print(route.nlri, {}, out);
  }
  if (route.path.next_hop.kind != bgp::NextHop::Kind::none)
    print_next_hop(route.path.next_hop, out.put(' '));
  if (!route.path.attributes.empty()) {
    out.put(' ');
    // ExaBGP 4.2 prints AS paths as a configuration spells them, later versions the other way
    // round.
    bgp::print_attributes(route.path.attributes, bgp::Dialect::v4_2, out);
  }
  if (!route.watchdog.empty()) print_word(route.watchdog, out.put(" watchdog "));
  if (route.starts_withdrawn) out.put(" withdraw");
  out.put(";\n");
}

}  // namespace

void print_route(const RouteView& route, TextWriter& out) {
  out.put(needs_family(route) ? "            " : "        ");
  print_statement(route, out);
}

void print_route_line(const RouteView& route, TextWriter& out) {
  if (needs_family(route)) out.put(bgp::ops(route.nlri.family).afi_name).put(' ');
  print_statement(route, out);
}

}  // namespace openbell::grammar
