#include "engine/command/commands.h"

#include <utility>

#include "engine/client/clients.h"
#include "engine/policy/policies.h"
#include "engine/report/publisher.h"
#include "engine/report/receipt.h"
#include "engine/routing/routing.h"
#include "engine/session/roster.h"

namespace openbell::engine {

namespace {

using base::is_blank;

std::string_view stripped(std::string_view line) {
  while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
  while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
  return line;
}

/// Takes ` id WORD` from the end of a command: a receipt is wanted. Empty: none is.
std::string_view take_id(std::string_view& line) {
  std::size_t begin = line.size();
  while (begin > 0 && !is_blank(line[begin - 1])) --begin;
  std::size_t end = begin;
  while (end > 0 && is_blank(line[end - 1])) --end;
  const std::string_view before = line.substr(0, end);
  if (!before.ends_with("id") || before.size() < 4 || !is_blank(before[before.size() - 3]))
    return {};
  const std::string_view id = line.substr(begin);
  line = before.substr(0, before.size() - 3);
  while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
  return id;
}

/// Takes `neighbor …` from the beginning of a command. False, with why, when it is wrong.
bool take_selection(std::string_view& text, std::optional<Selection>& selection, std::string& why) {
  std::string_view rest = text;
  if (!take_word("neighbor", rest)) return true;
  base::TextReader in(text);
  selection.emplace();
  if (!grammar::parse_selector(in, selection->selector)) {
    why = "wanted " + in.complaint().wanted;
    return false;
  }
  const std::size_t size = in.at_end() ? text.size() : in.offset();
  selection->text = text.substr(0, size);
  text.remove_prefix(size);
  return true;
}

/// `done` or `error` with its newline; empty when the client wants none.
std::string_view answer_of(const Client& client, Reply reply) {
  if (reply == Reply::none || client.acknowledge == Acknowledge::no) return {};
  return reply == Reply::error ? "error\n" : "done\n";
}

/// A command that a guard holds.
class Waiting final : public HeldCommand {
 public:
  Waiting(Commands& commands, Clients& clients, const Client& client, std::string_view given,
          std::optional<Selection> selection, ActionPtr action)
      : commands_(commands),
        clients_(clients),
        client_(client.name),
        given_(given),
        selection_(std::move(selection)),
        action_(std::move(action)) {}

  [[nodiscard]] std::string_view text() const override { return given_; }
  [[nodiscard]] const std::string& client() const override { return client_; }
  bool release() override {
    Client* client = clients_.find(client_);
    if (client != nullptr) commands_.release(*client, given_, selection_, *action_);
    return client != nullptr;
  }

 private:
  Commands& commands_;
  Clients& clients_;
  std::string client_;
  std::string given_;
  std::optional<Selection> selection_;
  ActionPtr action_;
};

}  // namespace

void Invocation::note(std::string_view result, rib::Snapshot neighbors) const {
  parts.publisher.publish(
      RoutesChanged{parts.publisher.keep(cause), result, {}, std::move(neighbors), {}, 0});
}

Commands::Command Commands::parse(std::string_view line) {
  Command command;
  command.given = line;
  command.id = take_id(line);
  if (!take_selection(line, command.selection, command.why)) return command;
  const CommandRow* row = find_row(line);
  if (row == nullptr) {
    command.why = "unknown command";
    return command;
  }
  base::TextReader in(line);
  CommandText text(in, routes_, parts_.routing.claims(), spare_, command.why);
  text.role = row->role;
  text.guarded = row->guarded;
  command.action = row->parse(text);
  if (command.action != nullptr && !in.at_end())
    command.action =
        text.refuse("wanted nothing after the end of the command, found '" +
                    std::string(in.peek()) + "' at column " + std::to_string(in.offset() + 1));
  command.role = text.role;
  command.guarded = text.guarded;
  return command;
}

Invocation Commands::invocation_of(Client& client, std::string_view given) {
  Invocation call{parts_, client, client.audience, client.cause(given)};
  // While a flood is on its way, a client that says little goes first.
  if (parts_.turn.more_to_send && client.says_little(parts_.turn.now.tick))
    call.priority = rib::Priority::urgent;
  return call;
}

/// False, with the reason, when nobody matches.
bool Commands::select(Invocation& call, const std::optional<Selection>& selection) {
  if (!selection) return true;
  call.selected = true;
  call.audience =
      parts_.clients.select(call.client, selection->text, selection->selector, parts_.roster);
  if (call.audience.empty()) call.why = "no neighbor of this client matches";
  return !call.audience.empty();
}

Reply Commands::hold(Invocation& call, Command& command, std::string_view objection) {
  auto waiting = std::make_unique<Waiting>(*this, parts_.clients, call.client, command.given,
                                           std::move(command.selection), std::move(command.action));
  // It counts as done, the rest is said by events and records.
  if (parts_.policies.guard.hold(std::move(waiting), objection, call.cause)) return Reply::held;
  return call.refuse("a guard holds changes (" + std::string(objection) + ") and cannot hold more");
}

Reply Commands::carry_out(Invocation& call, Command& command) {
  if (command.action == nullptr) return call.refuse(command.why);
  if (call.client.role < command.role)
    return call.refuse("the command takes the role " + std::string(name(command.role)) + ", " +
                       call.client.name + " has the role " + std::string(name(call.client.role)));
  if (!select(call, command.selection)) return Reply::error;
  if (command.guarded && parts_.policies.guard.active()) {
    if (const std::string why = command.action->objection(parts_); !why.empty())
      return call.refuse(why);
    const std::string objection = parts_.policies.guard.objection(call.client);
    if (!objection.empty()) return hold(call, command, objection);
  }
  return command.action->carry_out(call);
}

void Commands::run(Client& client, std::string_view line) {
  line = stripped(line);
  if (line.empty()) return;
  client.note_command(parts_.turn.now.tick);
  if (line.starts_with("debug "))
    return parts_.ports.log.log(
        4, "api", "debug info from " + client.name + " : " + std::string(line.substr(6)));
  if (line.front() == '#') return client.replies.answer(answer_of(client, Reply::done));
  Command command = parse(line);
  const base::Now read = command.id.empty() ? parts_.turn.now : parts_.ports.clock.clock();
  Invocation call = invocation_of(client, line);
  const Reply reply = carry_out(call, command);
  if (reply == Reply::error) note_refusal(call);
  answer(call, command, reply, read);
  if (call.writes_now) parts_.policies.write_urgent();
  if (command.action != nullptr && command.action->changes_routes())
    spare_ = std::move(command.action);
}

void Commands::answer(Invocation& call, const Command& command, Reply reply,
                      const base::Now& read) {
  const std::string_view text = answer_of(call.client, reply);
  if (command.id.empty() || reply == Reply::none) {
    if (!text.empty()) call.client.replies.answer(text);
    return;
  }
  const std::string_view result = reply == Reply::error  ? std::string_view(call.why)
                                  : reply == Reply::held ? "held"
                                                         : "done";
  parts_.receipts.begin(call.client, command.id, result, std::string(text), read, call.outcome);
}

void Commands::note_refusal(const Invocation& call) {
  Publisher& publisher = parts_.publisher;
  publisher.publish(CommandRefused{publisher.keep(call.cause), publisher.keep(call.why)});
}

void Commands::release(Client& client, const std::string& given,
                       const std::optional<Selection>& selection, Action& action) {
  Invocation call = invocation_of(client, given);
  if (!select(call, selection) || action.carry_out(call) == Reply::error) note_refusal(call);
}

}  // namespace openbell::engine
