#pragma once
// What other folders ask of an AS_PATH value in canonical form (four-octet AS numbers).

#include <cstdint>
#include <string_view>
#include <vector>

#include "bgp/types.h"

namespace openbell::bgp {

/// RFC 4271 4.3, RFC 5065 3.
enum class SegmentType : std::uint8_t {
  set = 1,
  sequence = 2,
  confed_sequence = 3,
  confed_set = 4
};

/// One segment of a canonical AS_PATH; `asns` holds four octets for each AS.
struct PathSegment {
  SegmentType type = SegmentType::sequence;
  Bytes asns;
  [[nodiscard]] std::size_t count() const { return asns.size() / 4; }
  [[nodiscard]] bool confederation() const {
    return type == SegmentType::confed_sequence || type == SegmentType::confed_set;
  }
};

/// Walks over the segments of a canonical AS_PATH.
class PathSegmentReader {
 public:
  explicit PathSegmentReader(Bytes canonical) : in_(canonical) {}
  bool next(PathSegment& segment);

 private:
  ByteReader in_;
};

/// The number of ASes that decision processes count: a set is one, confederation segments are none
/// (RFC 4271 9.1.2.2, RFC 5065 5.3).
std::size_t as_path_length(Bytes canonical);

/// Appends `type count asns`, split where a segment would hold more than 255 (RFC 4271 4.3).
/// `asns` holds four octets for each AS.
void append_segment(SegmentType type, Bytes asns, std::vector<std::uint8_t>& out);

/// "65000" or "1.1" (asdot, RFC 5396). False when it is no AS number of four octets.
bool parse_asn(std::string_view text, Asn& asn);

/// A received AS4_PATH without the confederation segments that it must not hold (RFC 6793 6). False
/// when it is malformed: the attribute is discarded.
bool decode_as4_path(Bytes value, std::vector<std::uint8_t>& out);

/// RFC 6793 4.2.3: the path that an old speaker's AS_PATH (widened, as the AS_PATH row decodes it)
/// and AS4_PATH (from decode_as4_path) mean together. `out` is replaced and must not own the
/// inputs. When AGGREGATOR came with an AS other than AS_TRANS the caller ignores AS4_PATH instead.
void merge_as4_path(Bytes as_path, Bytes as4_path, std::vector<std::uint8_t>& out);

}  // namespace openbell::bgp
