#pragma once
// The addresses that are announced, on their interfaces (exabgp-runtime 7.2).

#include <string>
#include <vector>

#include "healthcheck/journal.h"
#include "healthcheck/options.h"
#include "healthcheck/run_command.h"

namespace openbell::healthcheck {

/// An address as the system has it.
struct SystemAddress {
  std::string interface;
  std::string label;  // "lo:web"; the interface's name when there is none
  base::IpPrefix prefix;
};
/// All addresses of all interfaces, in the kernel's order.
std::vector<SystemAddress> system_addresses();

/// The addresses of the loopback that are announced without --ip: no 127.0.0.0/8, no ::1, with the
/// label that is asked for, and networks only without host bits. Those left out for their host bits
/// come in `refused`.
std::vector<SystemAddress> loopback_addresses(const std::vector<SystemAddress>& all,
                                              const Options& options,
                                              std::vector<base::IpPrefix>& refused);

/// What is announced, in order: --ip or the loopback's, in single addresses with
/// --deaggregate-networks, turned by --start-ip. The error is for networks too large for that.
std::expected<std::vector<base::IpPrefix>, std::string> announced_prefixes(
    const std::vector<SystemAddress>& loopback, const Options& options);

/// The addresses while they are ours to add and remove. At its end the interfaces have what they
/// had at the start: no less, and no more.
class AddressSetup {
 public:
  AddressSetup(const Options& options, CommandRunner& runner, Journal& journal)
      : options_(options), runner_(runner), journal_(journal) {}

  /// Looks at what is there; --ip counts, or `loopback` when there is none. Adds what is missing
  /// unless --no-ip-setup. False: an address cannot be added, which the journal tells.
  bool start(const std::vector<SystemAddress>& loopback);
  /// Adds what is missing.
  bool appear();
  /// Removes all of them.
  void vanish();
  /// Puts back what was there at the start and removes what was not.
  void restore();

 private:
  struct Owned {
    SystemAddress address;
    bool was_there = false;
    bool is_there = false;
  };
  bool add(Owned& owned);
  void remove(Owned& owned);
  Outcome ip(const char* verb, const SystemAddress& address);

  const Options& options_;
  CommandRunner& runner_;
  Journal& journal_;
  std::vector<Owned> owned_;
};

}  // namespace openbell::healthcheck
