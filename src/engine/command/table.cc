#include <algorithm>
#include <array>

#include "engine/command/command.h"

namespace openbell::engine {

namespace {

constexpr std::array rows = {
    CommandRow{"announce route", "[neighbor <ip> [filters]] announce route", announce_route,
               Role::operate, true},
    CommandRow{"withdraw route", "[neighbor <ip> [filters]] withdraw route", withdraw_route,
               Role::operate, true},
    CommandRow{"announce attributes", "[neighbor <ip> [filters]] announce attributes",
               announce_attributes, Role::operate, true},
    CommandRow{"announce attribute", "[neighbor <ip> [filters]] announce attribute",
               announce_attributes, Role::operate, true},
    CommandRow{"withdraw attributes", "[neighbor <ip> [filters]] withdraw attributes",
               withdraw_attributes, Role::operate, true},
    CommandRow{"withdraw attribute", "[neighbor <ip> [filters]] withdraw attribute",
               withdraw_attributes, Role::operate, true},
    CommandRow{"announce ipv4", "[neighbor <ip> [filters]] announce ipv4", announce_ipv4,
               Role::operate, true},
    CommandRow{"announce ipv6", "[neighbor <ip> [filters]] announce ipv6", announce_ipv6,
               Role::operate, true},
    CommandRow{"withdraw ipv4", "[neighbor <ip> [filters]] withdraw ipv4", withdraw_ipv4,
               Role::operate, true},
    CommandRow{"withdraw ipv6", "[neighbor <ip> [filters]] withdraw ipv6", withdraw_ipv6,
               Role::operate, true},
    CommandRow{"announce flow", "[neighbor <ip> [filters]] announce flow", announce_flow,
               Role::operate, true},
    CommandRow{"withdraw flow", "[neighbor <ip> [filters]] withdraw flow", withdraw_flow,
               Role::operate, true},
    CommandRow{"announce vpls", "[neighbor <ip> [filters]] announce vpls", later_family,
               Role::operate},
    CommandRow{"withdraw vpls", "[neighbor <ip> [filters]] withdraw vpls", later_family,
               Role::operate},
    CommandRow{"announce eor", "[neighbor <ip> [filters]] announce eor", announce_eor,
               Role::operate},
    CommandRow{"announce route-refresh", "[neighbor <ip> [filters]] announce route-refresh",
               announce_route_refresh, Role::operate},
    CommandRow{"announce operational", "[neighbor <ip> [filters]] announce operational",
               announce_operational, Role::operate},
    CommandRow{"announce watchdog", "announce watchdog", announce_watchdog, Role::operate, true},
    CommandRow{"withdraw watchdog", "withdraw watchdog", withdraw_watchdog, Role::operate, true},
    CommandRow{"teardown", "[neighbor <ip> [filters]] teardown", teardown, Role::operate},
    CommandRow{"show neighbor", "show neighbor [ summary | extensive | configuration | json ]",
               show_neighbor, Role::view},
    CommandRow{"show adj-rib", "show adj-rib < in | out > [ extensive ] [ json ]", show_adj_rib,
               Role::view},
    CommandRow{"show route", "show route PREFIX", show_route, Role::view},
    CommandRow{"flush adj-rib out", "[neighbor <ip> [filters]] flush adj-rib out",
               flush_adj_rib_out, Role::operate},
    CommandRow{"clear adj-rib", "[neighbor <ip> [filters]] clear adj-rib [ in | out ]",
               clear_adj_rib, Role::operate, true},
    CommandRow{"service", "service NAME < up | down | disable | enable | show [ json ] >", service,
               Role::view},
    CommandRow{"show services", "show services [ json ]", show_services, Role::view},
    CommandRow{"renew", "renew [ GROUP ]", renew, Role::operate},
    CommandRow{"show leases", "show leases [ json ]", show_leases, Role::view},
    CommandRow{"plan", "plan < show | run | revert | arm | disarm > NAME", plan, Role::view},
    CommandRow{"show plans", "show plans [ json ]", show_plans, Role::view},
    CommandRow{"drill", "drill NAME [ budget DURATION ]", drill, Role::operate},
    CommandRow{"guard", "guard < release | drop > < NUMBER | all >", guard, Role::operate},
    CommandRow{"show guard", "show guard [ json ]", show_guard, Role::view},
    CommandRow{"show bfd", "show bfd [ json ]", show_bfd, Role::view},
    CommandRow{"show helpers", "show helpers [ json ]", show_helpers, Role::view},
    CommandRow{"show latency", "show latency [ json ]", show_latency, Role::view},
    CommandRow{"reload", "reload", reload_configuration, Role::administer},
    CommandRow{"restart", "restart", restart_sessions, Role::administer},
    CommandRow{"reset", "reset", reset_queue, Role::view},
    CommandRow{"shutdown", "shutdown", shutdown_daemon, Role::administer},
    CommandRow{"version", "version", version, Role::view},
    CommandRow{"help", "help", help, Role::view},
    CommandRow{"enable-ack", "enable-ack", enable_ack, Role::view},
    CommandRow{"disable-ack", "disable-ack", disable_ack, Role::view},
    CommandRow{"silence-ack", "silence-ack", silence_ack, Role::view},
    CommandRow{"crash", "crash", crash, Role::view},
};

}  // namespace

bool take_word(std::string_view word, std::string_view& text) {
  if (text.empty() || text.front() != word.front() || !text.starts_with(word)) return false;
  std::string_view rest = text;
  rest.remove_prefix(word.size());
  if (!rest.empty() && !base::is_blank(rest.front())) return false;
  while (!rest.empty() && base::is_blank(rest.front())) rest.remove_prefix(1);
  text = rest;
  return true;
}

const CommandRow* find_row(std::string_view& text) {
  const auto stands = [&](const CommandRow& row) {
    if (take_word(row.words, text)) return true;
    // Its words with other blanks between them.
    std::string_view rest = text;
    for (std::string_view words = row.words; !words.empty();) {
      const std::size_t size = std::min(words.find(' '), words.size());
      if (!take_word(words.substr(0, size), rest)) return false;
      words.remove_prefix(std::min(size + 1, words.size()));
    }
    text = rest;
    return true;
  };
  const auto row = std::find_if(rows.begin(), rows.end(), stands);
  return row == rows.end() ? nullptr : &*row;
}

std::span<const CommandRow> command_rows() {
  return rows;
}

}  // namespace openbell::engine
