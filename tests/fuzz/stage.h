#pragma once
// An engine with two neighbors for the drivers: every family, every event, and a helper of each
// kind.

#include <string>

#include "engine/stage_test.h"

namespace openbell::fuzz {

inline std::string neighbor_section(std::string_view address, std::string_view as) {
  return "neighbor " + std::string(address) +
         " { local-address 10.0.0.1; router-id 10.0.0.1; local-as 65000; peer-as " +
         std::string(as) +
         "; family { all; } capability { route-refresh; add-path send/receive; graceful-restart; "
         "nexthop; extended-message; aigp; } nexthop { ipv4 unicast ipv6; } "
         "api { processes [ json text ]; neighbor-changes; negotiated; fsm; signal; "
         "receive { parsed; packets; open; update; notification; keepalive; refresh; } "
         "send { parsed; packets; open; update; notification; keepalive; refresh; } } "
         "static { route 192.0.2.0/24 next-hop self watchdog dog withdraw; } }\n";
}

inline std::string configuration() {
  return "process json { run helper; encoder json; queue 65536; }\n"
         "process text { run helper; encoder text; queue 65536; }\n" +
         neighbor_section("10.0.0.2", "65001") + neighbor_section("10.0.0.3", "65000") +
         "service a { route 192.0.2.128/25 next-hop self; check hold { address 127.0.0.1:1; } "
         "when down { med 5; } last-announcer seen; }\n"
         "plan p { service a down; route 198.51.100.0/24 next-hop self; }\n"
         "guard { maximum-changes 1000; }\n"
         "bfd far { peer-address 10.0.0.7; local-address 10.0.0.1; }\n";
}

/// A peer that can do everything.
inline session::LocalOpen peer(std::uint32_t as, std::string_view router_id) {
  session::LocalOpen open = engine::Stage::speaker(as, router_id, {});
  for (std::size_t i = 0; i < bgp::family_count; ++i) {
    const bgp::FamilyNumbers numbers = bgp::numbers_of(static_cast<bgp::Family>(i));
    open.capabilities.families.push_back(numbers);
  }
  open.capabilities.route_refresh = true;
  open.capabilities.enhanced_refresh = true;
  open.capabilities.extended_message = true;
  return open;
}

}  // namespace openbell::fuzz
