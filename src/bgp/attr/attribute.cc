#include "bgp/attr/attribute.h"

#include "base/check.h"
#include "base/hex.h"
#include "bgp/attr/list.h"
#include "bgp/attr/session_attribute.h"

namespace openbell::bgp {

namespace {

/// ExaBGP: an attribute with an empty list is not sent.
bool is_list(std::uint8_t code) {
  const AttributeOps* ops = find_attribute_ops(code);
  return ops != nullptr && ops->list;
}

/// Flags as the canonical string has them: those of the row and the partial bit as given.
std::uint8_t canonical_flags(std::uint8_t flags, std::uint8_t code, std::size_t size) {
  if (const AttributeOps* ops = find_attribute_ops(code))
    flags = static_cast<std::uint8_t>(ops->flags | (flags & attr::partial_flag));
  if (size > 255) flags |= attr::extended_length_flag;
  return flags;
}

std::size_t prefix_size(std::uint8_t flags) {
  return (flags & attr::extended_length_flag) != 0 ? 4 : 3;
}

/// Reads `0xHEX` up to `max`.
bool parse_hex_number(TextReader& in, std::uint64_t max, std::string_view what,
                      std::uint64_t& value) {
  const std::string_view word = in.peek();
  const bool hex = word.starts_with("0x") || word.starts_with("0X");
  if (!hex || !base::parse_integer(word, max, value)) return in.fail(what);
  in.word();
  return true;
}

}  // namespace

bool AttributeReader::next(AttributeView& attribute) {
  if (in_.empty()) return false;
  attribute.flags = in_.u8();
  attribute.code = in_.u8();
  const bool extended = (attribute.flags & attr::extended_length_flag) != 0;
  const std::size_t size = extended ? in_.u16() : in_.u8();
  attribute.value = in_.take(size);
  return in_.ok();
}

bool find_attribute(Bytes attributes, std::uint8_t code, AttributeView& attribute) {
  AttributeReader reader(attributes);
  while (reader.next(attribute)) {
    if (attribute.code == code) return true;
    if (attribute.code > code) return false;
  }
  return false;
}

bool PathAttributesBuilder::contains(std::uint8_t code) const {
  if (code > last_code_) return false;
  AttributeView found;
  return find_attribute(bytes_, code, found);
}

bool PathAttributesBuilder::add(std::uint8_t flags, std::uint8_t code, Bytes value) {
  OPENBELL_CHECK(value.size() <= attribute_value_max);
  if (value.empty() && is_list(code)) return !contains(code);
  // The place before the first attribute with a higher code; most callers come in order.
  std::size_t at = bytes_.size();
  if (code <= last_code_ && !bytes_.empty()) {
    AttributeReader reader(bytes_);
    AttributeView there;
    for (at = 0; reader.next(there); at = bytes_.size() - reader.rest().size()) {
      if (there.code == code) return false;
      if (there.code > code) break;
    }
  }
  flags = canonical_flags(flags, code, value.size());
  std::uint8_t header[4] = {flags, code, static_cast<std::uint8_t>(value.size()), 0};
  if (prefix_size(flags) == 4) base::store16(header + 2, static_cast<std::uint16_t>(value.size()));
  const std::size_t before = bytes_.size();
  const std::size_t added = prefix_size(flags) + value.size();
  bytes_.resize(before + added);
  std::copy_backward(bytes_.begin() + static_cast<std::ptrdiff_t>(at),
                     bytes_.begin() + static_cast<std::ptrdiff_t>(before), bytes_.end());
  std::copy_n(header, prefix_size(flags), bytes_.data() + at);
  std::copy(value.begin(), value.end(), bytes_.data() + at + prefix_size(flags));
  last_code_ = std::max(last_code_, code);
  return true;
}

void PathAttributesBuilder::replace(std::uint8_t flags, std::uint8_t code, Bytes value) {
  AttributeView there;
  if (code <= last_code_ && find_attribute(bytes_, code, there)) {
    const auto begin = bytes_.begin() + (there.value.data() - bytes_.data()) -
                       static_cast<std::ptrdiff_t>(prefix_size(there.flags));
    const std::size_t size = prefix_size(there.flags) + there.value.size();
    bytes_.erase(begin, begin + static_cast<std::ptrdiff_t>(size));
  }
  add(flags, code, value);
}

Bytes PathAttributesBuilder::value(std::uint8_t code) const {
  AttributeView found;
  return code <= last_code_ && find_attribute(bytes_, code, found) ? found.value : Bytes{};
}

bool parse_generic_attribute(TextReader& in, PathAttributesBuilder& out) {
  std::uint64_t code = 0;
  std::uint64_t flags = 0;
  if (!in.expect("[")) return false;
  const std::size_t code_at = in.offset();
  const std::string_view code_word = in.peek();
  if (!parse_hex_number(in, 255, "an attribute code from 0x01 to 0xFF", code)) return false;
  // ExaBGP: NEXT_HOP may be written, the route's own next hop wins.
  const SessionAttribute* own = find_session_attribute(static_cast<std::uint8_t>(code));
  if (code == 0 || (own != nullptr && code != attr::next_hop))
    return in.fail_at(code_at, "the code of an attribute that the session does not write itself",
                      code_word);
  if (!parse_hex_number(in, 255, "attribute flags from 0x00 to 0xFF", flags)) return false;
  const std::string_view data = in.peek();
  std::vector<std::uint8_t> value;
  if (!(data.starts_with("0x") || data.starts_with("0X")) ||
      !base::from_hex(data.substr(2), value) || value.size() > text_value_max)
    return in.fail("the value, 0x and an even number of hexadecimal digits (at most 32000 bytes)");
  // Known attributes stay well formed, so that nothing later has to doubt the canonical string.
  Bytes canonical = value;
  std::vector<std::uint8_t> scratch;
  const AttributeOps* ops = find_attribute_ops(static_cast<std::uint8_t>(code));
  WireContext context;
  context.four_octet_as = true;
  if (ops != nullptr && !ops->decode(canonical, context, scratch))
    return in.fail(std::string("a well-formed value of ").append(ops->name));
  in.word();
  if (!in.expect("]")) return false;
  if (own == nullptr)
    out.add(static_cast<std::uint8_t>(flags), static_cast<std::uint8_t>(code), canonical);
  return true;
}

void print_attributes(Bytes attributes, Dialect dialect, TextWriter& out) {
  AttributeReader reader(attributes);
  AttributeView attribute;
  for (bool first = true; reader.next(attribute); first = false) {
    if (!first) out.put(' ');
    const AttributeOps* ops = find_attribute_ops(attribute.code);
    if (ops != nullptr) {
      ops->print(attribute.value, dialect, out);
      continue;
    }
    out.put("attribute [ 0x").hex({&attribute.code, 1}).put(" 0x").hex({&attribute.flags, 1});
    out.put(" 0x").hex(attribute.value).put(" ]");
  }
}

void json_attributes(Bytes attributes, Dialect dialect, TextWriter& out) {
  AttributeReader reader(attributes);
  AttributeView attribute;
  const std::size_t start = out.string().size();
  while (reader.next(attribute)) {
    const std::size_t before = out.string().size();
    if (before != start) out.put(", ");
    const std::size_t separated = out.string().size();
    const AttributeOps* ops = find_attribute_ops(attribute.code);
    if (ops != nullptr) {
      ops->json(attribute.value, dialect, out);
    } else {
      out.put("\"attribute-0x").hex({&attribute.code, 1}).put("-0x").hex({&attribute.flags, 1});
      out.put("\": \"0x").hex(attribute.value).put('"');
    }
    // An attribute without a member (an empty AS_PATH in 5.0) takes no separator either.
    if (out.string().size() == separated) out.string().resize(before);
  }
}

}  // namespace openbell::bgp
