#include "bgp/path.h"

namespace openbell::bgp {

namespace {

constexpr std::size_t rd_size = 8;
constexpr std::size_t v4_size = 4;
constexpr std::size_t v6_size = 16;

/// The addresses that a family of prefixes takes.
struct Takes {
  bool v4;
  bool v6;
};

Takes takes(const FamilyOps& row, bool extended) {
  // RFC 8950 2: an IPv6 next hop for IPv4 routes needs an agreement; the other way round there is
  // none (RFC 2545 3, RFC 8277 2).
  const bool v4 = row.afi == afi_ipv4;
  return {v4, !v4 || (row.next_hop.extended && extended)};
}

IpAddress resolve(const NextHop& next_hop, Family family, const IpAddress& local_address,
                  std::uint32_t router_id) {
  if (next_hop.kind != NextHop::Kind::self) return next_hop.address;
  const Afi afi = ops(family).afi;
  if (afi == afi_ipv4 && local_address.is_v4()) return local_address;
  if (afi == afi_ipv6 && local_address.is_v6()) return local_address;
  // ExaBGP: an IPv4 route on an IPv6 session goes out with the router id.
  if (afi == afi_ipv4 && local_address.is_v6() && router_id != 0) return IpAddress::v4(router_id);
  return {};
}

}  // namespace

IpAddress resolve_next_hop(const NextHop& next_hop, Family family, const WireContext& context) {
  return resolve(next_hop, family, context.local_address, context.router_id);
}

bool next_hop_fits(Family family, const IpAddress& next_hop, bool extended) {
  const FamilyOps& row = ops(family);
  switch (row.next_hop.form) {
    case NextHopForm::address:
    case NextHopForm::rd_address: {
      const auto [v4, v6] = takes(row, extended);
      return next_hop.is_v4() ? v4 : next_hop.is_v6() && v6;
    }
    case NextHopForm::optional:
    case NextHopForm::opaque:
      return true;
  }
  return false;
}

bool can_send(Family family, const NextHop& next_hop, const WireContext& context) {
  return next_hop_fits(family, resolve_next_hop(next_hop, family, context),
                       context.extended_next_hop.contains(family));
}

bool may_send(Family family, const NextHop& next_hop, const IpAddress& local_address,
              bool extended) {
  if (next_hop.kind == NextHop::Kind::self && !local_address) return true;
  // A session has a router id, whichever it is.
  constexpr std::uint32_t some_router_id = 1;
  return next_hop_fits(family, resolve(next_hop, family, local_address, some_router_id), extended);
}

std::string next_hop_refusal(Family family, const NextHop& next_hop) {
  std::string text = "next hop ";
  TextWriter out(text);
  if (next_hop.kind == NextHop::Kind::self) {
    out.put("self");
  } else {
    next_hop.address.print(out);
  }
  print_family(family, out.put(" cannot be sent with "));
  return text;
}

bool next_hop_size_fits(Family family, std::size_t size, bool extended) {
  const FamilyOps& row = ops(family);
  const auto [v4, v6] = takes(row, extended);
  const std::size_t rd = row.next_hop.form == NextHopForm::rd_address ? rd_size : 0;
  switch (row.next_hop.form) {
    case NextHopForm::address:
    case NextHopForm::rd_address:
      // RFC 2545 3, RFC 4659 3.2.1: the global address, or that and a link-local one.
      return (v4 && size == rd + v4_size) ||
             (v6 && (size == rd + v6_size || size == 2 * (rd + v6_size)));
    case NextHopForm::optional:
      return size == 0 || size == v4_size || size == v6_size || size == 2 * v6_size;
    case NextHopForm::opaque:
      return true;
  }
  return false;
}

}  // namespace openbell::bgp
