// check KIND [NAME] { … } of a service: one row of `kinds` for each kind, with its own words; only
// they are known in a check of that kind.

#include <algorithm>
#include <array>

#include "grammar/config/check_kind.h"
#include "grammar/config/draft.h"
#include "grammar/config/value.h"

namespace openbell::grammar {

namespace {

using base::TextReader;
using base::TextWriter;
using Check = health::CheckConfig;

constexpr base::Duration watch_min = base::microseconds(10);  // of a clock that is read, not polled

// --- values

/// `10.0.0.1:80` or `[::1]:80`
bool parse_endpoint(SectionParser& parser, Check& check) {
  constexpr std::string_view wanted = "an address and a port: 10.0.0.1:80 or [2001:db8::1]:80";
  TextReader& in = parser.in;
  const std::size_t offset = in.offset();
  base::IpAddress address;
  std::string_view port;
  if (in.accept("[")) {
    if (!base::parse_ip(in.peek(), address) || !address.is_v6())
      return in.fail_at(offset, wanted, in.peek());
    in.word();
    if (!in.expect("]")) return false;
    port = in.peek();
  } else {
    const std::size_t colon = std::min(in.peek().rfind(':'), in.peek().size());
    if (!base::parse_ip(in.peek().substr(0, colon), address) || !address.is_v4())
      return in.fail(wanted);
    port = in.peek().substr(colon);
  }
  std::uint64_t number = 0;
  if (!port.starts_with(':') || !base::parse_decimal(port.substr(1), 65535, number) || number == 0)
    return in.fail(wanted);
  in.word();
  check.address = address;
  check.port = static_cast<std::uint16_t>(number);
  return true;
}

void print_endpoint(const Check& check, TextWriter& out) {
  const bool v6 = check.address.is_v6();
  check.address.print(out.put(v6 ? "[" : ""));
  out.put(v6 ? "]:" : ":").number(check.port);
}

bool endpoint_is_default(const Check& check) {
  return !check.address;
}

constexpr Row<Check> endpoint(std::string_view word, std::string_view help) {
  return {.info = {word, RowKind::leaf, "IP:PORT | [IPV6]:PORT", help},
          .parse = parse_endpoint,
          .print = print_endpoint,
          .is_default = endpoint_is_default};
}

bool is_multicast(const base::IpAddress& address) {
  return address.is_v6() ? address.bytes()[0] == 0xFF
                         : address.is_v4() && address.bytes()[0] >> 4 == 0xE;
}

bool parse_group(SectionParser& parser, Check& check) {
  const std::size_t offset = parser.in.offset();
  if (!parse_endpoint(parser, check)) return false;
  if (!is_multicast(check.address))
    parser.error(offset, "group: " + check.address.text() + " is no multicast address");
  return true;
}

/// HTTP methods are tokens; those in use are upper-case letters.
struct Method {
  static bool parse(SectionParser& parser, std::string& value) {
    const std::string_view word = parser.in.peek();
    bool fits = !word.empty() && word.size() <= 16;
    for (const char c : word) fits = fits && c >= 'A' && c <= 'Z';
    if (!fits) return parser.in.fail("a method such as GET or HEAD");
    value = parser.in.word();
    return true;
  }
  static void print(const std::string& value, TextWriter& out) { out.put(value); }
};

/// What follows the authority in a URL: a path and maybe a query, nothing that needs escapes.
struct UrlPath {
  static bool parse(SectionParser& parser, std::string& value) {
    const std::string_view word = parser.in.peek();
    bool fits = word.starts_with('/') && word.size() <= 2048;
    for (const char c : word) fits = fits && c > ' ' && c < 0x7F;
    if (!fits) return parser.in.fail("a path such as /health");
    value = parser.in.free_word();
    return true;
  }
  static void print(const std::string& value, TextWriter& out) { print_word(value, out); }
};

/// The kernel keeps 15 characters of a program's name.
struct ProgramName {
  static bool parse(SectionParser& parser, std::string& value) {
    if (parser.bare() || parser.in.peek().empty() || parser.in.peek().size() > 15)
      return parser.in.fail("a name as in /proc/PID/comm, at most 15 characters");
    value = parser.in.free_word();
    return true;
  }
  static void print(const std::string& value, TextWriter& out) { print_word(value, out); }
};

struct ProcessId {
  static bool parse(SectionParser& parser, std::int32_t& value) {
    return Number<1, INT32_MAX>::parse(parser, value);
  }
  static void print(std::int32_t value, TextWriter& out) { out.signed_number(value); }
};

struct ExitStatus {
  static bool parse(SectionParser& parser, std::int32_t& value) {
    return Number<0, 255>::parse(parser, value);
  }
  static void print(std::int32_t value, TextWriter& out) { out.signed_number(value); }
};

bool parse_command(SectionParser& parser, Check& check) {
  check.shell = false;
  return Command::parse(parser, check.command);
}

void print_command(const Check& check, TextWriter& out) {
  Command::print(check.command, out);
}

bool command_is_default(const Check& check) {
  return check.shell || check.command.empty();
}

bool parse_shell(SectionParser& parser, Check& check) {
  std::string text;
  if (!parse_word(parser, "a text for /bin/sh -c, in quotes", text)) return false;
  check.shell = true;
  check.command.assign(1, std::move(text));
  return true;
}

bool shell_is_default(const Check& check) {
  return !check.shell;
}

/// `OFFSET SIZE [little]`
bool parse_sequence(SectionParser& parser, Check& check) {
  TextReader& in = parser.in;
  const std::uint64_t offset = in.number(65535, "the offset of the sequence number");
  std::uint64_t size = 0;
  if (!in.ok()) return false;
  if (!base::parse_decimal(in.peek(), 8, size) ||
      (size != 1 && size != 2 && size != 4 && size != 8))
    return in.fail("its size: 1, 2, 4 or 8 bytes");
  in.word();
  check.sequence_offset = static_cast<std::uint16_t>(offset);
  check.sequence_size = static_cast<std::uint8_t>(size);
  check.sequence_little = in.accept("little");
  return true;
}

void print_sequence(const Check& check, TextWriter& out) {
  out.number(check.sequence_offset).put(' ').number(check.sequence_size);
  if (check.sequence_little) out.put(" little");
}

bool sequence_is_default(const Check& check) {
  return check.sequence_size == 0;
}

// --- words of every kind

using Interval = TimeSpan<health::interval_min, health::interval_max>;
using Jitter = TimeSpan<base::microseconds(1), health::interval_max, Zero::accepted>;
using Count = Number<1, 1000>;

/// Written always: what applies without it depends on the kind and the service.
template <typename Kind, auto member>
constexpr Row<Check> explicit_leaf(std::string_view word, std::string_view value,
                                   std::string_view help) {
  Row<Check> row = leaf<Check, Kind, member>(word, value, help);
  row.is_default = [](const Check&) { return false; };
  return row;
}

constexpr std::array common_rows = {
    explicit_leaf<Interval, &Check::interval>("interval", "TIME", "from one attempt to the next"),
    explicit_leaf<Interval, &Check::timeout>("timeout", "TIME", "of an attempt"),
    leaf<Check, Jitter, &Check::jitter>("jitter", "TIME", "added to each interval at random"),
    explicit_leaf<Count, &Check::rise>("rise", "1..1000", "successes in a row that mean up"),
    explicit_leaf<Count, &Check::fall>("fall", "1..1000", "failures in a row that mean down"),
    leaf<Check, AbsolutePath, &Check::disable_file>("disable-file", "PATH",
                                                    "while it exists the check is disabled"),
};

template <typename... Rows>
constexpr std::array<Row<Check>, sizeof...(Rows) + common_rows.size()> words(Rows... own) {
  static_assert(sizeof...(Rows) + common_rows.size() <= GivenRows::rows_max);
  std::array<Row<Check>, sizeof...(Rows) + common_rows.size()> all{own...};
  for (std::size_t i = 0; i < common_rows.size(); ++i) all[sizeof...(Rows) + i] = common_rows[i];
  return all;
}

// --- the kinds

constexpr Row<Check> local_address =
    leaf<Check, Address, &Check::local_address>("local-address", "IP", "to connect from");

constexpr auto connect_table = words(endpoint("address", "to connect to"), local_address);

constexpr auto udp_table =
    words(endpoint("address", "to send to"), local_address,
          leaf<Check, Payload, &Check::payload>("send", "TEXT | 0xHEX", "the datagram"),
          leaf<Check, Payload, &Check::expect>("expect", "TEXT | 0xHEX",
                                               "what an answer must contain; any answer without"));

constexpr Row<Check> url_path =
    leaf<Check, UrlPath, &Check::path>("path", "PATH", "of the URL; / by default");
constexpr Row<Check> method =
    leaf<Check, Method, &Check::method>("method", "METHOD", "GET by default");
constexpr Row<Check> host =
    leaf<Check, HostName, &Check::host>("host", "NAME", "for the Host header and for TLS");
constexpr Row<Check> http_status =
    leaf<Check, Number<100, 599>, &Check::status>("status", "100..599", "expected; 200");
constexpr Row<Check> body =
    leaf<Check, Payload, &Check::expect>("expect", "TEXT | 0xHEX", "what the body must contain");

constexpr auto http_table = words(endpoint("address", "of the server"), local_address, url_path,
                                  method, host, http_status, body);

constexpr auto https_table = words(
    endpoint("address", "of the server"), local_address, url_path, method, host, http_status, body,
    leaf<Check, Flag<Bare::error>, &Check::verify>("verify", "BOOLEAN",
                                                   "its certificate must be valid for the host"),
    leaf<Check, AbsolutePath, &Check::ca_file>("ca-file", "PATH",
                                               "authorities in PEM; the system's by default"));

constexpr auto exec_table = words(
    Row<Check>{.info = {"command", RowKind::leaf, "PROGRAM [ARGUMENT…]", "without a shell"},
               .parse = parse_command,
               .print = print_command,
               .is_default = command_is_default},
    Row<Check>{.info = {"shell", RowKind::leaf, "TEXT", "for /bin/sh -c"},
               .parse = parse_shell,
               .print = print_command,
               .is_default = shell_is_default},
    leaf<Check, ExitStatus, &Check::exit_status>("status", "0..255", "that means success; 0"));

constexpr auto process_table =
    words(leaf<Check, ProcessId, &Check::pid>("pid", "N", "of the process"),
          leaf<Check, AbsolutePath, &Check::pid_file>("pid-file", "PATH", "the file that holds it"),
          leaf<Check, ProgramName, &Check::process_name>("name", "NAME", "as in /proc/PID/comm"));

constexpr auto heartbeat_table =
    words(leaf<Check, AbsolutePath, &Check::path>("path", "PATH", "of the shared record"),
          leaf<Check, TimeSpan<watch_min, health::interval_max>, &Check::stale>(
              "stale", "TIME", "without a bump that means failure"));

constexpr auto file_table =
    words(leaf<Check, AbsolutePath, &Check::path>("path", "PATH", "that must exist"),
          leaf<Check, TimeSpan<base::milliseconds(1), health::interval_max>, &Check::stale>(
              "fresh", "TIME", "it must have been modified within"));

constexpr auto interface_table =
    words(leaf<Check, InterfaceName, &Check::interface>("name", "NAME", "that must be up"));

constexpr auto feed_table =
    words(Row<Check>{.info = {"group", RowKind::leaf, "IP:PORT | [IPV6]:PORT", "to join"},
                     .parse = parse_group,
                     .print = print_endpoint,
                     .is_default = endpoint_is_default},
          leaf<Check, Address, &Check::source>("source", "IP", "the only sender; any by default"),
          leaf<Check, InterfaceName, &Check::interface>("interface", "NAME", "to join on"),
          leaf<Check, TimeSpan<watch_min, health::interval_max>, &Check::stale>(
              "silence", "TIME", "that means failure"),
          Row<Check>{.info = {"sequence", RowKind::leaf, "OFFSET SIZE [little]",
                              "where a datagram has its number, to count gaps"},
                     .parse = parse_sequence,
                     .print = print_sequence,
                     .is_default = sequence_is_default});

constexpr auto bfd_table =
    words(leaf<Check, Word, &Check::session>("session", "NAME", "of a bfd section"));

constexpr auto peer_table =
    words(leaf<Check, Address, &Check::address>("neighbor", "IP", "that must be established"));

/// What the kernel or a clock tells is believed at once; what is polled, when it says so thrice.
constexpr CheckKind kinds[] = {
    {"tcp", connect_table, "address", {}, 3},
    {"hold", connect_table, "address", {}, 1},
    {"udp", udp_table, "address send", {}, 3},
    {"http", http_table, "address", {}, 3},
    {"https", https_table, "address", {}, 3},
    {"exec", exec_table, {}, "command shell", 3},
    {"process", process_table, {}, "pid pid-file name", 1},
    {"heartbeat", heartbeat_table, "path stale", {}, 1},
    {"file", file_table, "path", {}, 3},
    {"interface", interface_table, "name", {}, 1},
    {"feed", feed_table, "group silence", {}, 1},
    {"bfd", bfd_table, "session", {}, 1, health::CheckedBy::bfd_session},
    {"peer", peer_table, "neighbor", {}, 1, health::CheckedBy::neighbor_session},
};

// --- completeness

std::size_t row_of(const CheckKind& kind, std::string_view word) {
  std::size_t row = 0;
  while (kind.rows[row].info.word != word) ++row;
  return row;
}

bool is_given(const CheckDraft& check, std::string_view word) {
  return check.given.has(row_of(*check.kind, word));
}

std::size_t place_of(const CheckDraft& check, std::string_view word) {
  return is_given(check, word) ? check.given.offset(row_of(*check.kind, word)) : check.offset;
}

/// Calls `visit` for each of `words`, which blanks separate.
template <typename Visit>
void for_each_word(std::string_view words, Visit visit) {
  while (!words.empty()) {
    const std::size_t blank = std::min(words.find(' '), words.size());
    visit(words.substr(0, blank));
    words.remove_prefix(std::min(blank + 1, words.size()));
  }
}

void check_missing(SectionParser& parser, const CheckDraft& check) {
  std::string missing;
  for_each_word(check.kind->required, [&](std::string_view word) {
    if (!is_given(check, word)) missing.append(missing.empty() ? "" : ", ").append(word);
  });
  if (!missing.empty())
    parser.error(check.offset, "incomplete check " + check.config.kind + ", missing " + missing);
  std::string choice;
  std::size_t chosen = 0;
  for_each_word(check.kind->one_of, [&](std::string_view word) {
    choice.append(choice.empty() ? "" : ", ").append(word);
    if (is_given(check, word)) ++chosen;
  });
  if (!choice.empty() && chosen != 1)
    parser.error(check.offset, "check " + check.config.kind + ": wanted exactly one of " + choice);
}

template <typename Value>
void take_default(const CheckDraft& check, std::string_view word, const std::optional<Value>& given,
                  Value& value) {
  if (!is_given(check, word) && given) value = *given;
}

void complete_times(SectionParser& parser, const CheckDefaults& defaults, CheckDraft& check) {
  Check& config = check.config;
  take_default(check, "interval", defaults.interval, config.interval);
  take_default(check, "jitter", defaults.jitter, config.jitter);
  take_default(check, "rise", std::optional(defaults.rise.value_or(check.kind->in_a_row)),
               config.rise);
  take_default(check, "fall", std::optional(defaults.fall.value_or(check.kind->in_a_row)),
               config.fall);
  const base::Duration usual = std::min(config.interval, base::seconds(1));
  take_default(check, "timeout", std::optional(defaults.timeout.value_or(usual)), config.timeout);
  if (config.timeout <= config.interval) return;
  std::string message = "the timeout, ";
  TextWriter out(message);
  print_duration(config.timeout, out);
  print_duration(config.interval, out.put(", is longer than the interval, "));
  parser.error(place_of(check, "timeout"), std::move(message));
}

void check_families(SectionParser& parser, const CheckDraft& check) {
  const Check& config = check.config;
  if (!config.address) return;
  if (config.local_address && config.local_address.is_v4() != config.address.is_v4())
    parser.error(place_of(check, "local-address"),
                 "local-address and address must be of the same family");
  if (config.source && config.source.is_v4() != config.address.is_v4())
    parser.error(place_of(check, "source"), "source and group must be of the same family");
}

}  // namespace

std::span<const CheckKind> check_kinds() {
  return kinds;
}

std::span<const Row<Check>> check_rows(std::string_view kind) {
  for (const CheckKind& row : kinds)
    if (row.name == kind) return row.rows;
  return {};
}

void complete_check(SectionParser& parser, const CheckDefaults& defaults, CheckDraft& check) {
  check_missing(parser, check);
  complete_times(parser, defaults, check);
  check_families(parser, check);
  const bool http = check.config.kind == "http" || check.config.kind == "https";
  if (http && check.config.path.empty()) check.config.path = "/";
}

}  // namespace openbell::grammar
