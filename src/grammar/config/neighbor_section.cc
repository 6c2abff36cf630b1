// neighbor … { … } and its capability { … } (exabgp-language 2.2, 2.3). The order is that of
// `show neighbor configuration`.

#include "grammar/config/draft.h"
#include "grammar/config/value.h"

namespace openbell::grammar {

namespace {

using Neighbor = NeighborConfig;
using Capability = CapabilityConfig;

bool parse_inherit(SectionParser& parser, Neighbor&) {
  return parse_name_or_names(parser, "the name of a template", parser.neighbor->templates);
}

bool parse_peer_address(SectionParser& parser, Neighbor& neighbor) {
  if (!base::parse_prefix(parser.in.peek(), neighbor.peer_address))
    return parser.in.fail("an IP address or prefix");
  parser.in.word();
  return true;
}

bool parse_md5_base64(SectionParser& parser, Neighbor&) {
  if (parser.in.accept("auto")) {
    parser.neighbor->md5_encoding = Md5Encoding::automatic;
    return true;
  }
  bool base64 = false;
  if (!parse_boolean(parser, Bare::on, base64)) return false;
  parser.neighbor->md5_encoding = base64 ? Md5Encoding::base64 : Md5Encoding::plain;
  return true;
}

bool parse_tcp_ao(SectionParser& parser, Neighbor&) {
  parser.error(parser.statement(), "tcp-ao is not supported yet, use md5-password");
  return parser.skip_block();
}

bool parse_operational(SectionParser& parser, Neighbor&) {
  parser.warning(parser.statement(),
                 "operational messages are ignored: no version of ExaBGP sends them");
  return parser.skip_block();
}

bool parse_capability(SectionParser& parser, Neighbor& neighbor) {
  return parser.read_block("capability", capability_rows(), neighbor,
                           &parser.neighbor->given_capability);
}

bool parse_family(SectionParser& parser, Neighbor& neighbor) {
  return parser.read_block("family", family_rows(), neighbor);
}

bool parse_add_path(SectionParser& parser, Neighbor& neighbor) {
  return parser.read_block("add-path", add_path_rows(), neighbor);
}

bool parse_nexthop(SectionParser& parser, Neighbor& neighbor) {
  return parser.read_block("nexthop", nexthop_rows(), neighbor);
}

bool parse_api(SectionParser& parser, Neighbor&) {
  ApiDraft draft;
  draft.offset = parser.statement();
  if (!parser.bare() && !parse_word(parser, "a name", draft.name)) return false;
  for (const ApiDraft& other : parser.neighbor->api)
    if (other.name == draft.name && !draft.name.empty())
      parser.error(draft.offset, "the name '" + draft.name + "' already exists in api");
  parser.api = &draft;
  const bool read = parser.read_block("api", api_rows(), draft.flags);
  parser.api = nullptr;
  parser.neighbor->api.push_back(std::move(draft));
  return read;
}

bool parse_static(SectionParser& parser, Neighbor&) {
  return parser.read_block("static", static_rows(), parser.neighbor->routes);
}

bool parse_flow(SectionParser& parser, Neighbor&) {
  return parser.read_block("flow", flow_rows(), parser.neighbor->routes);
}

bool parse_l2vpn(SectionParser& parser, Neighbor&) {
  return parser.read_block("l2vpn", l2vpn_rows(), parser.neighbor->routes);
}

bool parse_bfd(SectionParser& parser, Neighbor&) {
  NeighborDraft& neighbor = *parser.neighbor;
  if (neighbor.bfd_place == 0) neighbor.bfd_place = parser.statement() + 1;
  return parser.read_block("bfd", neighbor_bfd_rows(), neighbor.bfd, &neighbor.given_bfd);
}

bool parse_announce(SectionParser& parser, Neighbor&) {
  return parser.read_block("announce", announce_rows(), parser.neighbor->routes);
}

constexpr Row<Neighbor> block(std::string_view word, std::string_view help,
                              bool (*parse)(SectionParser&, Neighbor&)) {
  return unit(RowKind::block, word, "{ … }", help, parse);
}

constexpr Row<Neighbor> neighbor_table[] = {
    unit<Neighbor>(RowKind::leaf, "inherit", "NAME | [ NAME… ]",
                   "templates that fill in what is not given here", parse_inherit),
    leaf<Neighbor, Words, &Neighbor::description>("description", "WORDS", "for the reader"),
    leaf<Neighbor, RouterId, &Neighbor::router_id>("router-id", "IPv4",
                                                   "the local address when that is IPv4"),
    leaf<Neighbor, HostName, &Neighbor::host_name>("host-name", "NAME",
                                                   "sent in the hostname capability"),
    leaf<Neighbor, HostName, &Neighbor::domain_name>("domain-name", "NAME",
                                                     "sent beside host-name"),
    unit<Neighbor>(RowKind::leaf, "peer-address", "IP[/LENGTH]",
                   "overrides the address in the title", parse_peer_address),
    leaf<Neighbor, AddressOrAuto, &Neighbor::local_address>("local-address", "IP | auto",
                                                            "address to connect from"),
    leaf<Neighbor, LinkLocalAddress, &Neighbor::local_link_local>(
        "local-link-local", "fe80::/10", "added to the global IPv6 next hops of this session"),
    leaf<Neighbor, Word, &Neighbor::source_interface>("source-interface", "NAME",
                                                      "interface to connect through"),
    leaf<Neighbor, AsNumber, &Neighbor::local_as>("local-as", "ASN | auto", "our AS number"),
    leaf<Neighbor, AsNumber, &Neighbor::peer_as>("peer-as", "ASN | auto", "the peer's AS number"),
    leaf<Neighbor, HoldTime, &Neighbor::hold_time_s>("hold-time", "SECONDS", "0, or 3 to 65535"),
    leaf<Neighbor, Rate, &Neighbor::rate_limit>("rate-limit", "N | disable",
                                                "UPDATEs sent in a second"),
    leaf<Neighbor, Flag<Bare::off>, &Neighbor::manual_eor>("manual-eor", "[BOOLEAN]",
                                                           "send End-of-RIB only on command"),
    leaf<Neighbor, Flag<Bare::on>, &Neighbor::passive>("passive", "[BOOLEAN]",
                                                       "wait for the peer to connect"),
    leaf<Neighbor, Port, &Neighbor::listen_port>("listen", "PORT", "port to accept the peer on"),
    leaf<Neighbor, Port, &Neighbor::connect_port>("connect", "PORT", "port of the peer"),
    leaf<Neighbor, Flag<Bare::on>, &Neighbor::group_updates>(
        "group-updates", "[BOOLEAN]", "routes of equal attributes share an UPDATE"),
    leaf<Neighbor, Flag<Bare::on>, &Neighbor::auto_flush>("auto-flush", "[BOOLEAN]",
                                                          "accepted, without effect"),
    leaf<Neighbor, Flag<Bare::off>, &Neighbor::adj_rib_in>("adj-rib-in", "[BOOLEAN]",
                                                           "keep what the peer announces"),
    leaf<Neighbor, Flag<Bare::off>, &Neighbor::adj_rib_out>("adj-rib-out", "[BOOLEAN]",
                                                            "announce again to a new session"),
    leaf<Neighbor, Word, &Neighbor::md5_password>("md5-password", "WORD",
                                                  "TCP MD5 signature (RFC 2385)"),
    unit<Neighbor>(RowKind::leaf, "md5-base64", "[BOOLEAN] | auto",
                   "md5-password is in base64 form", parse_md5_base64),
    leaf<Neighbor, Address, &Neighbor::md5_ip>("md5-ip", "IP", "the local address by default"),
    leaf<Neighbor, Ttl, &Neighbor::outgoing_ttl>("outgoing-ttl", "0..255 | disable",
                                                 "TTL of what is sent"),
    leaf<Neighbor, Ttl, &Neighbor::incoming_ttl>("incoming-ttl", "0..255 | disable",
                                                 "least TTL accepted (RFC 5082)"),
    leaf<Neighbor, Flag<Bare::on>, &Neighbor::kernel_timestamps>(
        "kernel-timestamps", "[BOOLEAN]", "when the kernel sent an UPDATE and the peer's had it"),
    block("bfd", "finds a dead path within milliseconds (RFC 5880)", parse_bfd),
    block("capability", "what the OPEN announces", parse_capability),
    block("family", "address families; all when there is none", parse_family),
    block("nexthop", "families with next hops of another (RFC 8950)", parse_nexthop),
    block("add-path", "families with several paths (RFC 7911)", parse_add_path),
    block("api", "helpers and what they hear", parse_api),
    block("static", "routes", parse_static),
    block("flow", "FlowSpec routes", parse_flow),
    block("l2vpn", "VPLS routes", parse_l2vpn),
    block("announce", "routes by family", parse_announce),
    block("operational", "accepted and ignored", parse_operational),
    block("tcp-ao", "not supported yet", parse_tcp_ao),
};
static_assert(std::size(neighbor_table) <= GivenRows::rows_max);

template <typename Kind, auto member>
constexpr Row<Neighbor> capability(std::string_view word, std::string_view value,
                                   std::string_view help) {
  return leaf<Neighbor, Kind, &Neighbor::capability, member>(word, value, help);
}

/// With a section nexthop it is on by itself.
constexpr Row<Neighbor> nexthop_capability() {
  Row<Neighbor> row = capability<Flag<Bare::on>, &Capability::nexthop>(
      "nexthop", "[BOOLEAN]", "extended next hop (RFC 8950)");
  row.is_default = [](const Neighbor& neighbor) {
    return !neighbor.capability.nexthop && neighbor.nexthop_families.empty();
  };
  return row;
}

constexpr Row<Neighbor> capability_table[] = {
    capability<Flag<Bare::on>, &Capability::asn4>("asn4", "[BOOLEAN]",
                                                  "four-octet AS numbers (RFC 6793)"),
    capability<Flag<Bare::on>, &Capability::route_refresh>("route-refresh", "[BOOLEAN]",
                                                           "RFC 2918 and RFC 7313"),
    capability<RestartTime, &Capability::graceful_restart_s>(
        "graceful-restart", "[SECONDS] | disable", "RFC 4724; the hold time when not given"),
    nexthop_capability(),
    capability<AddPath, &Capability::add_path>("add-path",
                                               "disable | send | receive | send/receive",
                                               "several paths for a prefix (RFC 7911)"),
    capability<Flag<Bare::on>, &Capability::multi_session>("multi-session", "[BOOLEAN]",
                                                           "announced, without effect"),
    capability<Flag<Bare::on>, &Capability::operational>("operational", "[BOOLEAN]", "announced"),
    capability<Flag<Bare::on>, &Capability::aigp>("aigp", "[BOOLEAN]",
                                                  "send AIGP to an external peer (RFC 7311)"),
    capability<Flag<Bare::on>, &Capability::extended_message>("extended-message", "[BOOLEAN]",
                                                              "65535-octet messages (RFC 8654)"),
    capability<Flag<Bare::off>, &Capability::software_version>(
        "software-version", "[BOOLEAN]", "needs enable: the word alone means disable"),
    capability<Flag<Bare::error>, &Capability::link_local_nexthop>("link-local-nexthop", "BOOLEAN",
                                                                   "link-local IPv6 next hops"),
};
static_assert(std::size(capability_table) <= GivenRows::rows_max);

}  // namespace

std::span<const Row<NeighborConfig>> neighbor_rows() {
  return neighbor_table;
}

std::span<const Row<NeighborConfig>> capability_rows() {
  return capability_table;
}

}  // namespace openbell::grammar
