// The normal form of a configuration: rows of the tables that differ from their defaults, in the
// order of the tables.

#include <algorithm>

#include "base/base64.h"
#include "base/number.h"
#include "grammar/config/configuration.h"
#include "grammar/config/draft.h"
#include "grammar/config/value.h"
#include "grammar/print/print_section.h"
#include "grammar/route/print_route.h"

namespace openbell::grammar {

namespace {

using base::TextWriter;
using bgp::Family;

enum class Form : std::uint8_t {
  normal,  // what differs from the defaults, passwords as they are
  shown,   // everything, passwords hidden: `show neighbor configuration`
};

template <typename Target>
void print_rows(std::span<const Row<Target>> rows, const Target& target, Form form, int depth,
                TextWriter& out) {
  for (const Row<Target>& row : rows)
    if (row.print != nullptr && (form == Form::shown || !row.is_default(target)))
      print_row(row, target, depth, out);
}

/// ExaBGP shows capabilities as `enable` and `disable`, and the events of an api section as words
/// alone.
enum class Truth : std::uint8_t { enabled, bare };

template <typename Target>
void show_rows(std::span<const Row<Target>> rows, const Target& target, Truth truth, int depth,
               TextWriter& out) {
  for (const Row<Target>& row : rows) {
    if (row.print == nullptr || (truth == Truth::bare && row.is_default(target))) continue;
    std::string value;
    TextWriter to(value);
    row.print(target, to);
    if (value == "true") value = truth == Truth::bare ? "" : "enable";
    if (value == "false") value = "disable";
    indent(depth, out);
    out.put(row.info.word).put(value.empty() ? "" : " ").put(value).put(";\n");
  }
}

/// A password that a file can hold as it is.
bool is_printable(std::string_view password) {
  for (const char c : password)
    if (static_cast<std::uint8_t>(c) < 0x20 || static_cast<std::uint8_t>(c) >= 0x7F) return false;
  return true;
}

void print_password(const NeighborConfig& neighbor, Form form, TextWriter& out) {
  indent(1, out);
  if (form == Form::shown) {
    out.put("md5-password <hidden>;\n");
  } else if (is_printable(neighbor.md5_password)) {
    print_word(neighbor.md5_password, out.put("md5-password "));
    out.put(";\n");
  } else {
    print_word(base::to_base64(neighbor.md5_password), out.put("md5-password "));
    out.put(";\n");
    indent(1, out);
    out.put("md5-base64 true;\n");
  }
}

/// ExaBGP shows these only when they are set.
bool is_shown_when_set(std::string_view word) {
  constexpr std::string_view words[] = {"listen",           "connect",      "md5-ip",
                                        "outgoing-ttl",     "incoming-ttl", "local-link-local",
                                        "kernel-timestamps"};
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

void print_leaves(const NeighborConfig& neighbor, Form form, TextWriter& out) {
  for (const Row<NeighborConfig>& row : neighbor_rows()) {
    if (row.print == nullptr) continue;
    const std::string_view word = row.info.word;
    const bool unset = row.is_default(neighbor);
    const bool wanted = form == Form::shown && !is_shown_when_set(word);
    if (word == "md5-password") {
      if (!unset) print_password(neighbor, form, out);
    } else if (word == "router-id" && unset && wanted && neighbor.local_address.is_v4()) {
      indent(1, out);
      out.put("router-id ").put(neighbor.local_address.text()).put(";\n");
    } else if (word == "local-as" || word == "peer-as" || !unset || wanted) {
      print_row(row, neighbor, 1, out);
    }
  }
}

void print_families(std::string_view section, const bgp::FamilySet& families, Form form,
                    std::string_view suffix, TextWriter& out) {
  if (families.empty() && form == Form::normal) return;
  open_section(section, 1, out);
  if (form == Form::normal && section == "family" && families == all_families()) {
    indent(2, out);
    out.put("all;\n");
    return close_section(1, out);
  }
  families.for_each([&](Family family) {
    indent(2, out);
    bgp::print_family(family, out);
    out.put(suffix).put(";\n");
  });
  close_section(1, out);
}

void print_interest(std::string_view section, const MessageInterest& interest, TextWriter& out) {
  if (interest == MessageInterest{}) return;
  open_section(section, 2, out);
  for (const Row<MessageInterest>& row : message_rows()) {
    if (row.is_default(interest)) continue;
    indent(3, out);
    out.put(row.info.word).put(";\n");
  }
  close_section(2, out);
}

bool same_flags(ApiBinding a, const ApiBinding& b) {
  a.process = b.process;
  return a == b;
}

/// Helpers with the same wishes share a section; names tell the sections apart.
void print_api(const NeighborConfig& neighbor, const Configuration& configuration, Form form,
               TextWriter& out) {
  std::vector<bool> printed(neighbor.api.size());
  for (std::size_t i = 0, section = 0; i < neighbor.api.size(); ++i) {
    if (printed[i]) continue;
    indent(1, out);
    out.put("api");
    if (section++ != 0) out.put(" api-").number(section);
    out.put(" {\n");
    indent(2, out);
    out.put("processes [");
    for (std::size_t j = i; j < neighbor.api.size(); ++j) {
      if (!same_flags(neighbor.api[i], neighbor.api[j])) continue;
      print_word(configuration.processes[base::place(neighbor.api[j].process)].name, out.put(' '));
      printed[j] = true;
    }
    out.put(" ];\n");
    if (form == Form::shown) {
      show_rows(api_rows(), neighbor.api[i], Truth::bare, 2, out);
    } else {
      print_rows(api_rows(), neighbor.api[i], form, 2, out);
    }
    print_interest("receive", neighbor.api[i].receive, out);
    print_interest("send", neighbor.api[i].send, out);
    close_section(1, out);
  }
}

/// Sections follow the order of the routes.
void print_routes(const RouteList& routes, TextWriter& out) {
  std::string_view last;
  for (std::size_t i = 0; i < routes.size(); ++i) {
    const RouteView view = routes.at(i);
    const std::string_view section = section_of(view);
    if (section != last) {
      if (!last.empty()) close_route_section(last, out);
      open_route_section(section, out);
      last = section;
    }
    print_route(view, out);
  }
  if (!last.empty()) close_route_section(last, out);
}

void print_capability(const NeighborConfig& neighbor, Form form, TextWriter& out) {
  bool any = form == Form::shown;
  for (const Row<NeighborConfig>& row : capability_rows()) any |= !row.is_default(neighbor);
  if (!any) return;
  open_section("capability", 1, out);
  if (form == Form::shown) {
    show_rows(capability_rows(), neighbor, Truth::enabled, 2, out);
  } else {
    print_rows(capability_rows(), neighbor, form, 2, out);
  }
  close_section(1, out);
}

void print_bfd(const NeighborConfig& neighbor, Form form, TextWriter& out) {
  if (!neighbor.bfd) return;
  bfd::SessionConfig session = *neighbor.bfd;
  if (form == Form::shown) session.secret = "<hidden>";
  open_section("bfd", 1, out);
  print_changed_rows(neighbor_bfd_rows(), session, 2, out);
  close_section(1, out);
}

void print_neighbor(const NeighborConfig& neighbor, const Configuration& configuration, Form form,
                    TextWriter& out) {
  neighbor.peer_address.print(out.put("neighbor "));
  out.put(" {\n");
  print_leaves(neighbor, form, out);
  print_bfd(neighbor, form, out);
  print_capability(neighbor, form, out);
  print_families("family", neighbor.families, form, {}, out);
  print_families("nexthop", neighbor.nexthop_families, form, " ipv6", out);
  print_families("add-path", neighbor.add_path_families, form, {}, out);
  print_api(neighbor, configuration, form, out);
  if (form == Form::normal) print_routes(neighbor.routes, out);
  out.put("}\n");
}

}  // namespace

std::string print_configuration(const Configuration& configuration) {
  std::string text;
  TextWriter out(text);
  for (const ProcessConfig& process : configuration.processes) {
    print_word(process.name, out.put("process "));
    out.put(" {\n");
    print_rows(process_rows(), process, Form::normal, 1, out);
    out.put("}\n\n");
  }
  if (configuration.audit != AuditConfig{}) {
    out.put("audit {\n");
    print_rows(audit_rows(), configuration.audit, Form::normal, 1, out);
    out.put("}\n\n");
  }
  print_own_sections(configuration, out);
  for (const NeighborConfig& neighbor : configuration.neighbors) {
    if (&neighbor != &configuration.neighbors.front()) out.put('\n');
    print_neighbor(neighbor, configuration, Form::normal, out);
  }
  for (const ServiceConfig& service : configuration.services)
    print_service(service, out.put(text.empty() || text.ends_with("\n\n") ? "" : "\n"));
  for (const PlanConfig& plan : configuration.plans)
    print_plan(plan, out.put(text.empty() || text.ends_with("\n\n") ? "" : "\n"));
  return text;
}

std::string print_neighbor(const NeighborConfig& neighbor, const Configuration& configuration) {
  std::string text;
  TextWriter out(text);
  print_neighbor(neighbor, configuration, Form::shown, out);
  return text;
}

}  // namespace openbell::grammar
