#include "healthcheck/machine.h"

#include "base/text.h"

namespace openbell::healthcheck {

namespace {

/// What differs between the announcements of the settled states.
struct Flavour {
  std::int64_t metric = 0;
  const std::string* community = nullptr;
  const std::string* as_path = nullptr;
};

const std::string& first_of(const std::string& specific, const std::string& general) {
  return specific.empty() ? general : specific;
}

Flavour flavour_of(State state, const Options& options) {
  if (state == State::up)
    return {options.up_metric, &options.community, &first_of(options.up_as_path, options.as_path)};
  const std::string& community = first_of(options.disabled_community, options.community);
  if (state == State::disabled)
    return {options.disabled_metric, &community,
            &first_of(options.disabled_as_path, options.as_path)};
  return {options.down_metric, &community, &first_of(options.down_as_path, options.as_path)};
}

std::string selector(const Options& options) {
  std::string text;
  for (const std::string& neighbor : options.neighbors)
    text.append(text.empty() ? "neighbor " : ", neighbor ").append(neighbor);
  if (!text.empty()) text.push_back(' ');
  return text;
}

std::string route(std::string_view verb, const base::IpPrefix& prefix, const Options& options) {
  std::string line = selector(options);
  base::TextWriter out(line);
  out.put(verb).put(" route ");
  prefix.address.print(out);
  out.put('/').number(prefix.length).put(" next-hop ").put(options.next_hop);
  return line;
}

void add_list(std::string_view keyword, const std::string& members, base::TextWriter& out) {
  if (!members.empty()) out.put(' ').put(keyword).put(" [ ").put(members).put(" ]");
}

void add_path_id(const Options& options, base::TextWriter& out) {
  if (options.path_id != 0) out.put(" path-information ").number(options.path_id);
}

std::string announcement(const base::IpPrefix& prefix, std::int64_t metric, const Flavour& flavour,
                         const Options& options) {
  std::string line = route("announce", prefix, options);
  base::TextWriter out(line);
  out.put(" med ").signed_number(metric);
  if (options.local_preference >= 0)
    out.put(" local-preference ").signed_number(options.local_preference);
  add_list("community", *flavour.community, out);
  add_list("extended-community", options.extended_community, out);
  add_list("large-community", options.large_community, out);
  add_list("as-path", *flavour.as_path, out);
  add_path_id(options, out);
  return line;
}

/// The state after one more success or failure in a row.
Machine counted(State towards, State reached, std::uint32_t count, std::uint32_t wanted) {
  if (count >= wanted) return {reached, 0};
  return {towards, count};
}

}  // namespace

std::string_view name_of(State state) {
  switch (state) {
    case State::init:
      return "INIT";
    case State::disabled:
      return "DISABLED";
    case State::rising:
      return "RISING";
    case State::falling:
      return "FALLING";
    case State::up:
      return "UP";
    case State::down:
      return "DOWN";
  }
  return "";
}

Machine step(Machine machine, Observation observation, std::uint32_t rise, std::uint32_t fall) {
  if (observation == Observation::disabled) return {State::disabled, 0};
  if (machine.state == State::disabled) return {State::init, 0};
  if (observation == Observation::success) {
    if (machine.state == State::up) return machine;
    const std::uint32_t before = machine.state == State::rising ? machine.count : 0;
    return counted(State::rising, State::up, before + 1, rise);
  }
  if (machine.state == State::down) return machine;
  const std::uint32_t before = machine.state == State::falling ? machine.count : 0;
  return counted(State::falling, State::down, before + 1, fall);
}

bool is_settled(State state) {
  return state == State::up || state == State::down || state == State::disabled;
}

std::vector<std::string> commands_for(State state, const std::vector<base::IpPrefix>& prefixes,
                                      const Options& options) {
  if (state != State::up && options.withdraw_on_down) return withdrawals(prefixes, options);
  const Flavour flavour = flavour_of(state, options);
  std::vector<std::string> lines;
  std::int64_t metric = flavour.metric;
  for (const base::IpPrefix& prefix : prefixes) {
    lines.push_back(announcement(prefix, metric, flavour, options));
    metric += options.increase;
  }
  return lines;
}

std::vector<std::string> withdrawals(const std::vector<base::IpPrefix>& prefixes,
                                     const Options& options) {
  std::vector<std::string> lines;
  for (const base::IpPrefix& prefix : prefixes) {
    std::string line = route("withdraw", prefix, options);
    base::TextWriter out(line);
    add_path_id(options, out);
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace openbell::healthcheck
