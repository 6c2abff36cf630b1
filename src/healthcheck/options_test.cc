#include "healthcheck/options.h"

#include <cstdio>
#include <fstream>
#include <unistd.h>

#include "gtest/gtest.h"

#include "healthcheck/addresses.h"

namespace openbell::healthcheck {
namespace {

using Words = std::vector<std::string>;

Options parse(const Words& words) {
  int status = -1;
  const auto options = parse_options(words, status);
  EXPECT_TRUE(options) << "status " << status;
  return options.value_or(Options());
}

/// What is said on stderr; the status has to be 2.
std::string complaint(const Words& words) {
  int status = -1;
  testing::internal::CaptureStderr();
  EXPECT_FALSE(parse_options(words, status));
  EXPECT_EQ(status, 2);
  return testing::internal::GetCapturedStderr();
}

TEST(HealthcheckOptions, DefaultsAreThoseOfExabgp) {
  const Options options = parse({});
  EXPECT_EQ(options.interval, base::seconds(5));
  EXPECT_EQ(options.fast_interval, base::seconds(1));
  EXPECT_EQ(options.timeout, base::seconds(5));
  EXPECT_EQ(options.rise, 3u);
  EXPECT_EQ(options.fall, 3u);
  EXPECT_TRUE(options.ack);
  EXPECT_TRUE(options.ip_setup);
  EXPECT_EQ(options.next_hop, "self");
}

TEST(HealthcheckOptions, ShortAndShortenedSpellings) {
  const Options options = parse(
      {"-i",         "0.25", "-f.1",         "--time", "2",       "-c",      "exit 1",
       "-n",         "web",  "-sF",          "local3", "-a",      "--deagg", "--ip=10.0.0.0/31",
       "--increase", "-1",   "--local-pref", "-1",     "--neigh", "*"});
  EXPECT_EQ(options.interval, base::milliseconds(250));
  EXPECT_EQ(options.fast_interval, base::milliseconds(100));
  EXPECT_EQ(options.timeout, base::seconds(2));
  EXPECT_EQ(options.command, "exit 1");
  EXPECT_EQ(options.name, "web");
  EXPECT_EQ(options.syslog_facility, "local3");
  EXPECT_FALSE(options.ack);
  EXPECT_TRUE(options.deaggregate);
  ASSERT_EQ(options.networks.size(), 1u);
  EXPECT_EQ(options.increase, -1);
  EXPECT_EQ(options.neighbors, Words{"*"});
}

TEST(HealthcheckOptions, FacilityMayBeLeftOut) {
  const Options options = parse({"-sF", "--debug"});
  EXPECT_EQ(options.syslog_facility, "daemon");
  EXPECT_TRUE(options.debug);
}

TEST(HealthcheckOptions, RepeatedOnesGatherAndTheLastOfOthersCounts) {
  const Options options =
      parse({"--execute", "a b", "--execute", "c", "--ip", "10.0.0.1", "--ip", "2001:db8::1",
             "--rise", "1", "--rise", "2", "--ip-ifname", "10.0.0.2%eth0"});
  EXPECT_EQ(options.execute, (Words{"a b", "c"}));
  EXPECT_EQ(options.rise, 2u);
  ASSERT_EQ(options.networks.size(), 3u);
  EXPECT_EQ(options.networks[0].interface, "lo");
  EXPECT_EQ(options.networks[2].interface, "eth0");
}

TEST(HealthcheckOptions, FileComesBeforeTheCommandLine) {
  EXPECT_EQ(words_of_file("debug\n# comment\n\n  name = a = b\nfall=1\r\ncommand = exit 3 # x"),
            (Words{"--debug", "--name", "a = b", "--fall", "1", "--command", "exit 3 # x"}));
  char path[] = "/tmp/openbell-healthcheck-XXXXXX";
  const int fd = ::mkstemp(path);
  ASSERT_GE(fd, 0);
  ::close(fd);
  std::ofstream(path) << "rise = 9\nfall = 9\nip = 10.0.0.1\n";
  const Options options = parse({"--fall", "2", "--ip", "10.0.0.2", "--config", path});
  EXPECT_EQ(options.rise, 9u);
  EXPECT_EQ(options.fall, 2u);
  EXPECT_EQ(options.networks.size(), 2u);
  std::ofstream(path) << "bogus = 1\n";
  EXPECT_NE(complaint({"-F", path}).find("--bogus"), std::string::npos);
  std::remove(path);
  EXPECT_NE(complaint({"-F", path}).find("No such file"), std::string::npos);
}

TEST(HealthcheckOptions, MistakesAreNamed) {
  const std::vector<std::pair<Words, std::string>> cases{
      {{"--ip", "10.50.0.1/24"}, "--ip: wanted a network, found '10.50.0.1/24'"},
      {{"--ip", "web"}, "--ip: wanted an IP address or network, found 'web'"},
      {{"--ip", "10.0.0.0/8"}, "more than 4096 addresses"},
      {{"--ip-ifname", "10.0.0.1"}, "wanted IP%INTERFACE"},
      {{"--ip-ifname", "10.0.0.1%a/b"}, "wanted the name of an interface"},
      {{"--neighbor", "web"}, "--neighbor: wanted an IP address or *"},
      {{"--next-hop", "web"}, "wanted an IP address, found 'web'"},
      {{"--interval", "-1"}, "--interval: wanted seconds"},
      {{"--interval", "nan"}, "--interval: wanted seconds"},
      {{"--community", "1:1\nshutdown"}, "control characters"},
      {{"--ip", "10.0.0.1", "--label", "a-very-long-label"}, "too long"},
      {{"--up-metric", "-5"}, "MED"},
      {{"--ip", "10.0.0.0/31", "--deagg", "--down-metric", "4294967295"}, "MED"},
      {{"-s", "--no-syslog"}, "--no-syslog"},
      {{"-sF", "local8"}, "no such facility"},
      {{"--rise", "-1"}, "--rise"},
      {{"--bogus"}, "--bogus"},
      {{"stray"}, "stray"},
  };
  for (const auto& [words, wanted] : cases)
    EXPECT_NE(complaint(words).find(wanted), std::string::npos) << wanted;
}

TEST(HealthcheckAddresses, OfANetworkInOrder) {
  base::IpPrefix prefix;
  ASSERT_TRUE(base::parse_prefix("10.0.254.0/23", prefix));
  const auto addresses = addresses_of(prefix);
  ASSERT_TRUE(addresses);
  ASSERT_EQ(addresses->size(), 512u);
  EXPECT_EQ(addresses->front().text(), "10.0.254.0");
  EXPECT_EQ((*addresses)[256].text(), "10.0.255.0");
  EXPECT_EQ(addresses->back().text(), "10.0.255.255");
  ASSERT_TRUE(base::parse_prefix("2001:db8::/64", prefix));
  EXPECT_FALSE(addresses_of(prefix));
}

TEST(HealthcheckAddresses, OfTheLoopback) {
  std::vector<SystemAddress> all;
  for (const auto& [interface, label, text] : {std::tuple{"lo", "lo", "127.0.0.1/8"},
                                               {"lo", "lo:web1", "10.0.0.1/32"},
                                               {"eth0", "eth0", "192.0.2.1/32"},
                                               {"lo", "lo:db", "10.0.0.9/24"},
                                               {"lo", "lo:web", "10.0.1.0/24"},
                                               {"lo", "lo", "::1/128"},
                                               {"lo", "lo", "2001:db8::1/128"}}) {
    base::IpPrefix prefix;
    ASSERT_TRUE(base::parse_prefix(text, prefix));
    all.push_back({interface, label, prefix});
  }
  std::vector<base::IpPrefix> refused;
  const auto found = [&](const Words& words) {
    refused.clear();
    const Options options = parse(words);
    const auto prefixes = announced_prefixes(loopback_addresses(all, options, refused), options);
    std::string text;
    for (const base::IpPrefix& prefix : prefixes.value_or(std::vector<base::IpPrefix>()))
      text += prefix.address.text() + "/" + std::to_string(prefix.length) + " ";
    return text;
  };
  EXPECT_EQ(found({}), "10.0.0.1/32 10.0.1.0/24 2001:db8::1/128 ");
  EXPECT_EQ(refused.size(), 1u);
  EXPECT_EQ(found({"--label", "web"}), "10.0.0.1/32 10.0.1.0/24 ");
  EXPECT_EQ(found({"--label", "web", "--label-exact-match"}), "10.0.1.0/24 ");
  EXPECT_EQ(found({"--label", "other"}), "");
  EXPECT_EQ(found({"--start-ip", "1"}), "10.0.1.0/24 2001:db8::1/128 10.0.0.1/32 ");
  EXPECT_EQ(found({"--start-ip", "-1"}), "2001:db8::1/128 10.0.0.1/32 10.0.1.0/24 ");
  EXPECT_EQ(found({"--start-ip", "4"}), "10.0.1.0/24 2001:db8::1/128 10.0.0.1/32 ");
  EXPECT_EQ(found({"--ip", "10.9.0.0/30", "--deaggregate-networks", "--start-ip", "3"}),
            "10.9.0.3/32 10.9.0.0/32 10.9.0.1/32 10.9.0.2/32 ");
}

}  // namespace
}  // namespace openbell::healthcheck
