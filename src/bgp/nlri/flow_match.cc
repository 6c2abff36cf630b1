// The match words of FlowSpec, as ExaBGP writes them. What differs on purpose: nothing is dropped
// in silence. Lists of prefixes, empty lists, a trailing '&' and prefixes of the other address
// family are complaints; unbracketed values after the first are read.

#include "base/check.h"
#include "bgp/nlri/flow.h"
#include "bgp/nlri/flow_component.h"
#include "bgp/nlri/prefix.h"

namespace openbell::bgp {

namespace {

using flow::Kind;
using flow::Type;

/// A match word: one row of a constant table.
struct Word {
  std::string_view word;
  std::uint8_t type;
  std::uint64_t max = 0;  // of a value
  Afi afi = 0;            // the only one it can mean, 0 for both
  std::string_view wanted = {};
};

constexpr std::string_view port_wanted = "a port from 0 to 65535 or its IANA name";

// `next-header` and `traffic-class` are other words for `protocol` and `dscp`: like them they say
// nothing about the address family (ExaBGP).
constexpr Word words[] = {
    {.word = "destination", .type = flow::destination},
    {.word = "destination-ipv4", .type = flow::destination, .afi = afi_ipv4},
    {.word = "destination-ipv6", .type = flow::destination, .afi = afi_ipv6},
    {.word = "source", .type = flow::source},
    {.word = "source-ipv4", .type = flow::source, .afi = afi_ipv4},
    {.word = "source-ipv6", .type = flow::source, .afi = afi_ipv6},
    {"protocol", 3, 255, 0, "a protocol from 0 to 255 or a name such as tcp"},
    {"next-header", 3, 255, 0, "a protocol from 0 to 255 or a name such as tcp"},
    {"port", 4, 65535, 0, port_wanted},
    {"destination-port", 5, 65535, 0, port_wanted},
    {"source-port", 6, 65535, 0, port_wanted},
    {"icmp-type", 7, 255, 0, "an ICMP type from 0 to 255 or a name such as echo-request"},
    {"icmp-code", 8, 255, 0, "an ICMP code from 0 to 255 or a name such as host-unreachable"},
    {"tcp-flags", 9, 65535, 0, "TCP flags out of fin syn rst push ack urg ece cwr ns"},
    {"packet-length", 10, 65535, 0, "a packet length from 0 to 65535"},
    {"dscp", 11, 63, 0, "a DSCP from 0 to 63"},
    {"traffic-class", 11, 255, 0, "a traffic class from 0 to 255"},
    {"fragment", 12, 255, 0,
     "out of not-a-fragment dont-fragment is-fragment first-fragment last-fragment"},
    {"flow-label", flow::flow_label, 0xFFFFF, afi_ipv6, "a flow label from 0 to 1048575"},
};

bool same_word(std::string_view written, std::string_view word) {
  return std::ranges::equal(written, word,
                            [](char a, char b) { return (a == '_' ? '-' : a) == b; });
}

const Word* find_word(std::string_view written) {
  for (const Word& row : words)
    if (same_word(written, row.word)) return &row;
  return nullptr;
}

/// The component type that a word stands for.
const Type& type_of(const Word& word) {
  // Every type is one of IPv6.
  const Type* type = flow::find_type(afi_ipv6, word.type);
  OPENBELL_CHECK(type != nullptr);
  return *type;
}

/// Notes that a component can only be of `afi`; complains when another one could not.
bool settle_afi(Afi afi, TextReader& in, NlriDraft& draft) {
  if (afi == 0 || draft.flow_afi == afi || draft.flow_afi == 0) {
    if (afi != 0) draft.flow_afi = afi;
    return true;
  }
  return in.fail(afi == afi_ipv6 ? "components of ipv4, as the match has them already"
                                 : "components of ipv6, as the match has them already");
}

/// Where the component of a type stands in the draft, or would stand.
struct Place {
  std::size_t at = 0;
  flow::Component component;  // of that type; its type is null when there is none yet
};

Place find_place(std::uint8_t type, const NlriDraft& draft) {
  // Without a prefix the components read the same in both families.
  flow::Reader in(draft.flow, draft.flow_afi == 0 ? afi_ipv4 : draft.flow_afi);
  Place place;
  flow::Component component;
  while (in.next(component)) {
    if (component.type->code == type) place.component = component;
    if (component.type->code >= type) break;
    place.at += component.bytes.size();
  }
  return place;
}

bool insert(std::size_t at, Bytes bytes, TextReader& in, NlriDraft& draft) {
  if (draft.flow.size() + bytes.size() > flow_size_max)
    return in.fail("fewer values: a FlowSpec NLRI holds 4095 bytes");
  draft.flow.insert(draft.flow.begin() + static_cast<std::ptrdiff_t>(at), bytes.begin(),
                    bytes.end());
  return true;
}

// ------------------------------------------------------------------------------------- prefixes

/// The offset that may follow an IPv6 prefix: `2001:db8::/64/16`. Takes it off `text`.
bool split_offset(std::string_view& text, std::uint64_t& offset) {
  const std::size_t first = text.find('/');
  const std::size_t second = first == std::string_view::npos ? first : text.find('/', first + 1);
  if (second == std::string_view::npos) return true;
  const std::string_view digits = text.substr(second + 1);
  text = text.substr(0, second);
  return text.find(':') != std::string_view::npos && base::parse_decimal(digits, 127, offset);
}

bool parse_one_prefix(const Word& word, TextReader& in, NlriDraft& draft) {
  std::string_view text = in.peek();
  base::IpPrefix prefix;
  std::uint64_t offset = 0;
  if (in.quoted() || !split_offset(text, offset) || !base::parse_prefix(text, prefix))
    return in.fail("a prefix, such as 10.0.0.0/24, 2001:db8::/32 or 2001:db8::/64/32");
  const Afi afi = prefix.address.is_v6() ? afi_ipv6 : afi_ipv4;
  if (word.afi != 0 && word.afi != afi)
    return in.fail(word.afi == afi_ipv6 ? "a prefix of ipv6" : "a prefix of ipv4");
  // RFC 8956 3.1
  if (offset != 0 && offset >= prefix.length) return in.fail("an offset below the prefix length");
  if (!settle_afi(afi, in, draft)) return false;
  const Place place = find_place(word.type, draft);
  if (place.component.type != nullptr)
    return in.fail("one prefix of each direction: announce a route for each further one");

  std::array<std::uint8_t, 19> bytes{};
  ByteWriter out(bytes);
  out.u8(word.type);
  out.u8(prefix.length);
  if (afi == afi_ipv6) out.u8(static_cast<std::uint8_t>(offset));
  out.bytes(prefix.address.bytes().first(prefix.octets()));
  clear_trailing_bits({bytes.data(), out.size()}, prefix.length);
  if (!insert(place.at, out.written(), in, draft)) return false;
  in.word();
  return true;
}

bool starts_value(std::string_view word) {
  return !word.empty() &&
         std::string_view("<>=!0123456789").find(word[0]) != std::string_view::npos;
}

bool parse_prefixes(const Word& word, TextReader& in, NlriDraft& draft) {
  const bool list = in.accept("[");
  if (list && in.peek() == "]") return in.fail("a prefix: an empty list would match nothing");
  if (!parse_one_prefix(word, in, draft)) return false;
  const bool another = list ? !in.accept("]") : starts_value(in.peek());
  return !another || in.fail("one prefix of each direction: announce a route for each further one");
}

// --------------------------------------------------------------------------- operators and values

struct Operator {
  std::string_view text;
  std::uint8_t bits;
};

// The longer ones first.
constexpr Operator numeric_operators[] = {{">=", 3}, {"<=", 5}, {"!=", 6},
                                          {">", 2},  {"<", 4},  {"=", 1}};
constexpr Operator flags_operators[] = {{"!=", 3}, {"!", 2}, {"=", 1}};

/// Takes the operator off `term`; `otherwise` without one.
std::uint8_t take_operator(std::string_view& term, std::span<const Operator> operators,
                           std::uint8_t otherwise) {
  for (const Operator& row : operators) {
    if (!term.starts_with(row.text)) continue;
    term.remove_prefix(row.text.size());
    return row.bits;
  }
  return otherwise;
}

/// A number or a name of the type.
bool parse_value(const Type& type, std::uint64_t max, std::string_view text, std::uint64_t& value) {
  if (text.empty()) return false;
  if (base::parse_integer(text, max, value)) return true;
  const std::string name = base::lower(text);
  for (const flow::NamedValue& row : type.names) {
    if (row.name != name) continue;
    value = row.value;
    return true;
  }
  std::uint16_t port = 0;
  if (type.shown != flow::Shown::service || !find_service(name, port)) return false;
  value = port;
  return true;
}

/// `syn+ack`: flags together. Numbers do not add up to anything.
bool parse_sum(const Type& type, std::uint64_t max, std::string_view text, std::uint64_t& value) {
  if (type.kind != Kind::flags) return parse_value(type, max, text, value);
  value = 0;
  for (bool more = true; more;) {
    const std::size_t plus = text.find('+');
    std::uint64_t part = 0;
    if (!parse_value(type, max, text.substr(0, plus), part)) return false;
    value |= part;
    more = plus != std::string_view::npos;
    if (more) text.remove_prefix(plus + 1);
  }
  return true;
}

void append_pair(std::uint8_t op, std::uint64_t value, std::vector<std::uint8_t>& pairs) {
  const unsigned size_code = value > 0xFFFF ? 2 : value > 0xFF ? 1 : 0;
  pairs.push_back(static_cast<std::uint8_t>(op | size_code << 4));
  for (unsigned octets = 1U << size_code; octets != 0; --octets)
    pairs.push_back(static_cast<std::uint8_t>(value >> 8 * (octets - 1)));
}

/// One word: a term, or several joined with '&'. `last_op` is the place of the last operator.
bool parse_terms(const Word& word, const Type& type, TextReader& in,
                 std::vector<std::uint8_t>& pairs, std::size_t& last_op) {
  if (in.quoted()) return in.fail(word.wanted);
  std::string_view text = in.peek();
  std::uint8_t joined = 0;
  for (bool more = true; more; joined = flow::and_bit) {
    const std::size_t ampersand = text.find('&');
    std::string_view term = text.substr(0, ampersand);
    const std::uint8_t op = type.kind == Kind::flags ? take_operator(term, flags_operators, 0)
                                                     : take_operator(term, numeric_operators, 1);
    std::uint64_t value = 0;
    if (!parse_sum(type, word.max, term, value)) return in.fail(word.wanted);
    last_op = pairs.size();
    append_pair(static_cast<std::uint8_t>(op | joined), value, pairs);
    more = ampersand != std::string_view::npos;
    if (more) text.remove_prefix(ampersand + 1);
  }
  in.word();
  return pairs.size() <= flow_size_max || in.fail("fewer values: a FlowSpec NLRI holds 4095 bytes");
}

/// Adds pairs to the component of their type, or makes it.
bool add_pairs(std::uint8_t code, Bytes pairs, TextReader& in, NlriDraft& draft) {
  const Place place = find_place(code, draft);
  if (place.component.type == nullptr) {
    std::vector<std::uint8_t> component = {code};
    component.insert(component.end(), pairs.begin(), pairs.end());
    return insert(place.at, component, in, draft);
  }
  flow::PairReader there(place.component);
  std::size_t op_at = place.at + 1;
  std::size_t last_op = op_at;
  for (flow::Pair pair; there.next(pair); op_at += 1 + flow::value_size(pair.op)) last_op = op_at;
  if (!insert(op_at, pairs, in, draft)) return false;
  draft.flow[last_op] &= static_cast<std::uint8_t>(~flow::end_of_list);
  return true;
}

bool parse_operations(const Word& word, const Type& type, TextReader& in, NlriDraft& draft) {
  if (!settle_afi(word.afi, in, draft)) return false;
  std::vector<std::uint8_t> pairs;
  std::size_t last_op = 0;
  const bool list = in.accept("[");
  if (list && in.peek() == "]") return in.fail("a value: an empty list would match nothing");
  do {
    if (!parse_terms(word, type, in, pairs, last_op)) return false;
  } while (list ? !in.accept("]") : !in.quoted() && starts_value(in.peek()));
  pairs[last_op] |= flow::end_of_list;
  return add_pairs(word.type, pairs, in, draft);
}

}  // namespace

bool is_flow_match(std::string_view word) {
  return find_word(word) != nullptr;
}

bool parse_flow_match(std::string_view word, TextReader& in, NlriDraft& draft) {
  const Word* row = find_word(word);
  OPENBELL_CHECK(row != nullptr);
  const Type& type = type_of(*row);
  return type.kind == Kind::prefix ? parse_prefixes(*row, in, draft)
                                   : parse_operations(*row, type, in, draft);
}

bool parse_flow_matches(TextReader& in, NlriDraft& draft) {
  while (!in.quoted() && is_flow_match(in.peek())) {
    const std::string_view word = in.word();
    if (!parse_flow_match(word, in, draft)) return false;
  }
  return in.ok();
}

}  // namespace openbell::bgp
