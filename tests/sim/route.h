#pragma once
// Routes of a story as data: what is typed, and what a peer must then hold, written down here by
// hand so that the judge does not lean on the parser and the tables that it judges.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace openbell::sim {

enum class Table : std::uint8_t { ipv4, ipv6, vpn, flow, mpls };
inline constexpr unsigned tables = 5;
/// "ipv4 unicast"
std::string_view family_of(Table table);

/// Where a route points: all that a session with our address 10.0.0.1 makes equal is equal.
enum class Hop : std::uint8_t {
  far,       // 10.9.9.9, 2001:db8::1
  self,      // `next-hop self`
  own,       // 10.0.0.1, which is what `self` is
  mismatch,  // of the other family
};

struct Route {
  Table table = Table::ipv4;
  unsigned block = 1;   // 10.BLOCK.NUMBER.0/24, 2001:db8:BLOCK:NUMBER+1::/64
  unsigned number = 0;  // to 65535: the last two octets, as /32, from 256 on
  Hop hop = Hop::far;
  std::optional<unsigned> med = {};
  std::optional<unsigned> community = {};  // 65000:N
  unsigned label = 100;                    // of vpn, mpls; of flow: the rate is 9500 + label
  bool operator==(const Route&) const = default;
};

/// What makes it the same route: "ipv4 unicast 10.1.3.0/24". All of a VPN have the distinguisher
/// 65000:1, which is left out.
std::string nlri_of(const Route& route);
/// What is said of it, as `show adj-rib` prints it without what every session adds:
/// "next-hop 10.9.9.9 med 1 community 65000:2".
std::string path_of(const Route& route);
/// "route" or "flow route": the words after `announce`.
std::string_view form_of(const Route& route);
/// The statement after form_of: "10.1.3.0/24 next-hop 10.9.9.9 med 1".
std::string statement_of(const Route& route);
/// The same for a withdrawal.
std::string withdrawal_of(const Route& route);
/// Its prefix alone; not for flow.
std::string prefix_of(const Route& route);
/// Everything but the prefix: " next-hop 10.9.9.9 med 1".
std::string words_of(const Route& route);

struct Line {
  std::string nlri = {};
  std::string path = {};
};
/// Takes a route as `show adj-rib` prints it, family first, apart into nlri_of and path_of.
Line line_of(std::string printed);

}  // namespace openbell::sim
