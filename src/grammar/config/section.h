#pragma once
// How the sections of a configuration file are read: every word that may stand in a section is a
// row of that section's table, and check, normal form, suggestions and help come from the rows.

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "grammar/config/configuration.h"
#include "grammar/diagnostics.h"

namespace openbell::grammar {

class SectionParser;

enum class RowKind : std::uint8_t {
  leaf,       // `word value;`: the row reads the value
  block,      // `word … { … }`: the row reads up to the closing brace
  statement,  // the row reads everything, its `;` included
};

struct RowInfo {
  std::string_view word;
  RowKind kind;
  std::string_view value;  // what may follow the word
  std::string_view help;
};

/// A row of a section that fills a Target.
template <typename Target>
struct Row {
  RowInfo info;
  /// Reads what follows the word. False: the statement is given up (a complaint in the reader says
  /// why, or the row said so itself).
  bool (*parse)(SectionParser& parser, Target& target);
  /// Writes the value as it would be read. Null: printed by its section.
  void (*print)(const Target& target, base::TextWriter& out) = nullptr;
  /// Nothing needs to be written to read the same again.
  bool (*is_default)(const Target& target) = nullptr;
  /// Copies the value from a template.
  void (*inherit)(const Target& from, Target& to) = nullptr;
};

/// Where each row of a table was given, 1 + its offset; 0: not given.
class GivenRows {
 public:
  static constexpr std::size_t rows_max = 64;
  void set(std::size_t row, std::size_t offset) { at_[row] = offset + 1; }
  [[nodiscard]] bool has(std::size_t row) const { return at_[row] != 0; }
  [[nodiscard]] std::size_t offset(std::size_t row) const { return at_[row] - 1; }

 private:
  std::array<std::size_t, rows_max> at_{};
};

/// The rows that a statement is looked up in.
class Section {
 public:
  explicit Section(std::string_view name) : name_(name) {}
  virtual ~Section() = default;
  [[nodiscard]] std::string_view name() const { return name_; }
  [[nodiscard]] virtual std::size_t size() const = 0;
  [[nodiscard]] virtual const RowInfo& info(std::size_t row) const = 0;
  virtual bool parse(SectionParser& parser, std::size_t row, std::size_t offset) = 0;
  /// The row of a word; size() when there is none.
  [[nodiscard]] std::size_t find(std::string_view word) const;
  /// All words, with `separator` between.
  [[nodiscard]] std::string words(std::string_view separator) const;

 private:
  std::string_view name_;
};

template <typename Target>
class TypedSection final : public Section {
 public:
  TypedSection(std::string_view name, std::span<const Row<Target>> rows, Target& target,
               GivenRows* given = nullptr)
      : Section(name), rows_(rows), target_(target), given_(given) {}
  [[nodiscard]] std::size_t size() const override { return rows_.size(); }
  [[nodiscard]] const RowInfo& info(std::size_t row) const override { return rows_[row].info; }
  bool parse(SectionParser& parser, std::size_t row, std::size_t offset) override {
    if (given_ != nullptr) given_->set(row, offset);
    return rows_[row].parse(parser, target_);
  }

 private:
  std::span<const Row<Target>> rows_;
  Target& target_;
  GivenRows* given_;
};

struct Drafts;
struct NeighborDraft;
struct ApiDraft;
struct ServiceDraft;
struct PlanDraft;

/// Walks over a whole file. Rows use its reader, its drafts and its diagnostics.
class SectionParser {
 public:
  SectionParser(std::string_view text, const ParseOptions& parse_options, Diagnostics& diagnostics,
                Drafts& all_drafts)
      : in(text, base::TextSource::file),
        options(parse_options),
        drafts(all_drafts),
        diagnostics_(diagnostics) {}

  /// Reads the file as statements of `root`.
  void read_file(Section& root);
  /// Reads `{ … }` as statements of `section`. False when the brace is missing.
  bool read_block(Section& section);
  template <typename Target>
  bool read_block(std::string_view name, std::span<const Row<Target>> rows, Target& target,
                  GivenRows* given = nullptr) {
    TypedSection<Target> section(name, rows, target, given);
    return read_block(section);
  }
  /// Skips `{ … }` unread.
  bool skip_block();

  /// The word at hand ends the statement: nothing was given after its keyword.
  [[nodiscard]] bool bare() const { return in.at_end() || (!in.quoted() && is_end(in.peek())); }
  /// Offset of the statement being read.
  [[nodiscard]] std::size_t statement() const { return statement_; }
  void error(std::size_t offset, std::string message, std::string_view suggestion = {}) {
    diagnostics_.error(offset, std::move(message), suggestion);
  }
  void warning(std::size_t offset, std::string message) {
    diagnostics_.warning(offset, std::move(message));
  }

  base::TextReader in;
  const ParseOptions& options;
  Drafts& drafts;
  NeighborDraft* neighbor = nullptr;  // the neighbor or template being read
  ApiDraft* api = nullptr;            // the api section being read
  ServiceDraft* service = nullptr;    // the service being read
  PlanDraft* plan = nullptr;          // the plan being read

 private:
  static bool is_end(std::string_view word) { return word == ";" || word == "}" || word == "{"; }
  void read_statements(Section& section);
  bool read_statement(Section& section);
  void refuse_word(const Section& section);
  bool end_leaf(const Section& section);
  [[nodiscard]] bool is_next_statement(const Section& section, std::size_t statement) const;
  void report(const Section& section, std::string_view word);
  void recover(std::size_t statement, const Section& section);
  [[nodiscard]] bool on_later_line(std::size_t offset, std::size_t than) const {
    return diagnostics_.line_of(offset) > diagnostics_.line_of(than);
  }

  Diagnostics& diagnostics_;
  std::size_t statement_ = 0;
};

}  // namespace openbell::grammar
