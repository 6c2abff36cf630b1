// COMMUNITIES, code 8, optional transitive. RFC 1997.
//
//   2 B   AS number   \ any number of them; text is sorted as ExaBGP 5.0 does,
//   2 B   value       / duplicates are kept, received ones stay in their order

#include "bgp/attr/list.h"

namespace openbell::bgp {

namespace {

struct Name {
  std::string_view name;
  std::uint32_t value;
  bool printed;  // ExaBGP knows it and prints it so
};

// IANA, BGP well-known communities. `_` is accepted for `-`, and any case.
constexpr Name names[] = {
    {"no-export", 0xFFFFFF01, true},            // RFC 1997
    {"no-advertise", 0xFFFFFF02, true},         // RFC 1997
    {"no-export-subconfed", 0xFFFFFF03, true},  // RFC 1997
    {"no-peer", 0xFFFFFF04, true},              // RFC 3765
    {"nopeer", 0xFFFFFF04, false},
    {"blackhole", 0xFFFF029A, true},           // RFC 7999
    {"graceful-shutdown", 0xFFFF0000, false},  // RFC 8326
    {"accept-own", 0xFFFF0001, false},         // RFC 7611
    {"llgr-stale", 0xFFFF0006, false},         // RFC 9494
    {"no-llgr", 0xFFFF0007, false},            // RFC 9494
};

bool same_name(std::string_view word, std::string_view name) {
  return std::equal(word.begin(), word.end(), name.begin(), name.end(), [](char a, char b) {
    if (a >= 'A' && a <= 'Z') a = static_cast<char>(a - 'A' + 'a');
    return (a == '_' ? '-' : a) == b;
  });
}

bool read_word(std::string_view word, std::uint32_t& community) {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  const std::size_t colon = word.find(':');
  if (colon != std::string_view::npos) {
    // ExaBGP lets `1:65536` run over into 2:0; each half is 16 bits here.
    if (!base::parse_decimal(word.substr(0, colon), UINT16_MAX, high)) return false;
    if (!base::parse_decimal(word.substr(colon + 1), UINT16_MAX, low)) return false;
    community = static_cast<std::uint32_t>(high << 16 | low);
    return true;
  }
  if (base::parse_integer(word, UINT32_MAX, low)) {
    community = static_cast<std::uint32_t>(low);
    return true;
  }
  for (const Name& name : names) {
    if (!same_name(word, name.name)) continue;
    community = name.value;
    return true;
  }
  return false;
}

// RFC 7606 7.8: the length is a non-zero multiple of 4.
bool decode(Bytes& value, const WireContext&, std::vector<std::uint8_t>&) {
  return is_list_of<4>(value);
}

bool parse(TextReader& in, std::vector<std::uint8_t>& value) {
  const bool parsed = parse_list(in, value, [&value](TextReader& item) {
    std::uint32_t community = 0;
    if (!read_word(item.peek(), community))
      return item.fail("a community: A:B with both up to 65535, a number, or a well-known name");
    append32(value, community);
    item.word();
    return true;
  });
  sort_members<4>(value);
  return parsed;
}

void print(Bytes value, Dialect, TextWriter& out) {
  print_list<4>("community", value, out, [&out](const std::uint8_t* member) {
    const std::uint32_t community = base::load32(member);
    for (const Name& name : names)
      if (name.printed && name.value == community) {
        out.put(name.name);
        return;
      }
    out.number(community >> 16).put(':').number(community & 0xFFFF);
  });
}

void json(Bytes value, Dialect, TextWriter& out) {
  json_list<4>("community", value, out, [&out](const std::uint8_t* member) {
    const std::uint32_t community = base::load32(member);
    out.put("[ ").number(community >> 16).put(", ").number(community & 0xFFFF).put(" ]");
  });
}

}  // namespace

extern const AttributeOps community_attribute = {
    .code = attr::community,
    .flags = attr::optional_flag | attr::transitive_flag,
    .name = "community",
    .rfc_name = "COMMUNITIES",
    .on_error = Treatment::treat_as_withdraw,
    .list = true,
    .flow_action = true,
    .decode = decode,
    .parse = parse,
    .print = print,
    .json = json};

}  // namespace openbell::bgp
