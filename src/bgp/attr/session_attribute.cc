#include "bgp/attr/session_attribute.h"

#include "bgp/attr/attribute.h"

namespace openbell::bgp {

namespace {

constexpr std::uint8_t optional = attr::optional_flag;
constexpr std::uint8_t transitive = attr::transitive_flag;

// RFC 7606 3(g): a second MP attribute ends the session, of any other the first one counts.
// RFC 6793 6: AS4_PATH and AS4_AGGREGATOR are discarded when malformed.
constexpr SessionAttribute rows[] = {
    {attr::next_hop, transitive, "NEXT_HOP", Treatment::treat_as_withdraw,
     Treatment::discard_attribute},
    {attr::mp_reach, optional, "MP_REACH_NLRI", Treatment::treat_as_withdraw,
     Treatment::reset_session},
    {attr::mp_unreach, optional, "MP_UNREACH_NLRI", Treatment::treat_as_withdraw,
     Treatment::reset_session},
    {attr::as4_path, optional | transitive, "AS4_PATH", Treatment::discard_attribute,
     Treatment::discard_attribute},
    {attr::as4_aggregator, optional | transitive, "AS4_AGGREGATOR", Treatment::discard_attribute,
     Treatment::discard_attribute},
};

}  // namespace

const SessionAttribute* find_session_attribute(std::uint8_t code) {
  for (const SessionAttribute& row : rows)
    if (row.code == code) return &row;
  return nullptr;
}

std::string_view attribute_rfc_name(std::uint8_t code) {
  if (const AttributeOps* row = find_attribute_ops(code)) return row->rfc_name;
  const SessionAttribute* row = find_session_attribute(code);
  return row != nullptr ? row->rfc_name : "attribute";
}

}  // namespace openbell::bgp
