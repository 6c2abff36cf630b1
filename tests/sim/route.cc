#include "tests/sim/route.h"

namespace openbell::sim {

namespace {

constexpr std::string_view distinguisher = " rd 65000:1";

std::string text(unsigned number) {
  return std::to_string(number);
}

std::string_view hop_of(const Route& route) {
  const bool v6 = route.table == Table::ipv6;
  switch (route.hop) {
    case Hop::far:
      return v6 ? "2001:db8::1" : "10.9.9.9";
    case Hop::self:
    case Hop::own:
      return "10.0.0.1";
    case Hop::mismatch:
      return v6 ? "10.9.9.9" : "2001:db8::1";
  }
  return {};
}

}  // namespace

std::string_view family_of(Table table) {
  switch (table) {
    case Table::ipv4:
      return "ipv4 unicast";
    case Table::ipv6:
      return "ipv6 unicast";
    case Table::vpn:
      return "ipv4 mpls-vpn";
    case Table::flow:
      return "ipv4 flow";
    case Table::mpls:
      return "ipv4 nlri-mpls";
  }
  return {};
}

std::string prefix_of(const Route& route) {
  if (route.table == Table::ipv6)
    return "2001:db8:" + text(route.block) + ":" + text(route.number + 1) + "::/64";
  if (route.number < 256) return "10." + text(route.block) + "." + text(route.number) + ".0/24";
  return "10." + text(route.block) + "." + text(route.number >> 8) + "." +
         text(route.number & 255) + "/32";
}

std::string nlri_of(const Route& route) {
  std::string nlri(family_of(route.table));
  if (route.table == Table::flow)
    return nlri + " flow destination-ipv4 " + prefix_of(route) + " protocol =tcp";
  return nlri + " " + prefix_of(route);
}

std::string path_of(const Route& route) {
  if (route.table == Table::flow)
    return "extended-community rate-limit:" + text(9500 + route.label);
  std::string path;
  if (route.table != Table::ipv4 && route.table != Table::ipv6)
    path = "label " + text(route.label) + " ";
  path.append("next-hop ").append(hop_of(route));
  if (route.med) path += " med " + text(*route.med);
  if (route.community) path += " community 65000:" + text(*route.community);
  return path;
}

std::string_view form_of(const Route& route) {
  return route.table == Table::flow ? "flow route" : "route";
}

std::string words_of(const Route& route) {
  std::string words;
  if (route.table == Table::vpn) words += distinguisher;
  if (route.table == Table::vpn || route.table == Table::mpls)
    words += " label " + text(route.label);
  words.append(" next-hop ");
  words.append(route.hop == Hop::self ? std::string_view("self") : hop_of(route));
  if (route.med) words += " med " + text(*route.med);
  if (route.community) words += " community [ 65000:" + text(*route.community) + " ]";
  return words;
}

std::string statement_of(const Route& route) {
  if (route.table == Table::flow)
    return "{ match { destination " + prefix_of(route) + "; protocol tcp; } then { rate-limit " +
           text(9500 + route.label) + "; } }";
  return prefix_of(route) + words_of(route);
}

std::string withdrawal_of(const Route& route) {
  if (route.table == Table::flow)
    return "{ match { destination " + prefix_of(route) + "; protocol tcp; } }";
  std::string words = prefix_of(route);
  if (route.table == Table::vpn) words += distinguisher;
  // Without a label it would be unicast.
  if (route.table == Table::mpls) words += " label " + text(route.label);
  return words;
}

Line line_of(std::string printed) {
  for (const std::string_view added :
       {std::string_view(" origin igp"), std::string_view(" local-preference 100"),
        std::string_view(" as-path [ ]"), distinguisher})
    if (const std::size_t at = printed.find(added); at != std::string::npos)
      printed.erase(at, added.size());
  std::size_t end = 0;
  constexpr std::string_view flow_end = " protocol =tcp";
  if (const std::size_t at = printed.find(flow_end); at != std::string::npos) {
    end = at + flow_end.size();
  } else {
    for (int word = 0; word < 3 && end != std::string::npos; ++word)
      end = printed.find(' ', word == 0 ? 0 : end + 1);
  }
  if (end == std::string::npos || end >= printed.size()) return {std::move(printed), {}};
  return {printed.substr(0, end), printed.substr(end + 1)};
}

}  // namespace openbell::sim
