#include "grammar/config/section.h"

#include <algorithm>

namespace openbell::grammar {

std::size_t Section::find(std::string_view word) const {
  std::size_t row = 0;
  while (row < size() && info(row).word != word) ++row;
  return row;
}

std::string Section::words(std::string_view separator) const {
  std::string all;
  for (std::size_t row = 0; row < size(); ++row)
    all.append(row == 0 ? std::string_view{} : separator).append(info(row).word);
  return all;
}

void SectionParser::read_file(Section& root) {
  while (!in.at_end()) {
    if (in.peek() == "}" && !in.quoted()) {
      // ExaBGP stops reading here without a word.
      error(in.offset(), "'}' closes nothing");
      in.restart(in.offset() + 1);
      continue;
    }
    read_statements(root);
  }
  if (!in.ok()) report(root, {});
}

bool SectionParser::read_block(Section& section) {
  const std::size_t opened = in.offset();
  const std::size_t statement = statement_;
  if (!in.expect("{")) return false;
  read_statements(section);
  if (in.at_end())
    error(opened, "this '{' of section " + std::string(section.name()) + " is never closed");
  in.accept("}");
  statement_ = statement;
  return true;
}

bool SectionParser::skip_block() {
  const std::size_t opened = in.offset();
  if (!in.expect("{")) return false;
  for (std::size_t depth = 1; depth != 0 && !in.at_end();) {
    const bool quoted = in.quoted();
    const std::string_view word = in.word();
    if (quoted) continue;
    if (word == "{") ++depth;
    if (word == "}" && --depth == 0) return true;
  }
  error(opened, "this '{' is never closed");
  return true;
}

/// Up to the `}` of the section (not taken) or the end of the file.
void SectionParser::read_statements(Section& section) {
  while (!in.at_end() && (in.quoted() || in.peek() != "}")) {
    statement_ = in.offset();
    const std::size_t statement = statement_;
    if (!in.ok()) {
      report(section, {});
    } else if (read_statement(section)) {
      continue;
    }
    recover(statement, section);
  }
}

bool SectionParser::read_statement(Section& section) {
  const std::size_t row = in.quoted() ? section.size() : section.find(in.peek());
  if (row == section.size()) {
    refuse_word(section);
    return false;
  }
  const RowInfo& info = section.info(row);
  in.word();
  if (!section.parse(*this, row, statement_)) {
    if (!in.ok()) report(section, info.word);
    return false;
  }
  switch (info.kind) {
    case RowKind::leaf:
      return end_leaf(section);
    case RowKind::block:
      in.accept(";");
      return true;
    case RowKind::statement:
      return true;
  }
  return true;
}

void SectionParser::refuse_word(const Section& section) {
  const std::string_view word = in.peek();
  const std::string known = section.words(" ");
  std::string message = "unknown word '";
  message.append(word.substr(0, 80)).append("' in section ").append(section.name());
  message.append(", wanted: ").append(section.words(", "));
  diagnostics_.error(in.offset(), std::move(message), base::nearest_word(word, known));
}

/// A value is followed by `;`. Words too many on its line are ignored as in ExaBGP, but not
/// silently; those on another line are the next statement.
bool SectionParser::end_leaf(const Section& section) {
  if (in.accept(";")) return true;
  const std::size_t end = in.taken();
  if (in.at_end() || (!in.quoted() && is_end(in.peek())) || on_later_line(in.offset(), end)) {
    error(end, "';' is missing here");
    if (in.peek() != "{") return true;
    return false;
  }
  const std::size_t surplus = in.offset();
  while (!in.at_end() && (in.quoted() || !is_end(in.peek())) && !on_later_line(in.offset(), end))
    in.word();
  if (!in.accept(";")) {
    error(in.taken(), "';' is missing here");
    return in.peek() != "{";
  }
  warning(surplus, "words after the value are ignored in section " + std::string(section.name()));
  return true;
}

/// The complaint is about a word that begins the next statement: a `;` was forgotten.
bool SectionParser::is_next_statement(const Section& section, std::size_t statement) const {
  const base::Complaint& complaint = in.complaint();
  return complaint.offset > statement && section.find(complaint.found) != section.size() &&
         on_later_line(complaint.offset, statement);
}

void SectionParser::report(const Section& section, std::string_view word) {
  const base::Complaint& complaint = in.complaint();
  if (is_next_statement(section, statement_))
    return diagnostics_.error(std::min(in.taken(), complaint.offset),
                              "';' is missing before '" + complaint.found + "'");
  std::string message(word);
  if (!message.empty()) message.append(": ");
  diagnostics_.error(complaint.offset, message.append(complaint.text()), complaint.nearest);
}

/// Goes on after the statement that began at `statement`: behind its `;` or its block, before the
/// `}` of the section, or at a complaint that is the next statement after a missing `;`.
void SectionParser::recover(std::size_t statement, const Section& section) {
  const bool stops = !in.ok() && is_next_statement(section, statement);
  const std::size_t complaint = in.complaint().offset;
  in.restart(statement);
  for (std::size_t depth = 0; !in.at_end();) {
    const bool punctuation = !in.quoted();
    const std::string_view word = in.peek();
    if (punctuation && depth == 0 && word == "}") break;
    if (stops && depth == 0 && in.offset() == complaint) break;
    const bool opens = punctuation && word == "{";
    const bool closes = punctuation && word == "}";
    const bool ends = punctuation && word == ";";
    in.word();
    if (opens) ++depth;
    if (closes && --depth == 0) {
      in.accept(";");
      break;
    }
    if (ends && depth == 0) break;
  }
  if (!in.at_end()) in.restart(in.offset());
}

}  // namespace openbell::grammar
