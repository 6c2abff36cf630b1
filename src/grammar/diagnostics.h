#pragma once
// Collects what is wrong with a configuration text, with places that a reader of the file can find.

#include <string_view>
#include <vector>

#include "grammar/config/configuration.h"

namespace openbell::grammar {

class Diagnostics {
 public:
  /// `text` and `file` must outlive it. Keeps at most `max` errors and as many warnings.
  Diagnostics(std::string_view text, std::string_view file, std::size_t max)
      : text_(text), file_(file), max_(max) {}

  /// A second error in a row at one place is one too many: it is dropped.
  void error(std::size_t offset, std::string message, std::string_view suggestion = {});
  void warning(std::size_t offset, std::string message);
  [[nodiscard]] bool has_errors() const { return errors_ != 0; }
  /// The line of an offset, from 1.
  [[nodiscard]] std::uint32_t line_of(std::size_t offset) const;
  /// In the order of the file.
  [[nodiscard]] std::vector<Diagnostic> take();

 private:
  void add(Diagnostic::Severity severity, std::size_t offset, std::string message,
           std::string_view suggestion);

  std::string_view text_;
  std::string_view file_;
  std::size_t max_;
  std::size_t errors_ = 0;
  std::size_t last_error_ = 0;
  std::size_t warnings_ = 0;
  std::vector<Diagnostic> list_;
  mutable std::vector<std::size_t> line_starts_;  // made when the first place is asked for
};

}  // namespace openbell::grammar
