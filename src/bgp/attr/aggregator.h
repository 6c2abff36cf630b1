#pragma once
// What the code that reads UPDATEs asks of an AGGREGATOR value in canonical form.

#include <cstdint>

#include "bgp/types.h"

namespace openbell::bgp {

/// The AS number of a canonical AGGREGATOR (or AS4_AGGREGATOR) value of 8 bytes.
Asn aggregator_as(Bytes canonical);

/// A well-formed AS4_AGGREGATOR value: 8 bytes and no AS 0 (RFC 6793 6, RFC 7607 2). Otherwise it
/// is discarded. On receipt: when AGGREGATOR has an AS other than AS_TRANS, AS4_AGGREGATOR and
/// AS4_PATH are both ignored; else AS4_AGGREGATOR replaces AGGREGATOR (RFC 6793 4.2.3).
bool valid_as4_aggregator(Bytes value);

}  // namespace openbell::bgp
