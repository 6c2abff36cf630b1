// static { … }, flow { … }, l2vpn { … } and announce { … } (exabgp-language 2.8).

#include "grammar/config/draft.h"
#include "grammar/config/value.h"

namespace openbell::grammar {

namespace {

using bgp::Family;

bool parse_routes(SectionParser& parser, RoutesDraft& routes, RouteForm form, Family family) {
  routes.statement = parser.statement();
  return parser.drafts.routes.parse(parser.in, form, family, routes.purpose, routes);
}

template <RouteForm form>
bool parse_statement(SectionParser& parser, RoutesDraft& routes) {
  return parse_routes(parser, routes, form, Family{});
}

template <Family family>
bool parse_family(SectionParser& parser, RoutesDraft& routes) {
  if (bgp::originates(family)) return parse_routes(parser, routes, RouteForm::family, family);
  std::string message;
  base::TextWriter text(message);
  bgp::print_family(family, text);
  parser.error(parser.statement(), message.append(" routes cannot be originated yet"));
  return false;
}

constexpr Row<RoutesDraft> statement(std::string_view word, std::string_view value,
                                     std::string_view help,
                                     bool (*parse)(SectionParser&, RoutesDraft&)) {
  return unit(RowKind::statement, word, value, help, parse);
}

/// By the index of the family.
constexpr bool (*family_parsers[])(SectionParser&, RoutesDraft&) = {
#define OPENBELL_FAMILY(id) parse_family<Family::id>,
#include "bgp/nlri/families.def"
#undef OPENBELL_FAMILY
};

/// The families of an AFI: a row each.
std::vector<Row<RoutesDraft>> make_family_table(bgp::Afi afi) {
  std::vector<Row<RoutesDraft>> rows;
  for (std::size_t i = 0; i < bgp::family_count; ++i) {
    const bgp::FamilyOps& family = bgp::ops(static_cast<Family>(i));
    if (family.afi != afi) continue;
    const std::string_view value = family.statement.empty() ? "…" : family.statement;
    const std::string_view help =
        family.parse == nullptr ? "not supported yet" : "a route of this family";
    rows.push_back(statement(family.safi_name, value, help, family_parsers[i]));
  }
  return rows;
}

template <bgp::Afi afi>
std::span<const Row<RoutesDraft>> family_table() {
  static const std::vector<Row<RoutesDraft>> rows = make_family_table(afi);
  return rows;
}

bool parse_sr_policy(SectionParser& parser, RoutesDraft& routes) {
  return parse_family<Family::ipv4_sr_policy>(parser, routes);
}

constexpr Row<RoutesDraft> static_table[] = {
    statement("route", "PREFIX WORDS… | PREFIX { … }", "a route",
              parse_statement<RouteForm::route>),
    statement("attributes", "WORDS… nlri PREFIX…", "routes of equal attributes",
              parse_statement<RouteForm::attributes>),
    statement("attribute", "WORDS… nlri PREFIX…", "the same",
              parse_statement<RouteForm::attributes>),
    statement("sr-policy", "…", "not supported yet", parse_sr_policy),
};

constexpr Row<RoutesDraft> flow_table[] = {
    statement("route", "[NAME] { match { … } then { … } } | WORDS…", "a FlowSpec route",
              parse_statement<RouteForm::flow>),
};

/// `ipv4 unicast …;`: the family on the line of its route.
bool parse_family_line(SectionParser& parser, RoutesDraft& routes,
                       std::span<const Row<RoutesDraft>> families) {
  std::string words;
  for (const Row<RoutesDraft>& row : families) {
    if (parser.in.accept(row.info.word)) return row.parse(parser, routes);
    words.append(words.empty() ? "" : " ").append(row.info.word);
  }
  return parser.in.fail_unknown("one of " + words, words);
}

bool parse_ipv4_line(SectionParser& parser, RoutesDraft& routes) {
  return parse_family_line(parser, routes, family_table<bgp::afi_ipv4>());
}

bool parse_ipv6_line(SectionParser& parser, RoutesDraft& routes) {
  return parse_family_line(parser, routes, family_table<bgp::afi_ipv6>());
}

/// `flow route …` or `flow { route … }`
bool parse_flow(SectionParser& parser, RoutesDraft& routes) {
  if (parser.in.peek() == "{" && !parser.in.quoted()) {
    if (!parser.read_block<RoutesDraft>("flow", flow_table, routes)) return false;
    parser.in.accept(";");
    return true;
  }
  return parser.in.expect("route") && parse_statement<RouteForm::flow>(parser, routes);
}

constexpr Row<RoutesDraft> route_table[] = {
    {.info = route_words[0], .parse = parse_statement<RouteForm::route>},
    {.info = route_words[1], .parse = parse_statement<RouteForm::attributes>},
    {.info = route_words[2], .parse = parse_statement<RouteForm::attributes>},
    {.info = route_words[3], .parse = parse_flow},
    {.info = route_words[4], .parse = parse_ipv4_line},
    {.info = route_words[5], .parse = parse_ipv6_line},
};
static_assert(std::size(route_table) == std::size(route_words));

bool parse_ipv4(SectionParser& parser, RoutesDraft& routes) {
  return parser.read_block<RoutesDraft>("ipv4", family_table<bgp::afi_ipv4>(), routes);
}

bool parse_ipv6(SectionParser& parser, RoutesDraft& routes) {
  return parser.read_block<RoutesDraft>("ipv6", family_table<bgp::afi_ipv6>(), routes);
}

bool parse_l2vpn(SectionParser& parser, RoutesDraft& routes) {
  return parser.read_block<RoutesDraft>("l2vpn", l2vpn_rows(), routes);
}

constexpr Row<RoutesDraft> announce_table[] = {
    unit(RowKind::block, "ipv4", "{ … }", "IPv4 routes", parse_ipv4),
    unit(RowKind::block, "ipv6", "{ … }", "IPv6 routes", parse_ipv6),
    unit(RowKind::block, "l2vpn", "{ … }", "VPLS routes", parse_l2vpn),
};

}  // namespace

void RoutesDraft::route(const RouteView& view) {
  places.add(view, statement);
  list.route(view);
}

void RoutesDraft::inherit(const RoutesDraft& from, std::size_t offset) {
  places.inherit(from.places, offset);
  list.append(from.list);
}

std::span<const Row<RoutesDraft>> route_rows() {
  return route_table;
}

std::span<const Row<RoutesDraft>> static_rows() {
  return static_table;
}

std::span<const Row<RoutesDraft>> flow_rows() {
  return flow_table;
}

std::span<const Row<RoutesDraft>> l2vpn_rows() {
  return family_table<bgp::afi_l2vpn>();
}

std::span<const Row<RoutesDraft>> announce_rows() {
  return announce_table;
}

}  // namespace openbell::grammar
