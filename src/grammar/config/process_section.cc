// process NAME { … } and audit { … } (exabgp-language 2.1).

#include "grammar/config/draft.h"
#include "grammar/config/value.h"

namespace openbell::grammar {

using base::TextReader;

namespace {

constexpr std::uint64_t queue_bytes_min = 64u << 10;
constexpr std::uint64_t queue_bytes_max = std::uint64_t{1} << 40;
constexpr base::Duration delay_min = base::milliseconds(1);
constexpr base::Duration delay_max = base::seconds(86'400);

struct EncoderName {
  static bool parse(SectionParser& parser, Encoder& value) {
    if (parser.in.accept("text")) {
      value = Encoder::text;
    } else if (parser.in.accept("json")) {
      value = Encoder::json;
    } else {
      return parser.in.fail_unknown("text or json", "text json");
    }
    return true;
  }
  static void print(Encoder value, base::TextWriter& out) {
    out.put(value == Encoder::json ? "json" : "text");
  }
};

/// The ExaBGP whose events the helper expects: 4 is 4.2, 6 is the coming 6.0.
struct DialectNumber {
  static bool parse(SectionParser& parser, bgp::Dialect& value) {
    if (parser.in.accept("4")) {
      value = bgp::Dialect::v4_2;
    } else if (parser.in.accept("5")) {
      value = bgp::Dialect::v5_0;
    } else if (parser.in.accept("6")) {
      value = bgp::Dialect::v6_0;
    } else {
      return parser.in.fail("4, 5 or 6");
    }
    return true;
  }
  static void print(bgp::Dialect value, base::TextWriter& out) {
    switch (value) {
      case bgp::Dialect::v4_2:
        out.put('4');
        break;
      case bgp::Dialect::v5_0:
        out.put('5');
        break;
      case bgp::Dialect::v6_0:
        out.put('6');
        break;
    }
  }
};

struct QueueSize {
  static bool parse(SectionParser& parser, std::uint64_t& value) {
    std::uint64_t bytes = 0;
    if (!base::parse_decimal(parser.in.peek(), queue_bytes_max, bytes) || bytes < queue_bytes_min)
      return parser.in.fail("bytes from 65536 to 1099511627776");
    parser.in.word();
    value = bytes;
    return true;
  }
  static void print(std::uint64_t value, base::TextWriter& out) { out.number(value); }
};

/// `keep`, `withdraw`, `withdraw after 250ms`, `exit`
bool parse_on_exit(SectionParser& parser, ProcessConfig& process) {
  TextReader& in = parser.in;
  process.on_exit_delay = {};
  if (in.accept("keep")) {
    process.on_exit = OnExit::keep;
  } else if (in.accept("exit")) {
    process.on_exit = OnExit::exit;
  } else if (in.accept("withdraw")) {
    process.on_exit = OnExit::withdraw;
    if (in.accept("after"))
      return parse_duration(in, {delay_min, delay_max, true}, process.on_exit_delay);
    if (!parser.bare()) return in.fail_unknown("'after' and a time, or nothing", "after");
  } else {
    return in.fail_unknown("keep, withdraw, withdraw after TIME, or exit", "keep withdraw exit");
  }
  return true;
}

void print_on_exit(const ProcessConfig& process, base::TextWriter& out) {
  switch (process.on_exit) {
    case OnExit::keep:
      out.put("keep");
      break;
    case OnExit::withdraw:
      out.put("withdraw");
      if (process.on_exit_delay != base::Duration{})
        print_duration(process.on_exit_delay, out.put(" after "));
      break;
    case OnExit::exit:
      out.put("exit");
      break;
  }
}

bool on_exit_is_default(const ProcessConfig& process) {
  return process.on_exit == OnExit::keep;
}

constexpr std::pair<std::string_view, bool Subscriptions::*> subjects[] = {
    {"service", &Subscriptions::service},
    {"plan", &Subscriptions::plan},
    {"guard", &Subscriptions::guard},
    {"lease", &Subscriptions::lease},
    {"bfd", &Subscriptions::bfd}};

/// `[ service plan ]`
struct SubjectList {
  static bool parse(SectionParser& parser, Subscriptions& value) {
    TextReader& in = parser.in;
    value = {};
    if (!in.accept("[")) return parse_subject(in, value);
    while (!in.accept("]")) {
      if (in.accept(",")) continue;
      if (parser.bare()) return in.fail("']'");
      if (!parse_subject(in, value)) return false;
    }
    return true;
  }
  static void print(const Subscriptions& value, base::TextWriter& out) {
    out.put('[');
    for (const auto& [word, member] : subjects)
      if (value.*member) out.put(' ').put(word);
    out.put(" ]");
  }

 private:
  static bool parse_subject(TextReader& in, Subscriptions& value) {
    for (const auto& [word, member] : subjects) {
      if (!in.accept(word)) continue;
      value.*member = true;
      return true;
    }
    return in.fail_unknown("service, plan, guard, lease or bfd", "service plan guard lease bfd");
  }
};

constexpr Row<ProcessConfig> process_table[] = {
    leaf<ProcessConfig, Command, &ProcessConfig::run>("run", "PROGRAM [ARGUMENT…]",
                                                      "the program to start, without a shell"),
    leaf<ProcessConfig, EncoderName, &ProcessConfig::encoder>("encoder", "text | json",
                                                              "the form of its events"),
    leaf<ProcessConfig, DialectNumber, &ProcessConfig::dialect>(
        "version", "4 | 5 | 6", "the ExaBGP whose events it expects"),
    leaf<ProcessConfig, Flag<Bare::on>, &ProcessConfig::respawn>("respawn", "[BOOLEAN]",
                                                                 "start it again when it ends"),
    leaf<ProcessConfig, Flag<Bare::on>, &ProcessConfig::ack>(
        "ack", "[BOOLEAN]", "answer its commands with done or error"),
    leaf<ProcessConfig, QueueSize, &ProcessConfig::queue_bytes>(
        "queue", "BYTES", "what may wait for it to read before events are dropped and counted"),
    {.info = {"on-exit", RowKind::leaf, "keep | withdraw [after TIME] | exit",
              "what becomes of its routes when it ends"},
     .parse = parse_on_exit,
     .print = print_on_exit,
     .is_default = on_exit_is_default},
    leaf<ProcessConfig, SubjectList, &ProcessConfig::subscriptions>(
        "subscribe", "[ SUBJECT… ]", "events that only OpenBell has"),
};

constexpr Row<AuditConfig> audit_table[] = {
    leaf<AuditConfig, AbsolutePath, &AuditConfig::directory>(
        "directory", "PATH", "where the log of all changes is kept"),
};

}  // namespace

std::span<const Row<ProcessConfig>> process_rows() {
  return process_table;
}

std::span<const Row<AuditConfig>> audit_rows() {
  return audit_table;
}

}  // namespace openbell::grammar
