#pragma once
// The match words of a FlowSpec route: ExaBGP's `match { source 10.0.0.0/24; port [ =80 =443 ]; }`.
// Each adds one component to NlriDraft::flow, in the order that RFC 8955 4.2 wants.

#include <string_view>

#include "bgp/nlri/family.h"

namespace openbell::bgp {

/// RFC 8955 4.1: the longest NLRI, a route distinguisher included.
inline constexpr std::size_t flow_size_max = 4095;

/// Whether `word` (with '_' or '-') begins a match: "source", "destination-port", "tcp_flags" ...
bool is_flow_match(std::string_view word);

/// Reads the value of the match `word` (already taken, is_flow_match) into the draft: one value or
/// `[ values ]`. Unbracketed values go on while the next word begins with an operator or a digit
/// (`port >1024 <2000`): several values mean any of them, `a&b` means both.
///
/// Complains about an empty list, a second prefix of one direction (one NLRI cannot hold it),
/// prefixes of both address families, and values out of range. A match word given twice adds its
/// values to the first.
bool parse_flow_match(std::string_view word, TextReader& in, NlriDraft& draft);

/// Reads matches up to the first word that is none.
bool parse_flow_matches(TextReader& in, NlriDraft& draft);

/// The family of a draft: that of its components, `afi` when they suit both; VPN when it has a
/// route distinguisher.
Family flow_family(const NlriDraft& draft, Afi afi);

}  // namespace openbell::bgp
