#include <algorithm>
#include <array>
#include <optional>

#include "engine/command/command.h"
#include "engine/report/bus.h"
#include "grammar/selector.h"

namespace openbell::engine {

namespace {

/// Selectors remembered with what they select.
constexpr std::size_t selections_max = 4096;

constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

constexpr std::array rows = {
    CommandRow{"announce route", "[neighbor <ip> [filters]] announce route", announce_route, true},
    CommandRow{"withdraw route", "[neighbor <ip> [filters]] withdraw route", withdraw_route, true},
    CommandRow{"announce attributes", "[neighbor <ip> [filters]] announce attributes",
               announce_attributes, true},
    CommandRow{"announce attribute", "[neighbor <ip> [filters]] announce attribute",
               announce_attributes, true},
    CommandRow{"withdraw attributes", "[neighbor <ip> [filters]] withdraw attributes",
               withdraw_attributes, true},
    CommandRow{"withdraw attribute", "[neighbor <ip> [filters]] withdraw attribute",
               withdraw_attributes, true},
    CommandRow{"announce ipv4", "[neighbor <ip> [filters]] announce ipv4", announce_ipv4, true},
    CommandRow{"announce ipv6", "[neighbor <ip> [filters]] announce ipv6", announce_ipv6, true},
    CommandRow{"withdraw ipv4", "[neighbor <ip> [filters]] withdraw ipv4", withdraw_ipv4, true},
    CommandRow{"withdraw ipv6", "[neighbor <ip> [filters]] withdraw ipv6", withdraw_ipv6, true},
    CommandRow{"announce flow", "[neighbor <ip> [filters]] announce flow", announce_flow, true},
    CommandRow{"withdraw flow", "[neighbor <ip> [filters]] withdraw flow", withdraw_flow, true},
    CommandRow{"announce vpls", "[neighbor <ip> [filters]] announce vpls", later_family},
    CommandRow{"withdraw vpls", "[neighbor <ip> [filters]] withdraw vpls", later_family},
    CommandRow{"announce eor", "[neighbor <ip> [filters]] announce eor", announce_eor},
    CommandRow{"announce route-refresh", "[neighbor <ip> [filters]] announce route-refresh",
               announce_route_refresh},
    CommandRow{"announce operational", "[neighbor <ip> [filters]] announce operational",
               announce_operational},
    CommandRow{"announce watchdog", "announce watchdog", announce_watchdog, true},
    CommandRow{"withdraw watchdog", "withdraw watchdog", withdraw_watchdog, true},
    CommandRow{"teardown", "[neighbor <ip> [filters]] teardown", teardown},
    CommandRow{"show neighbor", "show neighbor [ summary | extensive | configuration | json ]",
               show_neighbor},
    CommandRow{"show adj-rib", "show adj-rib < in | out > [ extensive ] [ json ]", show_adj_rib},
    CommandRow{"show route", "show route PREFIX", show_route},
    CommandRow{"flush adj-rib out", "[neighbor <ip> [filters]] flush adj-rib out",
               flush_adj_rib_out},
    CommandRow{"clear adj-rib", "[neighbor <ip> [filters]] clear adj-rib [ in | out ]",
               clear_adj_rib, true},
    CommandRow{"service", "service NAME < up | down | disable | enable | show [ json ] >", service},
    CommandRow{"show services", "show services [ json ]", show_services},
    CommandRow{"renew", "renew [ GROUP ]", renew},
    CommandRow{"show leases", "show leases [ json ]", show_leases},
    CommandRow{"plan", "plan < show | run | revert | arm | disarm > NAME", plan},
    CommandRow{"show plans", "show plans [ json ]", show_plans},
    CommandRow{"drill", "drill NAME [ budget DURATION ]", drill},
    CommandRow{"guard", "guard < release | drop > < NUMBER | all >", guard},
    CommandRow{"show guard", "show guard [ json ]", show_guard},
    CommandRow{"show bfd", "show bfd [ json ]", show_bfd},
    CommandRow{"show helpers", "show helpers [ json ]", show_helpers},
    CommandRow{"show latency", "show latency [ json ]", show_latency},
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
rib::Audience matching_neighbors(Invocation& invocation, std::string_view text,
                                 const grammar::Selector& selector) {
  State& state = invocation.state;
  std::string key = std::to_string(invocation.helper.id()).append(" ").append(text);
  if (const auto known = state.selections.find(key); known != state.selections.end())
    return known->second;
  rib::Audience matching;
  state.for_each_neighbor(invocation.helper.audience(), [&](const Neighbor& neighbor) {
    // Who was born of a range is gone with its session, also before the turn ends.
    const bool gone = neighbor.is_born_of_range() && neighbor.quiet();
    if (!gone && selector.matches(neighbor.config())) matching |= neighbor.audience();
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
  if (invocation.audience.empty()) invocation.why = "no neighbor of this helper matches";
  return !invocation.audience.empty();
}

void note_refusal(State& state, const Invocation& invocation) {
  state.publisher.publish(state.now, CommandRefused{state.publisher.keep(invocation.cause),
                                                    state.publisher.keep(invocation.why)});
}

/// `done` or `error` with its newline; empty when the helper wants none.
std::string_view answer_of(const Helper& helper, Reply reply) {
  if (reply == Reply::none || helper.acknowledge == Acknowledge::no) return {};
  return reply == Reply::error ? "error\n" : "done\n";
}

/// Takes ` id WORD` from the end of a command: a receipt is wanted. Empty: none is.
std::string_view take_id(std::string_view& line) {
  const std::size_t word = line.find_last_of(" \t");
  if (word == std::string_view::npos) return {};
  std::size_t end = word;
  while (end > 0 && is_blank(line[end - 1])) --end;
  const std::string_view before = line.substr(0, end);
  if (!before.ends_with("id") || before.size() < 4 || !is_blank(before[before.size() - 3]))
    return {};
  const std::string_view id = line.substr(word + 1);
  line = before.substr(0, before.size() - 3);
  while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
  return id;
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

namespace {

/// Held by a guard: it counts as done, the rest is said by events and records.
Reply hold(Invocation& call, std::string_view objection) {
  if (call.state.guard.hold(call.helper, call.cause.command, objection) != 0) return Reply::held;
  return call.refuse("a guard holds changes (" + std::string(objection) + ") and cannot hold more");
}

Reply carry_out(Invocation& call, std::string_view text) {
  if (!select(call, text)) return Reply::error;
  const CommandRow* row = find_row(text);
  if (row == nullptr) return call.refuse("unknown command");
  if (!call.released && row->guarded && call.state.guard.active())
    if (const std::string objection = call.state.guard.objection(call.helper); !objection.empty())
      return hold(call, objection);
  base::TextReader in(text);
  return row->run(call, in);
}

Cause cause_of(const State& state, const Helper& helper, std::string_view line) {
  if (!helper.is_command_line())
    return {audit::Cause::Kind::helper, helper.name(), helper.pid, line};
  // The pipes are this user's own: who else writes to them cannot be told apart.
  return {audit::Cause::Kind::cli, state.options.user, 0, line};
}

Invocation invocation_of(State& state, Helper& helper, std::string_view line) {
  Invocation call{state, helper, helper.audience(), cause_of(state, helper, line)};
  // While a flood is on its way, a helper that says little goes first.
  if (state.more_to_send && helper.says_little(state.now.tick))
    call.priority = rib::Priority::urgent;
  return call;
}

}  // namespace

void run_command(State& state, Helper& helper, std::string_view line) {
  line = stripped(line);
  if (line.empty()) return;
  helper.note_command(state.now.tick);
  if (line.starts_with("debug "))
    return state.host.log(4, "api",
                          "debug info from " + helper.name() + " : " + std::string(line.substr(6)));
  if (line.front() == '#') return helper.answer(answer_of(helper, Reply::done));
  std::string_view text = line;
  const std::string_view id = take_id(text);
  const base::Now read = id.empty() ? state.now : state.host.clock();
  Invocation call = invocation_of(state, helper, line);
  const Reply reply = carry_out(call, text);
  if (reply == Reply::error) {
    note_refusal(state, call);
    call.outcome = {};
  }
  const std::string_view answer = answer_of(helper, reply);
  if (id.empty() || reply == Reply::none) {
    if (!answer.empty()) helper.answer(answer);
    if (call.writes_now) state.write_urgent();
    return;
  }
  const std::string_view result = reply == Reply::error  ? std::string_view(call.why)
                                  : reply == Reply::held ? "held"
                                                         : "done";
  state.receipts.begin(helper, id, result, std::string(answer), read, call.outcome);
  if (call.writes_now) state.write_urgent();
}

void run_released(State& state, Helper& helper, std::string_view line) {
  std::string_view text = line;
  take_id(text);
  Invocation call = invocation_of(state, helper, line);
  call.released = true;
  if (carry_out(call, text) == Reply::error) note_refusal(state, call);
}

}  // namespace openbell::engine
