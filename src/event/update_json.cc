// The "message" member of an update event. It is written once per UPDATE received, for up to
// thousands of prefixes: plain IPv4 prefixes have a path of their own that formats into a buffer on
// the stack.

#include "event/update_json.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "event/fields.h"

namespace openbell::event {

namespace {

using base::TextWriter;
using bgp::Bytes;
using bgp::Dialect;
using bgp::Family;
using bgp::NlriField;
using bgp::UpdateView;
using bgp::WireContext;

/// The decimal text of every octet with a dot after it, four bytes to copy and how many count.
struct OctetText {
  std::array<char, 4> text;
  std::uint8_t size;
};

constexpr std::array<OctetText, 256> make_octet_texts() {
  std::array<OctetText, 256> texts{};
  for (unsigned v = 0; v < texts.size(); ++v) {
    OctetText& entry = texts[v];
    if (v >= 100) entry.text[entry.size++] = static_cast<char>('0' + v / 100);
    if (v >= 10) entry.text[entry.size++] = static_cast<char>('0' + v / 10 % 10);
    entry.text[entry.size++] = static_cast<char>('0' + v % 10);
    entry.text[entry.size++] = '.';
  }
  return texts;
}
constexpr std::array<OctetText, 256> octet_texts = make_octet_texts();

/// Formats into a buffer on the stack and hands it over in large pieces.
class PrefixWriter {
 public:
  explicit PrefixWriter(TextWriter& out) : out_(out) {}
  ~PrefixWriter() { flush(); }
  PrefixWriter(const PrefixWriter&) = delete;
  PrefixWriter& operator=(const PrefixWriter&) = delete;

  /// Room for one more entry, at most entry_size_max bytes of put() and put_prefix().
  void begin_entry() {
    if (sizeof buffer_ - size_ < entry_size_max) flush();
  }
  void put(std::string_view text) {
    std::memcpy(buffer_ + size_, text.data(), text.size());
    size_ += text.size();
  }
  /// Dotted quad and length of `octets`, missing ones zero.
  void put_prefix(const std::uint8_t* octets, std::size_t count, std::uint8_t length) {
    char* at = buffer_ + size_;
    for (std::size_t i = 0; i < 4; ++i) {
      const OctetText& octet = octet_texts[i < count ? octets[i] : 0];
      std::memcpy(at, octet.text.data(), 4);
      at += octet.size;
    }
    at[-1] = '/';
    const OctetText& bits = octet_texts[length];
    std::memcpy(at, bits.text.data(), 4);
    at += bits.size - 1;
    size_ = static_cast<std::size_t>(at - buffer_);
  }

 private:
  static constexpr std::size_t entry_size_max = 64;

  void flush() {
    out_.put(std::string_view(buffer_, size_));
    size_ = 0;
  }

  TextWriter& out_;
  std::size_t size_ = 0;
  char buffer_[4096];
};

/// Stands for the comma between the entries of a list.
class Separator {
 public:
  std::string_view next() { return std::exchange(first_, false) ? "" : ", "; }

 private:
  bool first_ = true;
};

bool is_prefix_family(Family family) {
  return bgp::ops(family).shape == bgp::NlriShape::prefix;
}

bool is_plain_ipv4(const NlriField& field) {
  return is_prefix_family(field.family) && bgp::ops(field.family).afi == bgp::afi_ipv4 &&
         !field.add_path;
}

/// ExaBGP's compact form: a prefix without further members is a bare string.
void print_plain_ipv4(const NlriField& field, bool compact, Separator& separator, TextWriter& out) {
  const std::string_view before = compact ? "\"" : "{ \"nlri\": \"";
  const std::string_view after = compact ? "\"" : "\" }";
  PrefixWriter to(out);
  bgp::ByteReader in(field.bytes);
  while (!in.empty()) {
    const std::uint8_t length = in.u8();
    const Bytes prefix = in.take((length + 7u) / 8u);
    if (!in.ok() || length > 32) return;
    std::array<std::uint8_t, 4> octets{};
    std::copy(prefix.begin(), prefix.end(), octets.begin());
    // RFC 4271 4.3: the bits after the length are irrelevant.
    if (length % 8 != 0) octets[length / 8] &= static_cast<std::uint8_t>(0xFF00 >> length % 8);
    to.begin_entry();
    to.put(separator.next());
    to.put(before);
    to.put_prefix(octets.data(), prefix.size(), length);
    to.put(after);
  }
}

void print_field(const NlriField& field, const bgp::IpAddress& next_hop, const WireContext& context,
                 const Style& style, Separator& separator, TextWriter& out) {
  if (is_plain_ipv4(field)) return print_plain_ipv4(field, style.compact, separator, out);
  const bgp::FamilyOps& family = bgp::ops(field.family);
  const bool prefixes = is_prefix_family(field.family);
  bgp::NlriReader reader(field, context);
  for (bgp::NlriView nlri; reader.next(nlri);) {
    out.put(separator.next());
    if (style.compact && prefixes && !nlri.has_path_id) {
      out.put('"');
      base::print_prefix(nlri.key.subspan(1), nlri.key[0], family.afi == bgp::afi_ipv6, out);
      out.put('"');
    } else {
      family.json(nlri, next_hop, style.dialect, out);
    }
  }
}

void print_next_hop(const bgp::IpAddress& next_hop, TextWriter& out) {
  if (next_hop) {
    next_hop.print(out);
  } else {
    out.put("no-nexthop");
  }
}

/// `"9.9.9.9": [ … ], "8.8.8.8": [ … ]`: the fields of one family that lead to each next hop.
void print_next_hops(const Fields& fields, Family family, const WireContext& context,
                     const Style& style, TextWriter& out) {
  Separator groups;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].family != family) continue;
    const bgp::IpAddress next_hop = bgp::next_hop_address(fields[i]);
    const auto is_here = [&](const NlriField& field) {
      return field.family == family && bgp::next_hop_address(field) == next_hop;
    };
    if (std::any_of(fields.begin(), fields.begin() + i, is_here)) continue;
    out.put(groups.next()).put('"');
    print_next_hop(next_hop, out);
    out.put("\": [ ");
    Separator entries;
    for (const NlriField& field : fields)
      if (is_here(field)) print_field(field, next_hop, context, style, entries, out);
    out.put(" ]");
  }
}

/// Calls `print(family)` after `"FAMILY": OPEN` and before CLOSE, once for each family of `fields`.
template <typename Print>
void print_families(const Fields& fields, std::string_view open, std::string_view close,
                    TextWriter& out, Print print) {
  Separator families;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const Family family = fields[i].family;
    const auto is_here = [&](const NlriField& field) { return field.family == family; };
    if (std::any_of(fields.begin(), fields.begin() + i, is_here)) continue;
    out.put(families.next()).put('"');
    bgp::print_family(family, out);
    out.put("\": ").put(open);
    print(family);
    out.put(close);
  }
}

void print_announce(const Fields& fields, const WireContext& context, const Style& style,
                    TextWriter& out) {
  out.put("\"announce\": { ");
  print_families(fields, "{ ", " }", out,
                 [&](Family family) { print_next_hops(fields, family, context, style, out); });
  out.put(" }");
}

void print_withdraw(const Fields& fields, const WireContext& context, const Style& style,
                    TextWriter& out) {
  out.put("\"withdraw\": { ");
  print_families(fields, "[ ", " ]", out, [&](Family family) {
    Separator entries;
    for (const NlriField& field : fields)
      if (field.family == family) print_field(field, {}, context, style, entries, out);
  });
  out.put(" }");
}

/// ExaBGP 6.0 shows the next hop among the attributes of an UPDATE that also withdraws.
const NlriField* shown_next_hop(const UpdateView& update, Dialect dialect) {
  if (dialect != Dialect::v6_0 || update.withdrawn_count == 0 || update.announced_count == 0)
    return nullptr;
  const NlriField& classic = update.announced[update.announced_count - 1u];
  return classic.family == bgp::classic_family ? &classic : nullptr;
}

/// A member of an object that is left out, with its separator, when it turns out to be empty.
template <typename Print>
void print_part(std::string& out, std::size_t object_at, Print print) {
  const std::size_t before = out.size();
  if (before != object_at) out.append(", ");
  const std::size_t separated = out.size();
  print();
  if (out.size() == separated) out.resize(before);
}

void print_attribute_members(const UpdateView& update, Dialect dialect, TextWriter& out) {
  std::string& text = out.string();
  const std::size_t object_at = text.size();
  const NlriField* field = shown_next_hop(update, dialect);
  const auto print_shown_next_hop = [&] {
    if (field == nullptr) return;
    print_part(text, object_at, [&] {
      out.put("\"next-hop\": \"");
      print_next_hop(bgp::next_hop_address(*field), out);
      out.put('"');
    });
    field = nullptr;
  };
  for_each_shown(update.attributes, [&](std::uint8_t code, Bytes attribute) {
    if (code > bgp::attr::next_hop) print_shown_next_hop();
    print_part(text, object_at, [&] { bgp::json_attributes(attribute, dialect, out); });
  });
  print_shown_next_hop();
  const std::string error = error_text(update);
  if (error.empty()) return;
  print_part(text, object_at, [&] { out.put("\"error\": ").json_string(error); });
}

void print_attributes(const UpdateView& update, Dialect dialect, TextWriter& out) {
  std::string& text = out.string();
  const std::size_t before = text.size();
  out.put("\"attribute\": { ");
  const std::size_t object_at = text.size();
  print_attribute_members(update, dialect, out);
  if (text.size() == object_at) {
    text.resize(before);
  } else {
    out.put(" }");
  }
}

/// ExaBGP 6.0 writes a member into an array here; the object around it makes it JSON.
void print_end_of_rib(Family family, Dialect dialect, TextWriter& out) {
  const auto print_eor = [&] {
    out.put("\"eor\": { \"afi\" : \"").put(bgp::ops(family).afi_name);
    out.put("\", \"safi\" : \"").put(bgp::ops(family).safi_name).put("\" }");
  };
  if (dialect != Dialect::v6_0) {
    out.put("\"message\": { ");
    print_eor();
    out.put(" }");
    return;
  }
  out.put("\"message\": { \"update\": { \"announce\": { \"");
  bgp::print_family(family, out);
  out.put("\": { \"null\": [ { ");
  print_eor();
  out.put(" } ] } } } }");
}

}  // namespace

void print_update(const UpdateView& update, const WireContext& context, const Style& style,
                  TextWriter& out) {
  if (update.end_of_rib) return print_end_of_rib(update.end_of_rib_family, style.dialect, out);
  const Fields announced = announced_fields(update);
  const Fields withdrawn = withdrawn_fields(update);
  std::string& text = out.string();
  out.put("\"message\": { \"update\": { ");
  const std::size_t object_at = text.size();
  print_part(text, object_at, [&] { print_attributes(update, style.dialect, out); });
  if (!announced.empty())
    print_part(text, object_at, [&] { print_announce(announced, context, style, out); });
  if (!withdrawn.empty())
    print_part(text, object_at, [&] { print_withdraw(withdrawn, context, style, out); });
  out.put(text.size() == object_at ? "} }" : " } }");
}

}  // namespace openbell::event
