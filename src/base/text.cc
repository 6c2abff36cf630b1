#include "base/text.h"

#include <vector>

namespace openbell::base {

namespace {

/// Code points up to U+FFFF (RFC 3629 3).
void append_utf8(std::uint32_t code, std::string& out) {
  const auto push = [&](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    push(code);
  } else if (code < 0x800) {
    push(0xC0 | code >> 6);
    push(0x80 | (code & 0x3F));
  } else {
    push(0xE0 | code >> 12);
    push(0x80 | (code >> 6 & 0x3F));
    push(0x80 | (code & 0x3F));
  }
}

/// Bytes of the well-formed UTF-8 sequence at the start of `text`, 0 when it is not one (RFC 3629
/// 4).
std::size_t utf8_length(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = at(0);
  const std::size_t length = lead < 0x80                   ? 1
                             : lead >= 0xC2 && lead < 0xE0 ? 2
                             : lead >= 0xE0 && lead < 0xF0 ? 3
                             : lead >= 0xF0 && lead < 0xF5 ? 4
                                                           : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((at(i) & 0xC0) != 0x80) return 0;
  if (lead == 0xE0 && at(1) < 0xA0) return 0;
  if (lead == 0xED && at(1) >= 0xA0) return 0;
  if (lead == 0xF0 && at(1) < 0x90) return 0;
  if (lead == 0xF4 && at(1) >= 0x90) return 0;
  return length;
}

/// Bytes at the start of `text` that a JSON string holds as they are.
std::size_t plain_size(std::string_view text) {
  const auto is_plain = [](char c) { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; };
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_plain) -
                                  text.begin());
}

}  // namespace

TextWriter& TextWriter::hex(Bytes bytes) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (const std::uint8_t b : bytes) {
    out_.push_back(digits[b >> 4]);
    out_.push_back(digits[b & 15]);
  }
  return *this;
}

TextWriter& TextWriter::json_string(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto escape = [&](std::uint8_t c) { put("\\u00").put(digits[c >> 4]).put(digits[c & 15]); };
  put('"');
  for (;;) {
    const std::size_t plain = plain_size(text);
    put(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) return put('"');
    const char c = text.front();
    const std::size_t length = utf8_length(text);
    if (c == '"' || c == '\\') {
      put('\\').put(c);
    } else if (c == '\n') {
      put("\\n");
    } else if (c == '\t') {
      put("\\t");
    } else if (length == 0 || static_cast<std::uint8_t>(c) < 0x20 || c == 0x7F) {
      escape(static_cast<std::uint8_t>(c));
    } else {
      put(text.substr(0, length));
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
}

constexpr TextReader::Letters TextReader::letters_of(TextSource source, bool free) {
  Letters letters{};
  const auto set = [&](std::string_view characters, Letter meaning) {
    for (const char c : characters) letters[static_cast<std::uint8_t>(c)] = meaning;
  };
  set(" \t\r\n", Letter::blank);
  set(free ? "[]{},;" : "[](){},;", Letter::single);
  set("\"'", Letter::quote);
  set("\\", Letter::backslash);
  if (source == TextSource::file) set("#", Letter::comment);
  return letters;
}

TextReader::TextReader(std::string_view text, TextSource source) : text_(text), source_(source) {
  static constexpr Letters line = letters_of(TextSource::line, false);
  static constexpr Letters file = letters_of(TextSource::file, false);
  letters_ = source == TextSource::file ? &file : &line;
  advance();
}

/// The offset after the line break when nothing but blanks stands between it and the backslash,
/// else 0.
std::size_t TextReader::continuation(std::size_t backslash) const {
  if (source_ == TextSource::line) return 0;
  std::size_t at = backslash + 1;
  while (at < text_.size() && (text_[at] == ' ' || text_[at] == '\t' || text_[at] == '\r')) ++at;
  return at < text_.size() && text_[at] == '\n' ? at + 1 : 0;
}

/// ExaBGP joins continued lines before it looks for comments: a comment goes on as well.
void TextReader::skip_comment() {
  while (next_ < text_.size() && text_[next_] != '\n') {
    const std::size_t joined = text_[next_] == '\\' ? continuation(next_) : 0;
    next_ = joined != 0 ? joined : next_ + 1;
  }
}

void TextReader::skip_blanks() {
  while (next_ < text_.size()) {
    const Letter here = letter(next_);
    const std::size_t joined = here == Letter::backslash ? continuation(next_) : 0;
    if (here == Letter::blank) {
      ++next_;
    } else if (here == Letter::comment) {
      skip_comment();
    } else if (joined != 0) {
      next_ = joined;
    } else {
      return;
    }
  }
}

void TextReader::advance() {
  quoted_ = false;
  do {
    skip_blanks();
    word_at_ = next_;
    word_ = {};
    end_ = next_ >= text_.size();
    if (!end_) read_word();
    // Escaped blanks alone are no word.
  } while (word_.empty() && !end_ && !quoted_ && ok_);
}

void TextReader::read_word() {
  const Letter first = letter(next_);
  if (first == Letter::quote) return read_quoted(text_[next_]);
  std::size_t at = next_ + 1;
  if (first != Letter::single) {
    // Copies, which bytes that are read cannot be part of: the loop reads them once.
    const std::string_view text = text_;
    const Letters& letters = *letters_;
    const auto letter_at = [&](std::size_t i) {
      return letters[static_cast<std::uint8_t>(text[i])];
    };
    if (first == Letter::backslash) return read_escaped();
    while (at < text.size() && letter_at(at) == Letter::ordinary) ++at;
    if (at < text.size() && letter_at(at) == Letter::backslash) return read_escaped();
  }
  word_ = {text_.data() + next_, at - next_};
  next_ = at;
}

/// Takes the escape at `at` (which points to its backslash): \b \f \n \r \t \uXXXX, or the
/// character itself.
bool TextReader::take_escape(std::size_t& at, std::string& word) {
  constexpr std::string_view known = "bfnrt";
  constexpr std::string_view values = "\b\f\n\r\t";
  const std::size_t start = at;
  if (++at == text_.size()) return fail_at(start, "a character after the backslash", "\\");
  const char c = text_[at++];
  const std::size_t index = known.find(c);
  if (index != std::string_view::npos) {
    word.push_back(values[index]);
    return true;
  }
  if (c != 'u') {
    word.push_back(c);
    return true;
  }
  std::uint32_t code = 0;
  const std::string_view digits = text_.substr(at, 4);
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
  if (digits.size() != 4 || result.ptr != digits.data() + 4 || (code >= 0xD800 && code < 0xE000))
    return fail_at(start, "four hexadecimal digits of a character after \\u",
                   text_.substr(start, 6));
  at += 4;
  append_utf8(code, word);
  return true;
}

void TextReader::read_quoted(char quote) {
  std::string& word = unescaped_[slot_ ^= 1];
  word.clear();
  quoted_ = true;
  std::size_t at = next_ + 1;
  while (at < text_.size() && text_[at] != quote) {
    if (source_ == TextSource::file && text_[at] == '\n') break;
    if (text_[at] != '\\') {
      word.push_back(text_[at++]);
    } else if (!take_escape(at, word)) {
      break;
    }
  }
  const bool closed = at < text_.size() && text_[at] == quote;
  if (!closed) fail_at(next_, "a closing quote", text_.substr(next_, at - next_));
  next_ = closed ? at + 1 : at;
  word_ = word;
}

void TextReader::read_escaped() {
  std::string& word = unescaped_[slot_ ^= 1];
  word.clear();
  std::size_t at = next_;
  while (at < text_.size()) {
    const Letter here = letter(at);
    if (here == Letter::ordinary) {
      word.push_back(text_[at++]);
      continue;
    }
    if (here != Letter::backslash || continuation(at) != 0 || !take_escape(at, word)) break;
    // ExaBGP: an escaped control character in a command separates words, as a blank does.
    if (is_blank(word.back()) && word.back() != ' ') {
      word.pop_back();
      if (!word.empty()) break;
    }
  }
  next_ = at;
  word_ = word;
}

void TextReader::restart(std::size_t offset) {
  ok_ = true;
  complaint_ = {};
  skip_to(offset);
}

std::string_view TextReader::free_word() {
  static constexpr Letters line = letters_of(TextSource::line, true);
  static constexpr Letters file = letters_of(TextSource::file, true);
  if (end_ || quoted_) return word();
  const Letters* usual = letters_;
  letters_ = source_ == TextSource::file ? &file : &line;
  next_ = word_at_;
  read_word();
  letters_ = usual;
  return word();
}

std::string_view TextReader::word() {
  const std::string_view taken = word_;
  if (!end_) {
    taken_ = next_;
    advance();
  }
  return taken;
}

bool TextReader::accept(std::string_view wanted) {
  if (end_ || quoted_ || word_ != wanted) return false;
  word();
  return true;
}

bool TextReader::expect(std::string_view wanted) {
  if (accept(wanted)) return true;
  return fail(std::string("'").append(wanted).append("'"));
}

std::uint64_t TextReader::number(std::uint64_t max, std::string_view what) {
  std::uint64_t value = 0;
  if (!parse_decimal(word_, max, value)) {
    fail(std::string(what).append(", a number from 0 to ").append(std::to_string(max)));
    return 0;
  }
  word();
  return value;
}

bool TextReader::fail(std::string_view wanted) {
  return fail_at(word_at_, wanted, word_);
}

bool TextReader::fail_at(std::size_t offset, std::string_view wanted, std::string_view found) {
  return fail_unknown_at(offset, wanted, found, {});
}

bool TextReader::fail_unknown_at(std::size_t offset, std::string_view wanted,
                                 std::string_view found, std::string_view known) {
  constexpr std::size_t shown_max = 80;
  if (ok_)
    complaint_ = {offset, std::string(wanted), std::string(found.substr(0, shown_max)),
                  std::string(nearest_word(found, known))};
  ok_ = false;
  return false;
}

std::string Complaint::text() const {
  std::string text = "wanted ";
  text.append(wanted).append(", found ");
  if (found.empty()) return text.append("nothing");
  return text.append("'").append(found).append("'");
}

bool parse_decimal(std::string_view text, std::uint64_t max, std::uint64_t& value) {
  if (text.empty()) return false;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  return result.ec == std::errc{} && result.ptr == text.data() + text.size() && value <= max;
}

bool parse_integer(std::string_view text, std::uint64_t max, std::uint64_t& value) {
  if (!text.starts_with("0x") && !text.starts_with("0X")) return parse_decimal(text, max, value);
  text.remove_prefix(2);
  if (text.empty()) return false;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return result.ec == std::errc{} && result.ptr == text.data() + text.size() && value <= max;
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

namespace {

/// Levenshtein distance of two short words.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string_view nearest_word(std::string_view word, std::string_view words) {
  if (word.size() > 64) return {};
  std::string_view best;
  // A word that shares no letter with another is not near.
  std::size_t best_distance = std::min(word.size() / 3 + 2, word.size());
  while (!words.empty()) {
    const std::size_t blank = words.find(' ');
    const std::string_view candidate = words.substr(0, blank);
    const std::size_t d = distance(word, candidate);
    if (!candidate.empty() && d < best_distance) {
      best = candidate;
      best_distance = d;
    }
    words = blank == std::string_view::npos ? std::string_view{} : words.substr(blank + 1);
  }
  return best;
}

}  // namespace openbell::base
