#pragma once
// Words of a route statement that make up its NLRI. Each reads what follows its keyword (already
// taken) into the draft; false with a complaint in `in` when it cannot. A keyword given twice: the
// first one stands, as in ExaBGP.

#include "bgp/nlri/family.h"

namespace openbell::bgp {

/// The highest label value, RFC 3032 2.1: 20 bits.
inline constexpr std::uint32_t label_max = 0xFFFFF;
/// Labels that one statement may stack: more do not fit before any prefix.
inline constexpr std::size_t labels_max = 10;

/// "10.0.0.0/24", "2001:db8::/32", or an address alone for a host route. Host bits set and dotted
/// masks are complaints that say what to write. Replaces the prefix of the draft, so that a list of
/// prefixes shares the other words.
bool parse_prefix_word(TextReader& in, NlriDraft& draft);
/// `label N` or `label [ N N ]`: at most `labels_max`, each 0..1048575.
bool parse_label_words(TextReader& in, NlriDraft& draft);
/// `rd 65000:1`, also 10.0.0.1:1 and 70000:1 (parse_rd).
bool parse_rd_word(TextReader& in, NlriDraft& draft);
/// `path-information 1` or `path-information 0.0.0.1`.
bool parse_path_information(TextReader& in, NlriDraft& draft);

}  // namespace openbell::bgp
