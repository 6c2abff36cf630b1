#include "base/text.h"

#include <array>
#include <vector>

namespace openbell::base {

namespace {

constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
constexpr bool is_single(char c) {
  return c == '[' || c == ']' || c == '(' || c == ')' || c == '{' || c == '}' || c == ',' ||
         c == ';';
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
  while (!text.empty()) {
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
  return put('"');
}

void TextReader::advance() {
  while (next_ < text_.size() && is_blank(text_[next_])) ++next_;
  word_at_ = next_;
  quoted_ = false;
  end_ = next_ == text_.size();
  word_ = {};
  if (end_) return;
  const char first = text_[next_];
  if (first == '"' || first == '\'') return advance_quoted(first);
  if (is_single(first)) {
    word_ = text_.substr(next_++, 1);
    return;
  }
  std::size_t at = next_;
  while (at < text_.size() && !is_blank(text_[at]) && !is_single(text_[at]) && text_[at] != '"' &&
         text_[at] != '\'') {
    if (text_[at] == '\\') return advance_escaped(next_);
    ++at;
  }
  word_ = text_.substr(next_, at - next_);
  next_ = at;
}

void TextReader::advance_quoted(char quote) {
  std::string& word = unescaped_[slot_ ^= 1];
  word.clear();
  quoted_ = true;
  for (std::size_t at = next_ + 1; at < text_.size(); ++at) {
    if (text_[at] == quote) {
      next_ = at + 1;
      word_ = word;
      return;
    }
    if (text_[at] == '\\' && at + 1 < text_.size()) ++at;
    word.push_back(text_[at]);
  }
  fail_at(next_, "a closing quote", text_.substr(next_));
  next_ = text_.size();
  word_ = word;
}

void TextReader::advance_escaped(std::size_t from) {
  constexpr std::string_view letters = "bfnrt";
  constexpr std::string_view values = "\b\f\n\r\t";
  std::string& word = unescaped_[slot_ ^= 1];
  word.clear();
  std::size_t at = from;
  for (; at < text_.size() && !is_blank(text_[at]) && !is_single(text_[at]); ++at) {
    if (text_[at] != '\\') {
      word.push_back(text_[at]);
      continue;
    }
    if (++at == text_.size()) {
      fail_at(at - 1, "a character after the backslash", "\\");
      break;
    }
    const std::size_t known = letters.find(text_[at]);
    // ExaBGP: an escaped control character in a command separates words, as a blank does.
    if (known != std::string_view::npos && is_blank(values[known]) && !word.empty()) {
      ++at;
      break;
    }
    if (known == std::string_view::npos) {
      word.push_back(text_[at]);
    } else if (!is_blank(values[known])) {
      word.push_back(values[known]);
    }
  }
  next_ = at;
  word_ = word;
  if (word.empty()) advance();
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
  if (ok_) complaint_ = {offset, std::string(wanted), std::string(found)};
  ok_ = false;
  return false;
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
  std::size_t best_distance = word.size() / 3 + 2;
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
