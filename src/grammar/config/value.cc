#include "grammar/config/value.h"

#include <algorithm>

#include "base/hex.h"
#include "grammar/config/draft.h"
#include "health/check_config.h"

namespace openbell::grammar {

using base::TextReader;
using base::TextWriter;

namespace {

constexpr std::uint16_t restart_time_max = 4095;  // RFC 4724 3: 12 bits

constexpr std::string_view truths[] = {"true", "enable", "enabled", "yes", "1", "on"};
constexpr std::string_view lies[] = {"false", "disable", "disabled", "no", "0", "off"};

bool is_one_of(std::span<const std::string_view> words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

constexpr bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("._:/@%+=*~^-&!?$<>|").find(c) != std::string_view::npos;
}

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

bool parse_boolean(SectionParser& parser, Bare bare, bool& value) {
  TextReader& in = parser.in;
  if (parser.bare() && bare != Bare::error) {
    value = bare == Bare::on;
    if (!value) parser.warning(parser.statement(), "the word alone means disable, as in ExaBGP");
    return true;
  }
  const std::string word = base::lower(in.peek());
  if (!is_one_of(truths, word) && !is_one_of(lies, word))
    return in.fail_unknown("enable or disable", "enable disable enabled disabled true false");
  value = is_one_of(truths, word);
  in.word();
  return true;
}

bool accept_disabled(TextReader& in) {
  return in.accept("disable") || in.accept("disabled") || in.accept("false");
}

bool parse_word(SectionParser& parser, std::string_view what, std::string& value) {
  if (parser.bare()) return parser.in.fail(what);
  value = parser.in.free_word();
  return true;
}

void print_word(std::string_view word, TextWriter& out) {
  if (!word.empty() && std::all_of(word.begin(), word.end(), is_plain)) {
    out.put(word);
    return;
  }
  constexpr std::string_view digits = "0123456789abcdef";
  out.put('"');
  for (const char c : word) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (c == '"' || c == '\\') {
      out.put('\\').put(c);
    } else if (byte < 0x20 || byte == 0x7F) {
      out.put("\\u00").put(digits[byte >> 4]).put(digits[byte & 15]);
    } else {
      out.put(c);
    }
  }
  out.put('"');
}

bool parse_names(SectionParser& parser, std::string_view what, std::vector<Reference>& names) {
  TextReader& in = parser.in;
  if (!in.expect("[")) return false;
  while (!in.accept("]")) {
    if (in.accept(",")) continue;
    if (parser.bare()) return in.fail("']'");
    const std::size_t offset = in.offset();
    Reference reference{{}, offset};
    if (!parse_word(parser, what, reference.name)) return false;
    names.push_back(std::move(reference));
  }
  return true;
}

bool parse_name_or_names(SectionParser& parser, std::string_view what,
                         std::vector<Reference>& names) {
  if (parser.in.peek() == "[" && !parser.in.quoted()) return parse_names(parser, what, names);
  Reference reference{{}, parser.in.offset()};
  if (!parse_word(parser, what, reference.name)) return false;
  names.push_back(std::move(reference));
  return true;
}

bool parse_name(SectionParser& parser, std::string_view what, std::string& value) {
  constexpr std::size_t size_max = 64;
  const std::string_view word = parser.in.peek();
  const bool fits =
      !word.empty() && word.size() <= size_max && std::all_of(word.begin(), word.end(), [](char c) {
        return is_alphanumeric(c) || c == '.' || c == '-' || c == '_';
      });
  if (!fits)
    return parser.in.fail(
        std::string(what).append(", at most 64 letters, digits, dots, dashes, underscores"));
  value = parser.in.word();
  return true;
}

namespace {

std::string_view directory_of(std::string_view file) {
  const std::size_t slash = file.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : file.substr(0, slash);
}

}  // namespace

bool Command::parse(SectionParser& parser, std::vector<std::string>& value) {
  constexpr std::size_t arguments_max = 1024;
  const std::size_t offset = parser.in.offset();
  value.clear();
  do {
    std::string word;
    if (!parse_word(parser, "a program and its arguments", word)) return false;
    value.push_back(std::move(word));
    if (value.size() > arguments_max) return parser.in.fail("at most 1024 words");
  } while (!parser.bare());
  if (parser.options.finder == nullptr) return true;
  const std::string_view directory = directory_of(parser.options.file_name);
  if (parser.options.finder->stand_in(value, directory)) return true;
  std::string why;
  std::string found = parser.options.finder->find(value[0], directory, why);
  if (found.empty()) {
    parser.error(offset, why);
  } else {
    value[0] = std::move(found);
  }
  return true;
}

void Command::print(const std::vector<std::string>& value, TextWriter& out) {
  for (const std::string& word : value) {
    if (&word != &value.front()) out.put(' ');
    print_word(word, out);
  }
}

bool AbsolutePath::parse(SectionParser& parser, std::string& value) {
  constexpr std::size_t path_max = 4095;  // PATH_MAX with its zero
  const std::string_view word = parser.in.peek();
  if (!word.starts_with('/') || word.size() > path_max || word.find('\0') != word.npos)
    return parser.in.fail("an absolute path");
  value = parser.in.free_word();
  return true;
}

bool InterfaceName::parse(SectionParser& parser, std::string& value) {
  constexpr std::size_t size_max = 15;  // IFNAMSIZ with its zero
  const std::string_view word = parser.in.peek();
  const bool fits = !parser.bare() && !word.empty() && word.size() <= size_max &&
                    std::all_of(word.begin(), word.end(),
                                [](char c) { return c > ' ' && c != '/' && c != 0x7F; });
  if (!fits) return parser.in.fail("the name of an interface, at most 15 characters");
  value = parser.in.free_word();
  return true;
}

bool Payload::parse(SectionParser& parser, std::string& value) {
  constexpr std::string_view wanted = "text, or bytes as 0x0A1B, from 1 to 1400 bytes";
  TextReader& in = parser.in;
  if (parser.bare()) return in.fail(wanted);
  std::string read;
  if (in.quoted() || !in.peek().starts_with("0x")) {
    read = in.peek();
  } else {
    std::vector<std::uint8_t> bytes;
    if (!base::from_hex(in.peek().substr(2), bytes)) return in.fail(wanted);
    read.assign(bytes.begin(), bytes.end());
  }
  if (read.empty() || read.size() > health::payload_size_max) return in.fail(wanted);
  in.word();
  value = std::move(read);
  return true;
}

void Payload::print(const std::string& value, TextWriter& out) {
  const bool text = std::all_of(value.begin(), value.end(), [](char c) {
    return static_cast<std::uint8_t>(c) >= 0x20 && static_cast<std::uint8_t>(c) < 0x7F;
  });
  if (text && !value.starts_with("0x")) {
    print_word(value, out);
  } else {
    out.put("0x").hex(base::bytes_of(value));
  }
}

bool Words::parse(SectionParser& parser, std::string& value) {
  value.clear();
  if (parser.bare()) return parser.in.fail("words");
  while (!parser.bare()) {
    if (!value.empty()) value.push_back(' ');
    value.append(parser.in.free_word());
  }
  return true;
}

void Words::print(const std::string& value, TextWriter& out) {
  // Quoted even when one plain word: it is prose.
  if (!value.empty() && std::all_of(value.begin(), value.end(), is_plain)) {
    out.put('"').put(value).put('"');
  } else {
    print_word(value, out);
  }
}

// ExaBGP 5.0: letters, digits, dots and dashes; a letter or digit at both ends.
bool HostName::parse(SectionParser& parser, std::string& value) {
  constexpr std::string_view wanted = "a host name: at most 255 letters, digits, dots and dashes";
  TextReader& in = parser.in;
  const std::string_view word = in.peek();
  const bool fits = !word.empty() && word.size() <= 255 && is_alphanumeric(word.front()) &&
                    is_alphanumeric(word.back()) && word.find("..") == std::string_view::npos &&
                    std::all_of(word.begin(), word.end(),
                                [](char c) { return is_alphanumeric(c) || c == '.' || c == '-'; });
  if (!fits) return in.fail(wanted);
  value = in.word();
  return true;
}

bool Address::parse(SectionParser& parser, base::IpAddress& value) {
  if (!base::parse_ip(parser.in.peek(), value)) return parser.in.fail("an IP address");
  parser.in.word();
  return true;
}

void Address::print(const base::IpAddress& value, TextWriter& out) {
  if (!value) out.put("None");
  value.print(out);
}

bool AddressOrAuto::parse(SectionParser& parser, base::IpAddress& value) {
  if (parser.in.accept("auto")) {
    value = {};
    return true;
  }
  if (!base::parse_ip(parser.in.peek(), value)) return parser.in.fail("an IP address or auto");
  parser.in.word();
  return true;
}

void AddressOrAuto::print(const base::IpAddress& value, TextWriter& out) {
  if (!value) out.put("auto");
  value.print(out);
}

bool LinkLocalAddress::parse(SectionParser& parser, base::IpAddress& value) {
  if (!base::parse_ip(parser.in.peek(), value) || !value.is_link_local())
    return parser.in.fail("a link-local address, fe80::/10");
  parser.in.word();
  return true;
}

void LinkLocalAddress::print(const base::IpAddress& value, TextWriter& out) {
  Address::print(value, out);
}

bool AsNumber::parse(SectionParser& parser, std::optional<std::uint32_t>& value) {
  TextReader& in = parser.in;
  if (in.accept("auto")) {
    value.reset();
    return true;
  }
  const std::string_view word = in.peek();
  const std::size_t dot = word.find('.');
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  const bool fits = dot == std::string_view::npos
                        ? base::parse_decimal(word, 0xFFFFFFFF, low)
                        // RFC 5396 2: asdot.
                        : base::parse_decimal(word.substr(0, dot), 0xFFFF, high) &&
                              base::parse_decimal(word.substr(dot + 1), 0xFFFF, low);
  if (!fits) return in.fail("an AS number from 0 to 4294967295, asdot, or auto");
  value = static_cast<std::uint32_t>(high << 16 | low);
  in.word();
  return true;
}

void AsNumber::print(const std::optional<std::uint32_t>& value, TextWriter& out) {
  if (value) {
    out.number(*value);
  } else {
    out.put("auto");
  }
}

bool RouterId::parse(SectionParser& parser, std::optional<std::uint32_t>& value) {
  std::uint32_t id = 0;
  if (!base::parse_ipv4(parser.in.peek(), id)) return parser.in.fail("an IPv4 address");
  parser.in.word();
  value = id;
  return true;
}

void RouterId::print(const std::optional<std::uint32_t>& value, TextWriter& out) {
  if (value) {
    base::IpAddress::v4(*value).print(out);
  } else {
    out.put("None");
  }
}

bool HoldTime::parse(SectionParser& parser, std::uint16_t& value) {
  std::uint64_t seconds = 0;
  if (!base::parse_decimal(parser.in.peek(), 65535, seconds) || seconds == 1 || seconds == 2)
    return parser.in.fail("seconds: 0, or 3 to 65535");
  parser.in.word();
  value = static_cast<std::uint16_t>(seconds);
  return true;
}

bool Port::parse(SectionParser& parser, std::uint16_t& value) {
  value = static_cast<std::uint16_t>(parser.in.number(65535, "a port"));
  return parser.in.ok();
}

bool Ttl::parse(SectionParser& parser, std::optional<std::uint8_t>& value) {
  if (accept_disabled(parser.in)) {
    value.reset();
    return true;
  }
  std::uint64_t ttl = 0;
  if (!base::parse_decimal(parser.in.peek(), 255, ttl))
    return parser.in.fail("a TTL from 0 to 255, or disable");
  parser.in.word();
  value = static_cast<std::uint8_t>(ttl);
  return true;
}

void Ttl::print(const std::optional<std::uint8_t>& value, TextWriter& out) {
  if (value) {
    out.number(*value);
  } else {
    out.put("disable");
  }
}

bool Rate::parse(SectionParser& parser, std::uint32_t& value) {
  value = 0;
  if (accept_disabled(parser.in)) return true;
  std::uint64_t rate = 0;
  if (!base::parse_decimal(parser.in.peek(), 0xFFFFFFFF, rate) || rate == 0)
    return parser.in.fail("UPDATEs a second, at least 1, or disable");
  parser.in.word();
  value = static_cast<std::uint32_t>(rate);
  return true;
}

void Rate::print(std::uint32_t value, TextWriter& out) {
  if (value == 0) {
    out.put("disable");
  } else {
    out.number(value);
  }
}

bool RestartTime::parse(SectionParser& parser, std::optional<std::uint16_t>& value) {
  if (accept_disabled(parser.in)) {
    value.reset();
    return true;
  }
  std::uint64_t seconds = 0;
  if (!parser.bare()) {
    if (!base::parse_decimal(parser.in.peek(), restart_time_max, seconds))
      return parser.in.fail("seconds from 0 to 4095, or disable");
    parser.in.word();
  }
  value = static_cast<std::uint16_t>(seconds);
  return true;
}

void RestartTime::print(const std::optional<std::uint16_t>& value, TextWriter& out) {
  if (value) {
    out.number(*value);
  } else {
    out.put("disable");
  }
}

namespace {

constexpr std::pair<std::string_view, AddPathMode> add_path_modes[] = {
    {"disable", AddPathMode::disabled}, {"disabled", AddPathMode::disabled},
    {"false", AddPathMode::disabled},   {"send", AddPathMode::send},
    {"receive", AddPathMode::receive},  {"send/receive", AddPathMode::send_receive}};

}  // namespace

bool AddPath::parse(SectionParser& parser, AddPathMode& value) {
  for (const auto& [word, mode] : add_path_modes) {
    if (!parser.in.accept(word)) continue;
    value = mode;
    return true;
  }
  return parser.in.fail_unknown("disable, send, receive or send/receive",
                                "disable send receive send/receive");
}

void AddPath::print(AddPathMode value, TextWriter& out) {
  for (const auto& [word, mode] : add_path_modes) {
    if (mode != value) continue;
    out.put(word);
    return;
  }
}

}  // namespace openbell::grammar
