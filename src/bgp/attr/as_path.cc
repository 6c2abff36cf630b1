// AS_PATH, code 2, well-known. RFC 4271 5.1.2, RFC 5065 3 (confederations), RFC 6793 (width).
//
//   1 B   segment type: 1 set, 2 sequence, 3 confed sequence, 4 confed set   \ any number
//   1 B   count of AS numbers, 1..255                                        | of segments
//   4 B   AS number, count times; 2 B from and to a peer without RFC 6793    /
//
// Text: `[ 1 2 ]` sequence, `( 3 4 )` set, one after the other or a set inside the brackets of a
// sequence (ExaBGP 4.2); `confed [ 1 2 ]` and `confed ( 3 4 )`, which ExaBGP has no words for; one
// bare number. Printed as each ExaBGP prints it: 5.0 has sequences in parentheses and sets in
// brackets, 4.2 the other way round.

#include "bgp/attr/as_path.h"

#include "bgp/attr/attribute.h"
#include "bgp/attr/list.h"

namespace openbell::bgp {

namespace {

constexpr std::size_t segment_size_max = 255;

constexpr bool is_set(SegmentType type) {
  return type == SegmentType::set || type == SegmentType::confed_set;
}

/// RFC 7606 7.2: unknown segment types, empty segments and counts that do not fit are malformed.
/// RFC 7607 2: so is AS 0.
bool well_formed(Bytes value, std::size_t width) {
  ByteReader in(value);
  while (!in.empty()) {
    const std::uint8_t type = in.u8();
    const std::uint8_t count = in.u8();
    if (type < 1 || type > 4 || count == 0) return false;
    for (unsigned i = 0; i < count; ++i)
      if ((width == 4 ? in.u32() : in.u16()) == 0) return false;
  }
  return in.ok();
}

/// Two-octet AS numbers to four.
void widen(Bytes value, std::vector<std::uint8_t>& out) {
  out.clear();
  ByteReader in(value);
  while (!in.empty()) {
    out.push_back(in.u8());
    const std::uint8_t count = in.u8();
    out.push_back(count);
    for (unsigned i = 0; i < count; ++i) append32(out, in.u16());
  }
}

bool decode(Bytes& value, const WireContext& context, std::vector<std::uint8_t>& scratch) {
  if (!well_formed(value, context.four_octet_as ? 4 : 2)) return false;
  if (context.four_octet_as) return true;
  widen(value, scratch);
  value = scratch;
  return scratch.size() <= attribute_value_max;
}

void fill(const WireContext& context, ByteWriter& out) {
  if (context.ibgp()) return;
  out.u8(static_cast<std::uint8_t>(SegmentType::sequence));
  out.u8(1);
  out.u32(context.local_as);
}

void narrow(Bytes value, ByteWriter& out) {
  PathSegmentReader segments(value);
  for (PathSegment segment; segments.next(segment);) {
    out.u8(static_cast<std::uint8_t>(segment.type));
    out.u8(static_cast<std::uint8_t>(segment.count()));
    for_each_member<4>(segment.asns, [&out](const std::uint8_t* member) {
      const Asn asn = base::load32(member);
      out.u16(static_cast<std::uint16_t>(asn > UINT16_MAX ? as_trans : asn));
    });
  }
}

/// RFC 6793 4.2.2: an AS number above 65535 is in a segment that AS4_PATH may carry.
bool is_narrowed(Bytes canonical) {
  bool large = false;
  PathSegmentReader segments(canonical);
  for (PathSegment segment; segments.next(segment);) {
    if (segment.confederation()) continue;
    for_each_member<4>(segment.asns, [&large](const std::uint8_t* member) {
      large |= base::load32(member) > UINT16_MAX;
    });
  }
  return large;
}

/// RFC 6793 3: confederation segments stay out of AS4_PATH.
bool as4(Bytes value, ByteWriter& out) {
  if (!is_narrowed(value)) return false;
  PathSegmentReader segments(value);
  for (PathSegment segment; segments.next(segment);) {
    if (segment.confederation()) continue;
    out.u8(static_cast<std::uint8_t>(segment.type));
    out.u8(static_cast<std::uint8_t>(segment.count()));
    out.bytes(segment.asns);
  }
  return true;
}

/// The segment that text is being read into: its bytes stand at the end of the value, its count
/// follows every AS number.
class SegmentWriter {
 public:
  explicit SegmentWriter(std::vector<std::uint8_t>& value) : value_(value) {}

  void begin(SegmentType type) {
    type_ = type;
    open_ = false;
  }
  void add(Asn asn) {
    if (!open_ || value_[at_ + 1] == segment_size_max) {
      at_ = value_.size();
      value_.push_back(static_cast<std::uint8_t>(type_));
      value_.push_back(0);
      open_ = true;
    }
    ++value_[at_ + 1];
    append32(value_, asn);
  }

 private:
  std::vector<std::uint8_t>& value_;
  SegmentType type_ = SegmentType::sequence;
  std::size_t at_ = 0;
  bool open_ = false;
};

/// AS numbers up to `close`, commas between them or not.
bool parse_asns(TextReader& in, std::string_view close, SegmentWriter& segment) {
  while (!in.accept(close)) {
    Asn asn = 0;
    // RFC 7607 2: AS 0 must not be sent.
    if (!parse_asn(in.peek(), asn) || asn == 0) return in.fail("an AS number");
    segment.add(asn);
    in.word();
    in.accept(",");
  }
  return true;
}

/// What follows the `[` of a sequence; ExaBGP 4.2 has sets inside, as `( 2 3 )` or `[ 2 3 ]`.
bool parse_sequence(TextReader& in, SegmentType sequence, SegmentType set, SegmentWriter& segment) {
  segment.begin(sequence);
  while (!in.accept("]")) {
    const bool parenthesis = in.accept("(");
    if (parenthesis || in.accept("[")) {
      segment.begin(set);
      if (!parse_asns(in, parenthesis ? ")" : "]", segment)) return false;
      segment.begin(sequence);
      in.accept(",");
      continue;
    }
    Asn asn = 0;
    if (!parse_asn(in.peek(), asn) || asn == 0) return in.fail("an AS number");
    segment.add(asn);
    in.word();
    in.accept(",");
  }
  return true;
}

bool parse_group(TextReader& in, bool confederation, SegmentWriter& segment) {
  const SegmentType set = confederation ? SegmentType::confed_set : SegmentType::set;
  const SegmentType sequence = confederation ? SegmentType::confed_sequence : SegmentType::sequence;
  if (in.accept("[")) return parse_sequence(in, sequence, set, segment);
  if (!in.expect("(")) return false;
  segment.begin(set);
  return parse_asns(in, ")", segment);
}

bool parse(TextReader& in, std::vector<std::uint8_t>& value) {
  SegmentWriter segment(value);
  const auto another = [&in] {
    return !in.quoted() && (in.peek() == "[" || in.peek() == "(" || in.peek() == "confed");
  };
  if (!another()) {
    Asn asn = 0;
    if (!parse_asn(in.peek(), asn) || asn == 0)
      return in.fail("an AS number, '[' for a sequence or '(' for a set");
    segment.add(asn);
    in.word();
    return true;
  }
  while (another()) {
    const bool confederation = in.accept("confed");
    if (!parse_group(in, confederation, segment) || !fits_attribute(in, value)) return false;
  }
  return true;
}

void print(Bytes value, Dialect dialect, TextWriter& out) {
  out.put("as-path");
  PathSegmentReader segments(value);
  for (PathSegment segment; segments.next(segment);) {
    const bool brackets = is_set(segment.type) != (dialect == Dialect::v4_2);
    out.put(segment.confederation() ? " confed " : " ").put(brackets ? '[' : '(');
    for_each_member<4>(segment.asns, [&out](const std::uint8_t* member) {
      out.put(' ').number(base::load32(member));
    });
    out.put(brackets ? " ]" : " )");
  }
  if (value.empty()) out.put(" [ ]");
}

void json_asns(Bytes asns, TextWriter& out) {
  for_each_member<4>(asns, [&](const std::uint8_t* member) {
    if (member != asns.data()) out.put(", ");
    out.number(base::load32(member));
  });
}

constexpr std::string_view element_name(SegmentType type) {
  switch (type) {
    case SegmentType::set:
      return "as-set";
    case SegmentType::sequence:
      return "as-sequence";
    case SegmentType::confed_sequence:
      return "as-confed-sequence";
    case SegmentType::confed_set:
      return "as-confed-set";
  }
  return "as-sequence";
}

/// ExaBGP 4.2: one flat list for each type; those that are not `always` appear when they have
/// members.
void json_flat(Bytes value, SegmentType type, std::string_view name, bool always, TextWriter& out) {
  bool any = false;
  PathSegmentReader segments(value);
  for (PathSegment segment; segments.next(segment);) {
    if (segment.type != type) continue;
    if (any) {
      out.put(", ");
    } else {
      out.put(type == SegmentType::sequence ? "\"" : ", \"").put(name).put("\": [ ");
    }
    json_asns(segment.asns, out);
    any = true;
  }
  if (any) {
    out.put(" ]");
  } else if (always) {
    out.put(type == SegmentType::sequence ? "\"" : ", \"").put(name).put("\": []");
  }
}

void json_v4_2(Bytes value, TextWriter& out) {
  json_flat(value, SegmentType::sequence, "as-path", true, out);
  json_flat(value, SegmentType::set, "as-set", false, out);
  json_flat(value, SegmentType::confed_sequence, "confederation-path", true, out);
  json_flat(value, SegmentType::confed_set, "confederation-set", false, out);
}

// ExaBGP 5.0 calls a confederation sequence "as-sequence"; it has its own name here.
void json(Bytes value, Dialect dialect, TextWriter& out) {
  if (dialect == Dialect::v4_2) return json_v4_2(value, out);
  if (value.empty()) return;
  out.put("\"as-path\": {");
  PathSegmentReader segments(value);
  std::uint64_t index = 0;
  for (PathSegment segment; segments.next(segment); ++index) {
    out.put(index == 0 ? "\"" : ", \"").number(index).put("\": {\"element\": \"");
    out.put(element_name(segment.type)).put("\", \"value\": [");
    json_asns(segment.asns, out);
    out.put("]}");
  }
  out.put('}');
}

/// Splits the leading `count` ASes (a set counts one, confederation segments none) off a path:
/// appends them to `out`, with the confederation segments before and after them.
void append_leading(Bytes path, std::size_t count, std::vector<std::uint8_t>& out) {
  PathSegmentReader segments(path);
  for (PathSegment segment; segments.next(segment);) {
    if (segment.confederation()) {
      append_segment(segment.type, segment.asns, out);
      continue;
    }
    if (count == 0) return;
    const std::size_t taken = is_set(segment.type) ? 1 : std::min(count, segment.count());
    append_segment(segment.type,
                   is_set(segment.type) ? segment.asns : segment.asns.first(taken * 4), out);
    count -= taken;
    if (taken < segment.count() && !is_set(segment.type)) return;
  }
}

/// Where the last segment of a path starts, or its size when it has none.
std::size_t last_segment_at(Bytes path) {
  std::size_t last = path.size();
  for (std::size_t at = 0; at < path.size(); at += 2 + path[at + 1] * 4u) last = at;
  return last;
}

}  // namespace

bool PathSegmentReader::next(PathSegment& segment) {
  if (in_.empty()) return false;
  segment.type = static_cast<SegmentType>(in_.u8());
  segment.asns = in_.take(in_.u8() * 4u);
  return in_.ok();
}

std::size_t as_path_length(Bytes canonical) {
  std::size_t length = 0;
  PathSegmentReader segments(canonical);
  for (PathSegment segment; segments.next(segment);)
    if (!segment.confederation()) length += is_set(segment.type) ? 1 : segment.count();
  return length;
}

void append_segment(SegmentType type, Bytes asns, std::vector<std::uint8_t>& out) {
  while (!asns.empty()) {
    const std::size_t count = std::min(asns.size() / 4, segment_size_max);
    out.push_back(static_cast<std::uint8_t>(type));
    out.push_back(static_cast<std::uint8_t>(count));
    append_bytes(out, asns.first(count * 4));
    asns = asns.subspan(count * 4);
  }
}

bool parse_asn(std::string_view text, Asn& asn) {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) {
    if (!base::parse_decimal(text, UINT32_MAX, low)) return false;
  } else if (!base::parse_decimal(text.substr(0, dot), UINT16_MAX, high) ||
             !base::parse_decimal(text.substr(dot + 1), UINT16_MAX, low)) {
    return false;
  }
  asn = static_cast<Asn>(high << 16 | low);
  return true;
}

bool decode_as4_path(Bytes value, std::vector<std::uint8_t>& out) {
  out.clear();
  if (value.empty() || !well_formed(value, 4)) return false;
  PathSegmentReader segments(value);
  for (PathSegment segment; segments.next(segment);)
    if (!segment.confederation()) append_segment(segment.type, segment.asns, out);
  return true;
}

void merge_as4_path(Bytes as_path, Bytes as4_path, std::vector<std::uint8_t>& out) {
  out.clear();
  const std::size_t ours = as_path_length(as_path);
  const std::size_t theirs = as_path_length(as4_path);
  // RFC 6793 4.2.3: an AS4_PATH longer than AS_PATH is ignored.
  if (as4_path.empty() || ours < theirs) {
    append_bytes(out, as_path);
    return;
  }
  append_leading(as_path, ours - theirs, out);
  const std::size_t last = last_segment_at(out);
  const std::size_t joined = last < out.size() ? out[last + 1] + std::size_t{as4_path[1]} : 0;
  // The path was one before it was split in two: a sequence that goes on is one segment again.
  if (last < out.size() && out[last] == as4_path[0] &&
      out[last] == static_cast<std::uint8_t>(SegmentType::sequence) && joined <= segment_size_max) {
    out[last + 1] = static_cast<std::uint8_t>(joined);
    as4_path = as4_path.subspan(2);
  }
  append_bytes(out, as4_path);
  if (out.size() > attribute_value_max) out.assign(as_path.begin(), as_path.end());
}

extern const AttributeOps as_path_attribute = {.code = attr::as_path,
                                               .flags = attr::transitive_flag,
                                               .name = "as-path",
                                               .rfc_name = "AS_PATH",
                                               .on_error = Treatment::treat_as_withdraw,
                                               .mandatory = true,
                                               .hidden_when_empty = true,
                                               .as4_code = attr::as4_path,
                                               .decode = decode,
                                               .fill = fill,
                                               .narrow = narrow,
                                               .as4 = as4,
                                               .parse = parse,
                                               .print = print,
                                               .json = json};

}  // namespace openbell::bgp
