// Extended communities, 8 bytes: type, subtype, six bytes of value.
//
//   0002 0102 0202   target                 RFC 4360 4, RFC 5668 (AS:4, IPv4:2, AS4:2 bytes)
//   0003 0103 0203   origin                 RFC 4360 5
//   8008 8108 8208   redirect               RFC 8955 7.4 (administrators as above)
//   030B             color                  RFC 9012 4.3 (2 B flags, 4 B color)
//   030C             encapsulation          RFC 9012 4.1 (4 B reserved, 2 B tunnel type)
//   4004             link bandwidth         draft-ietf-idr-link-bandwidth (2 B AS, float bytes/s)
//   0600             MAC mobility           RFC 7432 7.7 (1 B flags, 1 B zero, 4 B sequence)
//   0702 4702        interface set          draft-ietf-idr-flowspec-interfaceset (4 B AS, 2 B set)
//   0800             redirect to next hop   draft-simpson-idr-flowspec-redirect (bit 0: copy)
//   010C             redirect to address    draft-ietf-idr-flowspec-redirect-ip (IPv4, 2 B flags)
//   0C00             MUP                    draft-mpmz-bess-mup-safi (2 B, 4 B)
//   8006 800C        traffic rate           RFC 8955 7.1, 7.2 (2 B AS, float bytes/s or packets/s)
//   8007             traffic action         RFC 8955 7.3
//   8009             traffic marking        RFC 8955 7.5
//   800A             layer 2 info           RFC 4761 3.2.4

#include "bgp/attr/extended_community_forms.h"

#include <bit>
#include <charconv>
#include <cmath>

#include "bgp/attr/as_path.h"
#include "bgp/attr/list.h"

namespace openbell::bgp {

namespace {

constexpr std::uint16_t redirect_to_next_hop = 0x0800;
constexpr std::uint16_t redirect_to_address = 0x010C;

ExtendedCommunity of_type(std::uint16_t type) {
  ExtendedCommunity community{};
  base::store16(community.data(), type);
  return community;
}

/// The text before the first colon; what follows stays in `text`.
std::string_view next_part(std::string_view& text) {
  const std::size_t colon = text.find(':');
  const std::string_view part = text.substr(0, colon);
  text = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
  return part;
}

/// The next part as a number.
bool next_number(std::string_view& text, std::uint64_t max, std::uint64_t& number) {
  return base::parse_decimal(next_part(text), max, number);
}

bool parse_with_administrator(std::uint16_t type, bool four_octets, std::string_view argument,
                              ExtendedCommunity& community) {
  community = of_type(type);
  return parse_administrator(argument, four_octets, community);
}

bool parse_target(std::string_view argument, ExtendedCommunity& community) {
  return parse_with_administrator(0x0002, false, argument, community);
}
bool parse_target4(std::string_view argument, ExtendedCommunity& community) {
  return parse_with_administrator(0x0002, true, argument, community);
}
bool parse_origin(std::string_view argument, ExtendedCommunity& community) {
  return parse_with_administrator(0x0003, false, argument, community);
}
bool parse_origin4(std::string_view argument, ExtendedCommunity& community) {
  return parse_with_administrator(0x0003, true, argument, community);
}
bool parse_redirect(std::string_view argument, ExtendedCommunity& community) {
  return parse_with_administrator(0x8008, false, argument, community);
}

/// "target:1:2": AS, AS4 or address first, as the type says.
void put_administrator(std::string_view word, const std::uint8_t* community, bool number_as_address,
                       TextWriter& out) {
  out.put(word).put(':');
  const unsigned kind = community[0] & 0x3F;
  if (kind == 0) {
    out.number(base::load16(community + 2)).put(':');
    if (number_as_address) return base::print_ipv4(community + 4, out);
    out.number(base::load32(community + 4));
    return;
  }
  const Asn asn = base::load32(community + 2);
  if (kind == 1) {
    base::print_ipv4(community + 2, out);
  } else {
    out.number(asn).put(asn > UINT16_MAX ? "" : "L");
  }
  out.put(':').number(base::load16(community + 6));
}

bool print_target(const std::uint8_t* community, TextWriter& out) {
  put_administrator("target", community, false, out);
  return true;
}
// ExaBGP shows the second half of an origin as an address when the first is a two-octet AS.
bool print_origin(const std::uint8_t* community, TextWriter& out) {
  put_administrator("origin", community, true, out);
  return true;
}
bool print_redirect(const std::uint8_t* community, TextWriter& out) {
  put_administrator("redirect", community, false, out);
  return true;
}

bool parse_color(std::string_view argument, ExtendedCommunity& community) {
  std::uint64_t flags = 0;
  std::uint64_t color = 0;
  if (argument.find(':') != std::string_view::npos &&
      !base::parse_integer(next_part(argument), UINT16_MAX, flags))
    return false;
  community = of_type(0x030B);
  base::store16(community.data() + 2, static_cast<std::uint16_t>(flags));
  const bool parsed = base::parse_decimal(argument, UINT32_MAX, color);
  base::store32(community.data() + 4, static_cast<std::uint32_t>(color));
  return parsed;
}

bool print_color(const std::uint8_t* community, TextWriter& out) {
  const std::uint16_t flags = base::load16(community + 2);
  out.put("color:");
  if (flags != 0) out.number(flags).put(':');
  out.number(base::load32(community + 4));
  return true;
}

struct Tunnel {
  std::string_view name;
  std::uint16_t type;
};

// IANA, BGP tunnel encapsulation attribute tunnel types, with the names that ExaBGP prints.
constexpr Tunnel tunnels[] = {{"L2TPv3", 1}, {"GRE", 2},   {"IPIP", 7},       {"VXLAN", 8},
                              {"NVGRE", 9},  {"MPLS", 10}, {"VXLAN-GPE", 12}, {"MPLS-UDP", 13}};

bool parse_encapsulation(std::string_view argument, ExtendedCommunity& community) {
  std::uint64_t type = 0;
  bool known = base::parse_decimal(argument, UINT16_MAX, type);
  const std::string wanted = base::lower(argument);
  for (const Tunnel& tunnel : tunnels) {
    if (base::lower(tunnel.name) != wanted) continue;
    type = tunnel.type;
    known = true;
  }
  community = of_type(0x030C);
  base::store16(community.data() + 6, static_cast<std::uint16_t>(type));
  return known;
}

bool print_encapsulation(const std::uint8_t* community, TextWriter& out) {
  const std::uint16_t type = base::load16(community + 6);
  out.put("encap:");
  for (const Tunnel& tunnel : tunnels) {
    if (tunnel.type != type) continue;
    out.put(tunnel.name);
    return true;
  }
  out.number(type);
  return true;
}

/// A float as the shortest decimal that gives it back; whole numbers without fraction or exponent.
/// False for what no text gives: negative numbers, infinities and the like.
bool put_rate(float rate, TextWriter& out) {
  if (!std::isfinite(rate) || std::signbit(rate)) return false;
  constexpr float whole_max = 1e18F;
  if (rate < whole_max && std::trunc(rate) == rate) {
    out.number(static_cast<std::uint64_t>(rate));
    return true;
  }
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, rate).ptr;
  out.put(std::string_view(digits, static_cast<std::size_t>(end - digits)));
  return true;
}

float rate_of(const std::uint8_t* community) {
  return std::bit_cast<float>(base::load32(community + 4));
}

bool parse_bandwidth(std::string_view argument, ExtendedCommunity& community) {
  std::uint64_t asn = 0;
  double rate = 0;
  const bool parsed = next_number(argument, UINT16_MAX, asn) && parse_rate(argument, rate);
  community = rate_community(0x4004, static_cast<float>(rate));
  base::store16(community.data() + 2, static_cast<std::uint16_t>(asn));
  return parsed;
}

/// Prints `prefix`, the rate and `suffix`, or nothing when the rate has no text.
bool print_with_rate(std::string_view prefix, const std::uint8_t* community,
                     std::string_view suffix, TextWriter& out) {
  const std::size_t before = out.string().size();
  out.put(prefix);
  if (!put_rate(rate_of(community), out)) {
    out.string().resize(before);
    return false;
  }
  out.put(suffix);
  return true;
}

bool print_bandwidth(const std::uint8_t* community, TextWriter& out) {
  if (!std::isfinite(rate_of(community)) || std::signbit(rate_of(community))) return false;
  out.put("bandwidth:").number(base::load16(community + 2));
  return print_with_rate(":", community, "", out);
}

bool parse_rate_limit(std::string_view argument, ExtendedCommunity& community) {
  const bool packets = argument.ends_with(":packets");
  if (packets) argument.remove_suffix(8);
  double rate = 0;
  const bool parsed = parse_rate(argument, rate);
  community = rate_community(packets ? 0x800C : 0x8006, static_cast<float>(rate));
  return parsed;
}

bool parse_discard(std::string_view, ExtendedCommunity& community) {
  community = rate_community(0x8006, 0);
  return true;
}

// RFC 8955 7.1: the AS in a rate is informative; ExaBGP does not show it.
bool print_rate_limit(const std::uint8_t* community, TextWriter& out) {
  return print_with_rate("rate-limit:", community, "", out);
}
bool print_rate_limit_packets(const std::uint8_t* community, TextWriter& out) {
  return print_with_rate("rate-limit:", community, ":packets", out);
}

struct ActionName {
  std::string_view name;
  std::uint8_t bits;
};

// RFC 8955 7.3: bit 47 (the last) terminal, bit 46 sample.
constexpr ActionName actions[] = {
    {"terminal", 1}, {"sample", 2}, {"sample-terminal", 3}, {"terminal-sample", 3}};

bool parse_action(std::string_view argument, ExtendedCommunity& community) {
  for (const ActionName& action : actions) {
    if (action.name != argument) continue;
    community = of_type(0x8007);
    community[7] = action.bits;
    return true;
  }
  return false;
}

bool print_action(const std::uint8_t* community, TextWriter& out) {
  for (const ActionName& action : actions) {
    if (action.bits != (community[7] & 3)) continue;
    out.put("action ").put(action.name);
    return true;
  }
  return false;
}

bool parse_mark(std::string_view argument, ExtendedCommunity& community) {
  std::uint64_t dscp = 0;
  const bool parsed = base::parse_decimal(argument, 63, dscp);
  community = of_type(0x8009);
  community[7] = static_cast<std::uint8_t>(dscp);
  return parsed;
}

bool print_mark(const std::uint8_t* community, TextWriter& out) {
  if (community[7] > 63) return false;
  out.put("mark ").number(community[7]);
  return true;
}

bool parse_redirect_to_next_hop(std::string_view, ExtendedCommunity& community) {
  community = of_type(redirect_to_next_hop);
  return true;
}

bool parse_copy_to_next_hop(std::string_view, ExtendedCommunity& community) {
  community = of_type(redirect_to_next_hop);
  community[7] = 1;
  return true;
}

bool print_redirect_to_next_hop(const std::uint8_t* community, TextWriter& out) {
  out.put((community[7] & 1) != 0 ? "copy-to-nexthop" : "redirect-to-nexthop");
  return true;
}

bool parse_redirect_to_address(std::string_view argument, ExtendedCommunity& community) {
  std::uint32_t address = 0;
  const bool parsed = base::parse_ipv4(argument, address);
  community = of_type(redirect_to_address);
  base::store32(community.data() + 2, address);
  return parsed;
}

bool parse_copy_to_address(std::string_view argument, ExtendedCommunity& community) {
  const bool parsed = parse_redirect_to_address(argument, community);
  community[7] = 1;
  return parsed;
}

bool print_redirect_to_address(const std::uint8_t* community, TextWriter& out) {
  const bool copy = (community[7] & 1) != 0;
  out.put(copy ? "copy-to-nexthop-ietf " : "redirect-to-nexthop-ietf ");
  base::print_ipv4(community + 2, out);
  return true;
}

bool parse_layer2_info(std::string_view argument, ExtendedCommunity& community) {
  std::uint64_t encapsulation = 0;
  std::uint64_t control = 0;
  std::uint64_t mtu = 0;
  std::uint64_t preference = 0;
  const bool parsed = next_number(argument, 255, encapsulation) &&
                      next_number(argument, 255, control) &&
                      next_number(argument, UINT16_MAX, mtu) &&
                      base::parse_decimal(argument, UINT16_MAX, preference);
  community = of_type(0x800A);
  community[2] = static_cast<std::uint8_t>(encapsulation);
  community[3] = static_cast<std::uint8_t>(control);
  base::store16(community.data() + 4, static_cast<std::uint16_t>(mtu));
  base::store16(community.data() + 6, static_cast<std::uint16_t>(preference));
  return parsed;
}

bool print_layer2_info(const std::uint8_t* community, TextWriter& out) {
  out.put("l2info:").number(community[2]).put(':').number(community[3]);
  out.put(':').number(base::load16(community + 4)).put(':').number(base::load16(community + 6));
  return true;
}

bool parse_mup(std::string_view argument, ExtendedCommunity& community) {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  const bool parsed =
      next_number(argument, UINT16_MAX, first) && base::parse_decimal(argument, UINT32_MAX, second);
  community = of_type(0x0C00);
  base::store16(community.data() + 2, static_cast<std::uint16_t>(first));
  base::store32(community.data() + 4, static_cast<std::uint32_t>(second));
  return parsed;
}

bool print_mup(const std::uint8_t* community, TextWriter& out) {
  out.put("mup:").number(base::load16(community + 2));
  out.put(':').number(base::load32(community + 4));
  return true;
}

bool parse_mac_mobility(std::string_view argument, ExtendedCommunity& community) {
  const bool sticky = argument.ends_with(":sticky");
  if (sticky) argument.remove_suffix(7);
  std::uint64_t sequence = 0;
  const bool parsed = base::parse_decimal(argument, UINT32_MAX, sequence);
  community = of_type(0x0600);
  community[2] = sticky ? 1 : 0;
  base::store32(community.data() + 4, static_cast<std::uint32_t>(sequence));
  return parsed;
}

bool print_mac_mobility(const std::uint8_t* community, TextWriter& out) {
  out.put("mac-mobility:").number(base::load32(community + 4));
  out.put((community[2] & 1) != 0 ? ":sticky" : "");
  return true;
}

constexpr std::string_view directions[] = {"", "input", "output", "input-output"};

bool print_interface_set(const std::uint8_t* community, TextWriter& out) {
  const std::uint16_t set = base::load16(community + 6);
  if (set >> 14 == 0) return false;
  out.put("interface-set:").put((community[0] & 0x40) != 0 ? "non-transitive:" : "");
  out.put(directions[set >> 14]).put(':').number(base::load32(community + 2));
  out.put(':').number(set & 0x3FFFu);
  return true;
}

constexpr std::string_view administrator_form =
    "A:B (B up to 65535 after an address or a four-octet AS)";
constexpr std::string_view next_hop_form = "an IPv4 address";

constexpr CommunityWord words[] = {
    {"target", true, administrator_form, parse_target},
    {"rt", true, administrator_form, parse_target},
    {"route-target", true, administrator_form, parse_target},
    {"target4", true, administrator_form, parse_target4},
    {"origin", true, administrator_form, parse_origin},
    {"soo", true, administrator_form, parse_origin},
    {"origin4", true, administrator_form, parse_origin4},
    {"redirect", true, administrator_form, parse_redirect},
    {"l2info", true, "l2info:ENCAPSULATION:CONTROL:MTU:PREFERENCE", parse_layer2_info},
    {"bandwidth", true, "bandwidth:AS:BYTES-PER-SECOND", parse_bandwidth},
    {"mup", true, "mup:A:B", parse_mup},
    {"mac-mobility", true, "mac-mobility:SEQUENCE or mac-mobility:SEQUENCE:sticky",
     parse_mac_mobility},
    {"color", true, "color:COLOR or color:FLAGS:COLOR", parse_color},
    {"encap", true, "encap: and a tunnel type, as a number or as in VXLAN", parse_encapsulation},
    {"rate-limit", true, "rate-limit:BYTES-PER-SECOND or rate-limit:PACKETS-PER-SECOND:packets",
     parse_rate_limit},
    {"discard", false, "", parse_discard},
    {"redirect-to-nexthop", false, "", parse_redirect_to_next_hop},
    {"copy-to-nexthop", false, "", parse_copy_to_next_hop},
    {"redirect-to-nexthop-ietf", true, next_hop_form, parse_redirect_to_address},
    {"copy-to-nexthop-ietf", true, next_hop_form, parse_copy_to_address},
    {"mark", true, "a DSCP from 0 to 63", parse_mark},
    {"action", true, "one of sample, terminal, sample-terminal", parse_action},
    {"interface-set", true, "transitive:input:AS:GROUP (or non-transitive, output, input-output)",
     parse_interface_set},
};

struct CommunityType {
  std::uint16_t type;
  bool (*print)(const std::uint8_t* community, TextWriter& out);
};

constexpr CommunityType types[] = {
    {0x0002, print_target},
    {0x0102, print_target},
    {0x0202, print_target},
    {0x0003, print_origin},
    {0x0103, print_origin},
    {0x0203, print_origin},
    {0x8008, print_redirect},
    {0x8108, print_redirect},
    {0x8208, print_redirect},
    {0x030B, print_color},
    {0x030C, print_encapsulation},
    {0x4004, print_bandwidth},
    {0x0600, print_mac_mobility},
    {0x0702, print_interface_set},
    {0x4702, print_interface_set},
    {redirect_to_next_hop, print_redirect_to_next_hop},
    {redirect_to_address, print_redirect_to_address},
    {0x0C00, print_mup},
    {0x8006, print_rate_limit},
    {0x800C, print_rate_limit_packets},
    {0x8007, print_action},
    {0x8009, print_mark},
    {0x800A, print_layer2_info},
};

}  // namespace

const CommunityWord* find_community_word(std::string_view word) {
  for (const CommunityWord& row : words)
    if (row.word == word) return &row;
  return nullptr;
}

bool print_community_form(Bytes community, TextWriter& out) {
  if (community.size() != 8) return false;
  const std::uint16_t type = base::load16(community.data());
  for (const CommunityType& row : types)
    if (row.type == type) return row.print(community.data(), out);
  return false;
}

bool parse_administrator(std::string_view text, bool four_octets, ExtendedCommunity& community) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return false;
  std::string_view first = text.substr(0, colon);
  const std::string_view second = text.substr(colon + 1);
  std::uint32_t address = 0;
  std::uint64_t number = 0;
  if (base::parse_ipv4(first, address)) {
    if (four_octets || !base::parse_decimal(second, UINT16_MAX, number)) return false;
    community[0] |= 1;  // RFC 4360 3.2
    base::store32(community.data() + 2, address);
    base::store16(community.data() + 6, static_cast<std::uint16_t>(number));
    return true;
  }
  if (first.ends_with('L')) {
    four_octets = true;
    first.remove_suffix(1);
  }
  Asn asn = 0;
  if (!parse_asn(first, asn)) return false;
  if (four_octets || asn > UINT16_MAX) {
    if (!base::parse_decimal(second, UINT16_MAX, number)) return false;
    community[0] |= 2;  // RFC 5668 2; ExaBGP 5.0 writes the type of an address here
    base::store32(community.data() + 2, asn);
    base::store16(community.data() + 6, static_cast<std::uint16_t>(number));
    return true;
  }
  if (base::parse_ipv4(second, address)) {
    number = address;
  } else if (!base::parse_decimal(second, UINT32_MAX, number)) {
    return false;
  }
  base::store16(community.data() + 2, static_cast<std::uint16_t>(asn));
  base::store32(community.data() + 4, static_cast<std::uint32_t>(number));
  return true;
}

bool parse_interface_set(std::string_view text, ExtendedCommunity& community) {
  community = of_type(0x0702);
  std::string_view part = next_part(text);
  if (part == "non-transitive") community[0] |= 0x40;
  if (part == "transitive" || part == "non-transitive") part = next_part(text);
  unsigned direction = 0;
  for (unsigned i = 1; i < std::size(directions); ++i)
    if (part == directions[i]) direction = i;
  std::uint64_t asn = 0;
  std::uint64_t group = 0;
  if (direction == 0 || !next_number(text, UINT32_MAX, asn) ||
      !base::parse_decimal(text, 0x3FFF, group))
    return false;
  base::store32(community.data() + 2, static_cast<std::uint32_t>(asn));
  base::store16(community.data() + 6, static_cast<std::uint16_t>(direction << 14 | group));
  return true;
}

bool parse_rate(std::string_view text, double& rate) {
  const auto result = std::from_chars(text.data(), text.data() + text.size(), rate);
  if (result.ec != std::errc{} || result.ptr != text.data() + text.size()) return false;
  return std::isfinite(rate) && !std::signbit(rate) && rate <= rate_text_max;
}

ExtendedCommunity rate_community(std::uint16_t type, float rate) {
  ExtendedCommunity community = of_type(type);
  base::store32(community.data() + 4, std::bit_cast<std::uint32_t>(rate));
  return community;
}

}  // namespace openbell::bgp
