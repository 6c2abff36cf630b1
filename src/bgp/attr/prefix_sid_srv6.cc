// `bgp-prefix-sid-srv6 ( l3-service SID behavior [structure] )`: a second word for attribute 40,
// see prefix_sid.cc.

#include "bgp/attr/prefix_sid.h"

namespace openbell::bgp {

extern const AttributeOps prefix_sid_srv6_attribute = {
    .code = attr::prefix_sid,
    .flags = attr::optional_flag | attr::transitive_flag,
    .name = "bgp-prefix-sid-srv6",
    .rfc_name = "PREFIX_SID",
    .on_error = Treatment::discard_attribute,
    .decode = decode_prefix_sid,
    .parse = parse_prefix_sid_srv6,
    .print = print_prefix_sid,
    .json = json_prefix_sid};

}  // namespace openbell::bgp
