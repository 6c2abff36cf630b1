#pragma once
// Somebody who gives commands and is told what comes of them: a helper process has a client, the
// named pipes of the command line are one.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/tick.h"
#include "engine/cause.h"
#include "engine/client/identity.h"
#include "engine/client/replies.h"
#include "engine/ports.h"
#include "grammar/config/configuration.h"
#include "rib/claimant.h"
#include "rib/peer_set.h"

namespace openbell::engine {

/// ExaBGP's `enable-ack`, `disable-ack`, `silence-ack`. Both of the latter end the answers; the
/// former is answered itself.
enum class Acknowledge : std::uint8_t { yes, no };

class Client {
 public:
  Client(ClientId id, const ClientIdentity& identity, Outlet& outlet)
      : name(identity.name),
        role(identity.role),
        dialect(identity.dialect),
        encoder(identity.encoder),
        kind(identity.kind),
        user(identity.user),
        pid(identity.pid),
        replies(outlet, identity.queue_bytes),
        id_(id) {}
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  [[nodiscard]] ClientId id() const { return id_; }
  /// On whose word something happens that it says.
  [[nodiscard]] Cause cause(std::string_view command) const {
    if (kind == audit::Cause::Kind::cli) return {kind, user, 0, command};
    return {kind, name, pid, command};
  }

  /// One more command, in the turn that began then.
  void note_command(base::Tick turn) {
    ++commands_;
    if (turn != command_turn_) {
      commands_before_ = commands_in_turn_;
      commands_in_turn_ = 0;
      command_turn_ = turn;
    }
    ++commands_in_turn_;
  }
  [[nodiscard]] std::uint64_t commands() const { return commands_; }
  /// A handful of commands in this turn and in the last one that had any.
  [[nodiscard]] bool says_little(base::Tick turn) const {
    return turn == command_turn_ && commands_in_turn_ <= handful && commands_before_ <= handful;
  }

  const std::string name;
  Role role;
  bgp::Dialect dialect;
  grammar::Encoder encoder;
  Acknowledge acknowledge = Acknowledge::yes;
  grammar::Subscriptions subscriptions;
  rib::Audience audience;  // the neighbors that it may command
  rib::Claimant claimant;  // who says what it says

  // Who it is, for records.
  const audit::Cause::Kind kind;
  const std::string user;  // of the operating system, of a command line
  int pid;

  Replies replies;

 private:
  static constexpr std::uint32_t handful = 16;

  const ClientId id_;
  std::uint64_t commands_ = 0;
  base::Tick command_turn_{};
  std::uint32_t commands_in_turn_ = 0;
  std::uint32_t commands_before_ = 0;
};

}  // namespace openbell::engine
