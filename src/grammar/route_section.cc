// static { … }, flow { … }, l2vpn { … } and announce { … } (exabgp-language 2.8).

#include "grammar/draft.h"
#include "grammar/value.h"

namespace openbell::grammar {

namespace {

using bgp::Family;

bool parse_routes(SectionParser& parser, NeighborDraft& neighbor, RouteForm form, Family family) {
  neighbor.routes.statement = parser.statement();
  return parser.drafts.routes.parse(parser.in, form, family, bgp::Purpose::announce,
                                    neighbor.routes);
}

template <RouteForm form>
bool parse_statement(SectionParser& parser, NeighborDraft& neighbor) {
  return parse_routes(parser, neighbor, form, Family{});
}

template <Family family>
bool parse_family(SectionParser& parser, NeighborDraft& neighbor) {
  if (bgp::ops(family).originates) return parse_routes(parser, neighbor, RouteForm::family, family);
  std::string message;
  base::TextWriter text(message);
  bgp::print_family(family, text);
  parser.error(parser.statement(), message.append(" routes cannot be originated yet"));
  return false;
}

constexpr Row<NeighborDraft> statement(std::string_view word, std::string_view value,
                                       std::string_view help,
                                       bool (*parse)(SectionParser&, NeighborDraft&)) {
  return unit(RowKind::statement, word, value, help, parse);
}

template <Family family>
constexpr Row<NeighborDraft> family_row(std::string_view word, std::string_view value) {
  return statement(word, value, "a route of this family", parse_family<family>);
}

constexpr std::string_view prefix_value = "PREFIX WORDS…";

bool parse_sr_policy(SectionParser& parser, NeighborDraft& neighbor) {
  return parse_family<Family::ipv4_sr_policy>(parser, neighbor);
}

constexpr Row<NeighborDraft> static_table[] = {
    statement("route", "PREFIX WORDS… | PREFIX { … }", "a route",
              parse_statement<RouteForm::route>),
    statement("attributes", "WORDS… nlri PREFIX…", "routes of equal attributes",
              parse_statement<RouteForm::attributes>),
    statement("attribute", "WORDS… nlri PREFIX…", "the same",
              parse_statement<RouteForm::attributes>),
    statement("sr-policy", "…", "not supported yet", parse_sr_policy),
};

constexpr Row<NeighborDraft> flow_table[] = {
    statement("route", "[NAME] { match { … } then { … } } | WORDS…", "a FlowSpec route",
              parse_statement<RouteForm::flow>),
};

constexpr Row<NeighborDraft> l2vpn_table[] = {
    family_row<Family::l2vpn_vpls>("vpls", "…"),
};

constexpr Row<NeighborDraft> announce_ipv4_table[] = {
    family_row<Family::ipv4_unicast>("unicast", prefix_value),
    family_row<Family::ipv4_multicast>("multicast", prefix_value),
    family_row<Family::ipv4_nlri_mpls>("nlri-mpls", prefix_value),
    family_row<Family::ipv4_mpls_vpn>("mpls-vpn", prefix_value),
    family_row<Family::ipv4_flow>("flow", "MATCH… ACTION…"),
    family_row<Family::ipv4_flow_vpn>("flow-vpn", "rd RD MATCH… ACTION…"),
    family_row<Family::ipv4_mcast_vpn>("mcast-vpn", "…"),
    family_row<Family::ipv4_mup>("mup", "…"),
    family_row<Family::ipv4_sr_policy>("sr-policy", "…"),
};

constexpr Row<NeighborDraft> announce_ipv6_table[] = {
    family_row<Family::ipv6_unicast>("unicast", prefix_value),
    family_row<Family::ipv6_multicast>("multicast", prefix_value),
    family_row<Family::ipv6_nlri_mpls>("nlri-mpls", prefix_value),
    family_row<Family::ipv6_mpls_vpn>("mpls-vpn", prefix_value),
    family_row<Family::ipv6_flow>("flow", "MATCH… ACTION…"),
    family_row<Family::ipv6_flow_vpn>("flow-vpn", "rd RD MATCH… ACTION…"),
    family_row<Family::ipv6_mcast_vpn>("mcast-vpn", "…"),
    family_row<Family::ipv6_mup>("mup", "…"),
    family_row<Family::ipv6_sr_policy>("sr-policy", "…"),
};

bool parse_ipv4(SectionParser& parser, NeighborDraft& neighbor) {
  return parser.read_block<NeighborDraft>("ipv4", announce_ipv4_table, neighbor);
}

bool parse_ipv6(SectionParser& parser, NeighborDraft& neighbor) {
  return parser.read_block<NeighborDraft>("ipv6", announce_ipv6_table, neighbor);
}

bool parse_l2vpn(SectionParser& parser, NeighborDraft& neighbor) {
  return parser.read_block<NeighborDraft>("l2vpn", l2vpn_table, neighbor);
}

constexpr Row<NeighborDraft> announce_table[] = {
    unit(RowKind::block, "ipv4", "{ … }", "IPv4 routes", parse_ipv4),
    unit(RowKind::block, "ipv6", "{ … }", "IPv6 routes", parse_ipv6),
    unit(RowKind::block, "l2vpn", "{ … }", "VPLS routes", parse_l2vpn),
};

}  // namespace

void RoutesDraft::route(const RouteView& view) {
  std::size_t& known = first[static_cast<std::size_t>(view.nlri.family)];
  if (view.multicast_group) {
    if (first_group == 0) first_group = statement + 1;
  } else if (known == 0) {
    known = statement + 1;
  }
  list.route(view);
}

void RoutesDraft::inherit(const RoutesDraft& from, std::size_t offset) {
  for (std::size_t i = 0; i < first.size(); ++i)
    if (first[i] == 0 && from.first[i] != 0) first[i] = offset + 1;
  if (first_group == 0 && from.first_group != 0) first_group = offset + 1;
  list.append(from.list);
}

std::span<const Row<NeighborDraft>> static_rows() {
  return static_table;
}

std::span<const Row<NeighborDraft>> flow_rows() {
  return flow_table;
}

std::span<const Row<NeighborDraft>> l2vpn_rows() {
  return l2vpn_table;
}

std::span<const Row<NeighborDraft>> announce_rows() {
  return announce_table;
}

}  // namespace openbell::grammar
