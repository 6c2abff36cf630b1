#pragma once
// From a line of a client to what it changes and the answer to it.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/command/command.h"
#include "engine/policy/guard.h"

namespace openbell::engine {

/// The neighbors that a command names, as text and as it is understood.
struct Selection {
  std::string text;
  grammar::Selector selector;
};

class Commands {
 public:
  explicit Commands(Parts& parts) : parts_(parts) {}

  /// Carries out one line of a client and answers it.
  void run(Client& client, std::string_view line);
  /// The same for what was read before; `given` as it was given. Guards are not asked again, and
  /// nobody is answered.
  void release(Client& client, const std::string& given, const std::optional<Selection>& selection,
               Action& action);

 private:
  /// A line that has been read.
  struct Command {
    std::string_view given;              // the whole line
    std::optional<Selection> selection;  // absent: all that the client may command
    std::string_view id;                 // of the receipt that is wanted; empty: none is
    ActionPtr action;
    Role role = Role::view;
    bool guarded = false;
    std::string why;  // it is not understood, when there is no action
  };

  Command parse(std::string_view line);
  [[nodiscard]] Invocation invocation_of(Client& client, std::string_view given);
  bool select(Invocation& call, const std::optional<Selection>& selection);
  Reply carry_out(Invocation& call, Command& command);
  Reply hold(Invocation& call, Command& command, std::string_view objection);
  void answer(Invocation& call, const Command& command, Reply reply, const base::Now& read);
  void note_refusal(const Invocation& call);

  Parts& parts_;
  grammar::RouteParser routes_;
  ActionPtr spare_;  // a ChangeRoutes for the next command
};

}  // namespace openbell::engine
