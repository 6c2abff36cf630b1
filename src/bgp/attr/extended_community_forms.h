#pragma once
// The texts of extended communities: a table of words that parse and a table of types that print.
// Inside bgp/attr only.

#include <string_view>

#include "bgp/attr/extended_community.h"

namespace openbell::bgp {

/// One word that begins an extended community: "target" of "target:65000:1", "mark" of "mark 10".
struct CommunityWord {
  std::string_view word;
  bool has_argument;  // after a colon, or as the next word
  std::string_view wanted;
  /// Reads the argument (empty when there is none) into all 8 bytes; false when it is wrong.
  bool (*parse)(std::string_view argument, ExtendedCommunity& community);
};

/// The row of a word; null when no form begins with it.
const CommunityWord* find_community_word(std::string_view word);

/// Prints 8 bytes in the form of their type; false, with nothing printed, when none fits.
bool print_community_form(Bytes community, TextWriter& out);

/// "A:B" with A an AS number (`4L` or asdot for four octets), or an IPv4 address, and B a number
/// (of 32 bits after a two-octet AS, an IPv4 address allowed; else of 16). Writes the low bits of
/// the type and the six bytes after the subtype. RFC 4360 3.1, 3.2; RFC 5668 2.
bool parse_administrator(std::string_view text, bool four_octets, ExtendedCommunity& community);

/// "transitive:input:65000:7" (the first part may be absent) of an interface set.
bool parse_interface_set(std::string_view text, ExtendedCommunity& community);

/// The highest number that a text may give for a rate: it still fits IEEE single precision.
inline constexpr double rate_text_max = 3e38;

/// A number from 0 to rate_text_max, with a fraction or an exponent or neither.
bool parse_rate(std::string_view text, double& rate);

/// A community of a type and subtype whose last four bytes are a float (RFC 8955 7.1).
ExtendedCommunity rate_community(std::uint16_t type, float rate);

}  // namespace openbell::bgp
