// process NAME { … } and audit { … } (exabgp-language 2.1).

#include "grammar/draft.h"
#include "grammar/value.h"

namespace openbell::grammar {

namespace {

constexpr std::uint64_t queue_bytes_min = 64u << 10;
constexpr std::uint64_t queue_bytes_max = std::uint64_t{1} << 40;
constexpr std::size_t arguments_max = 1024;

std::string_view directory_of(std::string_view file) {
  const std::size_t slash = file.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : file.substr(0, slash);
}

/// A word list, no shell.
bool parse_run(SectionParser& parser, ProcessConfig& process) {
  const std::size_t offset = parser.in.offset();
  process.run.clear();
  do {
    std::string word;
    if (!parse_word(parser, "a program and its arguments", word)) return false;
    process.run.push_back(std::move(word));
    if (process.run.size() > arguments_max) return parser.in.fail("at most 1024 words");
  } while (!parser.bare());
  if (parser.options.finder == nullptr) return true;
  const std::string_view directory = directory_of(parser.options.file_name);
  if (parser.options.finder->stand_in(process.run, directory)) return true;
  std::string why;
  std::string found = parser.options.finder->find(process.run[0], directory, why);
  if (found.empty()) {
    parser.error(offset, why);
  } else {
    process.run[0] = std::move(found);
  }
  return true;
}

void print_run(const ProcessConfig& process, base::TextWriter& out) {
  for (const std::string& word : process.run) {
    if (&word != &process.run.front()) out.put(' ');
    print_word(word, out);
  }
}

bool run_is_default(const ProcessConfig& process) {
  return process.run.empty();
}

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

constexpr Row<ProcessConfig> process_table[] = {
    {.info = {"run", RowKind::leaf, "PROGRAM [ARGUMENT…]", "the program to start, without a shell"},
     .parse = parse_run,
     .print = print_run,
     .is_default = run_is_default},
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
};

bool parse_directory(SectionParser& parser, AuditConfig& audit) {
  const std::size_t offset = parser.in.offset();
  if (!parse_word(parser, "a directory", audit.directory)) return false;
  if (!audit.directory.starts_with('/'))
    parser.error(offset, "directory: wanted an absolute path, found '" + audit.directory + "'");
  return true;
}

void print_directory(const AuditConfig& audit, base::TextWriter& out) {
  print_word(audit.directory, out);
}

bool directory_is_default(const AuditConfig& audit) {
  return audit.directory.empty();
}

constexpr Row<AuditConfig> audit_table[] = {
    {.info = {"directory", RowKind::leaf, "PATH", "where the log of all changes is kept"},
     .parse = parse_directory,
     .print = print_directory,
     .is_default = directory_is_default},
};

}  // namespace

std::span<const Row<ProcessConfig>> process_rows() {
  return process_table;
}

std::span<const Row<AuditConfig>> audit_rows() {
  return audit_table;
}

}  // namespace openbell::grammar
