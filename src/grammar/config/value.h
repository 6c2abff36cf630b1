#pragma once
// The kinds of values that rows hold: each reads one from the reader and prints it so that it reads
// back the same.

#include <limits>
#include <optional>
#include <string>

#include "bgp/nlri/family.h"
#include "grammar/config/section.h"
#include "grammar/duration.h"

namespace openbell::grammar {

/// What a keyword alone means.
enum class Bare : std::uint8_t { off, on, error };

/// true enable enabled yes 1 on / false disable disabled no 0 off, in any case.
bool parse_boolean(SectionParser& parser, Bare bare, bool& value);
/// `disable`, `disabled` or `false`, taken when it is there.
bool accept_disabled(base::TextReader& in);
/// One word of free text; complains, naming `what`, when the statement ends.
bool parse_word(SectionParser& parser, std::string_view what, std::string& value);
/// Writes a word, in quotes when it needs them.
void print_word(std::string_view word, base::TextWriter& out);
/// `[ a b ]`, commas allowed.
bool parse_names(SectionParser& parser, std::string_view what,
                 std::vector<struct Reference>& names);

/// The same, or one of them without brackets.
bool parse_name_or_names(SectionParser& parser, std::string_view what,
                         std::vector<struct Reference>& names);
/// A name that commands can say: letters, digits, dots, dashes, underscores; at most 64.
bool parse_name(SectionParser& parser, std::string_view what, std::string& value);

template <Bare bare>
struct Flag {
  static bool parse(SectionParser& parser, bool& value) {
    return parse_boolean(parser, bare, value);
  }
  static void print(bool value, base::TextWriter& out) { out.put(value ? "true" : "false"); }
};

/// One word; `None` is how ExaBGP shows that there is none.
struct Word {
  static bool parse(SectionParser& parser, std::string& value) {
    return parse_word(parser, "a word", value);
  }
  static void print(const std::string& value, base::TextWriter& out) {
    print_word(value.empty() ? "None" : value, out);
  }
};

/// All words up to the end of the statement.
struct Words {
  static bool parse(SectionParser& parser, std::string& value);
  static void print(const std::string& value, base::TextWriter& out);
};

/// A program and its arguments, no shell; the program is looked up.
struct Command {
  static bool parse(SectionParser& parser, std::vector<std::string>& value);
  static void print(const std::vector<std::string>& value, base::TextWriter& out);
};

struct AbsolutePath {
  static bool parse(SectionParser& parser, std::string& value);
  static void print(const std::string& value, base::TextWriter& out) { print_word(value, out); }
};

struct InterfaceName {
  static bool parse(SectionParser& parser, std::string& value);
  static void print(const std::string& value, base::TextWriter& out) { print_word(value, out); }
};

/// Text, or bytes after 0x.
struct Payload {
  static bool parse(SectionParser& parser, std::string& value);
  static void print(const std::string& value, base::TextWriter& out);
};

template <std::uint64_t least, std::uint64_t most>
struct Number {
  template <typename Integer>
  static bool parse(SectionParser& parser, Integer& value) {
    std::uint64_t number = 0;
    if (!base::parse_decimal(parser.in.peek(), most, number) || number < least)
      return parser.in.fail("a number from " + std::to_string(least) + " to " +
                            std::to_string(most));
    parser.in.word();
    value = static_cast<Integer>(number);
    return true;
  }
  static void print(std::uint64_t value, base::TextWriter& out) { out.number(value); }
};

enum class Zero : std::uint8_t { refused, accepted };

/// A length of time.
template <base::Duration least, base::Duration most, Zero zero = Zero::refused>
struct TimeSpan {
  static constexpr DurationBounds bounds{least, most, zero == Zero::accepted};
  static bool parse(SectionParser& parser, base::Duration& value) {
    return parse_duration(parser.in, bounds, value);
  }
  static void print(base::Duration value, base::TextWriter& out) { print_duration(value, out); }
};

struct HostName {
  static bool parse(SectionParser& parser, std::string& value);
  static void print(const std::string& value, base::TextWriter& out) { Word::print(value, out); }
};

struct Address {
  static bool parse(SectionParser& parser, base::IpAddress& value);
  static void print(const base::IpAddress& value, base::TextWriter& out);
};

struct AddressOrAuto {
  static bool parse(SectionParser& parser, base::IpAddress& value);
  static void print(const base::IpAddress& value, base::TextWriter& out);
};

struct LinkLocalAddress {
  static bool parse(SectionParser& parser, base::IpAddress& value);
  static void print(const base::IpAddress& value, base::TextWriter& out);
};

/// 65000, 1.10, auto.
struct AsNumber {
  static bool parse(SectionParser& parser, std::optional<std::uint32_t>& value);
  static void print(const std::optional<std::uint32_t>& value, base::TextWriter& out);
};

struct RouterId {
  static bool parse(SectionParser& parser, std::optional<std::uint32_t>& value);
  static void print(const std::optional<std::uint32_t>& value, base::TextWriter& out);
};

/// RFC 4271 4.2: 0, or at least 3.
struct HoldTime {
  static bool parse(SectionParser& parser, std::uint16_t& value);
  static void print(std::uint16_t value, base::TextWriter& out) { out.number(value); }
};

struct Port {
  static bool parse(SectionParser& parser, std::uint16_t& value);
  static void print(std::uint16_t value, base::TextWriter& out) { out.number(value); }
};

struct Ttl {
  static bool parse(SectionParser& parser, std::optional<std::uint8_t>& value);
  static void print(const std::optional<std::uint8_t>& value, base::TextWriter& out);
};

struct Rate {
  static bool parse(SectionParser& parser, std::uint32_t& value);
  static void print(std::uint32_t value, base::TextWriter& out);
};

/// Seconds; 0 stands for the hold time until the neighbor is complete.
struct RestartTime {
  static bool parse(SectionParser& parser, std::optional<std::uint16_t>& value);
  static void print(const std::optional<std::uint16_t>& value, base::TextWriter& out);
};

struct AddPath {
  static bool parse(SectionParser& parser, AddPathMode& value);
  static void print(AddPathMode value, base::TextWriter& out);
};

/// The member of a target that a path of pointers to members leads to.
template <auto... path>
auto& member_of(auto& target) {
  return (target.*....*path);
}

/// The row of a member that is read and printed as one value.
template <typename Target, typename Kind, auto... path>
constexpr Row<Target> leaf(std::string_view word, std::string_view value, std::string_view help) {
  return {.info = {word, RowKind::leaf, value, help},
          .parse = [](SectionParser& parser,
                      Target& target) { return Kind::parse(parser, member_of<path...>(target)); },
          .print = [](const Target& target,
                      base::TextWriter& out) { Kind::print(member_of<path...>(target), out); },
          .is_default =
              [](const Target& target) {
                static const Target defaults;
                return member_of<path...>(target) == member_of<path...>(defaults);
              },
          .inherit = [](const Target& from,
                        Target& to) { member_of<path...>(to) = member_of<path...>(from); }};
}

/// The row of a block or a statement.
template <typename Target>
constexpr Row<Target> unit(RowKind kind, std::string_view word, std::string_view value,
                           std::string_view help, bool (*parse)(SectionParser&, Target&)) {
  return {.info = {word, kind, value, help}, .parse = parse};
}

}  // namespace openbell::grammar
