#pragma once
// Routes in the normal form of a configuration.

#include "grammar/route/route.h"

namespace openbell::grammar {

inline constexpr std::string_view static_section = "static";

/// Where a route is written so that it reads back the same: `static_section`, or the section of
/// announce for its AFI.
std::string_view section_of(const RouteView& route);
void open_route_section(std::string_view section, base::TextWriter& out);
void close_route_section(std::string_view section, base::TextWriter& out);
/// One line: `route 10.0.0.0/24 next-hop 1.2.3.4 med 5;`, or `flow …;` inside announce.
void print_route(const RouteView& route, base::TextWriter& out);
/// The same for a service, which has no sections for families: `ipv4 flow …;`, not indented.
void print_route_line(const RouteView& route, base::TextWriter& out);
/// `next-hop self`; nothing when there is none.
void print_next_hop(const bgp::NextHop& next_hop, base::TextWriter& out);

}  // namespace openbell::grammar
