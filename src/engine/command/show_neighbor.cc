#include "engine/command/show_neighbor.h"

#include <fmt/format.h>
#include <iterator>

#include "engine/session/link.h"

namespace openbell::engine {

namespace {

using bgp::MessageType;

/// "0:00:07", as Python prints a timedelta.
std::string duration_text(base::Duration duration) {
  const std::int64_t total_s = duration.ns / 1'000'000'000;
  const std::int64_t days = total_s / 86'400;
  const std::string clock =
      fmt::format("{}:{:02}:{:02}", total_s % 86'400 / 3'600, total_s % 3'600 / 60, total_s % 60);
  if (days == 0) return clock;
  return fmt::format("{} day{}, {}", days, days == 1 ? "" : "s", clock);
}

struct Capability {
  std::string_view name;
  bool local;
  bool peer;
};

/// The seven capabilities that ExaBGP reports, in its order.
std::array<Capability, 7> capabilities_of(const Neighbor& neighbor) {
  const bgp::Capabilities ours = neighbor.local_capabilities();
  const PeerOpen* open = neighbor.peer_open();
  const bgp::Capabilities* theirs = open == nullptr ? nullptr : &open->capabilities;
  const auto peer = [&](auto has) { return theirs != nullptr && has(*theirs); };
  const auto row = [&](std::string_view name, auto has) {
    return Capability{name, has(ours), peer(has)};
  };
  return {row("asn4", [](const bgp::Capabilities& c) { return c.four_octet_as.has_value(); }),
          row("route-refresh",
              [](const bgp::Capabilities& c) { return c.route_refresh || c.cisco_route_refresh; }),
          row("multi-session", [](const bgp::Capabilities& c) { return !c.multisession.empty(); }),
          row("operational", [](const bgp::Capabilities& c) { return c.operational; }),
          row("add-path", [](const bgp::Capabilities& c) { return c.add_path.has_value(); }),
          row("extended-message", [](const bgp::Capabilities& c) { return c.extended_message; }),
          row("graceful-restart",
              [](const bgp::Capabilities& c) { return c.graceful_restart.has_value(); })};
}

struct FamilyRow {
  std::string name;  // "ipv4 unicast"
  bool peer = false;
  bool send = false;  // path identifiers
  bool receive = false;
  [[nodiscard]] std::string_view add_path() const {
    return send && receive ? "send/receive" : send ? "send" : receive ? "receive" : "disabled";
  }
};

std::vector<FamilyRow> families_of(const Neighbor& neighbor) {
  std::vector<FamilyRow> rows;
  const bgp::WireContext* context = neighbor.wire_context();
  neighbor.config().families.for_each([&](bgp::Family family) {
    FamilyRow row;
    base::TextWriter out(row.name);
    bgp::print_family(family, out);
    if (context != nullptr) {
      row.peer = context->families.contains(family);
      row.send = context->add_path_send.contains(family);
      row.receive = context->add_path_receive.contains(family);
    }
    rows.push_back(std::move(row));
  });
  return rows;
}

constexpr std::array<std::pair<std::string_view, MessageType>, 5> messages = {{
    {"open", MessageType::open},
    {"notification", MessageType::notification},
    {"keepalive", MessageType::keepalive},
    {"update", MessageType::update},
    {"refresh", MessageType::route_refresh},
}};

std::string_view enabled(bool value) {
  return value ? "enabled" : "disabled";
}
std::string_view json_bool(bool value) {
  return value ? "true" : "false";
}

std::string lower_state(const Neighbor& neighbor) {
  return base::lower(neighbor.state_name());
}

std::string as_text(const std::optional<bgp::Asn>& as) {
  return as ? std::to_string(*as) : "auto";
}

std::string router_id_text(std::uint32_t id) {
  return base::IpAddress::v4(id).text();
}

void json_messages(const MessageCounters& counters, std::string& out) {
  auto to = std::back_inserter(out);
  fmt::format_to(to, "{{");
  for (const auto& [name, type] : messages)
    fmt::format_to(to, "\"{}\": {}, ", name, counters.of(type));
  fmt::format_to(to, "\"total\": {}}}", counters.total());
}

/// The "local" or the "peer" object.
void json_side(const Neighbor& neighbor, bool local, std::string& out) {
  auto to = std::back_inserter(out);
  fmt::format_to(to, "{{\"capabilities\": {{");
  std::string_view separator;
  for (const Capability& capability : capabilities_of(neighbor)) {
    fmt::format_to(to, "{}\"{}\": {}", separator, capability.name,
                   json_bool(local ? capability.local : capability.peer));
    separator = ", ";
  }
  fmt::format_to(to, "}}, \"families\": {{");
  separator = "";
  const std::vector<FamilyRow> rows = families_of(neighbor);
  for (const FamilyRow& row : rows) {
    fmt::format_to(to, "{}\"{}\": {}", separator, row.name, json_bool(local || row.peer));
    separator = ", ";
  }
  fmt::format_to(to, "}}, \"add-path\": {{");
  separator = "";
  for (const FamilyRow& row : rows) {
    fmt::format_to(to, "{}\"{}\": {}", separator, row.name,
                   json_bool(local ? row.send : row.receive));
    separator = ", ";
  }
  const event::PeerView view = neighbor.peer_view();
  const PeerOpen* open = neighbor.peer_open();
  fmt::format_to(to, "}}, \"address\": \"{}\", ",
                 local ? view.local_address.text() : view.peer_address.text());
  if (local) {
    fmt::format_to(to, "\"as\": {}, \"id\": \"{}\", \"hold\": {}}}", view.local_as,
                   router_id_text(view.router_id), neighbor.config().hold_time_s);
  } else {
    fmt::format_to(
        to, "\"as\": {}, \"id\": {}, \"hold\": {}}}", view.peer_as,
        open == nullptr ? "null" : fmt::format("\"{}\"", router_id_text(open->router_id)),
        open == nullptr ? "null" : std::to_string(open->hold_time_s));
  }
}

}  // namespace

void print_summary_header(std::string& out) {
  out += "Peer            AS        up/down state       |     #sent     #recvd\n";
}

void print_summary(const Neighbor& neighbor, base::Tick now, std::string& out) {
  fmt::format_to(std::back_inserter(out), "{:<15} {:<7} {:>9} {:<12} {:>10} {:>10}\n",
                 neighbor.config().peer_address.text(), as_text(neighbor.config().peer_as),
                 neighbor.established() ? duration_text(now - neighbor.since()) : "down",
                 lower_state(neighbor), neighbor.sent().of(MessageType::update),
                 neighbor.received().of(MessageType::update));
}

void print_extensive(const Neighbor& neighbor, base::Tick now, std::string& out) {
  auto to = std::back_inserter(out);
  const event::PeerView view = neighbor.peer_view();
  const PeerOpen* open = neighbor.peer_open();
  const bool up = neighbor.established();
  const auto line = [&](std::string_view name, std::string_view local, std::string_view remote,
                        std::string_view third) {
    fmt::format_to(to, "   {:<20} {:>15} {:>15} {:>15}\n", name, local, remote, third);
  };
  fmt::format_to(to, "Neighbor {}\n\n    Session                       Local\n",
                 view.peer_address.text());
  line("local", view.local_address ? view.local_address.text() : "auto", "", "");
  line("state", neighbor.state_name(), "", "");
  line(up ? "up for" : "down for", duration_text(now - neighbor.since()), "", "");
  fmt::format_to(to, "\n    Setup                         Local          Remote\n");
  line("AS", as_text(neighbor.config().local_as), as_text(neighbor.config().peer_as), "");
  line("ID", router_id_text(view.router_id),
       open == nullptr ? "n/a" : router_id_text(open->router_id), "");
  line("hold-time", std::to_string(neighbor.config().hold_time_s),
       open == nullptr ? "n/a" : std::to_string(open->hold_time_s), "");
  fmt::format_to(to, "\n    Capability                    Local          Remote\n");
  for (const Capability& capability : capabilities_of(neighbor))
    line(fmt::format("{}:", capability.name), enabled(capability.local),
         open == nullptr ? "n/a" : enabled(capability.peer), "");
  fmt::format_to(to, "\n    Families                      Local          Remote        Add-Path\n");
  for (const FamilyRow& row : families_of(neighbor))
    line(fmt::format("{}:", row.name), "enabled", open == nullptr ? "n/a" : enabled(row.peer),
         open == nullptr ? "n/a" : row.add_path());
  fmt::format_to(to, "\n    Message Statistic              Sent        Received\n");
  for (const auto& [name, type] : messages)
    line(fmt::format("{}:", name), std::to_string(neighbor.sent().of(type)),
         std::to_string(neighbor.received().of(type)), "");
  line("total:", std::to_string(neighbor.sent().total()),
       std::to_string(neighbor.received().total()), "");
  out += '\n';
}

void print_neighbor_json(const Neighbor& neighbor, base::Tick now, std::string& out) {
  auto to = std::back_inserter(out);
  fmt::format_to(to, "{{\"state\": \"{}\", \"duration\": {}, \"fsm\": \"{}\", \"local\": ",
                 neighbor.established() ? "up" : "down",
                 (now - neighbor.since()).ns / 1'000'000'000, neighbor.state_name());
  json_side(neighbor, true, out);
  out += ", \"peer\": ";
  json_side(neighbor, false, out);
  out += ", \"messages\": {\"sent\": ";
  json_messages(neighbor.sent(), out);
  out += ", \"received\": ";
  json_messages(neighbor.received(), out);
  out += "}, \"capabilities\": [";
  std::string_view separator;
  for (const Capability& capability : capabilities_of(neighbor)) {
    if (!capability.local || !capability.peer) continue;
    fmt::format_to(to, "{}\"{}\"", separator, capability.name);
    separator = ", ";
  }
  out += "], \"families\": [";
  separator = "";
  const std::vector<FamilyRow> rows = families_of(neighbor);
  for (const FamilyRow& row : rows) {
    if (!row.peer) continue;
    fmt::format_to(to, "{}\"{}\"", separator, row.name);
    separator = ", ";
  }
  out += "], \"add-path\": {";
  separator = "";
  for (const FamilyRow& row : rows) {
    fmt::format_to(to, "{}\"{}\": \"{}\"", separator, row.name, row.add_path());
    separator = ", ";
  }
  out += "}}";
}

}  // namespace openbell::engine
