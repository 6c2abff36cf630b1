#pragma once
// The route grammar: THE one for configuration files and commands (exabgp-language 3, 4). A
// statement gives one route, or several (`split`, `attributes … nlri`).

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/tick.h"
#include "bgp/nlri/family.h"
#include "bgp/path.h"

namespace openbell::grammar {

/// One route of a statement. Views live until the next statement is parsed,
/// the name of a watchdog included.
struct RouteView {
  bgp::NlriView nlri;
  bgp::PathView path;
  /// Equal non-zero tokens of one parser mean equal paths; a token is never used again for another
  /// path.
  std::uint32_t path_token = 0;
  /// An IPv4 prefix of 224.0.0.0/4 given without a SAFI: unicast here, SAFI 2 to a neighbor with
  /// `ipv4 multicast`.
  bool multicast_group = false;
  std::string_view watchdog;      // empty: none
  bool starts_withdrawn = false;  // `watchdog name withdraw`
  base::Duration lease{};         // `lease 50ms`: lives so long unless renewed; 0: for ever
  std::string_view lease_group;   // `lease-group NAME`; empty: the helper's own

  /// The family that it is said in instead, where neighbors have that.
  [[nodiscard]] std::optional<bgp::Family> group_family() const {
    return multicast_group ? bgp::ops(nlri.family).multicast : std::nullopt;
  }
  /// Its NLRI in another family of the same AFI.
  [[nodiscard]] bgp::NlriView nlri_in(bgp::Family family) const {
    bgp::NlriView other = nlri;
    other.family = family;
    return other;
  }
};

class RouteSink {
 public:
  virtual ~RouteSink() = default;
  virtual void route(const RouteView& route) = 0;
};

/// Which words a statement may use (exabgp-language 3.1, 3.2).
enum class RouteForm : std::uint8_t {
  route,       // `route PREFIX …` of static {} and of commands: family by its words
  attributes,  // `attributes … nlri PREFIX …`
  family,  // `unicast PREFIX …` of announce { ipv4 {} } and `announce ipv4 unicast …`: the family
           // is given
  flow,    // `flow route …`: block `{ match { } then { } }` or one line
};

/// Who says the statements: some words only commands may use (`lease`).
enum class RouteOrigin : std::uint8_t { command, file };

/// Parses route statements. Reused for a whole file or for all commands of a process: remembers the
/// text of paths so that repeated ones are looked up.
class RouteParser {
 public:
  RouteParser() : RouteParser(RouteOrigin::command) {}
  explicit RouteParser(RouteOrigin origin);
  ~RouteParser();
  RouteParser(const RouteParser&) = delete;
  RouteParser& operator=(const RouteParser&) = delete;

  /// Parses what follows the keyword, up to the end of `in` or to the `;` or `}` that ends the
  /// statement (which is taken). Nested `{ … }` blocks are taken whole. Gives every route to
  /// `sink`; on a complaint in `in` nothing was given. `purpose` withdraw: no next hop or label is
  /// needed. `family` matters for RouteForm::family only (flow and flow-vpn included). Returns
  /// in.ok().
  bool parse(base::TextReader& in, RouteForm form, bgp::Family family, bgp::Purpose purpose,
             RouteSink& sink);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Many routes, compactly: what a configuration file says for one neighbor or template, or what a
/// command says. Filled by one parser: tokens of another would be taken for its own. Leases are not
/// kept: a file has none, and a command has one.
class RouteList final : public RouteSink {
 public:
  void route(const RouteView& route) override;
  void append(const RouteList& other);
  /// Keeps the memory of a short list for the next one, and its path, which is often the same.
  void clear();
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  /// The i-th route; the view lives as long as the list is not changed. `path_token` is 1 + the
  /// index of its path in this list.
  [[nodiscard]] RouteView at(std::size_t i) const;
  /// Of the i-th route.
  [[nodiscard]] bgp::NlriView nlri(std::size_t i) const;
  [[nodiscard]] std::size_t path_count() const { return paths_.size(); }
  /// The same routes in the same order, said alike.
  friend bool operator==(const RouteList& a, const RouteList& b) {
    return a.entries_ == b.entries_ && a.bytes_ == b.bytes_ && a.paths_ == b.paths_ &&
           a.path_bytes_ == b.path_bytes_ && a.watchdogs_ == b.watchdogs_;
  }
  /// Places of the routes that have a watchdog.
  [[nodiscard]] const std::vector<std::uint32_t>& watched() const { return watched_; }
  /// Their names, each once.
  [[nodiscard]] const std::deque<std::string>& watchdogs() const { return watchdogs_; }

 private:
  struct Entry {
    std::uint64_t offset = 0;  // of the key in bytes_
    std::uint32_t path = 0;
    std::uint32_t path_id = 0;
    std::uint32_t watchdog = 0;  // 1 + index in watchdogs_
    std::uint16_t key_size = 0;
    std::uint8_t tail_size = 0;
    bgp::Family family{};
    std::uint8_t flags = 0;
    bool operator==(const Entry&) const = default;
  };
  struct Path {
    bgp::NextHop next_hop;
    std::uint64_t offset = 0;  // of the attributes in path_bytes_
    std::uint32_t size = 0;
    bool operator==(const Path&) const = default;
  };
  std::uint32_t path_of(const RouteView& route);
  std::uint32_t intern(const bgp::PathView& path);
  void grow_slots();
  void forget_paths();
  std::uint32_t watchdog_of(std::string_view name);

  std::vector<std::uint8_t> bytes_;
  std::vector<Entry> entries_;
  std::vector<Path> paths_;
  std::vector<std::uint32_t> path_slots_;  // open addressing over paths_
  std::vector<std::uint8_t> path_bytes_;
  std::vector<std::uint32_t> watched_;
  std::deque<std::string> watchdogs_;  // views of names stay valid while routes are added
  std::unordered_map<std::string, std::size_t> watchdog_indexes_;
  std::uint32_t last_path_ = 0;
  std::uint32_t last_token_ = 0;
};

}  // namespace openbell::grammar
