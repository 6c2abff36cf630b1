#pragma once
// All clients, and the helper processes among them.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "engine/client/client.h"
#include "engine/client/helper.h"
#include "engine/options.h"
#include "engine/ports.h"
#include "grammar/selector.h"

namespace openbell::engine {

class Roster;

class Clients {
 public:
  Clients(const Options& options, Processes& processes, ClientLinks& links)
      : options_(options), processes_(processes), links_(links) {}

  /// A client that is no process. It may command every neighbor.
  Client& open(const ClientIdentity& identity);
  /// What it has announced stays.
  void close(ClientId id);

  /// Not started yet.
  Helper& add_helper(grammar::ProcessConfig process);
  void remove_helper(HelperId id);
  /// A claimant that no process had before.
  [[nodiscard]] rib::Claimant next_claimant() { return {rib::Rank::word, next_claimant_++}; }

  /// Null when there is none (any more).
  [[nodiscard]] Client* find(ClientId id) const;
  [[nodiscard]] Helper* helper(HelperId id) const;
  [[nodiscard]] Client* find(std::string_view name) const;
  /// Null: it has ended.
  [[nodiscard]] const Client* find(rib::Claimant claimant) const;
  /// The one of the configuration, or one that it has no more and that is ending. Null: neither.
  [[nodiscard]] Helper* helper_called(std::string_view name) const;
  template <typename Visit>
  void for_each(Visit visit) const {
    for (const auto& [id, helper] : helpers_) visit(helper->client);
    for_each_linked(visit);
  }
  /// Those that are no processes.
  template <typename Visit>
  void for_each_linked(Visit visit) const {
    for (const auto& [id, linked] : linked_) visit(linked->client);
  }
  template <typename Visit>
  void for_each_helper(Visit visit) const {
    for (const auto& [id, helper] : helpers_) visit(*helper);
  }

  /// The neighbors of a client that a selector names, given as `text`; computed once for each text
  /// until neighbors change.
  rib::Audience select(const Client& client, std::string_view text,
                       const grammar::Selector& selector, const Roster& roster);
  void forget_selections() { selections_.clear(); }

 private:
  /// A client that is no process, and the way to it.
  struct Linked final : private Outlet {
    Linked(ClientId id, const ClientIdentity& identity, ClientLinks& all_links)
        : client(id, identity, *this), links(all_links) {}
    std::size_t write(std::string_view lines) override {
      return links.write_client(client.id(), lines);
    }
    Client client;
    ClientLinks& links;
  };

  const Options& options_;
  Processes& processes_;
  ClientLinks& links_;
  std::map<HelperId, std::unique_ptr<Helper>> helpers_;
  std::map<ClientId, std::unique_ptr<Linked>> linked_;
  std::uint32_t next_helper_ = 0;
  std::uint32_t next_client_ = 0;
  std::uint32_t next_claimant_ = first_helper_claimant;
  std::unordered_map<std::string, rib::Audience> selections_;  // by client and text
};

}  // namespace openbell::engine
