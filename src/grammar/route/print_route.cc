#include "grammar/route/print_route.h"

#include "grammar/config/value.h"

namespace openbell::grammar {

namespace {

using base::TextWriter;
using bgp::Family;

/// `route` would take it for something else: its words do not tell the family.
bool needs_family(const RouteView& route) {
  if (bgp::ops(route.nlri.family).route == bgp::RouteWords::never) return true;
  return bgp::is_multicast_group(route.nlri) && !route.multicast_group;
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

std::string_view section_of(const RouteView& route) {
  return needs_family(route) ? bgp::ops(route.nlri.family).afi_name : static_section;
}

void open_route_section(std::string_view section, TextWriter& out) {
  if (section == static_section) {
    out.put("    static {\n");
  } else {
    out.put("    announce {\n        ").put(section).put(" {\n");
  }
}

void close_route_section(std::string_view section, TextWriter& out) {
  if (section != static_section) out.put("        }\n");
  out.put("    }\n");
}

namespace {

/// From the word of the statement to its `;`.
void print_statement(const RouteView& route, TextWriter& out) {
  const bgp::FamilyOps& family = bgp::ops(route.nlri.family);
  std::string nlri;
  TextWriter text(nlri);
  family.print(route.nlri, {}, text);
  // The text of FlowSpec begins with its word.
  if (family.shape == bgp::NlriShape::rules) nlri.erase(0, std::string_view("flow ").size());
  out.put(needs_family(route) ? family.safi_name : "route").put(' ').put(nlri);
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
