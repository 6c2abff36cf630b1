#pragma once
// Who a client is: what it may do, what language it speaks, whose word it is for the records.

#include <cstdint>
#include <string>
#include <string_view>

#include "audit/record.h"
#include "bgp/types.h"
#include "grammar/config/configuration.h"

namespace openbell::engine {

/// What a client may do: each includes those before it.
enum class Role : std::uint8_t {
  view,        // viewer: look
  operate,     // operator: change what is announced, end sessions
  administer,  // admin: end or reload the daemon
};
/// "viewer", "operator", "admin"
[[nodiscard]] std::string_view name(Role role);

struct ClientIdentity {
  std::string name = {};  // of a helper; of others as people call them
  Role role = Role::view;
  bgp::Dialect dialect = bgp::Dialect::v5_0;
  grammar::Encoder encoder = grammar::Encoder::json;
  audit::Cause::Kind kind = audit::Cause::Kind::cli;
  std::string user = {};  // of the operating system, of a command line
  int pid = 0;
  std::uint64_t queue_bytes = 64u << 20;  // what may wait for it before events are dropped
};

}  // namespace openbell::engine
