// FlowSpec actions: RFC 8955 7, RFC 8956 6.1, and the words that ExaBGP gives them.

#include "bgp/attr/flow_action.h"

#include <algorithm>
#include <string>

#include "bgp/attr/attribute.h"
#include "bgp/attr/extended_community.h"
#include "bgp/attr/extended_community_forms.h"
#include "bgp/attr/extended_community_ipv6.h"
#include "bgp/attr/list.h"

namespace openbell::bgp {

namespace {

constexpr std::uint16_t rate_in_bytes = 0x8006;
constexpr std::uint16_t rate_in_packets = 0x800C;
/// ExaBGP: a higher rate is cut to this one.
constexpr double rate_max = 1e12;

struct Unit {
  std::string_view name;  // B: bytes, b: bits; k, m, g, t of either case: powers of 1000
  double bytes_per_second;
};

constexpr Unit units[] = {
    {"bps", 1e0 / 8}, {"kbps", 1e3 / 8}, {"mbps", 1e6 / 8}, {"gbps", 1e9 / 8}, {"tbps", 1e12 / 8},
    {"Bps", 1e0},     {"kBps", 1e3},     {"mBps", 1e6},     {"gBps", 1e9},     {"tBps", 1e12}};

/// "kbps" and "Kbps" are one unit, "kbps" and "kBps" are not.
bool same_unit(std::string_view word, std::string_view name) {
  if (word.size() != name.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const bool scale = i == 0 && word.size() == 4;
    if (word[i] != name[i] && !(scale && (word[i] | 0x20) == name[i])) return false;
  }
  return true;
}

/// `N`, `N.5` or `1e6`, with a unit behind it or not, in bytes per second (or packets).
bool parse_rate_word(std::string_view word, float& rate, bool& has_unit) {
  const std::string_view number = word.substr(0, word.find_first_not_of("0123456789.e+-"));
  const std::string_view unit_word = word.substr(number.size());
  has_unit = !unit_word.empty();
  double scale = has_unit ? 0 : 1;
  for (const Unit& unit : units)
    if (same_unit(unit_word, unit.name)) scale = unit.bytes_per_second;
  double value = 0;
  if (scale == 0 || !parse_rate(number, value)) return false;
  rate = static_cast<float>(std::min(value * scale, rate_max));
  return true;
}

bool add(const ExtendedCommunity& community, TextReader& in, FlowActions& out) {
  insert_extended_community(community, out.extended_community);
  return fits_attribute(in, out.extended_community);
}

bool add_ipv6(const ExtendedCommunityIpv6& community, TextReader& in, FlowActions& out) {
  insert_extended_community_ipv6(community, out.extended_community_ipv6);
  return fits_attribute(in, out.extended_community_ipv6);
}

bool accept(TextReader& in, FlowActions&) {
  return in.ok();
}

bool discard(TextReader& in, FlowActions& out) {
  return add(rate_community(rate_in_bytes, 0), in, out);
}

bool rate_limit(TextReader& in, FlowActions& out) {
  float rate = 0;
  bool has_unit = false;
  if (!parse_rate_word(in.peek(), rate, has_unit))
    return in.fail(
        "a rate: bytes per second, or a number with bps, kbps, mbps, gbps (bits) or "
        "Bps, kBps, mBps, gBps (bytes)");
  in.word();
  const bool packets = !has_unit && in.accept("packets");
  if (!packets) in.accept("bytes");
  return add(rate_community(packets ? rate_in_packets : rate_in_bytes, rate), in, out);
}

/// The bits of `redirect-to-nexthop` (or copy), with the next hop in MP_REACH_NLRI.
bool redirect_through(std::string_view form, const IpAddress& address, TextReader& in,
                      FlowActions& out) {
  ExtendedCommunity community{};
  find_community_word(form)->parse({}, community);
  if (address) out.next_hop = {NextHop::Kind::address, address};
  return add(community, in, out);
}

/// `address`, or `[address]` in brackets that the reader may have split. What follows the closing
/// bracket (":7") is left in `rest`.
bool take_bracketed(TextReader& in, IpAddress& address, std::string_view& rest) {
  std::string_view word = in.peek();
  if (in.quoted() && word.starts_with('[')) {
    const std::size_t close = word.find(']');
    if (close == std::string_view::npos || !base::parse_ip(word.substr(1, close - 1), address))
      return false;
    rest = word.substr(close + 1);
    in.word();
    return true;
  }
  if (!in.accept("[") || !base::parse_ip(in.peek(), address)) return false;
  in.word();
  if (!in.accept("]")) return false;
  if (!in.at_end() && in.peek().starts_with(':')) rest = in.word();
  return true;
}

/// `A:B`, `IP:N`: route target of the VRF to go to. `IP`, `[IP6]`: next hop. `[IP6]:N`: RFC 8956.
bool redirect(TextReader& in, FlowActions& out) {
  constexpr std::string_view wanted =
      "A:B or an address: 65000:1, 192.0.2.1:1, 192.0.2.1, 2001:db8::1, [2001:db8::1]:1";
  IpAddress address;
  if (in.peek().starts_with('[')) {
    std::string_view rest;
    if (!take_bracketed(in, address, rest)) return in.fail(wanted);
    if (rest.empty()) return redirect_through("redirect-to-nexthop", address, in, out);
    std::uint64_t number = 0;
    if (!address.is_v6() || !rest.starts_with(':') ||
        !base::parse_decimal(rest.substr(1), UINT16_MAX, number))
      return in.fail_at(in.offset(), wanted, rest);
    return add_ipv6(redirect_ipv6(address, static_cast<std::uint16_t>(number)), in, out);
  }
  const bool next_hop = base::parse_ip(in.peek(), address);
  ExtendedCommunity community{};
  if (!next_hop && !find_community_word("redirect")->parse(in.peek(), community))
    return in.fail(wanted);
  in.word();
  if (next_hop) return redirect_through("redirect-to-nexthop", address, in, out);
  return add(community, in, out);
}

bool redirect_to_next_hop(TextReader& in, FlowActions& out) {
  return redirect_through("redirect-to-nexthop", {}, in, out);
}

bool copy_to_next_hop(TextReader& in, FlowActions& out) {
  return redirect_through("copy-to-nexthop", {}, in, out);
}

bool copy(TextReader& in, FlowActions& out) {
  IpAddress address;
  std::string_view rest;
  const bool bracketed = in.peek().starts_with('[');
  const bool parsed = bracketed ? take_bracketed(in, address, rest) && rest.empty()
                                : base::parse_ip(in.peek(), address);
  if (!parsed) return in.fail("an IP address");
  if (!bracketed) in.word();
  return redirect_through("copy-to-nexthop", address, in, out);
}

bool redirect_to_next_hop_ietf(TextReader& in, FlowActions& out) {
  IpAddress address;
  if (!base::parse_ip(in.peek(), address)) return in.fail("an IP address");
  const std::string_view word = in.word();
  if (address.is_v6()) return add_ipv6(redirect_to_address_ipv6(address), in, out);
  ExtendedCommunity community{};
  find_community_word("redirect-to-nexthop-ietf")->parse(word, community);
  return add(community, in, out);
}

/// An action whose words are those of the extended community of the same name.
bool add_form(std::string_view word, TextReader& in, FlowActions& out) {
  const CommunityWord* form = find_community_word(word);
  ExtendedCommunity community{};
  if (!form->parse(in.peek(), community)) return in.fail(form->wanted);
  in.word();
  return add(community, in, out);
}

bool mark(TextReader& in, FlowActions& out) {
  return add_form("mark", in, out);
}

bool action(TextReader& in, FlowActions& out) {
  return add_form("action", in, out);
}

bool interface_set(TextReader& in, FlowActions& out) {
  return parse_list(in, out.extended_community,
                    [&out](TextReader& item) { return add_form("interface-set", item, out); });
}

constexpr FlowActionOps rows[] = {{"accept", accept},
                                  {"discard", discard},
                                  {"rate-limit", rate_limit},
                                  {"redirect", redirect},
                                  {"redirect-to-nexthop", redirect_to_next_hop},
                                  {"redirect-to-nexthop-ietf", redirect_to_next_hop_ietf},
                                  {"copy", copy},
                                  {"copy-to-nexthop", copy_to_next_hop},
                                  {"mark", mark},
                                  {"action", action},
                                  {"interface-set", interface_set}};

template <std::size_t Size>
void add_members(std::uint8_t code, Bytes members, PathAttributesBuilder& attributes) {
  if (members.empty()) return;
  const Bytes given = attributes.value(code);
  std::vector<std::uint8_t> value(given.begin(), given.end());
  append_bytes(value, members);
  sort_members<Size>(value);
  attributes.replace(find_attribute_ops(code)->flags, code, value);
}

}  // namespace

void FlowActions::add_to(PathAttributesBuilder& attributes) const {
  add_members<8>(attr::extended_community, extended_community, attributes);
  add_members<20>(attr::extended_community_ipv6, extended_community_ipv6, attributes);
}

void FlowActions::clear() {
  extended_community.clear();
  extended_community_ipv6.clear();
  next_hop = {};
}

const FlowActionOps* find_flow_action(std::string_view word) {
  for (const FlowActionOps& row : rows)
    if (row.word == word) return &row;
  return nullptr;
}

std::string_view flow_action_words() {
  static const std::string words = [] {
    std::string all;
    for (const FlowActionOps& row : rows) all.append(all.empty() ? "" : " ").append(row.word);
    return all;
  }();
  return words;
}

}  // namespace openbell::bgp
