// LARGE_COMMUNITY, code 32, optional transitive. RFC 8092.
//
//   4 B   global administrator   \ any number of them, kept
//   4 B   local data 1           | sorted and each only once
//   4 B   local data 2           /

#include "base/hex.h"
#include "bgp/attr/list.h"

namespace openbell::bgp {

namespace {

using LargeCommunity = std::array<std::uint8_t, 12>;

/// Digits of a whole number of 96 bits, in `radix` 10 or 16.
bool read_digits(std::string_view digits, unsigned radix, LargeCommunity& community) {
  community.fill(0);
  for (const char c : digits) {
    const int digit = base::hex_digit(c);
    if (digit < 0 || static_cast<unsigned>(digit) >= radix) return false;
    auto carry = static_cast<unsigned>(digit);
    for (std::size_t i = community.size(); i-- > 0;) {
      carry += community[i] * radix;
      community[i] = static_cast<std::uint8_t>(carry);
      carry >>= 8;
    }
    if (carry != 0) return false;
  }
  return !digits.empty();
}

bool read_word(std::string_view word, LargeCommunity& community) {
  if (word.starts_with("0x") || word.starts_with("0X"))
    return read_digits(word.substr(2), 16, community);
  if (word.find(':') == std::string_view::npos) return read_digits(word, 10, community);
  for (std::size_t part = 0; part < 3; ++part) {
    std::uint64_t number = 0;
    const std::size_t colon = part == 2 ? word.size() : word.find(':');
    if (colon == std::string_view::npos) return false;
    if (!base::parse_decimal(word.substr(0, colon), UINT32_MAX, number)) return false;
    base::store32(community.data() + part * 4, static_cast<std::uint32_t>(number));
    if (part != 2) word.remove_prefix(colon + 1);
  }
  return true;
}

// RFC 8092 6: the length is a non-zero multiple of 12.
bool decode(Bytes& value, const WireContext&, std::vector<std::uint8_t>& scratch) {
  if (!is_list_of<12>(value)) return false;
  // RFC 8092 5: redundant communities are removed. Order means nothing, so sets are kept sorted.
  bool ascending = true;
  for (std::size_t at = 12; at < value.size() && ascending; at += 12)
    ascending = base::less(value.subspan(at - 12, 12), value.subspan(at, 12));
  if (ascending) return true;
  scratch.assign(value.begin(), value.end());
  sort_unique_members<12>(scratch);
  value = scratch;
  return true;
}

bool parse(TextReader& in, std::vector<std::uint8_t>& value) {
  const bool parsed = parse_list(in, value, [&value](TextReader& item) {
    LargeCommunity community{};
    if (!read_word(item.peek(), community))
      return item.fail("a large community: A:B:C with each up to 4294967295, or one 96-bit number");
    append_bytes(value, community);
    item.word();
    return true;
  });
  sort_unique_members<12>(value);
  return parsed;
}

void put_parts(const std::uint8_t* member, std::string_view first, std::string_view second,
               TextWriter& out) {
  out.number(base::load32(member)).put(first);
  out.number(base::load32(member + 4)).put(second);
  out.number(base::load32(member + 8));
}

void print(Bytes value, Dialect, TextWriter& out) {
  print_list<12>("large-community", value, out,
                 [&out](const std::uint8_t* member) { put_parts(member, ":", ":", out); });
}

// ExaBGP puts a blank before the second comma.
void json(Bytes value, Dialect, TextWriter& out) {
  json_list<12>("large-community", value, out, [&out](const std::uint8_t* member) {
    put_parts(member, ", ", " , ", out.put("[ "));
    out.put(" ]");
  });
}

}  // namespace

extern const AttributeOps large_community_attribute = {
    .code = attr::large_community,
    .flags = attr::optional_flag | attr::transitive_flag,
    .name = "large-community",
    .rfc_name = "LARGE_COMMUNITY",
    .on_error = Treatment::treat_as_withdraw,
    .list = true,
    .flow_action = true,
    .decode = decode,
    .parse = parse,
    .print = print,
    .json = json};

}  // namespace openbell::bgp
