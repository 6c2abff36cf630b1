#pragma once
// Routes in the normal form of a configuration.

#include "grammar/route.h"

namespace openbell::grammar {

/// Where a route is written so that it reads back the same.
enum class RouteSection : std::uint8_t { none, statics, announce_ipv4, announce_ipv6 };

RouteSection section_of(const RouteView& route);
void open_route_section(RouteSection section, base::TextWriter& out);
void close_route_section(RouteSection section, base::TextWriter& out);
/// One line: `route 10.0.0.0/24 next-hop 1.2.3.4 med 5;`, or `flow …;` inside announce.
void print_route(const RouteView& route, base::TextWriter& out);

}  // namespace openbell::grammar
