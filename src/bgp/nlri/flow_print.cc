// FlowSpec components as text and JSON, worded as ExaBGP does.

#include "bgp/nlri/flow_component.h"
#include "bgp/nlri/prefix.h"

namespace openbell::bgp::flow {

namespace {

/// What is put around and between the values of a component.
struct Style {
  std::string_view before;
  std::string_view open;
  std::string_view between;
  std::string_view close;
  std::string_view open_one;
  std::string_view close_one;
  std::string_view after_name;
  std::string_view after;
};

constexpr Style text_style = {.before = " ",
                              .open = " [ ",
                              .between = " ",
                              .close = " ]",
                              .open_one = " ",
                              .close_one = "",
                              .after_name = "",
                              .after = ""};
constexpr Style json_style = {.before = "\"",
                              .open = "[ \"",
                              .between = "\", \"",
                              .close = "\" ]",
                              .open_one = "[ \"",
                              .close_one = "\" ]",
                              .after_name = "\": ",
                              .after = ", "};

void print_prefix_value(const Component& component, Afi afi, TextWriter& out) {
  ByteReader in(component.value());
  const std::uint8_t bits = in.u8();
  if (afi == afi_ipv4) return base::print_prefix(in.rest(), bits, false, out);
  const std::size_t offset = in.u8();
  const Bytes pattern = in.rest();
  std::array<std::uint8_t, 16> address{};
  if (component.form == PrefixForm::whole) {
    std::copy(pattern.begin(), pattern.end(), address.begin());
  } else {
    for (std::size_t bit = offset; bit < bits; ++bit) {
      const std::size_t from = bit - offset;
      if ((pattern[from / 8] << from % 8 & 0x80) != 0)
        address[bit / 8] |= static_cast<std::uint8_t>(0x80 >> bit % 8);
    }
  }
  base::print_prefix(address, bits, true, out);
  out.put('/').number(offset);
}

void print_number(const Type& type, std::uint64_t value, Dialect dialect, TextWriter& out) {
  switch (type.shown) {
    case Shown::number:
      break;
    case Shown::name:
      for (const NamedValue& named : type.names)
        if (named.value == value) {
          out.put(named.name);
          return;
        }
      break;
    case Shown::service:
      // ExaBGP 4.2 and 5.0 print the names of ports, 6.0 their numbers.
      if (dialect == Dialect::v6_0 || value > 0xFFFF) break;
      if (const auto name = service_name(static_cast<std::uint16_t>(value)); !name.empty()) {
        out.put(name);
        return;
      }
      break;
  }
  out.number(value);
}

void print_numeric(const Type& type, const Pair& pair, Dialect dialect, TextWriter& out) {
  constexpr std::string_view operators[] = {"false", "=", ">", ">=", "<", "<=", "!=", "true"};
  const unsigned op = pair.op & numeric_mask;
  out.put(operators[op]);
  if (op != 0 && op != numeric_mask) print_number(type, pair.value, dialect, out);
}

void print_flags(const Type& type, const Pair& pair, TextWriter& out) {
  constexpr std::string_view operators[] = {"", "=", "!", "!="};
  out.put(operators[pair.op & flags_mask]);
  std::uint64_t left = pair.value;
  std::string_view join;
  for (const NamedValue& named : type.names) {
    if (named.value == 0 || (left & named.value) == 0) continue;
    out.put(join).put(named.name);
    join = "+";
    left &= ~std::uint64_t{named.value};
  }
  if (left != 0 || join.empty()) out.put(join).number(left);
}

void print_pairs(const Component& component, Dialect dialect, const Style& style, TextWriter& out) {
  const bool one = component.value().size() == 1 + value_size(component.value()[0]);
  out.put(one ? style.open_one : style.open);
  PairReader pairs(component);
  Pair pair;
  for (bool first = true; pairs.next(pair); first = false) {
    // RFC 8955 4.2.1.1: the AND bit of the first operator is treated as unset.
    if (!first) out.put((pair.op & and_bit) != 0 ? "&" : style.between);
    if (component.type->kind == Kind::flags) {
      print_flags(*component.type, pair, out);
    } else {
      print_numeric(*component.type, pair, dialect, out);
    }
  }
  out.put(one ? style.close_one : style.close);
}

void print_all(Bytes components, Afi afi, Dialect dialect, const Style& style, TextWriter& out) {
  Reader in(components, afi);
  Component component;
  while (in.next(component)) {
    out.put(style.before).put(component.type->name(afi)).put(style.after_name);
    if (component.type->kind == Kind::prefix) {
      out.put(style.open_one);
      print_prefix_value(component, afi, out);
      out.put(style.close_one);
    } else {
      print_pairs(component, dialect, style, out);
    }
    out.put(style.after);
  }
}

}  // namespace

void print_components(Bytes components, Afi afi, Dialect dialect, TextWriter& out) {
  print_all(components, afi, dialect, text_style, out);
}

void json_components(Bytes components, Afi afi, Dialect dialect, TextWriter& out) {
  print_all(components, afi, dialect, json_style, out);
}

}  // namespace openbell::bgp::flow
