// bfd NAME { … }, a stand-alone session, and the bfd { … } of a neighbor (RFC 5880, 5881, 5883).

#include <array>

#include "grammar/config/draft.h"
#include "grammar/config/value.h"

namespace openbell::grammar {

namespace {

using bfd::AuthType;
using Session = bfd::SessionConfig;

constexpr std::uint8_t ttl_single_hop = 255;  // RFC 5881 5
constexpr std::uint8_t ttl_multihop = 1;      // RFC 5883 leaves it open

struct AuthRow {
  std::string_view word;
  AuthType type;
  std::size_t secret_max;  // RFC 5880 6.7.3, 6.7.4
};

constexpr AuthRow auth_rows[] = {
    {"keyed-md5", AuthType::keyed_md5, 16},
    {"meticulous-md5", AuthType::meticulous_md5, 16},
    {"keyed-sha1", AuthType::keyed_sha1, 20},
    {"meticulous-sha1", AuthType::meticulous_sha1, 20},
};

/// `meticulous-sha1 KEYID SECRET`
bool parse_authentication(SectionParser& parser, Session& session) {
  base::TextReader& in = parser.in;
  const AuthRow* row = auth_rows;
  while (row != std::end(auth_rows) && !in.accept(row->word)) ++row;
  if (row == std::end(auth_rows))
    return in.fail_unknown("keyed-md5, meticulous-md5, keyed-sha1 or meticulous-sha1",
                           "keyed-md5 meticulous-md5 keyed-sha1 meticulous-sha1");
  const auto key_id = static_cast<std::uint8_t>(in.number(255, "a key id"));
  if (!in.ok()) return false;
  if (parser.bare() || in.peek().empty() || in.peek().size() > row->secret_max)
    return in.fail("a secret of 1 to " + std::to_string(row->secret_max) + " bytes");
  session.auth = row->type;
  session.key_id = key_id;
  session.secret = in.free_word();
  return true;
}

void print_authentication(const Session& session, base::TextWriter& out) {
  for (const AuthRow& row : auth_rows)
    if (row.type == session.auth) out.put(row.word);
  out.put(' ').number(session.key_id);
  print_word(session.secret, out.put(' '));
}

bool authentication_is_default(const Session& session) {
  return session.auth == AuthType::none;
}

void inherit_authentication(const Session& from, Session& to) {
  to.auth = from.auth;
  to.key_id = from.key_id;
  to.secret = from.secret;
}

bool ttl_is_default(const Session& session) {
  return session.ttl_min == (session.multihop ? ttl_multihop : ttl_single_hop);
}

constexpr Row<Session> ttl_row() {
  Row<Session> row = leaf<Session, Number<1, 255>, &Session::ttl_min>(
      "ttl-min", "1..255", "least TTL accepted; 255, with multihop 1");
  row.is_default = ttl_is_default;
  return row;
}

using Interval = TimeSpan<bfd::interval_min, bfd::interval_max>;

/// The rows of a neighbor's section come last in that of a stand-alone one.
constexpr std::size_t own_rows = 3;

constexpr Row<Session> bfd_table[] = {
    leaf<Session, Address, &Session::peer_address>("peer-address", "IP", "the other end"),
    leaf<Session, Address, &Session::local_address>("local-address", "IP", "this end"),
    leaf<Session, InterfaceName, &Session::interface>("interface", "NAME",
                                                      "the only one it uses; any by default"),
    leaf<Session, Interval, &Session::transmit>("transmit", "TIME",
                                                "least time between packets sent"),
    leaf<Session, Interval, &Session::receive>("receive", "TIME",
                                               "least time between packets received"),
    leaf<Session, Number<1, 255>, &Session::multiplier>("multiplier", "1..255",
                                                        "packets missed that mean down"),
    leaf<Session, Flag<Bare::on>, &Session::multihop>("multihop", "[BOOLEAN]",
                                                      "the peer is routers away (RFC 5883)"),
    ttl_row(),
    leaf<Session, Flag<Bare::on>, &Session::passive>("passive", "[BOOLEAN]",
                                                     "speaks only when spoken to"),
    {.info = {"authentication", RowKind::leaf, "TYPE KEYID SECRET", "RFC 5880 6.7"},
     .parse = parse_authentication,
     .print = print_authentication,
     .is_default = authentication_is_default,
     .inherit = inherit_authentication},
};
static_assert(std::size(bfd_table) <= GivenRows::rows_max);

}  // namespace

std::span<const Row<Session>> bfd_rows() {
  return bfd_table;
}

std::span<const Row<Session>> neighbor_bfd_rows() {
  return bfd_rows().subspan(own_rows);
}

void complete_bfd(SectionParser& parser, std::size_t place, std::span<const Row<Session>> rows,
                  const GivenRows& given, Session& session) {
  std::size_t ttl = 0;
  while (rows[ttl].info.word != "ttl-min") ++ttl;
  if (!given.has(ttl)) session.ttl_min = session.multihop ? ttl_multihop : ttl_single_hop;
  // RFC 5881 5: without authentication a packet of another TTL must be discarded.
  if (!session.multihop && session.auth == AuthType::none && session.ttl_min != ttl_single_hop)
    parser.error(given.has(ttl) ? given.offset(ttl) : place,
                 "a session over one hop without authentication accepts TTL 255 alone (RFC 5881 "
                 "5): say multihop or authentication, or leave ttl-min out");
}

void complete_bfd_section(SectionParser& parser, BfdDraft& session) {
  const Session& config = session.config;
  complete_bfd(parser, session.offset, bfd_rows(), session.given, session.config);
  std::string missing;
  for (std::size_t row = 0; row < 2; ++row)
    if (!session.given.has(row))
      missing.append(missing.empty() ? "" : ", ").append(bfd_table[row].info.word);
  if (!missing.empty())
    return parser.error(session.offset,
                        "incomplete bfd section '" + config.name + "', missing " + missing);
  if (!config.peer_address || !config.local_address) return;
  if (config.peer_address.is_v4() != config.local_address.is_v4())
    parser.error(session.given.offset(1),
                 "local-address and peer-address must be of the same family");
  if (config.peer_address.is_link_local() && config.interface.empty())
    parser.error(session.given.offset(0), "a link-local peer needs an interface");
}

}  // namespace openbell::grammar
