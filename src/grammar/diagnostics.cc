#include "grammar/diagnostics.h"

#include <algorithm>

namespace openbell::grammar {

namespace {

constexpr std::size_t shown_line_max = 200;

/// Nothing of a file may move the cursor of the terminal that shows it.
std::string printable(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F) c = '?';
  return result;
}

}  // namespace

std::string Diagnostic::text() const {
  std::string out = file;
  out.append(":").append(std::to_string(line)).append(":").append(std::to_string(column));
  out.append(severity == Severity::error ? ": error: " : ": warning: ").append(printable(message));
  if (!suggestion.empty())
    out.append("\n  did you mean '").append(printable(suggestion)).append("'?");
  if (column == 0 || column > source_line.size() + 1) return out;
  out.append("\n  ").append(printable(source_line)).append("\n  ");
  for (std::size_t i = 0; i + 1 < column; ++i) out.push_back(source_line[i] == '\t' ? '\t' : ' ');
  return out.append("^");
}

void Diagnostics::error(std::size_t offset, std::string message, std::string_view suggestion) {
  if (errors_ != 0 && offset == last_error_) return;
  last_error_ = offset;
  if (errors_++ < max_) add(Diagnostic::Severity::error, offset, std::move(message), suggestion);
}

void Diagnostics::warning(std::size_t offset, std::string message) {
  if (warnings_++ < max_) add(Diagnostic::Severity::warning, offset, std::move(message), {});
}

std::uint32_t Diagnostics::line_of(std::size_t offset) const {
  if (line_starts_.empty()) {
    line_starts_.push_back(0);
    for (std::size_t at = text_.find('\n'); at != std::string_view::npos;
         at = text_.find('\n', at + 1))
      line_starts_.push_back(at + 1);
  }
  const auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  return static_cast<std::uint32_t>(after - line_starts_.begin());
}

void Diagnostics::add(Diagnostic::Severity severity, std::size_t offset, std::string message,
                      std::string_view suggestion) {
  Diagnostic diagnostic;
  diagnostic.severity = severity;
  diagnostic.file = file_;
  diagnostic.line = line_of(offset);
  const std::size_t start = line_starts_[diagnostic.line - 1];
  diagnostic.column = static_cast<std::uint32_t>(offset - start + 1);
  diagnostic.message = std::move(message);
  diagnostic.suggestion = suggestion;
  const std::string_view line = text_.substr(start, text_.find('\n', start) - start);
  diagnostic.source_line = line.substr(0, line.ends_with('\r') ? line.size() - 1 : line.size());
  if (diagnostic.source_line.size() > shown_line_max) diagnostic.source_line.resize(shown_line_max);
  list_.push_back(std::move(diagnostic));
}

std::vector<Diagnostic> Diagnostics::take() {
  std::stable_sort(list_.begin(), list_.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return a.line != b.line ? a.line < b.line : a.column < b.column;
  });
  if (errors_ > max_ && !list_.empty())
    list_.back()
        .message.append(" (and ")
        .append(std::to_string(errors_ - max_))
        .append(" more errors)");
  return std::move(list_);
}

}  // namespace openbell::grammar
