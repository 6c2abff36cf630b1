#pragma once
// Reading and writing text. TextWriter appends to a string whose capacity is reused; TextReader
// walks over one statement and keeps the first complaint with its place, so that a parser is
// straight-line code with one check at its end.

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace openbell::base {

class TextWriter {
 public:
  explicit TextWriter(std::string& out) : out_(out) {}

  TextWriter& put(std::string_view text) {
    out_.append(text);
    return *this;
  }
  TextWriter& put(char c) {
    out_.push_back(c);
    return *this;
  }
  TextWriter& number(std::uint64_t v) {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, v).ptr;
    out_.append(digits, static_cast<std::size_t>(end - digits));
    return *this;
  }
  /// Upper-case hexadecimal, two digits a byte.
  TextWriter& hex(Bytes bytes);
  /// A JSON string with its quotes: control characters, quotes, backslashes and bytes that are not
  /// UTF-8 are escaped.
  TextWriter& json_string(std::string_view text);
  [[nodiscard]] std::string& string() { return out_; }

 private:
  std::string& out_;
};

/// A complaint about text: where, what was wanted, what stood there.
struct Complaint {
  std::size_t offset = 0;  // bytes from the start of the text
  std::string wanted;      // "an IPv4 address", "one of igp, egp, incomplete"
  std::string found;       // the word at that place, empty at the end of the text
};

/// Words of one statement. Blanks separate; `[ ] ( ) { } , ;` are words of their own; quotes ('…'
/// or "…") make one word of what they hold; backslash escapes as in an ExaBGP configuration file.
/// Views returned stay valid as long as the text, except words with escapes or quotes, which stay
/// valid until the reader is destroyed.
class TextReader {
 public:
  explicit TextReader(std::string_view text) : text_(text) { advance(); }

  /// The word at hand, without moving; empty at the end.
  [[nodiscard]] std::string_view peek() const { return word_; }
  /// True when the word at hand is the end of the text.
  [[nodiscard]] bool at_end() const { return end_; }
  /// The word at hand was written in quotes (so `"["` is not a bracket).
  [[nodiscard]] bool quoted() const { return quoted_; }
  /// Offset of the word at hand.
  [[nodiscard]] std::size_t offset() const { return word_at_; }
  /// Takes the word at hand.
  std::string_view word();
  /// Takes the word at hand if it is `wanted` and unquoted.
  bool accept(std::string_view wanted);
  /// Takes `wanted`, or complains.
  bool expect(std::string_view wanted);
  /// A decimal number up to `max`; complains, naming `what`, and gives 0 otherwise.
  std::uint64_t number(std::uint64_t max, std::string_view what);
  /// Records that `wanted` should have stood at the word at hand. Only the first complaint is kept.
  /// Returns false.
  bool fail(std::string_view wanted);
  /// The same at an earlier word.
  bool fail_at(std::size_t offset, std::string_view wanted, std::string_view found);
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] const Complaint& complaint() const { return complaint_; }
  /// What has not been taken yet, from the word at hand to the end of the text, as written.
  [[nodiscard]] std::string_view rest() const {
    return end_ ? std::string_view{} : text_.substr(word_at_);
  }
  /// Offset just after the word taken last.
  [[nodiscard]] std::size_t taken() const { return taken_; }

 private:
  void advance();
  void advance_quoted(char quote);
  void advance_escaped(std::size_t from);

  std::string_view text_;
  std::string_view word_;
  std::string unescaped_[2];  // the word at hand and the one taken before it
  std::size_t next_ = 0;      // where the search for the following word begins
  std::size_t word_at_ = 0;
  std::size_t taken_ = 0;
  unsigned slot_ = 0;
  bool end_ = false;
  bool quoted_ = false;
  bool ok_ = true;
  Complaint complaint_;
};

/// A whole decimal number, nothing else, at most `max`.
bool parse_decimal(std::string_view text, std::uint64_t max, std::uint64_t& value);
/// Decimal, or hexadecimal after 0x.
bool parse_integer(std::string_view text, std::uint64_t max, std::uint64_t& value);
/// ASCII lower case of a word.
std::string lower(std::string_view text);
/// The entry of `words` (separated by single blanks) nearest to `word` by edit distance, or empty
/// when none is near.
std::string_view nearest_word(std::string_view word, std::string_view words);

}  // namespace openbell::base
