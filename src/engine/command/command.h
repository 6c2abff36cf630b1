#pragma once
// Commands of helpers: one row of a table and one function each (command_table.cc).

#include <string>
#include <string_view>

#include "base/text.h"
#include "engine/state.h"

namespace openbell::engine {

/// What a helper is told after its command.
enum class Reply : std::uint8_t { done, error, none, held };

/// One command being carried out.
struct Invocation {
  State& state;
  Helper& helper;
  rib::Audience audience;  // the neighbors that it is for: those of the selector, or all that the
                           // helper may command
  Cause cause;
  bool selected = false;                         // a selector was given
  bool released = false;                         // a guard held it, and somebody let it pass
  std::string why = {};                          // filled when the reply is error
  Outcome outcome = {};                          // of what was changed
  rib::Priority priority = rib::Priority::bulk;  // of what is changed
  bool writes_now = false;                       // what is urgent leaves before the next line

  /// Fails with a reason.
  Reply refuse(std::string_view reason) {
    why = reason;
    return Reply::error;
  }
};

struct CommandRow {
  std::string_view words;  // "announce route"
  std::string_view help;   // as `help` prints it
  /// `in` is at the first word after the row's own.
  Reply (*run)(Invocation& call, base::TextReader& in);
  /// It changes routes: guards may hold it.
  bool guarded = false;
};

/// Carries out one line of a helper and answers it.
void run_command(State& state, Helper& helper, std::string_view line);
/// The same for a line that guards had held and somebody has released; it was answered before.
void run_released(State& state, Helper& helper, std::string_view line);

// The functions of the rows, by the file that has them.
// command_route.cc
Reply announce_route(Invocation& call, base::TextReader& in);
Reply withdraw_route(Invocation& call, base::TextReader& in);
Reply announce_attributes(Invocation& call, base::TextReader& in);
Reply withdraw_attributes(Invocation& call, base::TextReader& in);
Reply announce_ipv4(Invocation& call, base::TextReader& in);
Reply announce_ipv6(Invocation& call, base::TextReader& in);
Reply withdraw_ipv4(Invocation& call, base::TextReader& in);
Reply withdraw_ipv6(Invocation& call, base::TextReader& in);
Reply announce_flow(Invocation& call, base::TextReader& in);
Reply withdraw_flow(Invocation& call, base::TextReader& in);
Reply announce_watchdog(Invocation& call, base::TextReader& in);
Reply withdraw_watchdog(Invocation& call, base::TextReader& in);
Reply later_family(Invocation& call, base::TextReader& in);
// command_session.cc
Reply announce_eor(Invocation& call, base::TextReader& in);
Reply announce_route_refresh(Invocation& call, base::TextReader& in);
Reply announce_operational(Invocation& call, base::TextReader& in);
Reply teardown(Invocation& call, base::TextReader& in);
Reply flush_adj_rib_out(Invocation& call, base::TextReader& in);
Reply clear_adj_rib(Invocation& call, base::TextReader& in);
// command_control.cc
Reply help(Invocation& call, base::TextReader& in);
Reply version(Invocation& call, base::TextReader& in);
Reply shutdown_daemon(Invocation& call, base::TextReader& in);
Reply reload_configuration(Invocation& call, base::TextReader& in);
Reply restart_sessions(Invocation& call, base::TextReader& in);
Reply reset_queue(Invocation& call, base::TextReader& in);
Reply crash(Invocation& call, base::TextReader& in);
Reply enable_ack(Invocation& call, base::TextReader& in);
Reply disable_ack(Invocation& call, base::TextReader& in);
Reply silence_ack(Invocation& call, base::TextReader& in);
Reply show_helpers(Invocation& call, base::TextReader& in);
// command_service.cc
Reply service(Invocation& call, base::TextReader& in);
Reply show_services(Invocation& call, base::TextReader& in);
Reply renew(Invocation& call, base::TextReader& in);
Reply show_leases(Invocation& call, base::TextReader& in);
Reply show_bfd(Invocation& call, base::TextReader& in);
// command_plan.cc
Reply plan(Invocation& call, base::TextReader& in);
Reply show_plans(Invocation& call, base::TextReader& in);
Reply drill(Invocation& call, base::TextReader& in);
Reply guard(Invocation& call, base::TextReader& in);
Reply show_guard(Invocation& call, base::TextReader& in);
// command_latency.cc
Reply show_latency(Invocation& call, base::TextReader& in);
// command_show.cc
Reply show_neighbor(Invocation& call, base::TextReader& in);
Reply show_adj_rib(Invocation& call, base::TextReader& in);
// command_show_route.cc
Reply show_route(Invocation& call, base::TextReader& in);

/// All rows, in the order of `help`.
std::span<const CommandRow> command_rows();

}  // namespace openbell::engine
