#pragma once
// Commands: what is asked for, apart from how it was written. A text, another dialect or a request
// of another kind is read into the same Action; carrying it out knows nothing of its words.

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/text.h"
#include "engine/cause.h"
#include "engine/client/client.h"
#include "engine/parts.h"
#include "engine/routing/statement.h"
#include "grammar/route/route.h"
#include "grammar/selector.h"

namespace openbell::engine {

/// What a client is told after its command.
enum class Reply : std::uint8_t { done, error, none, held };

/// One command being carried out.
struct Invocation {
  Parts& parts;
  Client& client;
  rib::Audience audience;  // the neighbors that it is for: those of the selector, or all that the
                           // client may command
  Cause cause;
  bool selected = false;                         // a selector was given
  std::string why = {};                          // filled when the reply is error
  Outcome outcome = {};                          // of what was changed
  rib::Priority priority = rib::Priority::bulk;  // of what is changed
  bool writes_now = false;                       // what is urgent leaves before the next line

  /// Fails with a reason.
  Reply refuse(std::string_view reason) {
    why = reason;
    return Reply::error;
  }
  /// Puts the command itself on record; what it changes has records of its own.
  void note(std::string_view result, rib::Snapshot neighbors = {}) const;
  /// An answer of its own, before `done`.
  void answer(std::string_view text) { client.replies.answer(text); }
};

/// What a command asks for.
class Action {
 public:
  virtual ~Action() = default;
  /// Why it cannot be, whatever guards say; empty: it can.
  [[nodiscard]] virtual std::string objection(const Parts& /*parts*/) const { return {}; }
  virtual Reply carry_out(Invocation& call) = 0;
  /// It is a ChangeRoutes, whose memory the next command can use.
  [[nodiscard]] virtual bool changes_routes() const { return false; }
};
using ActionPtr = std::unique_ptr<Action>;

/// `run(Invocation&)` as an action.
template <typename Run>
ActionPtr action(Run run) {
  class Running final : public Action {
   public:
    explicit Running(Run given) : run_(std::move(given)) {}
    Reply carry_out(Invocation& call) override { return run_(call); }

   private:
    Run run_;
  };
  return std::make_unique<Running>(std::move(run));
}

/// Says routes, or takes them back.
class ChangeRoutes final : public Action {
 public:
  Reply carry_out(Invocation& call) override;
  [[nodiscard]] bool changes_routes() const override { return true; }

  Statement statement;
};

/// A command while it is read.
class CommandText {
 public:
  CommandText(base::TextReader& text, grammar::RouteParser& parser, const rib::Claims& known,
              ActionPtr& spare_action, std::string& refusal)
      : in(text), routes(parser), claims(known), spare(spare_action), why(refusal) {}

  base::TextReader& in;          // at the first word after those of the row
  grammar::RouteParser& routes;  // remembers paths that were said before
  const rib::Claims& claims;     // learns early what the command will be about
  ActionPtr& spare;              // a ChangeRoutes that is not used any more, or null
  Role role = Role::view;        // that it takes
  bool guarded = false;          // guards may hold it
  std::string& why;              // why it is not understood

  /// It is not understood.
  ActionPtr refuse(std::string_view reason) {
    why = reason;
    return nullptr;
  }
};

struct CommandRow {
  std::string_view words;  // "announce route"
  std::string_view help;   // as `help` prints it
  /// Reads what follows the words; null, with why, when it is not understood. Where it depends on
  /// what follows, it raises the role and the guard's interest.
  ActionPtr (*parse)(CommandText& text);
  Role role = Role::view;
  bool guarded = false;  // it changes routes: guards may hold it
};

// What reads the rows, by the file that has them.
// route.cc
ActionPtr announce_route(CommandText& text);
ActionPtr withdraw_route(CommandText& text);
ActionPtr announce_attributes(CommandText& text);
ActionPtr withdraw_attributes(CommandText& text);
ActionPtr announce_ipv4(CommandText& text);
ActionPtr announce_ipv6(CommandText& text);
ActionPtr withdraw_ipv4(CommandText& text);
ActionPtr withdraw_ipv6(CommandText& text);
ActionPtr announce_flow(CommandText& text);
ActionPtr withdraw_flow(CommandText& text);
ActionPtr later_family(CommandText& text);
// watchdog.cc
ActionPtr announce_watchdog(CommandText& text);
ActionPtr withdraw_watchdog(CommandText& text);
// session.cc
ActionPtr announce_eor(CommandText& text);
ActionPtr announce_route_refresh(CommandText& text);
ActionPtr announce_operational(CommandText& text);
ActionPtr teardown(CommandText& text);
ActionPtr flush_adj_rib_out(CommandText& text);
ActionPtr clear_adj_rib(CommandText& text);
// daemon.cc
ActionPtr help(CommandText& text);
ActionPtr version(CommandText& text);
ActionPtr shutdown_daemon(CommandText& text);
ActionPtr reload_configuration(CommandText& text);
ActionPtr restart_sessions(CommandText& text);
ActionPtr reset_queue(CommandText& text);
ActionPtr crash(CommandText& text);
ActionPtr enable_ack(CommandText& text);
ActionPtr disable_ack(CommandText& text);
ActionPtr silence_ack(CommandText& text);
ActionPtr show_helpers(CommandText& text);
// service.cc
ActionPtr service(CommandText& text);
ActionPtr show_services(CommandText& text);
// lease.cc
ActionPtr renew(CommandText& text);
ActionPtr show_leases(CommandText& text);
// bfd.cc
ActionPtr show_bfd(CommandText& text);
// plan.cc
ActionPtr plan(CommandText& text);
ActionPtr show_plans(CommandText& text);
ActionPtr drill(CommandText& text);
// guard.cc
ActionPtr guard(CommandText& text);
ActionPtr show_guard(CommandText& text);
// latency.cc
ActionPtr show_latency(CommandText& text);
// show.cc
ActionPtr show_neighbor(CommandText& text);
// show_adj_rib.cc
ActionPtr show_adj_rib(CommandText& text);
// show_route.cc
ActionPtr show_route(CommandText& text);

/// All rows, in the order in which their words are looked for.
std::span<const CommandRow> command_rows();
/// The row whose words `text` begins with, which are taken from it; null when there is none.
const CommandRow* find_row(std::string_view& text);
/// Takes a word and the blanks behind it from the beginning of `text`. False when it does not
/// stand there.
bool take_word(std::string_view word, std::string_view& text);

}  // namespace openbell::engine
