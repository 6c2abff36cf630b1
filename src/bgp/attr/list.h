#pragma once
// What attributes that are lists of equal-sized members share.

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "bgp/attr/attribute.h"

namespace openbell::bgp {

/// Bytes of a value that the length field of an attribute can say (RFC 4271 4.3).
inline constexpr std::size_t attribute_value_max = 65535;

/// Bytes of a value that text may make: two of them joined (communities of a route and of its
/// FlowSpec actions) still fit.
inline constexpr std::size_t text_value_max = 32000;

/// False, with a complaint, when text made a value too long.
inline bool fits_attribute(TextReader& in, const std::vector<std::uint8_t>& value) {
  return value.size() <= text_value_max || in.fail("a list of at most 32000 bytes");
}

/// `item` or `[ item item ... ]`: calls `parse_item(in)` for each, which takes its words and
/// appends to `value`, or complains.
template <typename ParseItem>
bool parse_list(TextReader& in, const std::vector<std::uint8_t>& value, ParseItem parse_item) {
  if (!in.accept("[")) return parse_item(in) && fits_attribute(in, value);
  while (!in.accept("]"))
    if (!parse_item(in) || !fits_attribute(in, value)) return false;
  return true;
}

/// Calls `visit(pointer to its bytes)` for each member of `Size` bytes.
template <std::size_t Size, typename Visit>
void for_each_member(Bytes value, Visit visit) {
  for (std::size_t at = 0; at + Size <= value.size(); at += Size) visit(value.data() + at);
}

/// RFC 7606 7.8, 7.10, 7.14; RFC 8092 6: the length is a non-zero multiple of the member's.
template <std::size_t Size>
bool is_list_of(Bytes value) {
  return !value.empty() && value.size() % Size == 0;
}

/// Sorts members by their bytes, in place.
template <std::size_t Size>
void sort_members(std::vector<std::uint8_t>& value) {
  using Member = std::array<std::uint8_t, Size>;
  static_assert(sizeof(Member) == Size && alignof(Member) == 1);
  auto* first = reinterpret_cast<Member*>(value.data());
  auto* last = first + value.size() / Size;
  if (!std::is_sorted(first, last)) std::sort(first, last);
}

/// Sorts members and keeps one of each.
template <std::size_t Size>
void sort_unique_members(std::vector<std::uint8_t>& value) {
  using Member = std::array<std::uint8_t, Size>;
  sort_members<Size>(value);
  auto* first = reinterpret_cast<Member*>(value.data());
  auto* last = std::unique(first, first + value.size() / Size);
  value.resize(static_cast<std::size_t>(last - first) * Size);
}

/// "word a" for one member, "word [ a b ]" for another number of them.
template <std::size_t Size, typename PrintMember>
void print_list(std::string_view word, Bytes value, TextWriter& out, PrintMember print_member) {
  const bool bracketed = value.size() != Size;
  out.put(word).put(bracketed ? " [ " : " ");
  for_each_member<Size>(value, [&](const std::uint8_t* member) {
    if (member != value.data()) out.put(' ');
    print_member(member);
  });
  if (bracketed) out.put(value.empty() ? "]" : " ]");
}

/// `"word": [ a, b ]`
template <std::size_t Size, typename PrintMember>
void json_list(std::string_view word, Bytes value, TextWriter& out, PrintMember print_member) {
  out.put('"').put(word).put("\": [ ");
  for_each_member<Size>(value, [&](const std::uint8_t* member) {
    if (member != value.data()) out.put(", ");
    print_member(member);
  });
  out.put(" ]");
}

inline void append16(std::vector<std::uint8_t>& out, std::uint16_t v) {
  out.resize(out.size() + 2);
  base::store16(out.data() + out.size() - 2, v);
}
inline void append32(std::vector<std::uint8_t>& out, std::uint32_t v) {
  out.resize(out.size() + 4);
  base::store32(out.data() + out.size() - 4, v);
}
inline void append64(std::vector<std::uint8_t>& out, std::uint64_t v) {
  out.resize(out.size() + 8);
  base::store64(out.data() + out.size() - 8, v);
}
inline void append_bytes(std::vector<std::uint8_t>& out, Bytes bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

}  // namespace openbell::bgp
