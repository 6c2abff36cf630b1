#include <algorithm>
#include <array>
#include <optional>

#include "engine/bus.h"
#include "engine/command.h"
#include "grammar/selector.h"

namespace openbell::engine {

namespace {

/// Selectors remembered with what they select.
constexpr std::size_t selections_max = 4096;

constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

constexpr std::array rows = {
    CommandRow{"announce route", "[neighbor <ip> [filters]] announce route", announce_route},
    CommandRow{"withdraw route", "[neighbor <ip> [filters]] withdraw route", withdraw_route},
    CommandRow{"announce attributes", "[neighbor <ip> [filters]] announce attributes",
               announce_attributes},
    CommandRow{"announce attribute", "[neighbor <ip> [filters]] announce attribute",
               announce_attributes},
    CommandRow{"withdraw attributes", "[neighbor <ip> [filters]] withdraw attributes",
               withdraw_attributes},
    CommandRow{"withdraw attribute", "[neighbor <ip> [filters]] withdraw attribute",
               withdraw_attributes},
    CommandRow{"announce ipv4", "[neighbor <ip> [filters]] announce ipv4", announce_ipv4},
    CommandRow{"announce ipv6", "[neighbor <ip> [filters]] announce ipv6", announce_ipv6},
    CommandRow{"withdraw ipv4", "[neighbor <ip> [filters]] withdraw ipv4", withdraw_ipv4},
    CommandRow{"withdraw ipv6", "[neighbor <ip> [filters]] withdraw ipv6", withdraw_ipv6},
    CommandRow{"announce flow", "[neighbor <ip> [filters]] announce flow", announce_flow},
    CommandRow{"withdraw flow", "[neighbor <ip> [filters]] withdraw flow", withdraw_flow},
    CommandRow{"announce vpls", "[neighbor <ip> [filters]] announce vpls", later_family},
    CommandRow{"withdraw vpls", "[neighbor <ip> [filters]] withdraw vpls", later_family},
    CommandRow{"announce eor", "[neighbor <ip> [filters]] announce eor", announce_eor},
    CommandRow{"announce route-refresh", "[neighbor <ip> [filters]] announce route-refresh",
               announce_route_refresh},
    CommandRow{"announce operational", "[neighbor <ip> [filters]] announce operational",
               announce_operational},
    CommandRow{"announce watchdog", "announce watchdog", announce_watchdog},
    CommandRow{"withdraw watchdog", "withdraw watchdog", withdraw_watchdog},
    CommandRow{"teardown", "[neighbor <ip> [filters]] teardown", teardown},
    CommandRow{"show neighbor", "show neighbor [ summary | extensive | configuration | json ]",
               show_neighbor},
    CommandRow{"show adj-rib", "show adj-rib < in | out > [ extensive ] [ json ]", show_adj_rib},
    CommandRow{"flush adj-rib out", "[neighbor <ip> [filters]] flush adj-rib out",
               flush_adj_rib_out},
    CommandRow{"clear adj-rib", "[neighbor <ip> [filters]] clear adj-rib [ in | out ]",
               clear_adj_rib},
    CommandRow{"reload", "reload", reload_configuration},
    CommandRow{"restart", "restart", restart_sessions},
    CommandRow{"reset", "reset", reset_queue},
    CommandRow{"shutdown", "shutdown", shutdown_daemon},
    CommandRow{"version", "version", version},
    CommandRow{"help", "help", help},
    CommandRow{"enable-ack", "enable-ack", enable_ack},
    CommandRow{"disable-ack", "disable-ack", disable_ack},
    CommandRow{"silence-ack", "silence-ack", silence_ack},
    CommandRow{"crash", "crash", crash},
};

/// What follows the words of a row in `text`, if they are what stands there: words are separated by
/// blanks.
std::optional<std::string_view> after_words(std::string_view words, std::string_view text) {
  while (!words.empty()) {
    const std::size_t size = std::min(words.find(' '), words.size());
    if (!text.starts_with(words.substr(0, size))) return std::nullopt;
    text.remove_prefix(size);
    if (!text.empty() && !is_blank(text.front())) return std::nullopt;
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    words.remove_prefix(std::min(size + 1, words.size()));
  }
  return text;
}

const CommandRow* find_row(std::string_view& text) {
  for (const CommandRow& row : rows) {
    if (const auto rest = after_words(row.words, text)) {
      text = *rest;
      return &row;
    }
  }
  return nullptr;
}

/// The neighbors of a helper that a selector names; computed once for each text until neighbors
/// change.
rib::PeerSet matching_neighbors(Invocation& invocation, std::string_view text,
                                const grammar::Selector& selector) {
  State& state = invocation.state;
  std::string key = std::to_string(invocation.helper.id()).append(" ").append(text);
  if (const auto known = state.selections.find(key); known != state.selections.end())
    return known->second;
  rib::PeerSet matching = rib::nobody;
  state.for_each_neighbor(invocation.helper.audience, [&](const Neighbor& neighbor) {
    if (selector.matches(neighbor.config()))
      matching = state.peers.unite(matching, state.peers.single(neighbor.id()));
  });
  if (state.selections.size() == selections_max) state.selections.clear();
  state.selections.emplace(std::move(key), matching);
  return matching;
}

/// Takes the selector from `text` when there is one; false, with the reason, when it is wrong or
/// nobody matches.
bool select(Invocation& invocation, std::string_view& text) {
  if (!after_words("neighbor", text)) return true;
  base::TextReader in(text);
  grammar::Selector selector;
  invocation.selected = true;
  if (!grammar::parse_selector(in, selector)) {
    invocation.why = "wanted " + in.complaint().wanted;
    return false;
  }
  const std::size_t size = in.at_end() ? text.size() : in.offset();
  invocation.audience = matching_neighbors(invocation, text.substr(0, size), selector);
  text.remove_prefix(size);
  if (invocation.audience == rib::nobody) invocation.why = "no neighbor of this helper matches";
  return invocation.audience != rib::nobody;
}

void answer(State& state, Invocation& invocation, Reply reply) {
  Helper& helper = invocation.helper;
  if (reply == Reply::error) {
    state.host.log(4, "api",
                   "command of " + helper.name() + " refused: " + invocation.why + ": " +
                       std::string(invocation.cause.command.substr(0, 512)));
    record(state, audit::Kind::command_refused, invocation.cause, invocation.why, {}, rib::nobody);
  }
  if (reply == Reply::none || helper.acknowledge == Acknowledge::no) return;
  helper.answer(reply == Reply::done ? "done\n" : "error\n");
}

std::string_view stripped(std::string_view line) {
  while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
  while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
  return line;
}

}  // namespace

std::span<const CommandRow> command_rows() {
  return rows;
}

void run_command(State& state, Helper& helper, std::string_view line) {
  line = stripped(line);
  if (line.empty()) return;
  ++helper.commands;
  if (line.starts_with("debug "))
    return state.host.log(4, "api",
                          "debug info from " + helper.name() + " : " + std::string(line.substr(6)));
  Invocation invocation{state,
                        helper,
                        helper.audience,
                        {audit::Cause::Kind::helper, helper.name(), helper.pid, line}};
  if (line.front() == '#') return answer(state, invocation, Reply::done);
  std::string_view text = line;
  if (!select(invocation, text)) return answer(state, invocation, Reply::error);
  const CommandRow* row = find_row(text);
  if (row == nullptr) return answer(state, invocation, invocation.refuse("unknown command"));
  base::TextReader in(text);
  answer(state, invocation, row->run(invocation, in));
}

}  // namespace openbell::engine
