#pragma once
// Reading and writing text. TextWriter appends to a string whose capacity is reused; TextReader
// walks over one statement and keeps the first complaint with its place, so that a parser is
// straight-line code with one check at its end.

#include <array>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace openbell::base {

/// What separates words.
constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

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
  TextWriter& signed_number(std::int64_t v) {
    if (v < 0) put('-');
    const auto magnitude = static_cast<std::uint64_t>(v);
    return number(v < 0 ? 0 - magnitude : magnitude);
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
  std::string nearest;     // the known word nearest to it, empty when none is near
  /// "wanted a number from 0 to 255, found 'x'"
  [[nodiscard]] std::string text() const;
};

/// What a TextReader reads: a line, or a file, which may hold `#` comments and lines continued by a
/// backslash, and whose quotes do not span lines.
enum class TextSource : std::uint8_t { line, file };

/// Words of a text. Blanks separate; `[ ] ( ) { } , ;` are words of their own; quotes ('…' or "…")
/// make one word of what they hold; backslash escapes as in an ExaBGP configuration file. Views
/// returned stay valid as long as the text, except words with escapes or quotes, which stay valid
/// until the second next such word is read.
class TextReader {
 public:
  explicit TextReader(std::string_view text, TextSource source = TextSource::line);

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
  /// Takes the word at hand, read anew with `(` and `)` as ordinary letters: names, passwords and
  /// program arguments.
  std::string_view free_word();
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
  /// Records that the word at hand is none of `known` (separated by blanks), and the nearest of
  /// them.
  bool fail_unknown(std::string_view wanted, std::string_view known) {
    return fail_unknown_at(word_at_, wanted, word_, known);
  }
  /// The same of an earlier word.
  bool fail_unknown_at(std::size_t offset, std::string_view wanted, std::string_view found,
                       std::string_view known);
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] const Complaint& complaint() const { return complaint_; }
  /// Goes on reading at an offset, with the complaint forgotten.
  void restart(std::size_t offset);
  /// Goes on reading at an offset after the word at hand.
  void skip_to(std::size_t offset) {
    next_ = offset;
    advance();
  }
  /// What has not been taken yet, from the word at hand to the end of the text, as written.
  [[nodiscard]] std::string_view rest() const {
    return end_ ? std::string_view{} : text_.substr(word_at_);
  }
  /// Offset just after the word taken last.
  [[nodiscard]] std::size_t taken() const { return taken_; }

 private:
  /// What a character means outside quotes.
  enum class Letter : std::uint8_t { ordinary, blank, single, quote, backslash, comment };
  using Letters = std::array<Letter, 256>;
  static constexpr Letters letters_of(TextSource source, bool free);

  [[nodiscard]] Letter letter(std::size_t at) const {
    return (*letters_)[static_cast<std::uint8_t>(text_[at])];
  }
  void advance();
  void skip_blanks();
  void skip_comment();
  [[nodiscard]] std::size_t continuation(std::size_t backslash) const;
  void read_word();
  void read_quoted(char quote);
  void read_escaped();
  bool take_escape(std::size_t& at, std::string& word);

  std::string_view text_;
  TextSource source_;
  const Letters* letters_;
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
