// IPV6_EXTENDED_COMMUNITIES, code 25, optional transitive. RFC 5701.
//
//    2 B   type and subtype: 0002 target (RFC 5701 3), 000C redirect to address
//          (draft-ietf-idr-flowspec-redirect-ip), 000D redirect (RFC 8956 6.1)
//   16 B   IPv6 address
//    2 B   local administrator

#include "bgp/attr/extended_community_ipv6.h"

#include "base/hex.h"
#include "bgp/attr/attribute.h"
#include "bgp/attr/list.h"

namespace openbell::bgp {

namespace {

struct Form {
  std::uint16_t type;
  std::string_view word;
  bool joined;  // `word:address:number`; else `word address`, with `number` fixed
  std::uint16_t number;
};

constexpr Form forms[] = {{0x0002, "target", true, 0},
                          {0x000D, "redirect", true, 0},
                          {0x000C, "redirect-to-nexthop-ietf", false, 0},
                          {0x000C, "copy-to-nexthop-ietf", false, 1}};

ExtendedCommunityIpv6 community_of(std::uint16_t type, const IpAddress& address,
                                   std::uint16_t number) {
  ExtendedCommunityIpv6 community{};
  base::store16(community.data(), type);
  std::copy(address.bytes().begin(), address.bytes().end(), community.begin() + 2);
  base::store16(community.data() + 18, number);
  return community;
}

bool parse_address(std::string_view text, IpAddress& address) {
  return base::parse_ip(text, address) && address.is_v6();
}

/// "2001:db8::1:7": the number follows the last colon.
bool parse_joined(std::string_view text, std::uint16_t type, ExtendedCommunityIpv6& community) {
  const std::size_t colon = text.rfind(':');
  IpAddress address;
  std::uint64_t number = 0;
  if (colon == std::string_view::npos || !parse_address(text.substr(0, colon), address) ||
      !base::parse_decimal(text.substr(colon + 1), UINT16_MAX, number))
    return false;
  community = community_of(type, address, static_cast<std::uint16_t>(number));
  return true;
}

bool parse_raw(std::string_view word, std::vector<std::uint8_t>& value) {
  return word.size() == 42 && (word.starts_with("0x") || word.starts_with("0X")) &&
         base::from_hex(word.substr(2), value);
}

bool parse_item(TextReader& in, std::vector<std::uint8_t>& value) {
  constexpr std::string_view wanted =
      "an IPv6 extended community, as in redirect-to-nexthop-ietf 2001:db8::1, or 0x and 40 "
      "hexadecimal digits";
  const std::string_view word = in.peek();
  if (parse_raw(word, value)) {
    in.word();
    return true;
  }
  for (const Form& form : forms) {
    ExtendedCommunityIpv6 community{};
    if (form.joined) {
      if (!word.starts_with(form.word) || word.substr(form.word.size(), 1) != ":") continue;
      if (!parse_joined(word.substr(form.word.size() + 1), form.type, community))
        return in.fail("an IPv6 address and a number, as in redirect:2001:db8::1:7");
    } else {
      if (word != form.word) continue;
      in.word();
      IpAddress address;
      if (!parse_address(in.peek(), address)) return in.fail("an IPv6 address");
      community = community_of(form.type, address, form.number);
    }
    append_bytes(value, community);
    in.word();
    return true;
  }
  return in.fail(wanted);
}

void print_item(const std::uint8_t* community, TextWriter& out) {
  const std::uint16_t number = base::load16(community + 18);
  for (const Form& form : forms) {
    if (form.type != base::load16(community)) continue;
    if (!form.joined && form.number != number) continue;
    base::print_ipv6(community + 2, out.put(form.word).put(form.joined ? ':' : ' '));
    if (form.joined) out.put(':').number(number);
    return;
  }
  out.put("0x").hex({community, 20});
}

/// The twenty bytes as one unsigned number in decimal.
void put_decimal(const std::uint8_t* community, TextWriter& out) {
  std::array<std::uint32_t, 5> limbs{};
  for (std::size_t i = 0; i < limbs.size(); ++i) limbs[i] = base::load32(community + 4 * i);
  std::array<char, 49> digits{};  // 160 bits are at most 49 digits
  std::size_t at = digits.size();
  for (bool more = true; more;) {
    std::uint64_t remainder = 0;
    more = false;
    for (std::uint32_t& limb : limbs) {
      remainder = remainder << 32 | limb;
      limb = static_cast<std::uint32_t>(remainder / 10);
      remainder %= 10;
      more = more || limb != 0;
    }
    digits[--at] = static_cast<char>('0' + remainder);
  }
  out.put(std::string_view(digits.data() + at, digits.size() - at));
}

// RFC 7606 7.15: the length is a non-zero multiple of 20.
bool decode(Bytes& value, const WireContext&, std::vector<std::uint8_t>&) {
  return is_list_of<20>(value);
}

bool parse(TextReader& in, std::vector<std::uint8_t>& value) {
  const bool parsed =
      parse_list(in, value, [&value](TextReader& item) { return parse_item(item, value); });
  sort_members<20>(value);
  return parsed;
}

void print(Bytes value, Dialect, TextWriter& out) {
  print_list<20>("extended-community-ipv6", value, out,
                 [&out](const std::uint8_t* member) { print_item(member, out); });
}

void json(Bytes value, Dialect, TextWriter& out) {
  json_list<20>("extended-community-ipv6", value, out, [&out](const std::uint8_t* member) {
    put_decimal(member, out.put("{ \"value\": "));
    print_item(member, out.put(", \"string\": \""));
    out.put("\" }");
  });
}

}  // namespace

ExtendedCommunityIpv6 redirect_ipv6(const IpAddress& address, std::uint16_t number) {
  return community_of(0x000D, address, number);
}

ExtendedCommunityIpv6 redirect_to_address_ipv6(const IpAddress& address) {
  return community_of(0x000C, address, 0);
}

void insert_extended_community_ipv6(const ExtendedCommunityIpv6& community,
                                    std::vector<std::uint8_t>& value) {
  append_bytes(value, community);
  sort_members<20>(value);
}

extern const AttributeOps extended_community_ipv6_attribute = {
    .code = attr::extended_community_ipv6,
    .flags = attr::optional_flag | attr::transitive_flag,
    .name = "extended-community-ipv6",
    .rfc_name = "IPV6_EXTENDED_COMMUNITIES",
    .on_error = Treatment::treat_as_withdraw,
    .list = true,
    .flow_action = true,
    .decode = decode,
    .parse = parse,
    .print = print,
    .json = json};

}  // namespace openbell::bgp
