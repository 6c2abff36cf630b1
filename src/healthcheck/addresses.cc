#include "healthcheck/addresses.h"

#include <algorithm>
#include <bit>
#include <ifaddrs.h>
#include <memory>
#include <netinet/in.h>
#include <sys/socket.h>

#include "io/files.h"

namespace openbell::healthcheck {

namespace {

constexpr base::Duration ip_timeout = base::seconds(10);
constexpr int ip_refused = 2;  // what the kernel refused, such as an address that is there

/// The octets of a socket address; empty for other families.
base::Bytes octets_of(const sockaddr* address) {
  if (address == nullptr) return {};
  if (address->sa_family == AF_INET) {
    const auto* const v4 = reinterpret_cast<const sockaddr_in*>(address);
    return {reinterpret_cast<const std::uint8_t*>(&v4->sin_addr), 4};
  }
  if (address->sa_family != AF_INET6) return {};
  const auto* const v6 = reinterpret_cast<const sockaddr_in6*>(address);
  return {v6->sin6_addr.s6_addr, 16};
}

std::uint8_t length_of(base::Bytes mask) {
  int bits = 0;
  for (const std::uint8_t octet : mask) bits += std::popcount(octet);
  return static_cast<std::uint8_t>(bits);
}

bool is_loopback(const base::IpAddress& address) {
  if (address.is_v4()) return address.bytes()[0] == 127;
  return address.text() == "::1";
}

std::string prefix_text(const base::IpPrefix& prefix) {
  return prefix.address.text() + "/" + std::to_string(prefix.length);
}

/// `lo:web1` for --label web; --label-exact-match wants `lo:web`.
bool has_label(const SystemAddress& address, const Options& options) {
  if (options.label.empty()) return true;
  const std::string wanted = address.interface + ":" + options.label;
  return options.label_exact ? address.label == wanted : address.label.starts_with(wanted);
}

bool same(const SystemAddress& a, const SystemAddress& b) {
  return a.interface == b.interface && a.prefix.address == b.prefix.address;
}

/// Debian's place first: a helper's PATH may lack it.
std::string ip_program() {
  for (const char* path : {"/sbin/ip", "/usr/sbin/ip", "/bin/ip", "/usr/bin/ip"})
    if (io::file_kind(path).is_executable) return path;
  return "ip";
}

}  // namespace

std::vector<SystemAddress> system_addresses() {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return {};
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> all(first, ::freeifaddrs);
  std::vector<SystemAddress> result;
  for (const ifaddrs* entry = first; entry != nullptr; entry = entry->ifa_next) {
    const base::Bytes octets = octets_of(entry->ifa_addr);
    if (octets.empty()) continue;
    SystemAddress address;
    // For IPv4 this is the label, which begins with the name of the interface.
    address.label = entry->ifa_name;
    address.interface = address.label.substr(0, address.label.find(':'));
    address.prefix = {base::IpAddress::from_bytes(octets),
                      length_of(octets_of(entry->ifa_netmask))};
    result.push_back(std::move(address));
  }
  return result;
}

std::vector<SystemAddress> loopback_addresses(const std::vector<SystemAddress>& all,
                                              const Options& options,
                                              std::vector<base::IpPrefix>& refused) {
  std::vector<SystemAddress> found;
  for (const SystemAddress& address : all) {
    if (address.interface != "lo" || is_loopback(address.prefix.address)) continue;
    if (!has_label(address, options)) continue;
    if (address.prefix.is_canonical())
      found.push_back(address);
    else
      refused.push_back(address.prefix);
  }
  return found;
}

std::expected<std::vector<base::IpPrefix>, std::string> announced_prefixes(
    const std::vector<SystemAddress>& loopback, const Options& options) {
  std::vector<base::IpPrefix> whole;
  for (const Network& network : options.networks) whole.push_back(network.prefix);
  if (whole.empty())
    for (const SystemAddress& address : loopback) whole.push_back(address.prefix);
  std::vector<base::IpPrefix> prefixes;
  for (const base::IpPrefix& prefix : whole) {
    if (!options.deaggregate) {
      prefixes.push_back(prefix);
      continue;
    }
    const auto addresses = addresses_of(prefix);
    if (!addresses) return std::unexpected(addresses.error());
    for (const base::IpAddress& address : *addresses)
      prefixes.push_back({address, static_cast<std::uint8_t>(address.bytes().size() * 8)});
  }
  if (prefixes.empty()) return prefixes;
  const auto size = static_cast<std::int64_t>(prefixes.size());
  const std::int64_t start = (options.start_ip % size + size) % size;
  std::ranges::rotate(prefixes, prefixes.begin() + start);
  return prefixes;
}

bool AddressSetup::start(const std::vector<SystemAddress>& loopback) {
  for (const Network& network : options_.networks) {
    const auto addresses = addresses_of(network.prefix);
    if (!addresses) continue;  // only with --no-ip-setup
    for (const base::IpAddress& address : *addresses) {
      SystemAddress wanted{network.interface,
                           network.interface,
                           {address, static_cast<std::uint8_t>(address.bytes().size() * 8)}};
      if (!options_.label.empty()) wanted.label += ":" + options_.label;
      const auto known = [&wanted](const Owned& owned) { return same(owned.address, wanted); };
      if (std::ranges::none_of(owned_, known)) owned_.push_back({wanted});
    }
  }
  if (owned_.empty())
    for (const SystemAddress& address : loopback) owned_.push_back({address});
  const std::vector<SystemAddress> present = system_addresses();
  for (Owned& owned : owned_) {
    const auto at = std::ranges::find_if(
        present, [&owned](const SystemAddress& other) { return same(other, owned.address); });
    owned.was_there = owned.is_there = at != present.end();
    if (owned.was_there) owned.address = *at;  // its length and label are to come back
  }
  return !options_.ip_setup || appear();
}

bool AddressSetup::appear() {
  return std::ranges::all_of(owned_, [this](Owned& owned) { return owned.is_there || add(owned); });
}

void AddressSetup::vanish() {
  for (Owned& owned : owned_)
    if (owned.is_there) remove(owned);
}

void AddressSetup::restore() {
  for (Owned& owned : owned_) {
    if (owned.is_there == owned.was_there) continue;
    if (owned.was_there)
      static_cast<void>(add(owned));
    else
      remove(owned);
  }
}

Outcome AddressSetup::ip(const char* verb, const SystemAddress& address) {
  std::vector<std::string> words;
  if (options_.sudo) words = {"sudo", "-n"};
  words.insert(words.end(), {ip_program(), "address", verb, prefix_text(address.prefix), "dev",
                             address.interface});
  // Only IPv4 addresses have labels.
  if (address.prefix.address.is_v4() && address.label != address.interface)
    words.insert(words.end(), {"label", address.label});
  Outcome outcome = runner_.run(words, ip_timeout);
  std::string text;
  for (const std::string& word : words) text.append(text.empty() ? "" : " ").append(word);
  if (outcome.success())
    journal_.debug(text);
  else
    journal_.warning(text + ": " + outcome.text() + ": " + outcome.output);
  return outcome;
}

bool AddressSetup::add(Owned& owned) {
  const Outcome outcome = ip("add", owned.address);
  owned.is_there = outcome.success();
  if (owned.is_there) return true;
  // Without the right to add addresses ExaBGP goes on, for they may come from elsewhere.
  const bool refused = outcome.kind == Outcome::Kind::exited && outcome.status == ip_refused;
  return refused && !options_.sudo;
}

void AddressSetup::remove(Owned& owned) {
  if (ip("delete", owned.address).success()) owned.is_there = false;
}

}  // namespace openbell::healthcheck
