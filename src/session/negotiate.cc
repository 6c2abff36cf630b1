#include "session/negotiate.h"

#include <algorithm>

namespace openbell::session {

using bgp::AddPathEntry;
using bgp::AddPathMode;
using bgp::Asn;
using bgp::Capabilities;
using bgp::ExtendedNextHopEntry;
using bgp::Family;
using bgp::FamilyNumbers;
using bgp::FamilySet;
using bgp::OpenView;

namespace {

constexpr FamilyNumbers ipv4_unicast{bgp::afi_ipv4, 1};

std::unexpected<Refusal> refuse(bgp::NotificationCode code, std::string data = {}) {
  return std::unexpected(Refusal{code, std::move(data)});
}

/// RFC 4760 8: a speaker that announces no family means ipv4 unicast.
std::vector<FamilyNumbers> families_of(const Capabilities& side) {
  if (side.families.empty()) return {ipv4_unicast};
  return side.families;
}

bool can(const Capabilities& side, FamilyNumbers family, AddPathMode wanted) {
  if (!side.add_path) return false;
  const auto bits = static_cast<std::uint8_t>(wanted);
  return std::ranges::any_of(*side.add_path, [&](const AddPathEntry& entry) {
    return entry.family == family && (static_cast<std::uint8_t>(entry.mode) & bits) != 0;
  });
}

bool takes_ipv6_next_hop(const Capabilities& side, FamilyNumbers family) {
  const ExtendedNextHopEntry wanted{family, bgp::afi_ipv6};
  return side.extended_next_hop &&
         std::ranges::find(*side.extended_next_hop, wanted) != side.extended_next_hop->end();
}

void negotiate_families(const Capabilities& ours, const Capabilities& theirs, Negotiated& out) {
  const std::vector<FamilyNumbers> local = families_of(ours);
  for (const FamilyNumbers& numbers : families_of(theirs)) {
    Family family{};
    if (!bgp::find_family(numbers.afi, numbers.safi, family) ||
        std::ranges::find(local, numbers) == local.end())
      continue;
    out.families.push_back(family);
    out.context.families.insert(family);
    // RFC 7911 4: one sends, the other receives.
    if (can(ours, numbers, AddPathMode::send) && can(theirs, numbers, AddPathMode::receive))
      out.context.add_path_send.insert(family);
    if (can(ours, numbers, AddPathMode::receive) && can(theirs, numbers, AddPathMode::send))
      out.context.add_path_receive.insert(family);
    // RFC 8950 4
    if (takes_ipv6_next_hop(ours, numbers) && takes_ipv6_next_hop(theirs, numbers))
      out.context.extended_next_hop.insert(family);
  }
}

Refresh negotiate_refresh(const Capabilities& ours, const Capabilities& theirs) {
  if (!ours.route_refresh || !(theirs.route_refresh || theirs.cisco_route_refresh))
    return Refresh::absent;
  // RFC 7313 4: both must have said so.
  return ours.enhanced_refresh && theirs.enhanced_refresh ? Refresh::enhanced : Refresh::normal;
}

std::string wrong_as(Asn theirs, Asn expected) {
  return "ASN in OPEN (" + std::to_string(theirs) + ") did not match ASN expected (" +
         std::to_string(expected) + ")";
}

/// RFC 4271 6.2, RFC 6286 2.2, RFC 7607 2.
std::optional<Refusal> check_identity(const LocalOpen& ours, const OpenView& theirs) {
  const Asn asn = theirs.asn();
  if (asn == 0) return Refusal{bgp::notification::bad_peer_as, "AS 0 in OPEN"};
  if (ours.peer_as && asn != *ours.peer_as)
    return Refusal{bgp::notification::bad_peer_as, wrong_as(asn, *ours.peer_as)};
  if (theirs.router_id == 0)
    return Refusal{bgp::notification::bad_identifier, "BGP identifier 0.0.0.0"};
  if (theirs.router_id == ours.router_id && local_as_for(ours, theirs) == asn)
    return Refusal{bgp::notification::bad_identifier, "BGP identifier is our own"};
  if (theirs.hold_time_s == 1 || theirs.hold_time_s == 2)
    return Refusal{bgp::notification::unacceptable_hold_time,
                   "Hold Time is invalid (" + std::to_string(theirs.hold_time_s) + ")"};
  return std::nullopt;
}

}  // namespace

Asn local_as_for(const LocalOpen& ours, const OpenView& theirs) {
  return ours.local_as.value_or(theirs.asn());
}

std::expected<Negotiated, Refusal> negotiate(const LocalOpen& ours, const OpenView& theirs) {
  Capabilities peer;
  std::uint8_t bad = 0;
  if (!bgp::decode_capabilities(theirs.capabilities, peer, bad))
    return refuse(bgp::notification::open_unspecific,
                  "malformed capability " + std::to_string(bad));
  if (std::optional<Refusal> refusal = check_identity(ours, theirs))
    return std::unexpected(*std::move(refusal));

  const Capabilities& local = ours.capabilities;
  Negotiated out;
  bgp::WireContext& context = out.context;
  context.local_as = local_as_for(ours, theirs);
  context.peer_as = theirs.asn();
  context.four_octet_as = local.four_octet_as && peer.four_octet_as;
  context.extended_message = local.extended_message && peer.extended_message;
  context.aigp = ours.aigp || context.ibgp();
  context.group_updates = ours.group_updates;
  context.local_address = ours.local_address;
  context.router_id = ours.router_id;
  if (local.link_local_next_hop && peer.link_local_next_hop)
    context.local_link_local = ours.local_link_local;
  negotiate_families(local, peer, out);

  out.hold_time_s = std::min(ours.hold_time_s, theirs.hold_time_s);
  out.peer_router_id = theirs.router_id;
  out.refresh = negotiate_refresh(local, peer);
  out.multisession = !local.multisession.empty() && !peer.multisession.empty();
  out.operational = local.operational && peer.operational;
  if (local.graceful_restart) out.graceful_restart = std::move(peer.graceful_restart);
  return out;
}

bgp::Bytes encode_local_open(const LocalOpen& ours, Asn local_as, bgp::MutableBytes into) {
  Capabilities capabilities = ours.capabilities;
  if (capabilities.four_octet_as) capabilities.four_octet_as = local_as;
  const bgp::CapabilityList list = bgp::encode_capabilities(capabilities);
  return bgp::encode_open(local_as, ours.hold_time_s, ours.router_id, list.views(), into);
}

}  // namespace openbell::session
